"""Terms that can never be met: past, used up from the start, contradictory, or beyond what anybody here can check."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from policies.errors import PolicyUnenforceableError
from policies.model import Condition, Constraint, Logic, LogicalConstraint, Permission, Policy, Transform
from policies.prices import rate_of
from policies.regions import empty
from policies.registering.parts import conjuncts, every_constraint, leaves, nested_duties
from policies.registering.places import Written
from policies.termset import name_of
from policies.transforms import strongest
from policies.vocabulary import (
    COMPENSATE,
    CONTESTED,
    DATE_TIME,
    DUE_BY,
    ELAPSED_TIME,
    GENERALISE,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    OPERANDS,
    OPT_OUT,
    PER_QUERY,
    PER_RECORD,
    RECORDS_PER_SUBJECT,
    REDACT_TEXT,
    RHO,
    SUBJECT_AGE,
    SUBJECT_REGION,
    TECHNICAL_MEASURE,
    TOKEN_COUNT,
    TRANSFORM,
    TRANSFORMS,
    Grain,
    Iri,
    Operator,
    compact,
)

SUPPLIED: Final = frozenset(OPERANDS) - {
    CONTESTED,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    OPT_OUT,
    RECORDS_PER_SUBJECT,
    RHO,
    SUBJECT_AGE,
    SUBJECT_REGION,
    TECHNICAL_MEASURE,
    TOKEN_COUNT,
}
"""The operands whose actual value somebody supplies here; every other one would deny each request."""
APPLIED: Final = frozenset(TRANSFORMS) - {GENERALISE, REDACT_TEXT}
"""The transforms that somebody applies here; a column under any other one could never leave."""
PRICED: Final = frozenset({PER_RECORD, PER_QUERY})
"""The units that a release can be charged by."""
_USED_UP: Final = frozenset({ELAPSED_TIME}) | {each.iri for each in OPERANDS.values() if each.grain is Grain.CAP}
"""Operands whose bound is used up by using."""


def require_enforceable(policy: Policy, *, now: datetime, supplied: frozenset[Iri], applied: frozenset[Iri]) -> None:
    """Refuse what could never permit anything, or what nobody here can check.

    Raises:
        PolicyUnenforceableError: an operand without supplier, a transform that nobody applies, a term that is past,
            zero or contradictory, transforms of one column that cannot be combined, or a price that cannot be booked.
    """
    for constraint, place in every_constraint(policy):
        if constraint.left not in supplied:
            raise PolicyUnenforceableError(
                f"nobody here supplies the value of `{compact(constraint.left)}`",
                rule=18,
                hint="leave the term out, or bound something that is measured here",
                pointer=place.pointer("leftOperand"),
            )
        if constraint.left == TRANSFORM and constraint.right[0] not in applied:
            raise PolicyUnenforceableError(
                f"nobody here applies `{compact(str(constraint.right[0]))}`",
                rule=13,
                hint=f"use one of {', '.join(f'`{compact(each)}`' for each in sorted(applied))}",
                pointer=place.pointer("rightOperand"),
            )
        if constraint.left == DUE_BY and _past(constraint, now):
            raise PolicyUnenforceableError(
                "the duty was due in the past",
                rule=29,
                hint="name a moment that is to come, or a duration from when it becomes active",
                pointer=place.pointer("rightOperand"),
            )
    for index, permission in enumerate(policy.permissions):
        place = Written(("permission", index))
        _require_left(permission, now, place)
        _require_consistent(permission, place)
        _require_combinable(permission, place)
        _require_price(permission, place)


def _conditions(permission: Permission, place: Written) -> Iterator[tuple[Condition, Written]]:
    """Everything that must hold together for the permission, each by itself."""
    for conditions, where in (
        (permission.constraints, place.at("constraint")),
        (permission.target.refinements, place.at("target", "refinement")),
        (permission.action.refinements, place.at("action", "refinement")),
    ):
        for condition, here in conjuncts(conditions, where):
            if isinstance(condition, LogicalConstraint) and condition.logic is Logic.AND:
                yield from leaves(condition, here)
            else:
                yield condition, here


def _require_left(permission: Permission, now: datetime, place: Written) -> None:
    """Something is left by every upper bound."""
    for condition, here in _conditions(permission, place):
        if not isinstance(condition, Constraint) or condition.operator not in {Operator.LT, Operator.LTEQ}:
            continue
        told = f"the bound of `{compact(condition.left)}`"
        if condition.left == DATE_TIME and _past(condition, now):
            raise PolicyUnenforceableError(
                f"{told} lies in the past",
                rule=6,
                hint="name a moment that is to come",
                pointer=here.pointer("rightOperand"),
            )
        if condition.left in _USED_UP and _nothing(condition):
            raise PolicyUnenforceableError(
                f"{told} leaves nothing",
                rule=19,
                hint="allow one unit at least, or leave the permission out",
                pointer=here.pointer("rightOperand"),
            )


def _require_consistent(permission: Permission, place: Written) -> None:
    """Some value meets all conditions on one operand."""
    met: dict[str, tuple[Condition, ...]] = {}
    for condition, here in _conditions(permission, place):
        name = name_of(condition)
        met[name] = (*met.get(name, ()), condition)
        if not name.startswith(compact(TRANSFORM)) and empty(met[name]):
            raise PolicyUnenforceableError(
                f"the terms on `{name}` contradict each other",
                rule=14,
                hint="no value meets this term and those before it; take one of them out",
                pointer=here.pointer(),
            )


def _past(constraint: Constraint, now: datetime) -> bool:
    bound = constraint.right[0]
    return isinstance(bound, datetime) and bound <= now


def _nothing(constraint: Constraint) -> bool:
    """Whether an upper bound leaves no unit at all."""
    bound = constraint.right[0]
    if isinstance(bound, timedelta):
        return bound <= timedelta(0)
    return isinstance(bound, int) and bound < (2 if constraint.operator is Operator.LT else 1)


def _require_combinable(permission: Permission, place: Written) -> None:
    demanded: dict[str, list[tuple[Transform, Written]]] = {}
    for condition, here in conjuncts(permission.target.refinements, place.at("target", "refinement")):
        for each, exactly in leaves(condition, here):
            if each.left == TRANSFORM:
                transform = Transform(term=Iri(str(each.right[0])), parameter=each.parameter)
                demanded.setdefault(each.on_column, []).append((transform, exactly))
    for column, several in demanded.items():
        if strongest([transform for transform, _ in several]) is None:
            raise PolicyUnenforceableError(
                f"the transforms of `{column}` cannot be combined",
                rule=13,
                hint="keep one of them, or take one that is stronger than each in their place",
                pointer=several[-1][1].pointer(),
            )


def _require_price(permission: Permission, place: Written) -> None:
    prices = [(duty, where) for duty, where in nested_duties(permission, place) if duty.action.term == COMPENSATE]
    for number, (duty, where) in enumerate(prices):
        rate = rate_of(duty)
        if number:
            raise PolicyUnenforceableError(
                "a permission has one price", rule=27, hint="keep one `compensate`", pointer=where.pointer()
            )
        if rate is None:
            raise PolicyUnenforceableError(
                "a price is a whole number of millionths for one unit",
                rule=27,
                hint="give one `payAmount` with at most six decimals and one `unitOfCount`",
                pointer=where.pointer("action"),
            )
        if rate.unit not in PRICED:
            raise PolicyUnenforceableError(
                f"nobody here counts `{compact(rate.unit)}`",
                rule=27,
                hint="price by `rep:perRecord` or `rep:perQuery`",
                pointer=where.pointer("action"),
            )
