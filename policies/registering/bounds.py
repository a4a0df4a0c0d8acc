"""Terms that can never be met: past, used up from the start, contradictory, or beyond what anybody here can check."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from policies.errors import PolicyUnenforceableError
from policies.model import Condition, Constraint, Logic, LogicalConstraint, Permission, Policy, Transform, atoms, flat
from policies.prices import rate_of
from policies.regions import empty
from policies.registering.abilities import Abilities
from policies.registering.parts import conjuncts, every_constraint, leaves, nested_duties
from policies.registering.places import Written
from policies.termset import name_of
from policies.transforms import applies, strongest
from policies.vocabulary import (
    ANONYMIZE,
    COMPENSATE,
    DATE_TIME,
    DUE_BY,
    ELAPSED_TIME,
    EVENT,
    LICENCE_END,
    OPERANDS,
    PROFILE,
    TRANSFORM,
    Grain,
    Iri,
    Operator,
    compact,
)

_AFTER_THE_END: Final = (EVENT, Operator.GT, (LICENCE_END,))
LARGEST_RATE: Final = 10**12
"""Micro-units for one unit: with it thousands of rows can be booked in one integer of JSON."""

_USED_UP: Final = frozenset({ELAPSED_TIME}) | {each.iri for each in OPERANDS.values() if each.grain is Grain.CAP}
"""Operands whose bound is used up by using."""


def require_enforceable(policy: Policy, *, now: datetime, abilities: Abilities) -> None:
    """Refuse what could never permit anything, or what nobody here can check.

    Raises:
        PolicyUnenforceableError: an operand without supplier, a transform that nobody applies, a duty that nobody can
            discharge, a term that is past, zero or contradictory, transforms of one column that cannot be combined, or
            a price that cannot be booked.
    """
    for constraint, place in every_constraint(policy):
        if constraint.left not in abilities.operands:
            raise PolicyUnenforceableError(
                f"nobody here supplies the value of `{compact(constraint.left)}`",
                rule=18,
                hint="leave the term out, or bound something that is measured here",
                pointer=place.pointer("leftOperand"),
            )
        if constraint.left == TRANSFORM and constraint.right[0] not in abilities.transforms:
            raise PolicyUnenforceableError(
                f"nobody here applies `{compact(str(constraint.right[0]))}`",
                rule=13,
                hint=f"use one of {', '.join(f'`{compact(each)}`' for each in sorted(abilities.transforms))}",
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
        _require_spared(permission, policy)
        _require_consistent(permission, place)
        _require_combinable(permission, place)
        _require_discharged(permission, place, abilities)
        _require_price(permission, place, abilities)


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


def _require_spared(permission: Permission, policy: Policy) -> None:
    """No prohibition takes everything away that the permission gives."""
    for index, rule in enumerate(policy.prohibitions):
        conditions = (*rule.constraints, *rule.target.refinements, *rule.action.refinements)
        if not conditions and PROFILE.includes(rule.action.term, permission.action.term):
            raise PolicyUnenforceableError(
                f"the prohibition of `{compact(rule.action.term)}` takes away all that the permission of"
                f" `{compact(permission.action.term)}` gives",
                rule=14,
                hint="take one of the two out, or say under which conditions the prohibition holds",
                pointer=Written(("prohibition", index)).pointer("action"),
            )


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


def _require_discharged(permission: Permission, place: Written, abilities: Abilities) -> None:
    """Each duty of the permission can be discharged: recorded before the use, or met by the plan."""
    transforms = tuple(
        Transform(term=Iri(str(each.right[0])), parameter=each.parameter)
        for each in atoms(permission.target.refinements)
        if each.left == TRANSFORM
    )
    for duty, where in nested_duties(permission, place):
        if duty.action.term not in abilities.duties:
            raise PolicyUnenforceableError(
                f"nobody here records that `{compact(duty.action.term)}` was fulfilled",
                rule=15,
                hint="leave the duty out; no use could begin before it",
                pointer=where.pointer("action"),
            )
        if any(
            isinstance(each, Constraint) and (each.left, each.operator, each.right) == _AFTER_THE_END
            for each in flat(duty.constraints)
        ):
            raise PolicyUnenforceableError(
                f"`{compact(duty.action.term)}` would be due only when nothing leaves any more",
                rule=29,
                hint="make it an obligation of the policy, or take the constraint on the end of the licence out",
                pointer=where.pointer("constraint"),
            )
        measures = duty.action.refinements
        if duty.action.term == ANONYMIZE and not any(applies(each, measures, PROFILE) for each in transforms):
            raise PolicyUnenforceableError(
                "no transform of the permission is the measure that `odrl:anonymize` asks for",
                rule=15,
                hint="refine the target by a `rep:transform` on each column that may leave, or leave the duty out",
                pointer=where.pointer("action"),
            )


def _require_price(permission: Permission, place: Written, abilities: Abilities) -> None:
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
        if rate.amount_micro > LARGEST_RATE:
            raise PolicyUnenforceableError(
                "the price of one unit is beyond what can be booked",
                rule=27,
                hint="ask for 1000000 at most, for one unit",
                pointer=where.pointer("action"),
            )
        if rate.unit not in abilities.units:
            raise PolicyUnenforceableError(
                f"nobody here counts `{compact(rate.unit)}`",
                rule=27,
                hint=f"price by {' or '.join(f'`{compact(each)}`' for each in sorted(abilities.units))}",
                pointer=where.pointer("action"),
            )
