"""Verification of a graph: replay the journal's rules beside it and name every difference.

The journal's own integrity is checked elsewhere; here it is the measure. A graph that somebody rewrote, however
consistently, differs from what the events say.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol

from graph.journal.events import Recorded
from graph.provenance.model import Edge, Facts, Node, Property, Tally
from graph.provenance.projector import BATCH
from graph.provenance.rules import project
from graph.provenance.vocabulary import Counter

LISTED: Final = 1_000
"""Differences that a report names; all are counted."""


class Events(Protocol):
    """What verification needs of a journal."""

    async def events(self, after: int, limit: int) -> Sequence[Recorded]:
        """The events after a seq, in order, at most so many."""
        ...


class Scannable(Protocol):
    """What verification needs of a store; see ``graph.stores.port.GraphStore``."""

    async def watermark(self) -> int:
        """The last event that the graph holds."""
        ...

    def scan(self) -> AsyncIterator[Node | Edge]:
        """Everything."""
        ...


class Difference(StrEnum):
    """How an element of the graph differs from what the journal says."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One element that differs."""

    difference: Difference
    element: str
    """Id of the node, or ``source TYPE target`` of the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verification found."""

    watermark: int
    """The graph was compared with the journal up to this event."""
    nodes: int
    """Nodes that the journal demands."""
    edges: int
    """Edges that the journal demands."""
    newer: int
    """Elements that changed after the watermark, while this ran: not compared."""
    differences: int
    findings: tuple[Finding, ...]
    """The first of them."""

    @property
    def faithful(self) -> bool:
        """True when the graph is what the journal says."""
        return self.differences == 0


class Replay:
    """The graph in memory, one event after the other: what a store must come to."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}

    def add(self, facts: Facts) -> None:
        """Add the facts of the next event."""
        for node in facts.nodes:
            before = self.nodes.get(node.id)
            if before is None:
                self.nodes[node.id] = node
            elif node.properties:
                self._set(before, {**node.properties, **before.properties}, facts.seq)
        for edge in facts.edges:
            self.edges.setdefault((edge.source, edge.type, edge.target), edge)
        for mark in facts.marks:
            before = self.nodes[mark.node]
            self._set(before, {**before.properties, **mark.properties}, facts.seq)
        for tally in facts.tallies:
            self._count(tally, facts.seq)

    def _count(self, tally: Tally, seq: int) -> None:
        before = self.nodes[tally.node]
        counts: dict[str, Property] = {
            counter.value: int(str(before.properties.get(counter.value, 0))) + tally.counts.get(counter, 0)
            for counter in Counter
        }
        self._set(before, {**before.properties, **counts}, seq)

    def _set(self, node: Node, properties: dict[str, Property], seq: int) -> None:
        self.nodes[node.id] = replace(node, properties=properties, changed=seq)


async def verify(journal: Events, store: Scannable) -> Report:
    """Compare the graph with the journal up to the graph's watermark.

    Raises:
        GraphAlteredError: the graph holds something that no projection can write.
    """
    watermark = await store.watermark()
    replay = Replay()
    after = -1
    while after < watermark:
        recorded = await journal.events(after, min(BATCH, watermark - after))
        if not recorded:
            break
        for each in recorded:
            replay.add(project(each))
        after = recorded[-1].seq
    return await _compare(replay, store, watermark)


async def _compare(replay: Replay, store: Scannable, watermark: int) -> Report:
    findings: list[Finding] = []
    newer: list[Node | Edge] = []
    unseen = {*replay.nodes, *map(_name, replay.edges.values())}
    async for element in store.scan():
        name = _name(element)
        again = name not in unseen
        unseen.discard(name)
        expected = replay.nodes.get(element.id) if isinstance(element, Node) else replay.edges.get(_key(element))
        if _last(element) > watermark:
            newer.append(element)
        elif expected is None or again:
            findings.append(Finding(difference=Difference.EXTRA, element=name))
        elif expected != element:
            findings.append(Finding(difference=Difference.CHANGED, element=name))
    # WHY: an element that claims to be newer than the graph itself was not written by a projector.
    reached = await store.watermark()
    forged = [each for each in newer if _last(each) > reached]
    findings += [Finding(difference=Difference.EXTRA, element=_name(each)) for each in forged]
    findings += [Finding(difference=Difference.MISSING, element=name) for name in sorted(unseen)]
    return Report(
        watermark=watermark,
        nodes=len(replay.nodes),
        edges=len(replay.edges),
        newer=len(newer) - len(forged),
        differences=len(findings),
        findings=tuple(findings[:LISTED]),
    )


def _key(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.type, edge.target


def _name(element: Node | Edge) -> str:
    return element.id if isinstance(element, Node) else " ".join(_key(element))


def _last(element: Node | Edge) -> int:
    return element.changed if isinstance(element, Node) else element.seq
