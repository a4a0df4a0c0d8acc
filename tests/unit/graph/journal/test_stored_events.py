"""Reading a journal that another process writes."""

from pathlib import Path

import pytest

from graph.errors import JournalCorruptError
from graph.journal.heads import HeadFile, HeadSigner
from graph.journal.journal import ORIGIN, Journal, beside
from graph.journal.stored_events import StoredEvents
from graph.signing import SigningKey
from tests.testkit.clock import FrozenClock
from tests.testkit.record import a_database, a_licence, record

pytestmark = pytest.mark.anyio


async def test_events_are_read_while_the_journal_is_open(tmp_path: Path) -> None:
    engine, key = a_database(tmp_path), SigningKey.generate()
    heads = HeadSigner(key=key, origin=ORIGIN, store=HeadFile(path=beside(engine)))
    async with Journal.open(engine, clock=FrozenClock(), key=key) as journal:
        await record(journal, *a_licence())
        await journal.checkpoint()
        stored = StoredEvents(engine, clock=FrozenClock(), heads=heads)

        assert await stored.check() == len(a_licence())
        assert await stored.events() == await journal.events()
        assert [each.seq for each in await stored.events(after=2, limit=2)] == [3, 4]
    engine.dispose()


async def test_a_journal_that_was_altered_is_not_read(tmp_path: Path) -> None:
    engine, key = a_database(tmp_path), SigningKey.generate()
    heads = HeadSigner(key=key, origin=ORIGIN, store=HeadFile(path=beside(engine)))
    async with Journal.open(engine, clock=FrozenClock(), key=key) as journal:
        await record(journal, *a_licence())
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM journal_event WHERE seq = 3")

    with pytest.raises(JournalCorruptError):
        await StoredEvents(engine, clock=FrozenClock(), heads=heads).check()
    engine.dispose()
