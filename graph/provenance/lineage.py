"""Lineage: what a thing rests on, and what rests on it. Built on the one traversal that every store has.

Level by level, so that every node is visited once, a limit is exact, and both stores answer alike.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from graph.provenance.model import Edge, Node
from graph.provenance.pages import Direction, EdgePage
from graph.provenance.vocabulary import EdgeType, ProvClass

DEPTH: Final = 6
"""Levels that are walked when nothing else is asked."""
NODES: Final = 300
"""Nodes of one answer at most."""
_EDGES_PER_NODE: Final = 8
_PAGE: Final = 500


class Walkable(Protocol):
    """What lineage needs of a store."""

    async def get(self, ids: Collection[str]) -> Sequence[Node]:
        """See ``graph.stores.port.GraphStore.get``."""
        ...

    async def expand(
        self,
        frontier: Collection[str],
        direction: Direction,
        types: Collection[EdgeType] = ...,
        *,
        after: str | None = None,
        limit: int = 100,
        as_of: int | None = None,
    ) -> EdgePage:
        """See ``graph.stores.port.GraphStore.expand``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """A part of the graph around one node."""

    nodes: tuple[Node, ...]
    """The start and what was reached; empty when the start does not exist. Their properties are the present ones."""
    edges: tuple[Edge, ...]
    """Edges that were walked; both ends are among the nodes."""
    as_of: int
    """Edges of later events are left out."""
    truncated: bool
    """True when there is more: beyond the depth, or more nodes or edges than one answer holds."""


async def lineage(
    store: Walkable,
    start: str,
    direction: Direction = Direction.BACKWARD,
    *,
    types: Collection[EdgeType] = tuple(EdgeType),
    depth: int = DEPTH,
    nodes: int = NODES,
    as_of: int | None = None,
) -> Lineage:
    """Walk from a node, one level after the other.

    A party or a platform is reached and not passed through: what else it owns is another story. Only whom it acted for
    is added, and the start itself may be one.

    Args:
        store: Where to walk.
        start: Id of the node to begin at.
        direction: Backward to what it rests on, or forward to what rests on it.
        types: Only along edges of these types.
        depth: Levels at most.
        nodes: Nodes of the answer at most, the start included.
        as_of: Only edges of events up to this one.
    """
    walk = _Walk(store, direction, types, nodes)
    return await walk.run(start, depth, as_of)


class _Walk:
    def __init__(self, store: Walkable, direction: Direction, types: Collection[EdgeType], nodes: int) -> None:
        self._store = store
        self._direction = direction
        self._types = frozenset(types)
        self._cap = nodes
        self._nodes: dict[str, Node] = {}
        self._edges: dict[Edge, None] = {}
        self._truncated = False
        self._as_of = -1

    async def run(self, start: str, depth: int, as_of: int | None) -> Lineage:
        """Walk, level by level."""
        # WHY: asked with no frontier, to hold the whole walk to one state of the graph.
        self._as_of = (await self._store.expand((), self._direction, as_of=as_of, limit=1)).as_of
        level = await self._admit([start])
        for left in range(depth, -1, -1):
            if not level or self._truncated:
                break
            level = await self._next(level, start, last=left == 0)
        return Lineage(
            nodes=tuple(self._nodes.values()),
            edges=tuple(self._edges),
            as_of=self._as_of,
            truncated=self._truncated,
        )

    async def _next(self, level: Sequence[Node], start: str, *, last: bool) -> Sequence[Node]:
        """Walk on from a level. The last walk only looks whether there is more."""
        agents = [each.id for each in level if each.label.prov is ProvClass.AGENT and each.id != start]
        others = [each.id for each in level if each.id not in set(agents)]
        reached: list[Node] = []
        for frontier, types in ((others, self._types), (agents, self._types & self._delegation())):
            reached += await self._expand(frontier, types, last=last)
        return reached

    def _delegation(self) -> frozenset[EdgeType]:
        return frozenset({EdgeType.ACTED_FOR}) if self._direction is Direction.BACKWARD else frozenset()

    async def _expand(self, frontier: Sequence[str], types: frozenset[EdgeType], *, last: bool) -> Sequence[Node]:
        reached: list[Node] = []
        after: str | None = None
        while frontier and types and not self._truncated:
            page = await self._store.expand(
                frontier, self._direction, types, after=after, limit=_PAGE, as_of=self._as_of
            )
            reached += await self._take(page.edges, last=last)
            after = page.after
            if after is None:
                break
        return reached

    async def _take(self, edges: Sequence[Edge], *, last: bool) -> Sequence[Node]:
        fars = {self._far(each): None for each in edges if self._far(each) not in self._nodes}
        if last and fars:
            self._truncated = True
            fars.clear()
        admitted = await self._admit(list(fars))
        for edge in edges:
            if self._far(edge) in self._nodes:
                if len(self._edges) >= self._cap * _EDGES_PER_NODE:
                    self._truncated = True
                    break
                self._edges[edge] = None
        return admitted

    async def _admit(self, ids: Sequence[str]) -> Sequence[Node]:
        room = self._cap - len(self._nodes)
        if len(ids) > room:
            self._truncated = True
        found = [each for each in await self._store.get(ids[:room]) if each.seq <= self._as_of]
        self._nodes |= {each.id: each for each in found}
        return found

    def _far(self, edge: Edge) -> str:
        return edge.target if self._direction is Direction.BACKWARD else edge.source
