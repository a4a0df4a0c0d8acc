"""Every store against dictionaries, on graphs that nobody thought of."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.provenance.model import Edge, Facts, Mark, Property, Tally
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import Counter, EdgeType, Label
from graph.stores import GraphStore
from tests.testkit.graphs import Naive, a_batch, a_node, all_pages, everything

NAMES = st.sampled_from(["a", "b", "c", "ü/🜁", "urn:x:1"])
KINDS = st.sampled_from([EdgeType.USED, EdgeType.ABOUT, EdgeType.PERMITTED_BY])
VALUES: st.SearchStrategy[Property] = st.one_of(
    st.text(max_size=4),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.lists(st.text(max_size=2), min_size=1).map(tuple),
)
PROPERTIES = st.dictionaries(st.sampled_from(["p", "q", "status"]), VALUES, max_size=2)
COUNTS = st.dictionaries(st.sampled_from(Counter), st.integers(0, 1_000), max_size=3)


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Facts]:
    history = []
    for seq in range(draw(st.integers(1, 8))):
        named = draw(st.lists(NAMES, min_size=1, max_size=4))
        inside = st.sampled_from(named)
        history.append(
            Facts(
                seq=seq,
                nodes=tuple(
                    a_node(name, seq, draw(st.sampled_from([Label.DATASET, Label.OFFER])), **draw(PROPERTIES))
                    for name in named
                ),
                edges=tuple(
                    Edge(source=source, type=kind, target=target, seq=seq)
                    for source, kind, target in draw(st.lists(st.tuples(inside, KINDS, inside), max_size=4))
                ),
                marks=tuple(
                    Mark(node=name, properties=properties)
                    for name, properties in draw(st.lists(st.tuples(inside, PROPERTIES), max_size=2))
                    if properties
                ),
                tallies=tuple(
                    Tally(node=name, counts=counts)
                    for name, counts in draw(st.lists(st.tuples(inside, COUNTS), max_size=2))
                ),
            )
        )
    return history


GRAPHS = given(
    history=histories(),
    cuts=st.lists(st.tuples(st.integers(0, 7), st.integers(1, 8)), max_size=4),
    frontier=st.sets(NAMES),
    types=st.sets(KINDS),
    as_of=st.integers(-1, 8),
    limit=st.integers(1, 5),
)
# WHY: the store is emptied by the test itself before every example.
EMPTIED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=8, deadline=None, suppress_health_check=EMPTIED)
@GRAPHS
async def test_a_store_equals_the_oracle(store: GraphStore, **graph: Any) -> None:
    await _compare(store, **graph)


@pytest.mark.parametrize("graph_url", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=EMPTIED)
@GRAPHS
async def test_the_default_store_equals_the_oracle_more_often(store: GraphStore, **graph: Any) -> None:
    await _compare(store, **graph)


async def _compare(
    store: GraphStore,
    *,
    history: Sequence[Facts],
    cuts: Sequence[tuple[int, int]],
    frontier: set[str],
    types: set[EdgeType],
    as_of: int,
    limit: int,
) -> None:
    """Batches that repeat, overlap and stop anywhere; then every reading agrees."""
    await store.reset()
    oracle = Naive()
    for start, length in [*cuts, (0, len(history))]:
        part = history[start : start + length]
        if part and part[0].seq <= oracle.watermark + 1:
            await store.apply(a_batch(*part))
            oracle.apply(a_batch(*part))

    assert await store.watermark() == oracle.watermark
    assert await everything(store) == (oracle.nodes, set(oracle.edges.values()))
    assert [node.id for node in await store.get(list(oracle.nodes))] == list(oracle.nodes)
    for direction in Direction:
        edges = await all_pages(store, frontier, direction, types, limit=limit, as_of=as_of)
        assert list(edges) == list(oracle.expand(frontier, direction, types, as_of))
