"""What a release costs, and whether that can be booked."""

from dataclasses import dataclass

from graph.journal.codec import LARGEST_INTEGER
from policies.model import Decision
from policies.vocabulary import PER_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one release costs."""

    price_micro: int = 0
    currency: str = ""

    @property
    def is_bookable(self) -> bool:
        """Whether the record can hold the amount."""
        return self.price_micro <= LARGEST_INTEGER


def charge(decision: Decision, rows: int) -> Charge:
    """The price of releasing so many rows, in micro-units."""
    price = decision.price
    if price is None:
        return Charge()
    units = rows if price.unit == PER_RECORD else 1
    return Charge(price_micro=units * price.amount_micro, currency=price.currency)
