"""What is done for deliveries in the background: one after the other is prepared, and old files are removed.

Both begin anew after a restart, from what is on record and on the disk.
"""

import asyncio
from typing import Final

import structlog

from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.deliver.progress import PreparationStage, Progress
from gateway.exchange.deliver.retention import remove_unneeded
from gateway.exchange.ports import Ports
from graph.journal.rows import DeliveryState

_PAGE: Final = 100
_PATIENCE_S: Final = 5.0
"""How long to wait before what could not be recorded is tried again."""
_ROUND_S: Final = 60.0
"""How long after each other files are looked for that nobody may have any more."""
_log = structlog.get_logger("gateway.exchange")


class BackgroundPreparations:
    """Implements ``gateway.exchange.ports.Preparations``.

    One at a time: a preparation reads all platforms of its datasets anyway, and memory stays that of one.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._progress: dict[str, Progress] = {}
        self._problem: str | None = "the preparations have not begun"

    def begin(self, delivery: str) -> None:
        """See ``Preparations.begin``."""
        if delivery not in self._progress:
            self._progress[delivery] = Progress(stage=PreparationStage.WAITING)
            self._waiting.put_nowait(delivery)

    def progress(self, delivery: str) -> Progress | None:
        """See ``Preparations.progress``."""
        return self._progress.get(delivery)

    @property
    def problem(self) -> str | None:
        """Why nothing is prepared; nothing when all is well."""
        return self._problem

    async def run(self, ports: Ports) -> None:
        """Prepare what waits, and remove the files that nobody may have any more; until cancelled."""
        self._problem = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._prepare(ports))
                tasks.create_task(_remove(ports))
        finally:
            self._problem = "the preparations have ended"

    async def _prepare(self, ports: Ports) -> None:
        """First what an earlier process left unfinished."""
        await self._take_up(ports)
        while True:
            delivery = await self._waiting.get()
            try:
                await prepare(ports, delivery, lambda now, of=delivery: self._tell(of, now))  # type: ignore[misc]  # bound now
            except Exception as problem:  # noqa: BLE001  # whatever it is, what waits behind it is prepared
                # WHY: it stays PREPARING on record, so nothing is lost; a record that cannot be written may heal.
                await self._pause("delivery.unrecorded", problem, delivery=delivery)
                self._waiting.put_nowait(delivery)
            else:
                self._problem = None
                del self._progress[delivery]

    async def _take_up(self, ports: Ports) -> None:
        while True:
            try:
                for delivery in await _unfinished(ports):
                    self.begin(delivery)
            except Exception as problem:  # noqa: BLE001  # a record that cannot be read may heal
                await self._pause("deliveries.unread", problem)
            else:
                self._problem = None
                return

    async def _pause(self, event: str, problem: Exception, **facts: str) -> None:
        self._problem = str(problem) or type(problem).__name__
        _log.error(event, exc_info=problem, **facts)
        await asyncio.sleep(_PATIENCE_S)

    def _tell(self, delivery: str, now: Progress) -> None:
        self._progress[delivery] = now


async def _remove(ports: Ports) -> None:
    while True:
        try:
            await remove_unneeded(ports)
        except Exception:  # noqa: BLE001  # whatever it is, the next round may do it
            _log.exception("deliveries.unremoved")
        await asyncio.sleep(_ROUND_S)


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
