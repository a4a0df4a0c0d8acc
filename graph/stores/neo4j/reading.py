"""Reading the graph in Neo4j: the work of one read transaction each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from neo4j import AsyncManagedTransaction

from graph.provenance.errors import CursorInvalidError, GraphAlteredError
from graph.provenance.model import RESERVED, Edge, Node, Property, moment_of
from graph.provenance.pages import Direction, EdgePage, NodePage
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores import cursor
from graph.stores.neo4j import cypher


async def position(tx: AsyncManagedTransaction, tenant: str) -> tuple[int, str]:
    """The watermark and the leaf hash there; -1 and nothing when there is no graph."""
    result = await tx.run(cypher.READ_WATERMARK, tenant=tenant)
    record = await result.single()
    return (-1, "") if record is None else (record["seq"], record["leaf"])


async def get(tx: AsyncManagedTransaction, tenant: str, ids: Collection[str]) -> Sequence[Node]:
    """The nodes that exist, by first naming."""
    result = await tx.run(cypher.GET, tenant=tenant, ids=list(dict.fromkeys(ids)))
    return tuple([_node(record["node"]) async for record in result])


async def expand(
    tx: AsyncManagedTransaction,
    tenant: str,
    frontier: Collection[str],
    direction: Direction,
    types: frozenset[EdgeType],
    after: str | None,
    limit: int,
    as_of: int | None,
) -> EdgePage:
    """One page of edges; one more than asked is read, to know whether there are more."""
    watermark, _ = await position(tx, tenant)
    # INVARIANT: later statements of the transaction may see later commits; the watermark read first bounds them all.
    seen = watermark if as_of is None else min(as_of, watermark)
    if not types or not frontier:
        return EdgePage(edges=(), after=None, as_of=seen)
    asked = list(dict.fromkeys(frontier))
    near, code, far = -1, -1, -1
    if after is not None:
        last = cursor.edge_position(after, direction)
        if last.near not in asked or last.type not in types:
            raise CursorInvalidError
        near, code, far = await _order(tx, tenant, last.near), last.type.code, await _order(tx, tenant, last.far)
    bounds = {"near": near, "code": code, "far": far, "as_of": seen, "limit": limit + 1}
    result = await tx.run(cypher.expand(direction, types), bounds, tenant=tenant, frontier=asked)
    edges = [_edge(*record.values("near", "type", "far", "seq"), direction=direction) async for record in result]
    page = tuple(edges[:limit])
    return EdgePage(
        edges=page, after=cursor.after_edge(page[-1], direction) if len(edges) > limit else None, as_of=seen
    )


async def find(
    tx: AsyncManagedTransaction,
    tenant: str,
    label: Label,
    where: Mapping[str, Property],
    after: str | None,
    limit: int,
) -> NodePage:
    """One page of nodes of a label."""
    watermark, _ = await position(tx, tenant)
    start = -1 if after is None else await _order(tx, tenant, cursor.node_position(after))
    wanted = {name: list(value) if isinstance(value, tuple) else value for name, value in where.items()}
    result = await tx.run(cypher.FIND, tenant=tenant, label=label.value, where=wanted, start=start, limit=limit + 1)
    nodes = [_node(record["node"]) async for record in result]
    page = tuple(nodes[:limit])
    return NodePage(nodes=page, after=cursor.after_node(page[-1].id) if len(nodes) > limit else None, as_of=watermark)


async def scan(
    tx: AsyncManagedTransaction, tenant: str, start: int, limit: int
) -> tuple[int | None, Sequence[Node | Edge]]:
    """The next nodes after the order ``start``, and the edges that leave them; where to go on from, if anywhere."""
    result = await tx.run(cypher.SCAN_NODES, tenant=tenant, start=start, limit=limit)
    stored = [record["node"] async for record in result]
    found: list[Node | Edge] = [_node(each) for each in stored]
    links = await tx.run(cypher.SCAN_EDGES, tenant=tenant, ids=[each["id"] for each in stored])
    found += [
        _edge(*record.values("near", "type", "far", "seq"), direction=Direction.BACKWARD) async for record in links
    ]
    return (stored[-1]["ord"] if len(stored) == limit else None), found


async def _order(tx: AsyncManagedTransaction, tenant: str, node: str) -> int:
    result = await tx.run(cypher.ORDER, tenant=tenant, id=node)
    record = await result.single()
    if record is None:
        raise CursorInvalidError
    order: int = record["ord"]
    return order


def _node(stored: Mapping[str, Any]) -> Node:
    try:
        return Node(
            id=stored["id"],
            label=Label(stored["label"]),
            seq=stored["seq"],
            at=moment_of(stored["at"]),
            changed=stored["changed"],
            properties={
                name: tuple(value) if isinstance(value, list) else value
                for name, value in sorted(stored.items())
                if name not in RESERVED
            },
        )
    except (KeyError, ValueError, TypeError):
        raise GraphAlteredError(str(stored.get("id"))) from None


def _edge(near: str, kind: str, far: str, seq: int, *, direction: Direction) -> Edge:
    source, target = (near, far) if direction is Direction.BACKWARD else (far, near)
    try:
        return Edge(source=source, type=EdgeType(kind), target=target, seq=seq)
    except ValueError:
        raise GraphAlteredError(near) from None
