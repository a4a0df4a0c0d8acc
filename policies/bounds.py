"""Terms that can never be met: past, used up from the start, contradictory, or beyond what anybody here can check."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from policies.errors import PolicyTermUnknownError, PolicyUnenforceableError
from policies.model import Constraint, Permission, Policy, Transform, atoms, duties_of, flat
from policies.prices import rate_of
from policies.regions import empty
from policies.termset import terms_of_permission
from policies.transforms import strongest
from policies.vocabulary import (
    COMPENSATE,
    CONTESTED,
    DATE_TIME,
    FIELD,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    OPERANDS,
    OPT_OUT,
    PER_QUERY,
    PER_RECORD,
    RECORDS_PER_SUBJECT,
    RHO,
    SUBJECT_AGE,
    SUBJECT_REGION,
    TECHNICAL_MEASURE,
    TOKEN_COUNT,
    TRANSFORM,
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
PRICED: Final = frozenset({PER_RECORD, PER_QUERY})
"""The units that a release can be charged by."""


def require_enforceable(policy: Policy, *, now: datetime, supplied: frozenset[Iri]) -> None:
    """Refuse what could never permit anything, or what nobody here can check.

    Raises:
        PolicyUnenforceableError: an operand without supplier, a term that is past, zero or contradictory, transforms of
            one column that cannot be combined, or a price that cannot be booked.
    """
    for constraint in _everywhere(policy):
        if constraint.left not in supplied:
            raise PolicyUnenforceableError(f"nobody here supplies the value of `{compact(constraint.left)}`")
    for index, permission in enumerate(policy.permissions):
        pointer = f"/permission/{index}"
        _require_possible(permission, now, pointer)
        _require_combinable(permission, pointer)
        _require_price(permission, pointer)


def require_columns(policy: Policy, columns: frozenset[str]) -> None:
    """Refuse a policy that names a column which the dataset does not have.

    Raises:
        PolicyTermUnknownError: there is no such column.
    """
    for constraint in _everywhere(policy):
        named = {constraint.on_column} if constraint.on_column else set()
        if constraint.left == FIELD:
            named |= {str(value) for value in constraint.right}
        unknown = min(named - columns, default=None)
        if unknown is not None:
            raise PolicyTermUnknownError("column", unknown)


def _everywhere(policy: Policy) -> Iterator[Constraint]:
    for rule in policy.rules:
        for each in (rule, *duties_of(rule)):
            target = each.target.refinements if each.target is not None else ()
            yield from atoms((*target, *each.action.refinements, *each.constraints))


def _require_possible(permission: Permission, now: datetime, pointer: str) -> None:
    for name, conditions in terms_of_permission(permission).conditions.items():
        if not name.startswith(compact(TRANSFORM)) and empty(conditions):
            raise PolicyUnenforceableError(f"the terms on `{name}` contradict each other", pointer=pointer)
    for condition in flat(permission.constraints):
        if isinstance(condition, Constraint) and condition.operator in {Operator.LT, Operator.LTEQ}:
            bound = condition.right[0]
            past = condition.left == DATE_TIME and isinstance(bound, datetime) and bound <= now
            if past or _nothing(condition):
                problem = "lies in the past" if past else "leaves nothing"
                raise PolicyUnenforceableError(f"the bound of `{compact(condition.left)}` {problem}", pointer=pointer)


def _nothing(constraint: Constraint) -> bool:
    """Whether an upper bound leaves no unit at all."""
    match constraint.right[0]:
        case int(bound):
            return bound < (2 if constraint.operator is Operator.LT else 1)
        case timedelta() as bound:
            return bound <= timedelta(0)
        case _:
            return False


def _require_combinable(permission: Permission, pointer: str) -> None:
    demanded: dict[str, list[Transform]] = {}
    for each in atoms(permission.target.refinements):
        if each.left == TRANSFORM:
            transform = Transform(term=Iri(str(each.right[0])), parameter=each.parameter)
            demanded.setdefault(each.on_column, []).append(transform)
    for column, several in demanded.items():
        if strongest(several) is None:
            raise PolicyUnenforceableError(f"the transforms of `{column}` cannot be combined", pointer=pointer)


def _require_price(permission: Permission, pointer: str) -> None:
    prices = [rate_of(duty) for duty in permission.duties if duty.action.term == COMPENSATE]
    if len(prices) > 1:
        raise PolicyUnenforceableError("a permission has one price", pointer=pointer)
    for rate in prices:
        if rate is None:
            raise PolicyUnenforceableError("a price is a whole number of millionths for one unit", pointer=pointer)
        if rate.unit not in PRICED:
            raise PolicyUnenforceableError(f"nobody here counts `{compact(rate.unit)}`", pointer=pointer)
