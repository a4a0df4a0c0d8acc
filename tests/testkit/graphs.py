"""Facts and batches for tests of stores, and a naive store to compare with."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from graph.provenance.model import Batch, Edge, Facts, Mark, Node, Property, Tally
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import Counter, EdgeType, Label
from graph.stores import GraphStore

AT = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)


def a_node(name: str, seq: int = 0, label: Label = Label.DATASET, **properties: Property) -> Node:
    """A node named in the event ``seq``."""
    return Node(id=name, label=label, seq=seq, at=AT + timedelta(seconds=seq), properties=properties)


def an_edge(source: str, target: str, kind: EdgeType = EdgeType.USED, seq: int = 0) -> Edge:
    """An edge said in the event ``seq``."""
    return Edge(source=source, type=kind, target=target, seq=seq)


def a_batch(*facts: Facts, tenant: str = "main") -> Batch:
    """The facts as one batch."""
    return Batch(tenant=tenant, facts=facts, leaf=f"{facts[-1].seq:064x}")


def links(*pairs: tuple[str, str], kind: EdgeType = EdgeType.USED, seq: int = 0) -> Facts:
    """Edges between pairs, with their nodes, in one event."""
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return Facts(
        seq=seq,
        nodes=tuple(a_node(name, seq) for name in names),
        edges=tuple(an_edge(source, target, kind, seq) for source, target in pairs),
    )


async def everything(store: GraphStore) -> tuple[dict[str, Node], set[Edge]]:
    """All nodes and edges; each may come once only."""
    nodes: dict[str, Node] = {}
    edges: set[Edge] = set()
    async for each in store.scan():
        if isinstance(each, Node):
            assert each.id not in nodes
            nodes[each.id] = each
        else:
            assert each not in edges
            edges.add(each)
    return nodes, edges


async def all_pages(
    store: GraphStore,
    frontier: Collection[str],
    direction: Direction,
    types: Collection[EdgeType] = tuple(EdgeType),
    *,
    limit: int,
    as_of: int | None = None,
) -> Sequence[Edge]:
    """The whole listing, page by page."""
    found: list[Edge] = []
    after: str | None = None
    while True:
        page = await store.expand(frontier, direction, types, after=after, limit=limit, as_of=as_of)
        assert len(page.edges) <= limit
        found += page.edges
        if page.after is None:
            return found
        after = page.after


class Naive:
    """What a store must do, in dictionaries, one fact after the other, with no thought of speed."""

    def __init__(self) -> None:
        self.watermark = -1
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, EdgeType, str], Edge] = {}

    def apply(self, batch: Batch) -> None:
        for facts in batch.facts:
            if facts.seq > self.watermark:
                self._add(facts)
                self.watermark = facts.seq

    def _add(self, facts: Facts) -> None:
        for node in facts.nodes:
            if node.id not in self.nodes:
                self.nodes[node.id] = node
                continue
            for name, value in node.properties.items():
                self._set(node.id, facts.seq, name, self.nodes[node.id].properties.get(name, value))
        for edge in facts.edges:
            self.edges.setdefault((edge.source, edge.type, edge.target), edge)
        for mark in facts.marks:
            for name, value in mark.properties.items():
                self._set(mark.node, facts.seq, name, value)
        for tally in facts.tallies:
            for counter in Counter:
                before = self.nodes[tally.node].properties.get(counter.value, 0)
                assert isinstance(before, int)
                self._set(tally.node, facts.seq, counter.value, before + tally.counts.get(counter, 0))

    def _set(self, node: str, seq: int, name: str, value: Property) -> None:
        before = self.nodes[node]
        self.nodes[node] = replace(before, properties={**before.properties, name: value}, changed=seq)

    def expand(
        self, frontier: Collection[str], direction: Direction, types: Collection[EdgeType], as_of: int
    ) -> Sequence[Edge]:
        order = {name: place for place, name in enumerate(self.nodes)}

        def key(edge: Edge) -> tuple[int, int, int]:
            ends = (order[edge.source], order[edge.target])
            near, far = ends if direction is Direction.BACKWARD else reversed(ends)
            return near, edge.type.code, far

        def near(edge: Edge) -> str:
            return edge.source if direction is Direction.BACKWARD else edge.target

        return sorted(
            (e for e in self.edges.values() if near(e) in frontier and e.type in types and e.seq <= as_of), key=key
        )


def counted(node: str, seq: int, **counts: int) -> Facts:
    """An event that counts at a window."""
    return Facts(
        seq=seq,
        nodes=(a_node(node, seq, Label.ACCESS_WINDOW, holder="licence"),),
        tallies=(Tally(node=node, counts={Counter(name): count for name, count in counts.items()}),),
    )


def marked(node: str, seq: int, **properties: Property) -> Facts:
    """An event that sets properties of a node."""
    return Facts(seq=seq, nodes=(a_node(node, seq),), marks=(Mark(node=node, properties=properties),))
