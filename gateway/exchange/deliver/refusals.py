"""What goes on record of packages that are not let out: one event a minute for one reason, however often it is asked.

Each request is answered all the same. What never left and never will ends with the first refusal.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from gateway.exchange.deliver.ending import end_sealed
from gateway.exchange.deliver.errors import DeliveryOutdatedError, DeliveryRefusedError
from gateway.exchange.ports import Ports
from gateway.exchange.read.model import Stage
from graph.journal.entries import Entry
from graph.journal.events import AccessDenied, AccessWithheld
from graph.journal.rows import DeliveryRow, DeliveryState

ONCE_IN: Final = timedelta(minutes=1)
_KEPT: Final = 4096

_Key: TypeAlias = tuple[str, str, str, str]
"""Delivery, client, licence, code."""
_Problem: TypeAlias = DeliveryRefusedError | DeliveryOutdatedError


class Refusals:
    """Records why packages are not let out; remembers what it recorded of late."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._recorded: OrderedDict[_Key, datetime] = OrderedDict()

    async def record(self, row: DeliveryRow, client: str, problem: _Problem) -> None:
        """Put a refusal on record, unless the same one is there since less than a minute."""
        event = _event(self._ports, row, client, problem)
        key = (row.delivery, client, event.licence, event.code)
        events = (event,) if self._due(key) else ()
        recorded = False
        try:
            # WHY: what never left needs its units no more; what has left stays booked.
            ends = row.state is DeliveryState.READY and (isinstance(problem, DeliveryOutdatedError) or problem.for_good)
            recorded = ends and await end_sealed(self._ports, row, event.code, *events)
            if events and not recorded:
                await self._ports.journal.append(Entry(events=events))
                recorded = True
        finally:
            if events and not recorded:
                self._recorded.pop(key, None)

    def _due(self, key: _Key) -> bool:
        """Whether the refusal is to be recorded; noted before it is, so that of many at once one is."""
        now, last = self._ports.clock(), self._recorded.get(key)
        if last is not None and last <= now < last + ONCE_IN:
            return False
        self._recorded[key] = now
        self._recorded.move_to_end(key)
        if len(self._recorded) > _KEPT:
            self._recorded.popitem(last=False)
        return True


def _event(ports: Ports, row: DeliveryRow, client: str, problem: _Problem) -> AccessDenied | AccessWithheld:
    item = next((each for each in row.items if each.licence == problem.licence), row.items[0])
    about = {
        "access": ports.ids.new("access"),
        "operation": row.plan,
        "licence": item.licence,
        "dataset": item.dataset,
        "party": row.party,
        "client": client,
        "action": row.action,
        "purpose": row.purpose,
    }
    if isinstance(problem, DeliveryRefusedError):
        return AccessDenied(**about, stage=Stage.DECIDE.value, code=problem.reason, clause=problem.clause)
    rows = sum(each.rows for each in row.items)
    return AccessWithheld(**about, stage=Stage.COMMIT.value, code=problem.code, clause=problem.clause, rows=rows)
