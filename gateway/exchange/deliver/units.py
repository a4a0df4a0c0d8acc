"""Which units a delivery holds or has used itself: decided again, it must not stand in its own way."""

from collections.abc import Mapping

from gateway.exchange.caps import caps_of
from graph.journal.rows import DeliveryRow
from policies.model import Policy


def held_units(row: DeliveryRow, licence: str, policy: Policy) -> Mapping[str, int]:
    """By counter: the rows of the licence's part, or one for a counter of executions."""
    rows = next((item.rows for item in row.items if item.licence == licence), 0)
    return {cap.counter: rows if cap.per_row else cap.amount for cap in caps_of(policy)}
