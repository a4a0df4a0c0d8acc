"""Changes of a case: tighter, wider, unknown, in another order, under other names."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from policies.model import (
    Actuals,
    Condition,
    Constraint,
    Decision,
    Logic,
    Permission,
    Policy,
    Prohibition,
    Quantity,
    atoms,
)
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DATE_TIME,
    FIELD,
    GENERALISE,
    KEEP,
    PRODUCT,
    RECIPIENT,
    REDACT_TEXT,
    TIME_UNITS,
    TRANSFORM,
    TRUNCATE_TIME,
    USE,
    Operator,
)
from tests.testkit.case_world import DAY, UNHEARD
from tests.testkit.policy_cases import Case
from tests.testkit.tape import Tape

_UPPER: Final = frozenset({Operator.LT, Operator.LTEQ})
_LOWER: Final = frozenset({Operator.GT, Operator.GTEQ})
_OPEN: Final = frozenset({RECIPIENT, PRODUCT})
"""Operands of which any IRI is a value, however strange."""
_STRICT: Final = {Operator.LTEQ: Operator.LT, Operator.GTEQ: Operator.GT}


def tightened(constraint: Constraint) -> Iterator[Constraint]:
    """The constraint with one bound moved so that less meets it."""
    bound, operator, right = constraint.right[0], constraint.operator, constraint.right
    if constraint.left == TRANSFORM:
        yield from _stronger(constraint)
    elif operator in _UPPER | _LOWER and not isinstance(bound, str):  # text has no order
        yield replace(constraint, right=(_moved(bound, -1 if operator in _UPPER else 1),))
        if operator in _STRICT:
            yield replace(constraint, operator=_STRICT[operator])
    elif operator is Operator.IS_NONE_OF:
        yield replace(constraint, right=(*right, "rater" if constraint.left == FIELD else _another(right)))
    elif operator is Operator.NEQ:
        yield replace(constraint, operator=Operator.IS_NONE_OF, right=(*right, _another(right)))
    elif operator in {Operator.IS_ANY_OF, Operator.NOT_TOGETHER}:
        least = 1 if operator is Operator.IS_ANY_OF else 2
        if len(right) > least:
            yield from (replace(constraint, right=(*right[:place], *right[place + 1 :])) for place in range(len(right)))


def _another(right: tuple[Any, ...]) -> Any:
    places = [f"{right[0][:-2]}{code}" for code in ("DE", "FR", "US", "NL")]
    return next(each for each in places if each not in right)


def _moved(bound: Any, step: int) -> Any:
    return bound + step * (DAY if isinstance(bound, datetime | timedelta) else 1)


def _stronger(constraint: Constraint) -> Iterator[Constraint]:
    term, given = constraint.right[0], constraint.parameter
    if term == KEEP:
        yield replace(constraint, right=(REDACT_TEXT,))
    elif term in {GENERALISE, BUCKET} and isinstance(given, int):
        yield replace(constraint, parameter=given + 1 if term == GENERALISE else given * 2)
    elif term == TRUNCATE_TIME and given != TIME_UNITS[-1]:
        yield replace(constraint, parameter=TIME_UNITS[list[Any](TIME_UNITS).index(given) + 1])
    elif term != AGGREGATE_ONLY:
        yield replace(constraint, right=(AGGREGATE_ONLY,), parameter=None)


def variants(conditions: tuple[Condition, ...]) -> Iterator[tuple[Condition, ...]]:
    """The conditions with one bound tighter, at any depth outside ``xone``."""
    for place, each in enumerate(conditions):
        for other in _variants(each):
            yield (*conditions[:place], other, *conditions[place + 1 :])


def _variants(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Constraint):
        yield from tightened(condition)
    elif condition.logic is not Logic.XONE:
        yield from (replace(condition, members=each) for each in variants(condition.members))


def tighter_permissions(rule: Permission, *, validity: bool) -> Iterator[Permission]:
    """The permission with one bound tighter; the validity of a mandate says whether it binds, and is left as it is."""
    fixed = () if validity else tuple(each for each in rule.constraints if _of_time(each))
    movable = tuple(each for each in rule.constraints if each not in fixed)
    yield from (replace(rule, constraints=(*each, *fixed)) for each in variants(movable))
    for each in variants(rule.target.refinements):
        yield replace(rule, target=replace(rule.target, refinements=each))
    yield from (
        replace(rule, action=replace(rule.action, refinements=each)) for each in variants(rule.action.refinements)
    )
    for place, duty in enumerate(rule.duties):
        for each in variants(duty.action.refinements):
            other = replace(duty, action=replace(duty.action, refinements=each))
            yield replace(rule, duties=(*rule.duties[:place], other, *rule.duties[place + 1 :]))


def _of_time(condition: Condition) -> bool:
    """Whether it speaks of the time of use, as a member of an ``and`` too."""
    return any(each.left == DATE_TIME for each in atoms((condition,)))


def tighter_policies(policy: Policy, *, validity: bool) -> Iterator[Policy]:
    """The policy with one bound of a permission tighter."""
    for place, rule in enumerate(policy.permissions):
        for each in tighter_permissions(rule, validity=validity):
            yield replace(policy, permissions=(*policy.permissions[:place], each, *policy.permissions[place + 1 :]))


def wider_prohibitions(rule: Prohibition) -> Iterator[Prohibition]:
    """The prohibition without one of its conditions, or about every use."""
    for place in range(len(rule.constraints)):
        yield replace(rule, constraints=(*rule.constraints[:place], *rule.constraints[place + 1 :]))
    for place in range(len(rule.action.refinements)):
        left = (*rule.action.refinements[:place], *rule.action.refinements[place + 1 :])
        yield replace(rule, action=replace(rule.action, refinements=left))
    for place in range(len(rule.target.refinements)):
        left = (*rule.target.refinements[:place], *rule.target.refinements[place + 1 :])
        yield replace(rule, target=replace(rule.target, refinements=left))
    yield replace(rule, action=replace(rule.action, term=USE))
    yield replace(rule, assignee=None)


def unknown(case: Case) -> Iterator[Case]:
    """The case with one thing less known."""
    request, state = case.request, case.state
    for left, actual in request.values.items():
        others: list[Actuals] = [frozenset(), frozenset({Quantity(number=1, unit=UNHEARD)})]
        if left not in _OPEN:
            others += [frozenset({UNHEARD}), actual | {UNHEARD}]
        for other in others:
            yield replace(case, request=replace(request, values={**request.values, left: other}))
    facts = request.dataset
    for dataset in (
        replace(facts, lawful_basis=UNHEARD),
        replace(facts, columns={}),
        *(
            replace(facts, columns={name: each for name, each in facts.columns.items() if name != lost})
            for lost in facts.columns
        ),
        replace(facts, columns={name: replace(each, category=UNHEARD) for name, each in facts.columns.items()}),
        replace(facts, columns={name: replace(each, sensitivity="unheard") for name, each in facts.columns.items()}),
    ):
        yield replace(case, request=replace(request, dataset=dataset))
    yield replace(case, request=replace(request, action=UNHEARD))
    yield replace(case, request=replace(request, party=UNHEARD))
    yield replace(case, request=replace(request, target=UNHEARD))
    yield replace(case, now=case.now.replace(tzinfo=None))
    yield replace(case, state=replace(state, effective=None))
    for place, shown in enumerate(state.evidence):
        for less in (replace(shown, values={}), replace(shown, duty=UNHEARD)):
            evidence = (*state.evidence[:place], less, *state.evidence[place + 1 :])
            yield replace(case, state=replace(state, evidence=evidence))
    if case.now.tzinfo is not None:
        yield replace(case, state=replace(state, first_delivery=case.now + DAY))


def shuffled(thing: Any, tape: Tape) -> Any:
    """The same with everything that has no order in another one."""
    if isinstance(thing, tuple):
        return tape.shuffled([shuffled(each, tape) for each in thing])
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    return replace(
        thing, **{each.name: shuffled(getattr(thing, each.name), tape) for each in fields(thing) if each.init}
    )


def renamed(thing: Any, old: str, new: str) -> Any:
    """The same with every identifier under another name."""
    if isinstance(thing, str):
        return thing if isinstance(thing, Enum) else thing.replace(old, new)
    if isinstance(thing, Decision):
        return Decision(*(renamed(each, old, new) for each in thing))
    if isinstance(thing, tuple | frozenset):
        return type(thing)(renamed(each, old, new) for each in thing)
    if isinstance(thing, Mapping):
        return {renamed(name, old, new): renamed(each, old, new) for name, each in thing.items()}
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    return replace(thing, **{each.name: renamed(getattr(thing, each.name), old, new) for each in fields(thing)})
