"""Reading the graph in SQLite: synchronous, each function one consistent snapshot, called in the reader's thread."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from graph.provenance.errors import CursorInvalidError, GraphAlteredError
from graph.provenance.model import Edge, Node, Property, moment_of
from graph.provenance.pages import Direction, EdgePage, NodePage
from graph.provenance.vocabulary import EDGE_TYPES, EdgeType, Label
from graph.stores import cursor
from graph.stores.sqlite.writing import position

_NODE: Final = "SELECT n.id, n.label, n.seq, n.at, n.changed, n.properties, n.nid"
_FIND: Final = f"""
    {_NODE} FROM node AS n INDEXED BY node_label
    WHERE n.tenant = :tenant AND n.label = :label AND n.nid > :start AND NOT EXISTS(
        SELECT 1 FROM json_each(:where) AS w
        WHERE json_extract(n.properties, '$.' || json_quote(w.key)) IS NOT w.value
            OR json_type(n.properties, '$.' || json_quote(w.key)) IS NOT w.type)
    ORDER BY n.nid LIMIT :limit"""  # noqa: S608  # made of constants

# INVARIANT: without ORDER BY, because CROSS JOIN pins the loops: frontier and types as given, then the index. To ask
# for an order makes SQLite read all edges of a hub before the first leaves it.
_LEVEL: Final = {
    Direction.BACKWARD: """
        SELECT e.src, e.type, m.id, e.seq FROM json_each(:frontier) AS f CROSS JOIN json_each(:types) AS t
        CROSS JOIN edge AS e ON e.src = f.value AND e.type = t.value AND e.seq <= :as_of
        CROSS JOIN node AS m ON m.nid = e.dst LIMIT :limit""",
    Direction.FORWARD: """
        SELECT e.dst, e.type, m.id, e.seq FROM json_each(:frontier) AS f CROSS JOIN json_each(:types) AS t
        CROSS JOIN edge AS e INDEXED BY edge_in ON e.dst = f.value AND e.type = t.value AND e.seq <= :as_of
        CROSS JOIN node AS m ON m.nid = e.src LIMIT :limit""",
}
_REST: Final = {
    Direction.BACKWARD: """
        SELECT e.src, e.type, m.id, e.seq FROM edge AS e CROSS JOIN node AS m ON m.nid = e.dst
        WHERE e.src = :near AND e.type = :type AND e.dst > :far AND e.seq <= :as_of ORDER BY e.dst LIMIT :limit""",
    Direction.FORWARD: """
        SELECT e.dst, e.type, m.id, e.seq FROM edge AS e INDEXED BY edge_in CROSS JOIN node AS m ON m.nid = e.src
        WHERE e.dst = :near AND e.type = :type AND e.src > :far AND e.seq <= :as_of ORDER BY e.src LIMIT :limit""",
}


def get(connection: sqlite3.Connection, tenant: str, ids: Collection[str]) -> Sequence[Node]:
    """The nodes that exist, by first naming."""
    rows = connection.execute(
        f"{_NODE} FROM json_each(?) AS f CROSS JOIN node AS n ON n.tenant = ? AND n.id = f.value ORDER BY n.nid",
        (json.dumps(list(dict.fromkeys(ids))), tenant),
    )
    return tuple(_node(row) for row in rows)


def expand(
    connection: sqlite3.Connection,
    tenant: str,
    frontier: Collection[str],
    direction: Direction,
    types: Collection[EdgeType],
    after: str | None,
    limit: int,
    as_of: int | None,
) -> EdgePage:
    """One page of edges; one more than asked is read, to know whether there are more."""
    with _snapshot(connection):
        watermark, _ = position(connection, tenant)
        seen = watermark if as_of is None else min(as_of, watermark)
        nids = _numbers(connection, tenant, frontier)
        codes = sorted({each.code for each in types})
        rows: list[tuple[int, int, str, int]] = []
        for statement, bounds in _parts(connection, tenant, sorted(nids), codes, direction, after):
            rows += connection.execute(statement, {**bounds, "as_of": seen, "limit": limit + 1 - len(rows)})
            if len(rows) > limit:
                break
    edges = tuple(_edge(nids[near], code, far, seq, direction) for near, code, far, seq in rows[:limit])
    return EdgePage(
        edges=edges, after=cursor.after_edge(edges[-1], direction) if len(rows) > limit else None, as_of=seen
    )


def find(
    connection: sqlite3.Connection,
    tenant: str,
    label: Label,
    where: Mapping[str, Property],
    after: str | None,
    limit: int,
) -> NodePage:
    """One page of nodes of a label."""
    with _snapshot(connection):
        watermark, _ = position(connection, tenant)
        start = 0 if after is None else _number(connection, tenant, cursor.node_position(after))
        rows = connection.execute(
            _FIND,
            {
                "tenant": tenant,
                "label": label.value,
                "start": start,
                "where": json.dumps(dict(where), ensure_ascii=False, separators=(",", ":")),
                "limit": limit + 1,
            },
        ).fetchall()
    nodes = tuple(_node(row) for row in rows[:limit])
    return NodePage(nodes=nodes, after=cursor.after_node(nodes[-1].id) if len(rows) > limit else None, as_of=watermark)


def scan(connection: sqlite3.Connection, tenant: str, start: int, limit: int) -> tuple[int, Sequence[Node | Edge]]:
    """The next nodes after number ``start``, and the edges that leave them; the number to go on from, 0 at the end."""
    with _snapshot(connection):
        rows = connection.execute(
            f"{_NODE} FROM node AS n WHERE n.tenant = ? AND n.nid > ? ORDER BY n.nid LIMIT ?", (tenant, start, limit)
        ).fetchall()
        sources = {row[6]: row[0] for row in rows}
        links = connection.execute(
            """SELECT e.src, e.type, m.id, e.seq FROM json_each(?) AS f CROSS JOIN edge AS e ON e.src = f.value
            CROSS JOIN node AS m ON m.nid = e.dst""",
            (json.dumps(list(sources)),),
        ).fetchall()
    found: list[Node | Edge] = [_node(row) for row in rows]
    found += [_edge(sources[near], code, far, seq, Direction.BACKWARD) for near, code, far, seq in links]
    return (rows[-1][6] if len(rows) == limit else 0), found


def _parts(
    connection: sqlite3.Connection,
    tenant: str,
    nids: Sequence[int],
    codes: Sequence[int],
    direction: Direction,
    after: str | None,
) -> Iterator[tuple[str, Mapping[str, int | str]]]:
    """What is left of a listing: the rest of the hub where the page ended, its other types, then the other nodes."""
    if after is not None:
        last = cursor.edge_position(after, direction)
        near, far = _number(connection, tenant, last.near), _number(connection, tenant, last.far)
        if near not in nids or last.type.code not in codes:
            raise CursorInvalidError
        yield _REST[direction], {"near": near, "type": last.type.code, "far": far}
        later = [each for each in codes if each > last.type.code]
        yield _LEVEL[direction], {"frontier": json.dumps([near]), "types": json.dumps(later)}
        nids = [each for each in nids if each > near]
    yield _LEVEL[direction], {"frontier": json.dumps(nids), "types": json.dumps(codes)}


def _numbers(connection: sqlite3.Connection, tenant: str, ids: Collection[str]) -> dict[int, str]:
    return dict(
        connection.execute(
            "SELECT n.nid, n.id FROM json_each(?) AS f CROSS JOIN node AS n ON n.tenant = ? AND n.id = f.value",
            (json.dumps(list(ids)), tenant),
        )
    )


def _number(connection: sqlite3.Connection, tenant: str, node: str) -> int:
    for number in _numbers(connection, tenant, [node]):
        return number
    raise CursorInvalidError


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def _node(row: Sequence[Any]) -> Node:
    try:
        properties = {
            name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(row[5]).items()
        }
        return Node(
            id=row[0], label=Label(row[1]), seq=row[2], at=moment_of(row[3]), changed=row[4], properties=properties
        )
    except (ValueError, TypeError, AttributeError):
        raise GraphAlteredError(str(row[0])) from None


def _edge(near: str, code: int, far: str, seq: int, direction: Direction) -> Edge:
    source, target = (near, far) if direction is Direction.BACKWARD else (far, near)
    if code not in EDGE_TYPES:
        raise GraphAlteredError(near)
    return Edge(source=source, type=EDGE_TYPES[code], target=target, seq=seq)
