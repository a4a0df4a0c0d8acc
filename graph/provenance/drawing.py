"""Whether a part of the graph is what events say: drawn again from them, for whoever has no store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph.errors import JournalCorruptError
from graph.journal.codec import decode
from graph.provenance.model import Edge, Facts, Node
from graph.provenance.pages import Direction
from graph.provenance.rules import project
from graph.provenance.vocabulary import EdgeType, ProvClass


def undrawn(canonical: Iterable[bytes], lineage: Mapping[str, Any], *, about: str, direction: str) -> Iterator[str]:
    """What is wrong with a lineage, in words, by what these events say; nothing when it is theirs.

    Every node and edge must be said by the event that it names, every node be reached from the start, and what the
    events say of a node that was walked through must be there, unless the lineage is told to be a part only.

    Args:
        canonical: the bytes of the events, as they were hashed.
        lineage: ``nodes`` with ``id``, ``label`` and ``seq``, ``edges`` with ``source``, ``type``, ``target`` and
            ``seq``, and ``truncated``.
        about: id of the node that the walk began at.
        direction: of the walk, ``BACKWARD`` or ``FORWARD``.
    """
    if direction not in Direction.__members__:
        yield f"`{direction}` is no direction"
        return
    facts: list[Facts] = []
    for each in canonical:
        try:
            facts.append(project(decode(each)))
        except JournalCorruptError:
            yield "one of the events is of no known form"
            return
    nodes, edges = lineage["nodes"], lineage["edges"]
    yield from _unsaid(facts, nodes, edges)
    far, near = ("target", "source") if direction == Direction.BACKWARD.name else ("source", "target")
    yield from _unreached(about, nodes, edges, near=near, far=far)
    if not lineage["truncated"]:
        yield from _missing(facts, about, nodes, edges, near=near)


def _unsaid(
    facts: Sequence[Facts], nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    named = {(node.id, node.label.value, each.seq) for each in facts for node in each.nodes}
    said = {(edge.source, edge.type.value, edge.target, each.seq) for each in facts for edge in each.edges}
    for node in nodes:
        if (node["id"], node["label"], node["seq"]) not in named:
            yield f"event {node['seq']} names no {node['label']} `{node['id']}`"
    for edge in edges:
        if (edge["source"], edge["type"], edge["target"], edge["seq"]) not in said:
            yield f"event {edge['seq']} does not say that `{edge['source']}` {edge['type']} `{edge['target']}`"


def _unreached(
    about: str, nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]], *, near: str, far: str
) -> Iterator[str]:
    onward: dict[str, list[str]] = {}
    for edge in edges:
        onward.setdefault(edge[near], []).append(edge[far])
    reached, waiting = {about}, [about]
    while waiting:
        for each in onward.get(waiting.pop(), ()):
            if each not in reached:
                reached.add(each)
                waiting.append(each)
    for node in nodes:
        if node["id"] not in reached:
            yield f"nothing leads from `{about}` to `{node['id']}`"


def _missing(
    facts: Sequence[Facts],
    about: str,
    nodes: Sequence[Mapping[str, Any]],
    edges: Sequence[Mapping[str, Any]],
    *,
    near: str,
) -> Iterator[str]:
    """Of everything that was walked through, also what the events say beside it must be there."""
    labels = {node.id: node for each in facts for node in each.nodes}
    walked = {node["id"] for node in nodes if node["id"] == about or _is_passed(labels.get(node["id"]))}
    there = {(edge["source"], edge["type"], edge["target"]) for edge in edges}
    for each in facts:
        for edge in each.edges:
            if getattr(edge, near) in walked and _key(edge) not in there:
                yield f"`{edge.source}` {edge.type.value} `{edge.target}` is missing, which event {each.seq} says"


def _is_passed(node: Node | None) -> bool:
    """Parties and platforms are reached and not passed through."""
    return node is not None and node.label.prov is not ProvClass.AGENT


def _key(edge: Edge) -> tuple[str, str, str]:
    return (edge.source, EdgeType(edge.type).value, edge.target)
