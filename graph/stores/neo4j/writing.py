"""Applying a batch in Neo4j: the work of one managed transaction, which the driver may run again from the start."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, LiteralString

from neo4j import AsyncManagedTransaction

from graph.provenance.errors import GraphDanglingError, GraphGapError
from graph.provenance.model import Batch, Edge, Property, text_of
from graph.provenance.pages import Applied
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores.changes import Changes, NodeRow, fold
from graph.stores.neo4j import cypher

_WIPE: Final = 5_000
"""Nodes that one transaction of a reset removes."""


async def apply(tx: AsyncManagedTransaction, batch: Batch) -> Applied:
    """Add what lies beyond the watermark, and move it."""
    result = await tx.run(cypher.TAKE_WATERMARK, tenant=batch.tenant)
    watermark: int = (await result.single(strict=True))["seq"]
    if batch.to_seq <= watermark:
        return Applied(applied=False, watermark=watermark)
    if batch.from_seq > watermark + 1:
        raise GraphGapError(watermark, batch.from_seq)
    changes = fold(batch.after(watermark))
    await _name(tx, batch.tenant, changes.nodes.values())
    await _link(tx, batch.tenant, changes.edges)
    await _count_and_mark(tx, batch.tenant, changes)
    moved = await tx.run(cypher.MOVE_WATERMARK, tenant=batch.tenant, seq=batch.to_seq, leaf=batch.leaf)
    await moved.consume()
    return Applied(applied=True, watermark=batch.to_seq)


async def wipe(tx: AsyncManagedTransaction, tenant: str) -> bool:
    """Remove some nodes of the tenant, and the watermark; true when nothing was left to remove."""
    # INVARIANT: the watermark goes first: a reset that was cut short is never taken for a graph.
    gone = await tx.run(cypher.RESET_WATERMARK, tenant=tenant)
    await gone.consume()
    result = await tx.run(cypher.RESET, tenant=tenant, limit=_WIPE)
    done: int = (await result.single(strict=True))["done"]
    return done < _WIPE


async def _name(tx: AsyncManagedTransaction, tenant: str, rows: Iterable[NodeRow]) -> None:
    by_label: dict[Label, list[Mapping[str, object]]] = defaultdict(list)
    known: list[Mapping[str, object]] = []
    for row in sorted(rows, key=lambda each: each.id):
        written = {"id": row.id, "own": _own(row), "properties": _properties(row.properties)}
        by_label[row.label].append(written)
        if row.properties:
            known.append(written)
    for label, written_rows in by_label.items():
        merged = await tx.run(cypher.MERGE_NODES[label], tenant=tenant, rows=written_rows)
        await merged.consume()
    if known:
        filled = await tx.run(cypher.FILL_NODES, tenant=tenant, rows=known)
        await filled.consume()


async def _link(tx: AsyncManagedTransaction, tenant: str, edges: Iterable[Edge]) -> None:
    by_type: dict[EdgeType, list[Mapping[str, object]]] = defaultdict(list)
    # WHY: sorted by their ends, so that two writers take the locks of the same nodes in the same order.
    for edge in sorted(edges, key=lambda each: sorted((each.source, each.target))):
        by_type[edge.type].append(
            {"source": edge.source, "target": edge.target, "seq": edge.seq, "code": edge.type.code}
        )
    for kind, rows in by_type.items():
        await _run(tx, cypher.MERGE_EDGES[kind], tenant, rows, ("source", "target"))


async def _count_and_mark(tx: AsyncManagedTransaction, tenant: str, changes: Changes) -> None:
    marks = [
        {"id": node, "properties": _properties(row.properties), "changed": row.changed}
        for node, row in sorted(changes.marks.items())
    ]
    tallies = [
        {"id": node, "first": row.first, "last": row.last, "counts": {each.value: n for each, n in row.counts.items()}}
        for node, row in sorted(changes.tallies.items())
    ]
    if marks:
        await _run(tx, cypher.MARK, tenant, marks, ("id",))
    if tallies:
        await _run(tx, cypher.TALLY, tenant, tallies, ("id",))


async def _run(
    tx: AsyncManagedTransaction,
    statement: LiteralString,
    tenant: str,
    rows: Collection[Mapping[str, Any]],
    ends: tuple[str, ...],
) -> None:
    result = await tx.run(statement, tenant=tenant, rows=rows)
    done: int = (await result.single(strict=True))["done"]
    # WHY: a MATCH that finds nothing drops its row without a word.
    if done != len(rows):
        named = sorted({row[end] for row in rows for end in ends})
        found = await tx.run(cypher.MISSING, tenant=tenant, ids=named)
        raise GraphDanglingError((await found.single(strict=True))["id"])


def _own(row: NodeRow) -> dict[str, object]:
    return {
        "label": row.label.value,
        "seq": row.seq,
        "at": text_of(row.at),
        "ord": row.order,
        "changed": row.changed,
    }


def _properties(properties: Mapping[str, Property]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in properties.items()}
