"""Whether a part of the graph is what events say: drawn again from them, for whoever has no store."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.errors import JournalCorruptError
from graph.journal.codec import decode
from graph.provenance.rules import project


def undrawn(
    canonical: Iterable[bytes], nodes: Sequence[Mapping[str, object]], edges: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    """What these events do not say, in words; nothing when they say all of it.

    Args:
        canonical: the bytes of the events, as they were hashed.
        nodes: each with ``id``, ``label`` and ``seq``: the event that named it first.
        edges: each with ``source``, ``type``, ``target`` and ``seq``: the event that said so first.
    """
    named: set[tuple[object, ...]] = set()
    said: set[tuple[object, ...]] = set()
    for each in canonical:
        try:
            facts = project(decode(each))
        except JournalCorruptError:
            yield "one of the events is of no known form"
            continue
        named |= {(node.id, node.label.value, facts.seq) for node in facts.nodes}
        said |= {(edge.source, edge.type.value, edge.target, facts.seq) for edge in facts.edges}
    for node in nodes:
        if (node["id"], node["label"], node["seq"]) not in named:
            yield f"event {node['seq']} names no {node['label']} `{node['id']}`"
    for edge in edges:
        if (edge["source"], edge["type"], edge["target"], edge["seq"]) not in said:
            yield f"event {edge['seq']} does not say that `{edge['source']}` {edge['type']} `{edge['target']}`"
