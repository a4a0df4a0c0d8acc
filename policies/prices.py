"""Prices: a rate as flat value, and as the refinements of a ``compensate`` duty."""

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Final

from policies.lexical import MAX_DIGITS
from policies.model import Constraint, Duty, atoms
from policies.vocabulary import ISO4217, PAY_AMOUNT, PER_RECORD, UNIT_OF_COUNT, Iri, Operator

_MICRO: Final = -6
_EXACT: Final = Context(prec=MAX_DIGITS + 6, traps=[Inexact, InvalidOperation])
"""Every amount that a policy can name, in millionths, to the last digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A price for one unit."""

    amount_micro: int
    """Millionths of the currency unit."""
    currency: str
    """ISO 4217 code."""
    unit: Iri = PER_RECORD


def refinements_of(rate: Rate) -> tuple[Constraint, Constraint]:
    """The refinements of ``compensate`` that say the rate."""
    return (
        Constraint(
            left=PAY_AMOUNT,
            operator=Operator.EQ,
            right=(_EXACT.scaleb(Decimal(rate.amount_micro), _MICRO),),
            unit=Iri(ISO4217 + rate.currency),
        ),
        Constraint(left=UNIT_OF_COUNT, operator=Operator.EQ, right=(rate.unit,)),
    )


def rate_of(duty: Duty) -> Rate | None:
    """The rate that a ``compensate`` duty says; ``None`` when it is not a whole number of micro-units for one unit."""
    found = {each.left: each for each in atoms(duty.action.refinements)}
    amount, unit = found.get(PAY_AMOUNT), found.get(UNIT_OF_COUNT)
    if amount is None or unit is None or len(found) != len(duty.action.refinements):
        return None
    value = amount.right[0]
    if not isinstance(value, Decimal) or amount.unit is None:
        return None
    micro = _EXACT.scaleb(value, -_MICRO)
    if micro != micro.to_integral_value():
        return None
    return Rate(amount_micro=int(micro), currency=amount.unit.removeprefix(ISO4217), unit=Iri(str(unit.right[0])))
