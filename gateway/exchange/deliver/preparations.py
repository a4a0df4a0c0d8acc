"""The deliveries that are being prepared: one after the other, in the background, and again after a restart."""

import asyncio
from typing import Final

import structlog

from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.deliver.progress import PreparationStage, Progress
from gateway.exchange.ports import Ports
from graph.journal.rows import DeliveryState

_PAGE: Final = 100
_PATIENCE_S: Final = 5.0
"""How long to wait before what could not be recorded is tried again."""
_log = structlog.get_logger("gateway.exchange")


class BackgroundPreparations:
    """Implements ``gateway.exchange.ports.Preparations``.

    One at a time: a preparation reads all platforms of its datasets anyway, and memory stays that of one.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._progress: dict[str, Progress] = {}

    def begin(self, delivery: str) -> None:
        """See ``Preparations.begin``."""
        if delivery not in self._progress:
            self._progress[delivery] = Progress(stage=PreparationStage.WAITING)
            self._waiting.put_nowait(delivery)

    def progress(self, delivery: str) -> Progress | None:
        """See ``Preparations.progress``."""
        return self._progress.get(delivery)

    async def run(self, ports: Ports) -> None:
        """Prepare what waits, first what an earlier process left unfinished; until cancelled."""
        for delivery in await _unfinished(ports):
            self.begin(delivery)
        while True:
            delivery = await self._waiting.get()
            try:
                await prepare(ports, delivery, lambda now, of=delivery: self._tell(of, now))  # type: ignore[misc]  # bound now
            except Exception:  # noqa: BLE001  # whatever it is, what waits behind it is prepared
                # WHY: it stays PREPARING on record, so nothing is lost; a record that cannot be written may heal.
                _log.exception("delivery.unrecorded", delivery=delivery)
                await asyncio.sleep(_PATIENCE_S)
                self._waiting.put_nowait(delivery)
            else:
                del self._progress[delivery]

    def _tell(self, delivery: str, now: Progress) -> None:
        self._progress[delivery] = now


async def _unfinished(ports: Ports) -> list[str]:
    found: list[str] = []
    after: int | None = None
    while True:
        rows = await ports.journal.view(
            lambda view, since=after: view.deliveries_in(DeliveryState.PREPARING, after=since, limit=_PAGE)  # type: ignore[misc]  # bound now
        )
        found.extend(row.delivery for row in rows)
        if len(rows) < _PAGE:
            return found
        after = rows[-1].seq
