import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from graph.journal.events import Event
from graph.provenance.errors import GraphForeignError, GraphGapError, GraphUnavailableError
from graph.provenance.model import Batch
from graph.provenance.pages import Applied
from graph.provenance.projector import Projector, batch_of, rebuild
from graph.stores import GraphStore
from tests.testkit.events import a_journal_of, a_publication, a_story, an_access
from tests.testkit.graphs import everything
from tests.testkit.journals import MemoryJournal


class MovingStore:
    """A store that can go away, and whose batches can be lost behind the projector's back."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self.away = False
        self.only_writing_fails = False
        self.batches: list[tuple[int, int]] = []
        self.gap_once = False
        self.stays: Exception | None = None

    @property
    def tenant(self) -> str:
        return self._store.tenant

    async def apply(self, batch: Batch) -> Applied:
        if self.away or self.only_writing_fails:
            raise GraphUnavailableError("gone fishing")
        if self.gap_once:
            self.gap_once = False
            await self._store.reset()
            raise GraphGapError(-1, batch.from_seq)
        self.batches.append((batch.from_seq, batch.to_seq))
        return await self._store.apply(batch)

    async def watermark(self) -> int:
        if self.stays is not None:
            raise self.stays
        if self.away:
            raise GraphUnavailableError("gone fishing")
        return await self._store.watermark()

    async def leaf(self) -> str:
        return await self._store.leaf()

    async def reset(self) -> None:
        await self._store.reset()


@asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[None]:
    task = asyncio.create_task(projector.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.001)


def accesses(count: int) -> list[Event]:
    return [an_access(rows=number) for number in range(count)]


async def test_catching_up_brings_over_everything_in_batches(store: GraphStore) -> None:
    journal = MemoryJournal(*accesses(25))
    moving = MovingStore(store)
    projector = Projector(journal, moving, batch=10)

    reached = await projector.catch_up()

    assert reached == await store.watermark() == projector.watermark == 24
    assert moving.batches == [(0, 9), (10, 19), (20, 24)]
    assert projector.lag == 0


async def test_the_graph_is_the_same_however_the_events_were_cut(store: GraphStore) -> None:
    await Projector(MemoryJournal(*a_story()), store, batch=1).catch_up()
    one_by_one = await everything(store)

    await rebuild(MemoryJournal(*a_story()), store)

    assert await everything(store) == one_by_one


async def test_a_running_projector_follows_the_journal(store: GraphStore) -> None:
    journal = MemoryJournal(a_publication())
    projector = Projector(journal, store)

    async with running(projector):
        await until(lambda: projector.watermark == 0)
        await journal.append(*accesses(5))
        await until(lambda: projector.watermark == 5)

    assert projector.lag == 0
    assert projector.problem is None


async def test_it_waits_longer_and_longer_while_the_store_is_away_and_then_catches_up(store: GraphStore) -> None:
    journal = MemoryJournal(*accesses(3))
    moving = MovingStore(store)
    moving.away = True
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            moving.away = False
        await asyncio.sleep(0)

    projector = Projector(journal, moving, sleep=pause)
    async with running(projector):
        await until(lambda: projector.watermark == 2)
        assert projector.problem is None
        moving.only_writing_fails = True
        await journal.append(*accesses(2))
        await until(lambda: projector.problem is not None)
        assert projector.lag == 2
        assert projector.problem == "gone fishing"
        moving.only_writing_fails = False
        await until(lambda: projector.lag == 0)

    assert pauses[:9] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0, 10.0]
    assert pauses[9] == 0.2
    assert await store.watermark() == 4
    (window,) = [node for node in (await everything(store))[0].values() if node.label == "AccessWindow"]
    assert window.properties["accesses"] == 5


async def test_it_goes_on_when_somebody_resets_the_graph_meanwhile(store: GraphStore) -> None:
    journal = MemoryJournal(*accesses(3))
    moving = MovingStore(store)
    projector = Projector(journal, moving)

    async with running(projector):
        await until(lambda: projector.watermark == 2)
        moving.gap_once = True
        await journal.append(*accesses(1))
        await until(lambda: projector.watermark == 3)

    (window,) = [node for node in (await everything(store))[0].values() if node.label == "AccessWindow"]
    assert window.properties["accesses"] == 4


async def test_a_projector_goes_on_where_another_stopped(store: GraphStore) -> None:
    journal = MemoryJournal(*accesses(4))
    await Projector(journal, store).catch_up()
    await journal.append(*accesses(2))
    moving = MovingStore(store)

    await Projector(journal, moving).catch_up()

    assert moving.batches == [(4, 5)]


@pytest.mark.parametrize("mine", [[an_access(rows=99)], [], [a_publication(), an_access(rows=4), an_access()]])
async def test_a_graph_of_another_journal_is_refused(store: GraphStore, mine: list[Event]) -> None:
    await Projector(MemoryJournal(*accesses(2)), store).catch_up()
    before = await everything(store)

    with pytest.raises(GraphForeignError) as refused:
        await Projector(MemoryJournal(*mine), store).catch_up()

    assert refused.value.watermark == 1
    assert await everything(store) == before


@pytest.mark.parametrize("stays", [GraphForeignError(1), RuntimeError("a mistake of ours")])
async def test_what_keeps_the_graph_from_moving_is_told_and_tried_again(store: GraphStore, stays: Exception) -> None:
    moving = MovingStore(store)
    moving.stays = stays
    projector = Projector(MemoryJournal(*accesses(3)), moving, sleep=lambda _: asyncio.sleep(0))

    async with running(projector):
        await until(lambda: projector.problem is not None)
        told = str(projector.problem)
        moving.stays = None
        await until(lambda: projector.watermark == 2)

    assert ("GRAPH_OF_ANOTHER_JOURNAL" in told) == isinstance(stays, GraphForeignError)
    assert "mistake" not in told
    assert projector.problem is None


async def test_an_empty_journal_and_an_empty_graph_agree(store: GraphStore) -> None:
    assert await Projector(MemoryJournal(), store).catch_up() == -1


def test_a_batch_carries_the_leaf_of_its_last_event() -> None:
    recorded = a_journal_of(*a_story())

    batch = batch_of(recorded, "main")

    assert (batch.from_seq, batch.to_seq, batch.leaf) == (0, len(recorded) - 1, recorded[-1].leaf.hex())
