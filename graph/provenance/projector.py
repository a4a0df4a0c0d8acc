"""The projector: brings the journal's events into the graph, in order, each once, however often either side stops.

The journal never waits for it. While the store is away the projector waits, and then goes on from the store's own
watermark.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

import structlog

from graph.journal.events import Recorded
from graph.provenance.errors import GraphError, GraphForeignError, GraphGapError, GraphUnavailableError
from graph.provenance.model import Batch
from graph.provenance.pages import Applied
from graph.provenance.rules import project

BATCH: Final = 1_000
"""Events that are brought over in one transaction at most."""
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_log = structlog.get_logger("graph.projector")


class EventSource(Protocol):
    """What the projector needs of a journal."""

    async def events(self, after: int, limit: int) -> Sequence[Recorded]:
        """The events after a seq, in order, at most so many."""
        ...

    async def wait_for(self, seq: int, /) -> int:
        """Wait until there is an event after ``seq``; the last event that there is then."""
        ...


class Projection(Protocol):
    """What the projector needs of a store; see ``graph.stores.port.GraphStore``."""

    @property
    def tenant(self) -> str:
        """Whose graph it is."""
        ...

    async def apply(self, batch: Batch) -> Applied:
        """Add a batch and move the watermark."""
        ...

    async def watermark(self) -> int:
        """The last event that the graph holds."""
        ...

    async def leaf(self) -> str:
        """Leaf hash of the event at the watermark."""
        ...

    async def reset(self) -> None:
        """Remove everything."""
        ...


def batch_of(recorded: Sequence[Recorded], tenant: str) -> Batch:
    """The batch of these events.

    Raises:
        ValueError: no events, or a gap among them.
    """
    return Batch(tenant=tenant, facts=tuple(project(each) for each in recorded), leaf=recorded[-1].leaf.hex())


class Projector:
    """Keeps one graph up with one journal. ``run`` is a task of its own; cancel it to stop."""

    def __init__(
        self,
        journal: EventSource,
        store: Projection,
        *,
        batch: int = BATCH,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._store = store
        self._batch = batch
        self._sleep = sleep
        self._watermark = -1
        self._head = -1
        self._problem: str | None = None
        self._failures = 0

    @property
    def watermark(self) -> int:
        """The last event known to be in the graph; -1 when none is, or before the store was asked."""
        return self._watermark

    @property
    def lag(self) -> int:
        """Events of the journal, as far as known, that are not in the graph yet."""
        return max(0, self._head - self._watermark)

    @property
    def problem(self) -> str | None:
        """Why the graph does not move at present, or nothing."""
        return self._problem

    async def run(self) -> None:
        """Follow the journal until cancelled; what is in the way is told, and tried again."""
        while True:
            try:
                await self._follow()
            except GraphGapError:
                # WHY: somebody reset the graph meanwhile; its watermark says where to go on.
                _log.info("graph.watermark_moved")
            except Exception as error:  # noqa: BLE001  # whatever it is, the journal goes on and the graph says that it stands
                self._tell(error)
                await self._sleep(min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._failures, 16)))
                self._failures += 1

    async def catch_up(self) -> int:
        """Bring over everything that the journal holds now.

        Returns:
            The watermark then.

        Raises:
            GraphUnavailableError: the store is away.
            GraphForeignError: the graph was made from another journal.
        """
        await self._begin()
        while await self._step():
            pass
        return self._watermark

    def _tell(self, error: Exception) -> None:
        match error:
            case GraphUnavailableError():
                problem = error.problem
            case GraphError():
                problem = f"{error.code}: {error.message}"
            case _:
                problem = "an error that is in the log"
        if self._problem != problem:
            _log.warning("graph.stands", problem=problem, exc_info=not isinstance(error, GraphError))
        self._problem = problem

    async def _follow(self) -> None:
        await self._begin()
        while True:
            if not await self._step():
                self._head = await self._journal.wait_for(self._watermark)

    async def _begin(self) -> None:
        """Ask the store how far it is, and whether that is a place in this journal."""
        watermark, leaf = await self._store.watermark(), await self._store.leaf()
        if watermark >= 0:
            there = await self._journal.events(watermark - 1, 1)
            if not there or there[0].leaf.hex() != leaf:
                raise GraphForeignError(watermark)
        self._watermark = watermark

    async def _step(self) -> bool:
        """Bring over the next batch; false when there is none."""
        recorded = await self._journal.events(self._watermark, self._batch)
        if recorded:
            self._head = max(self._head, recorded[-1].seq)
            applied = await self._store.apply(batch_of(recorded, self._store.tenant))
            self._watermark = applied.watermark
        self._problem, self._failures = None, 0
        return bool(recorded)


async def rebuild(journal: EventSource, store: Projection) -> int:
    """Drop the graph and make it again from the journal.

    Returns:
        The watermark then.
    """
    await store.reset()
    return await Projector(journal, store).catch_up()
