"""Where the provenance graph is kept: the whole contract of a store.

A store holds the graph of one tenant, made from the journal and from nothing else. Writing is one operation, traversing
is one operation; lineage and everything like it is built once, above. Every store passes the same suite
(``tests/conformance/graph_store``).
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Protocol

from graph.provenance.model import Batch, Edge, Node, Property
from graph.provenance.pages import Applied, Direction, EdgePage, Health, NodePage
from graph.provenance.vocabulary import EdgeType, Label


class GraphStore(Protocol):
    """The graph of one tenant.

    Every operation may raise ``GraphUnavailableError``; nothing is changed then, or the whole batch was.
    """

    @property
    def tenant(self) -> str:
        """Whose graph it is."""
        ...

    async def apply(self, batch: Batch) -> Applied:
        """Add the facts of the batch and move the watermark, in one transaction.

        Events at or below the watermark are left out, so a batch may be applied again or overlap what is there.

        Raises:
            GraphGapError: the batch begins beyond the event after the watermark.
            GraphTenantError: the batch is of another tenant.
            GraphDanglingError: an edge, mark or tally names a node that does not exist.
        """
        ...

    async def watermark(self) -> int:
        """The last event that the graph holds; -1 when it holds none."""
        ...

    async def leaf(self) -> str:
        """Leaf hash of the event at the watermark, hex; empty when the graph holds none."""
        ...

    async def get(self, ids: Collection[str]) -> Sequence[Node]:
        """The nodes of these ids that exist, ordered by when they were named first."""
        ...

    async def expand(
        self,
        frontier: Collection[str],
        direction: Direction,
        types: Collection[EdgeType] = tuple(EdgeType),
        *,
        after: str | None = None,
        limit: int = 100,
        as_of: int | None = None,
    ) -> EdgePage:
        """One page of the edges that leave (backward) or enter (forward) the frontier: the only traversal.

        Args:
            frontier: Ids of nodes; those that do not exist have no edges.
            direction: Which way.
            types: Only edges of these types.
            after: ``EdgePage.after`` of the page before, with the same arguments.
            limit: At most so many edges, 1 or more.
            as_of: Only edges of events up to this one; the watermark when absent or later.

        Raises:
            CursorInvalidError: ``after`` is of another listing.
        """
        ...

    async def find(
        self, label: Label, where: Mapping[str, Property] | None = None, *, after: str | None = None, limit: int = 50
    ) -> NodePage:
        """One page of the nodes of a label whose properties have these values.

        Raises:
            CursorInvalidError: ``after`` is of another listing.
        """
        ...

    def scan(self) -> AsyncIterator[Node | Edge]:
        """Everything, each element once; for verification and export. What is applied meanwhile may be in it."""
        ...

    async def reset(self) -> None:
        """Remove everything of this tenant; the watermark is -1 again."""
        ...

    async def health(self) -> Health:
        """Whether the store answers; never raises."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads; no operation may follow."""
        ...
