"""What every rule fills in: the nodes, edges, marks and counts of one event."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from graph.journal.events import Recorded
from graph.provenance.model import Edge, Facts, Mark, Node, Property, Tally, text_of, urn
from graph.provenance.vocabulary import Counter, EdgeType, Label

Given: TypeAlias = str | int | bool | tuple[str, ...] | datetime | StrEnum | None


class Template:
    """Collects the facts of one event. An empty id stands for "nothing there": no node and no edge is made of it."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._marks: list[Mark] = []
        self._tallies: list[Tally] = []

    @property
    def at(self) -> datetime:
        """When the event was recorded."""
        return self._recorded.at

    def node(self, node: str, label: Label, **properties: Given) -> str:
        """Name a node, with what is known of it; empty values are left out.

        Returns:
            The id, for edges.
        """
        if node:
            self._nodes.append(
                Node(
                    id=node,
                    label=label,
                    seq=self._recorded.seq,
                    at=self._recorded.at,
                    properties=_properties(properties),
                )
            )
        return node

    def own(self, label: Label, **properties: Given) -> str:
        """Name the node that stands for the event itself."""
        kind = "".join(f"-{each.lower()}" if each.isupper() else each for each in label.value).lstrip("-")
        return self.node(urn(kind, self._recorded.tenant, str(self._recorded.seq)), label, **properties)

    def edge(self, source: str, kind: EdgeType, target: str) -> None:
        """Say that ``source`` rests on ``target``; both have been named."""
        if source and target:
            self._edges.append(Edge(source=source, type=kind, target=target, seq=self._recorded.seq))

    def mark(self, node: str, **properties: Given) -> None:
        """Set properties that may change, of a node that has been named."""
        if node:
            self._marks.append(Mark(node=node, properties=_properties(properties)))

    def tally(self, node: str, counts: Mapping[Counter, int]) -> None:
        """Count, at a node that has been named."""
        self._tallies.append(Tally(node=node, counts=dict(counts)))

    def facts(self) -> Facts:
        """All that was said."""
        return Facts(
            seq=self._recorded.seq,
            nodes=tuple(self._nodes),
            edges=tuple(self._edges),
            marks=tuple(self._marks),
            tallies=tuple(self._tallies),
        )


def _properties(given: Mapping[str, Given]) -> dict[str, Property]:
    known: dict[str, Property] = {}
    for name, value in given.items():
        if value is None or value in ("", ()):
            continue
        match value:
            case datetime():
                known[name] = text_of(value)
            case StrEnum():
                known[name] = value.value
            case _:
                known[name] = value
    return known
