"""Opening, waiting, reading, closing: the asynchronous face and the one writer behind it."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from graph.errors import DatabaseUrlError, EntryInvalidError, JournalClosedError, JournalWriteError
from graph.journal.entries import Outcome
from graph.journal.events import Event
from graph.journal.heads import HeadFile, HeadSigner
from graph.journal.journal import Appended, Entry, Journal
from graph.journal.view import View
from graph.journal.writer import Writer
from graph.signing import SigningKey
from tests.testkit.clock import NOON, FrozenClock
from tests.testkit.record import a_database, a_journal, a_party, record

KEY = SigningKey.generate()


@contextmanager
def a_writer(folder: Path, clock: "BlockingClock | FrozenClock") -> Iterator[Writer]:
    engine = a_database(folder)
    signer = HeadSigner(key=KEY, origin="log", store=HeadFile(path=folder / "head"))
    writer = Writer(engine, clock=clock, tenant="main", signer=signer, committed=lambda _: None)
    try:
        yield writer
    finally:
        writer.close()
        engine.dispose()


class BlockingClock:
    """Stops the writer inside its transaction until it is let on."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_on = threading.Event()
        self.readings = 0

    def __call__(self) -> datetime:
        self.readings += 1
        self.asked.set()
        assert self.let_on.wait(5)
        return NOON


def entry(number: int) -> Entry:
    return Entry(events=(a_party(f"urn:party:{number}"),))


async def test_a_reopened_journal_goes_on_where_it_was(tmp_path: Path) -> None:
    async with a_journal(tmp_path, key=KEY) as journal:
        first = await record(journal, a_party("urn:a"))
    async with a_journal(tmp_path, key=KEY) as journal:
        assert journal.last_seq == 0
        second = await record(journal, a_party("urn:b"))

        assert list(await journal.events()) == [*first, *second]


async def test_waiting_ends_with_the_next_event(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_party("urn:a"))
        assert await journal.wait_for(-1) == 0

        waiting = asyncio.create_task(journal.wait_for(1))
        await record(journal, a_party("urn:b"))
        await asyncio.sleep(0)
        assert not waiting.done()
        await record(journal, a_party("urn:c"))

        assert await waiting == 2


