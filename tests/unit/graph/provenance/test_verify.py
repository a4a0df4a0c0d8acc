import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.provenance.errors import GraphAlteredError
from graph.provenance.model import Edge, Node
from graph.provenance.projector import Projector, rebuild
from graph.provenance.verify import Difference, Finding, verify
from graph.stores import GraphStore
from tests.testkit.events import LICENCE, a_story, an_access
from tests.testkit.journals import MemoryJournal

COLUMNS = "(tenant, id, label, seq, at, changed, properties)"
THEN = "2026-03-01T09:00:00.000000Z"


@pytest.fixture
async def journal(store: GraphStore) -> MemoryJournal:
    """The whole story, projected."""
    told = MemoryJournal(*a_story())
    await Projector(told, store, batch=7).catch_up()
    return told


def tamper(folder: Path, statement: str) -> None:
    """Rewrite the graph behind the gateway's back."""
    connection = sqlite3.connect(folder / "graph.db")
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


async def test_a_projected_graph_is_what_the_journal_says(journal: MemoryJournal, store: GraphStore) -> None:
    report = await verify(journal, store)

    assert report.faithful
    assert (report.watermark, report.differences, report.findings, report.newer) == (journal.head, 0, (), 0)
    assert report.nodes > 30
    assert report.edges > 40


async def test_an_empty_graph_is_faithful_to_nothing(store: GraphStore) -> None:
    report = await verify(MemoryJournal(*a_story()), store)

    assert (report.watermark, report.nodes, report.faithful) == (-1, 0, True)


@pytest.mark.parametrize(
    ("statement", "difference", "named"),
    [
        (
            "DELETE FROM edge WHERE type = 13 AND src = (SELECT min(src) FROM edge WHERE type = 13)",
            "missing",
            " UNDER ",
        ),
        ("DELETE FROM node WHERE id = 'urn:muniment:consent-batch:main:9'", "missing", "consent-batch"),
        ("UPDATE node SET properties = json_set(properties, '$.rows', 1) WHERE label = 'AccessWindow'", "changed", "w"),
        ("UPDATE node SET at = '2020-01-01T00:00:00.000000Z' WHERE label = 'Licence'", "changed", LICENCE),
        ("UPDATE edge SET seq = seq - 1 WHERE type = 10", "changed", " INVALIDATED_BY "),
        (
            "INSERT INTO edge SELECT min(nid), 11, max(nid), 3 FROM node",
            "extra",
            " COVERS ",
        ),
        (
            f"INSERT INTO node{COLUMNS} VALUES('main', 'urn:x', 'Licence', 3, '{THEN}', 3, '{{}}')",
            "extra",
            "urn:x",
        ),
        (
            f"INSERT INTO node{COLUMNS} VALUES('main', 'urn:later', 'Licence', 3, '{THEN}', 9999, '{{}}')",
            "extra",
            "urn:later",
        ),
    ],
)
async def test_a_rewritten_graph_is_found_and_a_rebuild_heals_it(
    journal: MemoryJournal, store: GraphStore, tmp_path: Path, statement: str, difference: str, named: str
) -> None:
    tamper(tmp_path, statement)

    report = await verify(journal, store)

    assert not report.faithful
    assert any(each.difference is Difference(difference) and named in each.element for each in report.findings)
    await rebuild(journal, store)
    assert (await verify(journal, store)).faithful


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE node SET label = 'Evil' WHERE label = 'Licence'",
        "UPDATE node SET at = 'yesterday' WHERE label = 'Licence'",
        "UPDATE node SET properties = '[]' WHERE label = 'Licence'",
        "UPDATE edge SET type = 99 WHERE type = 13",
    ],
)
async def test_what_no_projection_can_write_is_named(
    journal: MemoryJournal, store: GraphStore, tmp_path: Path, statement: str
) -> None:
    tamper(tmp_path, statement)

    with pytest.raises(GraphAlteredError):
        await verify(journal, store)


class GrowingStore:
    """A store that is written to while it is scanned; an edge may be in it twice."""

    def __init__(self, store: GraphStore, journal: MemoryJournal, *, twice: bool = False) -> None:
        self._store = store
        self._journal = journal
        self._twice = twice

    async def watermark(self) -> int:
        return await self._store.watermark()

    async def scan(self) -> AsyncIterator[Node | Edge]:
        if not self._twice:
            await self._journal.append(an_access(licence="urn:muniment:licence:new"), an_access())
            await Projector(self._journal, self._store).catch_up()
        async for each in self._store.scan():
            yield each
            if self._twice and isinstance(each, Edge):
                self._twice = False
                yield each


async def test_what_is_written_meanwhile_is_not_mistaken_for_tampering(
    journal: MemoryJournal, store: GraphStore
) -> None:
    report = await verify(journal, GrowingStore(store, journal))

    assert report.faithful
    assert report.watermark == journal.head - 2
    assert report.newer > 2


async def test_an_element_that_is_there_twice_is_found(journal: MemoryJournal, store: GraphStore) -> None:
    report = await verify(journal, GrowingStore(store, journal, twice=True))

    assert [each.difference for each in report.findings] == [Difference.EXTRA]


async def test_a_journal_shorter_than_the_graph_shows_as_additions(journal: MemoryJournal, store: GraphStore) -> None:
    report = await verify(MemoryJournal(*a_story()[:5]), store)

    assert not report.faithful
    assert Finding(difference=Difference.EXTRA, element=LICENCE) in report.findings
