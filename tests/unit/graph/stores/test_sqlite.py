import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.provenance.errors import GraphUnavailableError
from graph.provenance.pages import Direction
from graph.stores.sqlite import SqliteGraphStore
from graph.stores.sqlite.reading import _LEVEL, _REST
from graph.stores.sqlite.schema import SHAPE
from tests.testkit.graphs import a_batch, everything, links


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteGraphStore]:
    opened = SqliteGraphStore(tmp_path / "graph.db")
    yield opened
    await opened.close()


async def test_a_graph_is_there_after_closing_and_opening(store: SqliteGraphStore, tmp_path: Path) -> None:
    await store.apply(a_batch(links(("a", "b"))))
    again = SqliteGraphStore(tmp_path / "graph.db")

    assert await again.watermark() == 0
    assert await everything(again) == await everything(store)
    await again.close()


async def test_a_file_of_another_shape_is_emptied_and_filled_again(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "graph.db") as old:
        old.execute("CREATE TABLE node(id TEXT)")
        old.execute(f"PRAGMA user_version = {SHAPE + 1}")
    old.close()
    store = SqliteGraphStore(tmp_path / "graph.db")

    assert await store.watermark() == -1
    await store.apply(a_batch(links(("a", "b"))))
    assert len((await everything(store))[0]) == 2
    await store.close()


async def test_a_file_that_cannot_be_opened_is_named_as_unavailable(tmp_path: Path) -> None:
    store = SqliteGraphStore(tmp_path / "nowhere" / "graph.db")

    with pytest.raises(GraphUnavailableError, match="unable to open database file"):
        await store.apply(a_batch(links(("a", "b"))))
    health = await store.health()

    assert (health.reachable, health.detail) == (False, "unable to open database file")
    (tmp_path / "nowhere").mkdir()
    assert (await store.apply(a_batch(links(("a", "b"))))).applied
    assert (await store.health()).reachable
    await store.close()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "graph.db").write_text("dear diary, " * 100)
    store = SqliteGraphStore(tmp_path / "graph.db")

    with pytest.raises(GraphUnavailableError, match="not a database"):
        await store.watermark()

    assert (tmp_path / "graph.db").read_text() == "dear diary, " * 100
    await store.close()


async def test_reading_goes_on_while_another_process_writes(store: SqliteGraphStore, tmp_path: Path) -> None:
    await store.apply(a_batch(links(("a", "b"))))
    other = sqlite3.connect(tmp_path / "graph.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    page = await store.expand(["a"], Direction.BACKWARD)

    assert len(page.edges) == 1
    other.execute("ROLLBACK")
    other.close()


async def test_a_hub_is_read_by_its_index_and_never_sorted(store: SqliteGraphStore, tmp_path: Path) -> None:
    """What the order of a page rests on."""
    await store.apply(a_batch(links(("a", "b"))))
    connection = sqlite3.connect(tmp_path / "graph.db")
    bounds = {"frontier": "[1]", "types": "[1]", "as_of": 1, "limit": 1, "near": 1, "type": 1, "far": 1}
    for direction, index in ((Direction.BACKWARD, "PRIMARY KEY"), (Direction.FORWARD, "COVERING INDEX edge_in")):
        for statement, other_end in ((_LEVEL[direction], ""), (_REST[direction], " AND ")):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bounds)]

            search = next(step for step in plan if step.startswith("SEARCH e "))
            assert f"USING {index} (" in search
            assert " AND type=?" in search
            assert other_end in search
            assert not any("TEMP B-TREE" in step for step in plan)
    connection.close()