async def test_waiting_ends_when_the_journal_closes(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        waiting = asyncio.create_task(journal.wait_for(0))
        await asyncio.sleep(0)

    with pytest.raises(JournalClosedError):
        await waiting


async def test_a_closed_journal_takes_and_tells_nothing(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        pass

    with pytest.raises(JournalClosedError):
        await journal.append(entry(1))
    with pytest.raises(JournalClosedError):
        await journal.view(lambda view: view.size)
    with pytest.raises(JournalClosedError):
        await journal.proof(0)
    with pytest.raises(JournalClosedError):
        await journal.checkpoint()


async def test_what_waits_when_the_journal_closes_is_committed(tmp_path: Path) -> None:
    async with a_journal(tmp_path, key=KEY) as journal:
        waiting = [asyncio.create_task(journal.append(entry(number))) for number in range(5)]
        await asyncio.sleep(0)

    outcomes = [outcome for call in await asyncio.gather(*waiting) for outcome in call]
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    async with a_journal(tmp_path, key=KEY) as journal:
        assert journal.last_seq == 4


async def test_what_a_view_raises_reaches_the_caller(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        with pytest.raises(ZeroDivisionError):
            await journal.view(lambda _: 1 // 0)


async def test_a_view_is_one_state_whatever_is_appended_meanwhile(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    async with a_journal(tmp_path) as journal:
        await record(journal, a_party("urn:a"))

        def twice(view: View) -> tuple[int, int]:
            before = view.size
            begun.set()
            assert go_on.wait(5)
            return before, view.size

        reading = asyncio.create_task(journal.view(twice))
        await asyncio.to_thread(begun.wait, 5)
        await record(journal, a_party("urn:b"))
        go_on.set()

        assert await reading == (1, 1)


async def test_a_heads_store_and_an_origin_of_ones_own(tmp_path: Path) -> None:
    kept: list[str] = []

    class Heads:
        def load(self) -> str | None:
            return kept[-1] if kept else None

        def save(self, note: str) -> None:
            kept.append(note)

    engine = a_database(tmp_path)
    async with Journal.open(
        engine, clock=FrozenClock(), key=KEY, tenant="t", origin="example.com/log", heads=Heads()
    ) as journal:
        (recorded,) = await record(journal, a_party())
    engine.dispose()

    assert recorded.tenant == "t"
    assert journal.origin == "example.com/log"
    assert [note.splitlines()[:2] for note in kept] == [["example.com/log", "1"]]
    assert not (tmp_path / "journal.db.head").exists()


def test_calls_that_wait_share_one_commit(tmp_path: Path) -> None:
    clock = BlockingClock()
    with a_writer(tmp_path, clock) as writer:
        first = writer.append([entry(0)])
        assert clock.asked.wait(5)
        others = [writer.append([entry(number)]) for number in range(1, 20)]
        clock.let_on.set()

        places = [_place(future.result(5)) for future in (first, *others)]

    assert places == list(range(20))
    assert clock.readings == 2


def _place(outcomes: tuple[Outcome, ...]) -> int:
    (outcome,) = outcomes
    return outcome.recorded[0].seq


def test_a_call_cancelled_before_its_turn_appends_nothing(tmp_path: Path) -> None:
    clock = BlockingClock()
    with a_writer(tmp_path, clock) as writer:
        first = writer.append([entry(0)])
        assert clock.asked.wait(5)
        second, third = writer.append([entry(1)]), writer.append([entry(2)])
        assert second.cancel()
        assert not first.cancel()
        clock.let_on.set()

        assert _place(first.result(5)) == 0
        assert _place(third.result(5)) == 1


def test_when_every_waiting_call_was_cancelled_nothing_is_committed(tmp_path: Path) -> None:
    clock = BlockingClock()
    with a_writer(tmp_path, clock) as writer:
        first = writer.append([entry(0)])
        assert clock.asked.wait(5)
        assert writer.append([entry(1)]).cancel()
        clock.let_on.set()
        assert _place(first.result(5)) == 0

        assert _place(writer.append([entry(2)]).result(5)) == 1

    assert clock.readings == 2


async def test_a_cancelled_caller_is_let_go_whatever_becomes_of_the_entry(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        for number in range(20):
            call = asyncio.create_task(journal.append(entry(number)))
            await asyncio.sleep(0)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

        (recorded,) = await record(journal, a_party("urn:last"))

        assert [each.seq for each in await journal.events()] == list(range(recorded.seq + 1))


async def test_a_caller_cancelled_while_the_transaction_runs_is_let_go_too(tmp_path: Path) -> None:
    clock = BlockingClock()
    engine = a_database(tmp_path)
    async with Journal.open(engine, clock=clock, key=KEY) as journal:
        call = asyncio.create_task(journal.append(entry(1)))
        await asyncio.to_thread(clock.asked.wait, 5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        clock.let_on.set()

        assert await journal.wait_for(-1) == 0
    engine.dispose()


def test_no_more_calls_than_the_bound_share_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.journal.writer.CALLS_PER_COMMIT", 4)
    clock = BlockingClock()
    with a_writer(tmp_path, clock) as writer:
        futures = [writer.append([entry(0)])]
        assert clock.asked.wait(5)
        futures += [writer.append([entry(number)]) for number in range(1, 10)]
        clock.let_on.set()
        for future in futures:
            future.result(5)

    assert clock.readings == 4


async def test_when_nothing_can_be_written_every_caller_hears_of_it(tmp_path: Path) -> None:
    async with a_journal(tmp_path, key=KEY) as journal:
        await record(journal, a_party("urn:a"))
        spoilt = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
        spoilt.execute("ALTER TABLE journal_event RENAME TO elsewhere")

        calls = await asyncio.gather(*(journal.append(entry(number)) for number in range(3)), return_exceptions=True)
        spoilt.execute("ALTER TABLE elsewhere RENAME TO journal_event")
        spoilt.close()

        assert [type(each) for each in calls] == [JournalWriteError] * 3
        (recorded,) = await record(journal, a_party("urn:b"))
        assert recorded.seq == 1


def test_an_unexpected_failure_reaches_the_caller_and_the_writer_goes_on(tmp_path: Path) -> None:
    broken: Future[tuple[Outcome, ...]]
    with a_writer(tmp_path, FrozenClock()) as writer:
        unheard: Event = object()  # type: ignore[assignment]  # what no type checker lets through
        broken = writer.append([Entry(events=(unheard,))])
        assert isinstance(broken.exception(5), TypeError)

        assert _place(writer.append([entry(1)]).result(5)) == 0


async def test_an_event_of_wrong_types_is_refused(tmp_path: Path) -> None:
    wrong = replace(a_party(), client=5)  # type: ignore[arg-type]  # what no type checker lets through
    async with a_journal(tmp_path) as journal:
        with pytest.raises(EntryInvalidError):
            await record(journal, wrong)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is not a database, and it is long enough to tell" * 100)

    with pytest.raises(DatabaseUrlError, match="not a database"):
        async with a_journal(tmp_path):
            pass
