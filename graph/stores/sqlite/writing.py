"""Applying a batch in SQLite: synchronous, one transaction, called in the writer's thread."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from graph.provenance.errors import GraphDanglingError, GraphGapError
from graph.provenance.model import Batch, Edge, text_of
from graph.provenance.pages import Applied
from graph.provenance.vocabulary import Counter
from graph.stores.changes import MarkRow, NodeRow, TallyRow, fold

_NAME: Final = """
    INSERT INTO node(tenant, id, label, seq, at, changed, properties) VALUES(?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT(tenant, id) DO UPDATE SET
        properties = json_patch(excluded.properties, properties), changed = max(changed, excluded.changed)
    WHERE excluded.properties <> '{}'"""
_MARK: Final = """
    UPDATE node SET properties = json_patch(properties, ?), changed = max(changed, ?) WHERE tenant = ? AND id = ?"""
_ADDED: Final = ", ".join(
    f"'$.{each}', coalesce(json_extract(properties, '$.{each}'), 0) + :{each}" for each in Counter
)
_TALLY: Final = f"""
    UPDATE node SET properties = json_set(properties, {_ADDED}), changed = max(changed, :last), counted_to = :last
    WHERE tenant = :tenant AND id = :id AND counted_to < :first"""  # noqa: S608  # made of a closed list
_LINK: Final = "INSERT OR IGNORE INTO edge(src, type, dst, seq) VALUES(?, ?, ?, ?)"
_MOVE: Final = """
    INSERT INTO watermark(tenant, seq, leaf) VALUES(?, ?, ?)
    ON CONFLICT(tenant) DO UPDATE SET seq = excluded.seq, leaf = excluded.leaf"""


def apply(connection: sqlite3.Connection, batch: Batch) -> Applied:
    """Add what lies beyond the watermark, and move it, or do nothing at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        applied = _apply(connection, batch)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return applied


def reset(connection: sqlite3.Connection, tenant: str) -> None:
    """Remove everything of the tenant."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DELETE FROM edge WHERE src IN (SELECT nid FROM node WHERE tenant = ?)", (tenant,))
    connection.execute("DELETE FROM node WHERE tenant = ?", (tenant,))
    connection.execute("DELETE FROM watermark WHERE tenant = ?", (tenant,))
    connection.execute("COMMIT")


def position(connection: sqlite3.Connection, tenant: str) -> tuple[int, str]:
    """The watermark and the leaf hash there; -1 and nothing when there is no graph."""
    row = connection.execute("SELECT seq, leaf FROM watermark WHERE tenant = ?", (tenant,)).fetchone()
    return (-1, "") if row is None else (int(row[0]), str(row[1]))


def _apply(connection: sqlite3.Connection, batch: Batch) -> Applied:
    watermark, _ = position(connection, batch.tenant)
    if batch.to_seq <= watermark:
        return Applied(applied=False, watermark=watermark)
    if batch.from_seq > watermark + 1:
        raise GraphGapError(watermark, batch.from_seq)
    changes = fold(batch.after(watermark))
    _name(connection, batch.tenant, changes.nodes.values())
    _link(connection, batch.tenant, changes.edges)
    _mark(connection, batch.tenant, changes.marks)
    _tally(connection, batch.tenant, changes.tallies)
    connection.execute(_MOVE, (batch.tenant, batch.to_seq, batch.leaf))
    return Applied(applied=True, watermark=batch.to_seq)


def _name(connection: sqlite3.Connection, tenant: str, rows: Iterable[NodeRow]) -> None:
    connection.executemany(
        _NAME,
        [
            (tenant, row.id, row.label.value, row.seq, text_of(row.at), row.changed, _json(row.properties))
            for row in rows
        ],
    )


def _link(connection: sqlite3.Connection, tenant: str, edges: Iterable[Edge]) -> None:
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    known = connection.execute(
        "SELECT n.id, n.nid FROM json_each(?) AS f CROSS JOIN node AS n ON n.tenant = ? AND n.id = f.value",
        (_json(sorted(ends)), tenant),
    )
    numbers: dict[str, int] = {}
    numbers.update(known)
    if missing := ends - numbers.keys():
        raise GraphDanglingError(min(missing))
    connection.executemany(
        _LINK, sorted((numbers[each.source], each.type.code, numbers[each.target], each.seq) for each in edges)
    )


def _mark(connection: sqlite3.Connection, tenant: str, marks: Mapping[str, MarkRow]) -> None:
    for node, row in marks.items():
        done = connection.execute(_MARK, (_json(row.properties), row.changed, tenant, node))
        if done.rowcount == 0:
            raise GraphDanglingError(node)


def _tally(connection: sqlite3.Connection, tenant: str, tallies: Mapping[str, TallyRow]) -> None:
    for node, row in tallies.items():
        # INVARIANT: counted once: the watermark moves in this transaction, and a window never counts an event again.
        bounds: dict[str, str | int] = {"tenant": tenant, "id": node, "first": row.first, "last": row.last}
        done = connection.execute(_TALLY, bounds | {counter.value: count for counter, count in row.counts.items()})
        if done.rowcount == 0 and not _exists(connection, tenant, node):
            raise GraphDanglingError(node)


def _exists(connection: sqlite3.Connection, tenant: str, node: str) -> bool:
    return connection.execute("SELECT 1 FROM node WHERE tenant = ? AND id = ?", (tenant, node)).fetchone() is not None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
