"""What a store answers: bounded pages that say how far the graph had got and whether there is more."""

from dataclasses import dataclass
from enum import StrEnum

from graph.provenance.model import Edge, Node


class Direction(StrEnum):
    """Which way to walk."""

    BACKWARD = "BACKWARD"
    """Along the edges: to what a thing rests on."""
    FORWARD = "FORWARD"
    """Against the edges: to what rests on a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgePage:
    """Edges of the asked nodes, ordered by asked node, type, other node; nodes by when they were named first."""

    edges: tuple[Edge, ...]
    after: str | None
    """Where the next page begins; nothing when this is the last."""
    as_of: int
    """Edges of later events are left out; -1 when nothing has been projected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePage:
    """Nodes of one label, ordered by when they were named first."""

    nodes: tuple[Node, ...]
    after: str | None
    """Where the next page begins; nothing when this is the last."""
    as_of: int
    """How far the graph had got."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a batch."""

    applied: bool
    """False when every event of the batch had been applied before."""
    watermark: int
    """How far the graph has got now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the store can be used now."""

    reachable: bool
    detail: str = ""
    """What it is, or why it cannot be reached; no secret."""
