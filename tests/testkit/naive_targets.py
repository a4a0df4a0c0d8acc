"""What the refinements of a target say, read naively: columns, joint sets, transforms, and terms on rows."""

from collections.abc import Sequence
from typing import Any

from policies.model import Condition, Constraint, Permission, Prohibition, Target, Transform, atoms, flat
from policies.vocabulary import (
    BUCKET,
    DATA_CATEGORY,
    FIELD,
    KEEP,
    OPERANDS,
    SENSITIVITY,
    TIME_UNITS,
    TRANSFORMS,
    TRUNCATE_TIME,
    Grain,
    Iri,
    Operator,
)
from tests.testkit.naive_truth import Truth, all_hold, holds_for_all, truth_of
from tests.testkit.policy_cases import Case


def about(target: Target, grain: Grain) -> list[Condition]:
    """The refinements that speak of this alone."""

    def spoken(one: Constraint) -> Grain:
        return Grain.JOINT if one.operator is Operator.NOT_TOGETHER else OPERANDS[one.left].grain

    return [each for each in flat(target.refinements) if {spoken(one) for one in atoms((each,))} == {grain}]


def joint_sets(target: Target) -> list[frozenset[str]]:
    return [frozenset(str(name) for name in one.right) for one in atoms(tuple(about(target, Grain.JOINT)))]


def covered(name: str, target: Target, case: Case) -> Truth:
    facts = case.request.dataset.columns.get(name)
    if facts is None:
        return None
    told: dict[str, str] = {FIELD: name, DATA_CATEGORY: facts.category, SENSITIVITY: facts.sensitivity}
    return all_hold(
        truth_of(each, lambda one: holds_for_all(one, [told[one.left]])) for each in about(target, Grain.COLUMN)
    )


def licensed(name: str, permissions: Sequence[Permission], prohibitions: Sequence[Prohibition], case: Case) -> bool:
    taken = any(
        about(each.target, Grain.COLUMN) and covered(name, each.target, case) is not False for each in prohibitions
    )
    return not taken and all(covered(name, each.target, case) is True for each in permissions)


def demanded(name: str, permissions: Sequence[Permission]) -> list[Transform]:
    return [
        Transform(term=Iri(str(one.right[0])), parameter=one.parameter)
        for each in permissions
        for one in atoms(tuple(about(each.target, Grain.TRANSFORM)))
        if one.on_column == name
    ]


def strongest(demanded: Sequence[Transform]) -> Transform | None:
    """The one that is at least as strong as all others; two that cannot be compared deny; without any, ``keep``."""
    if any(not (at_least(one, other) or at_least(other, one)) for one in demanded for other in demanded):
        return None
    return next((one for one in demanded if all(at_least(one, other) for other in demanded)), Transform(term=KEEP))


def at_least(one: Transform, other: Transform) -> bool:
    """Whether the first is as strong as the second, or stronger."""
    if one == other:
        return True
    if one.term != other.term:
        return TRANSFORMS[one.term].rank > TRANSFORMS[other.term].rank
    first, second = one.parameter, other.parameter
    if one.term == TRUNCATE_TIME:
        return list[Any](TIME_UNITS).index(first) >= list[Any](TIME_UNITS).index(second)
    assert isinstance(first, int)
    assert isinstance(second, int)
    return first % second == 0 if one.term == BUCKET else first >= second


def row_terms(target: Target) -> list[Condition]:
    return about(target, Grain.ROW)
