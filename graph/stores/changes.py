"""The facts of a batch, folded into rows that a store can write: each node, edge and counter once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from graph.provenance.model import Edge, Facts, Mark, Node, Property, Tally
from graph.provenance.vocabulary import Counter, Label

_POSITIONS: Final = 1 << 16
"""More nodes than one event can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """A node named in the batch: made if it is not there, else only given the properties it lacks."""

    id: str
    label: Label
    seq: int
    at: datetime
    order: int
    """Rises with the place of its first naming in the journal; two nodes of a tenant never share it."""
    properties: Mapping[str, Property]
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """Properties to be set on a node, the last word of the batch."""

    properties: Mapping[str, Property]
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """What the batch adds to the counters of a node: every counter, many of them 0."""

    first: int
    """The first event of the batch that counts here: whoever has counted up to it or beyond has counted this row."""
    last: int
    counts: Mapping[Counter, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All rows of a batch, in the order of the journal."""

    nodes: Mapping[str, NodeRow]
    edges: tuple[Edge, ...]
    marks: Mapping[str, MarkRow]
    tallies: Mapping[str, TallyRow]


def fold(facts: Iterable[Facts]) -> Changes:
    """Fold facts into rows.

    Nodes first, then marks, then tallies gives the same graph as one event after the other: a mark wins over a property
    that comes with a node, whichever was first, and counters are touched by tallies only.
    """
    nodes: dict[str, NodeRow] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    marks: dict[str, MarkRow] = {}
    tallies: dict[str, TallyRow] = {}
    for each in facts:
        for position, node in enumerate(each.nodes):
            nodes[node.id] = _named(nodes.get(node.id), node, each.seq * _POSITIONS + position)
        for edge in each.edges:
            edges.setdefault((edge.source, edge.type, edge.target), edge)
        for mark in each.marks:
            marks[mark.node] = _marked(marks.get(mark.node), mark, each.seq)
        for tally in each.tallies:
            tallies[tally.node] = _counted(tallies.get(tally.node), tally, each.seq)
    return Changes(nodes=nodes, edges=tuple(edges.values()), marks=marks, tallies=tallies)


def _named(row: NodeRow | None, node: Node, order: int) -> NodeRow:
    if row is None:
        return NodeRow(
            id=node.id,
            label=node.label,
            seq=node.seq,
            at=node.at,
            order=order,
            properties=node.properties,
            changed=node.seq,
        )
    if not node.properties:
        return row
    return replace(row, properties={**node.properties, **row.properties}, changed=node.seq)


def _marked(row: MarkRow | None, mark: Mark, seq: int) -> MarkRow:
    before = {} if row is None else row.properties
    return MarkRow(properties={**before, **mark.properties}, changed=seq)


def _counted(row: TallyRow | None, tally: Tally, seq: int) -> TallyRow:
    first, before = (seq, dict.fromkeys(Counter, 0)) if row is None else (row.first, row.counts)
    counts = {counter: before[counter] + tally.counts.get(counter, 0) for counter in Counter}
    return TallyRow(first=first, last=seq, counts=counts)
