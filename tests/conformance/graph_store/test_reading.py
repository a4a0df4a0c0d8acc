"""What every store answers."""

from dataclasses import replace

import pytest

from graph.provenance.errors import CursorInvalidError
from graph.provenance.model import Facts, Property
from graph.provenance.pages import Direction
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores import GraphStore
from tests.testkit.graphs import a_batch, a_node, all_pages, an_edge, everything, links


async def test_nodes_come_in_the_order_of_their_first_naming(store: GraphStore) -> None:
    await store.apply(a_batch(links(("z", "m")), links(("a", "z"), ("b", "m"), seq=1)))

    found = await store.get(["a", "b", "m", "nowhere", "z", "z"])

    assert [node.id for node in found] == ["z", "m", "a", "b"]
    assert await store.get([]) == ()


async def test_edges_are_followed_both_ways(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"), ("a", "c"), ("d", "b"))))

    back = await store.expand(["a"], Direction.BACKWARD)
    forth = await store.expand(["b"], Direction.FORWARD)

    assert back.edges == (an_edge("a", "b"), an_edge("a", "c"))
    assert forth.edges == (an_edge("a", "b"), an_edge("d", "b"))
    assert (back.after, back.as_of, forth.after) == (None, 0, None)


async def test_only_the_asked_types_are_followed(store: GraphStore) -> None:
    kinds = (EdgeType.ABOUT, EdgeType.USED, EdgeType.COVERS)
    await store.apply(
        a_batch(Facts(seq=0, nodes=(a_node("a"), a_node("b")), edges=tuple(an_edge("a", "b", kind) for kind in kinds)))
    )

    page = await store.expand(["a"], Direction.BACKWARD, {EdgeType.ABOUT, EdgeType.COVERS, EdgeType.UNDER})

    assert [edge.type for edge in page.edges] == [EdgeType.COVERS, EdgeType.ABOUT]
    assert (await store.expand(["a"], Direction.BACKWARD, ())).edges == ()


async def test_an_unknown_node_has_no_edges(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"))))

    page = await store.expand(["nowhere"], Direction.BACKWARD)

    assert (page.edges, page.after, page.as_of) == ((), None, 0)
    assert (await store.expand([], Direction.FORWARD)).as_of == 0


async def test_the_order_is_frontier_type_other_end(store: GraphStore) -> None:
    names = ("f2", "x2", "f1", "x1")
    await store.apply(
        a_batch(
            Facts(
                seq=0,
                nodes=tuple(a_node(name) for name in names),
                edges=tuple(
                    an_edge(near, far, kind)
                    for kind in (EdgeType.ABOUT, EdgeType.USED)
                    for far in ("x1", "x2")
                    for near in ("f1", "f2")
                ),
            )
        )
    )

    for limit in (1, 2, 3, 8, 100):
        edges = await all_pages(store, ["f1", "f2", "f1"], Direction.BACKWARD, limit=limit)

        assert [(edge.source, edge.type, edge.target) for edge in edges] == [
            (near, kind, far)
            for near in ("f2", "f1")
            for kind in (EdgeType.USED, EdgeType.ABOUT)
            for far in ("x2", "x1")
        ]


async def test_a_hub_is_paged_without_loss_or_repetition(store: GraphStore) -> None:
    spokes = [f"spoke-{number:04}" for number in range(1_499)]
    await store.apply(a_batch(links(*((spoke, "hub") for spoke in spokes))))

    first = await store.expand(["hub"], Direction.FORWARD, limit=50)
    edges = await all_pages(store, ["hub"], Direction.FORWARD, limit=999)

    assert [edge.source for edge in first.edges] == spokes[:50]
    assert [edge.source for edge in edges] == spokes
    assert (await everything(store))[1] == set(edges)


async def test_a_cursor_holds_while_the_graph_grows(store: GraphStore) -> None:
    await store.apply(a_batch(links(*((f"s{number}", "hub") for number in range(4)))))
    page = await store.expand(["hub"], Direction.FORWARD, limit=2)
    await store.apply(a_batch(links(("a-later-one", "hub"), ("s0", "hub"), seq=1)))

    rest = await store.expand(["hub"], Direction.FORWARD, after=page.after, limit=10)

    assert [edge.source for edge in rest.edges] == ["s2", "s3", "a-later-one"]


async def test_a_cursor_holds_when_the_graph_is_made_again(store: GraphStore) -> None:
    batch = a_batch(links(*((f"s{number}", "hub") for number in range(4))))
    await store.apply(batch)
    page = await store.expand(["hub"], Direction.FORWARD, limit=2)
    await store.reset()
    await store.apply(batch)

    rest = await store.expand(["hub"], Direction.FORWARD, after=page.after, limit=10)

    assert [edge.source for edge in rest.edges] == ["s2", "s3"]


async def test_a_foreign_cursor_is_refused(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"), ("a", "c")), links(("d", "e"), ("d", "f"), seq=1)))
    cursor = (await store.expand(["a"], Direction.BACKWARD, limit=1)).after
    listing = (await store.find(Label.DATASET, limit=1)).after
    assert cursor is not None
    assert listing is not None

    with pytest.raises(CursorInvalidError):
        await store.expand(["a"], Direction.FORWARD, after=cursor)
    with pytest.raises(CursorInvalidError):
        await store.expand(["d"], Direction.BACKWARD, after=cursor)
    with pytest.raises(CursorInvalidError):
        await store.expand(["a"], Direction.BACKWARD, [EdgeType.COVERS], after=cursor)
    with pytest.raises(CursorInvalidError):
        await store.expand(["a"], Direction.BACKWARD, after=listing)
    with pytest.raises(CursorInvalidError):
        await store.find(Label.DATASET, after=cursor)
    with pytest.raises(CursorInvalidError):
        await store.find(Label.DATASET, after="WyJub3doZXJlIl0")


async def test_as_of_shows_the_graph_as_it_was(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b")), links(("a", "c"), seq=1), links(("a", "b"), ("a", "d"), seq=2)))

    first = await store.expand(["a"], Direction.BACKWARD, as_of=0)
    second = await store.expand(["a"], Direction.BACKWARD, as_of=1)
    beyond = await store.expand(["a"], Direction.BACKWARD, as_of=99)

    assert ([edge.target for edge in first.edges], first.as_of) == (["b"], 0)
    assert ([edge.target for edge in second.edges], second.as_of) == (["b", "c"], 1)
    assert ([edge.target for edge in beyond.edges], beyond.as_of) == (["b", "c", "d"], 2)
    assert (await store.expand(["a"], Direction.BACKWARD, as_of=-1)).edges == ()


async def test_a_listing_is_filtered_and_paged(store: GraphStore) -> None:
    nodes = [
        a_node(
            f"n{number}", label=Label.OFFER if number % 3 == 0 else Label.DATASET, kind=f"k{number % 2}", rank=number
        )
        for number in range(10)
    ]
    await store.apply(a_batch(Facts(seq=0, nodes=tuple(reversed(nodes)))))

    first = await store.find(Label.DATASET, limit=4)
    rest = await store.find(Label.DATASET, after=first.after, limit=4)
    odd = await store.find(Label.DATASET, {"kind": "k1"})
    one = await store.find(Label.DATASET, {"kind": "k1", "rank": 5})

    assert [node.id for node in first.nodes] == ["n8", "n7", "n5", "n4"]
    assert ([node.id for node in rest.nodes], rest.after, rest.as_of) == (["n2", "n1"], None, 0)
    assert [node.id for node in odd.nodes] == ["n7", "n5", "n1"]
    assert [node.id for node in one.nodes] == ["n5"]
    assert (await store.find(Label.DATASET, {"kind": "k3"})).nodes == ()
    assert (await store.find(Label.LICENCE)).nodes == ()


async def test_a_filter_compares_type_and_value(store: GraphStore) -> None:
    odd: dict[str, Property] = {"truth": True, "number": 1, "text": "1", "list": ("1", "ü")}
    others: dict[str, Property] = {"truth": 1, "number": True, "text": 1, "list": ("ü", "1"), "x'\"`}": "1"}
    await store.apply(a_batch(Facts(seq=0, nodes=(replace(a_node("a"), properties=odd),))))

    for name, value in odd.items():
        assert [node.id for node in (await store.find(Label.DATASET, {name: value})).nodes] == ["a"]
    for name, value in others.items():
        assert (await store.find(Label.DATASET, {name: value})).nodes == ()
