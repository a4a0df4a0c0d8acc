"""The values of the graph: nodes, edges, and the facts that one event adds.

A node's id is the IRI of the thing itself; what has no IRI of its own (a platform, a notice, a signature) gets one made
from what identifies it. Nothing personal stands here: data subjects are not nodes, and parties stand under pseudonymous
IRIs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Final, TypeAlias
from urllib.parse import quote

from graph.provenance.vocabulary import Counter, EdgeType, Label, OperationClass

Property: TypeAlias = str | int | bool | tuple[str, ...]
"""Value of a node's property. Times are text, UTC, six decimals; nothing is ever null."""

RESERVED: Final = frozenset({"id", "tenant", "label", "seq", "at", "ord", "changed", "countedTo"})
"""Names that stores keep for themselves beside the properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing of the record. Its properties grow; one that is set changes only by a ``Mark`` or a ``Tally``.

    Raises:
        ValueError: a property has a reserved name.
    """

    id: str
    label: Label
    seq: int
    """The event that named it first."""
    at: datetime
    """When that event was recorded; aware UTC."""
    properties: Mapping[str, Property] = field(default_factory=dict)
    changed: int = -1
    """The last event that added or altered a property; ``seq`` when none did since."""

    def __post_init__(self) -> None:
        if taken := RESERVED.intersection(self.properties):
            raise ValueError(f"reserved property names: {', '.join(sorted(taken))}")
        if self.changed < self.seq:
            object.__setattr__(self, "changed", self.seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """``source`` rests on ``target``; written once, never altered."""

    source: str
    type: EdgeType
    target: str
    seq: int
    """The first event that said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Sets properties of a node that may change: a state, an end. Later marks win."""

    node: str
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Adds to the counters of a window; a counter that is absent adds nothing."""

    node: str
    counts: Mapping[Counter, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one event adds to the graph.

    Every end of an edge and every marked or counted node is among ``nodes``, so that facts stand on their own: a node
    that is there already keeps its properties and gains the missing ones.
    """

    seq: int
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    marks: tuple[Mark, ...] = ()
    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The facts of the events ``from_seq`` to ``to_seq`` without a gap, in order; applied as a whole or not at all.

    Raises:
        ValueError: no facts, or a gap among them.
    """

    tenant: str
    facts: tuple[Facts, ...]
    leaf: str
    """Leaf hash of the last event, hex: says which journal the graph was made from."""

    def __post_init__(self) -> None:
        if not self.facts or any(b.seq != a.seq + 1 for a, b in pairwise(self.facts)):
            raise ValueError("a batch holds the facts of at least one event, without a gap")

    @property
    def from_seq(self) -> int:
        """The first event."""
        return self.facts[0].seq

    @property
    def to_seq(self) -> int:
        """The last event."""
        return self.facts[-1].seq

    def after(self, watermark: int) -> tuple[Facts, ...]:
        """The facts of events beyond the watermark."""
        return tuple(each for each in self.facts if each.seq > watermark)


def text_of(moment: datetime) -> str:
    """The moment as the graph writes it: UTC, six decimals, ``Z``; sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    """The inverse of ``text_of``."""
    return datetime.fromisoformat(text)


def urn(kind: str, *parts: str) -> str:
    """An IRI for what has none of its own; the parts keep letters of any script and lose what an IRI must not hold."""
    return ":".join(("urn:muniment", kind, *(_segment(part) for part in parts)))


def _segment(part: str) -> str:
    return "".join(each if each.isalnum() else quote(each, safe=":-._~") for each in part)


def notice_id(digest: str) -> str:
    """Id of the node of a consent notice."""
    return urn("notice", digest)


def platform_id(platform: str) -> str:
    """Id of the node of a platform."""
    return urn("platform", platform)


def connector_id(source: str) -> str:
    """Id of the node of a configured source."""
    return urn("connector", source)


def preparation_id(delivery: str) -> str:
    """Id of the node of the making of a delivery."""
    return urn("preparation", delivery.rsplit(":", 1)[-1])


def transfer_id(delivery: str) -> str:
    """Id of the node of a delivery's way to its licensee."""
    return urn("transfer", delivery.rsplit(":", 1)[-1])


def window_id(holder: str, dataset: str, operation: OperationClass, at: datetime) -> str:
    """Id of the window an access at ``at`` counts in.

    Args:
        holder: The licence; for a refusal that found no licence, the party that asked.
        dataset: The dataset asked for.
        operation: Whether rows were released.
        at: When the access was recorded; the window is its hour, UTC.
    """
    parts = (holder, dataset, operation.value, hour_of(at))
    name = "".join(f"{len(part)}:{part}" for part in parts)
    return urn("window", sha256(name.encode()).hexdigest()[:32])


def hour_of(at: datetime) -> str:
    """Start of the hour, UTC, as the graph writes times."""
    return text_of(at.astimezone(UTC).replace(minute=0, second=0, microsecond=0))
