"""What every store does with a batch."""

import asyncio
from datetime import UTC, datetime

import pytest

from graph.provenance.errors import GraphDanglingError, GraphGapError, GraphTenantError
from graph.provenance.model import Facts, Mark, Node, Tally
from graph.provenance.vocabulary import Counter, EdgeType, Label
from graph.stores import GraphStore
from tests.conformance.graph_store.conftest import Opener
from tests.testkit.graphs import a_batch, a_node, an_edge, counted, everything, links, marked


async def test_an_empty_store_has_no_watermark(store: GraphStore) -> None:
    assert await store.watermark() == -1
    assert await store.leaf() == ""
    assert await everything(store) == ({}, set())


async def test_a_batch_adds_its_facts_and_moves_the_watermark(store: GraphStore) -> None:
    batch = a_batch(links(("a", "b"), seq=0), links(("b", "c"), seq=1))

    applied = await store.apply(batch)

    assert (applied.applied, applied.watermark) == (True, 1)
    assert (await store.watermark(), await store.leaf()) == (1, batch.leaf)
    nodes, edges = await everything(store)
    assert nodes == {"a": a_node("a", 0), "b": a_node("b", 0), "c": a_node("c", 1)}
    assert edges == {an_edge("a", "b", seq=0), an_edge("b", "c", seq=1)}


async def test_a_repeated_batch_changes_nothing(store: GraphStore) -> None:
    batch = a_batch(counted("w", 0, accesses=1, rows=5), links(("a", "b"), seq=1))
    await store.apply(batch)
    before = await everything(store)

    applied = await store.apply(batch)

    assert (applied.applied, applied.watermark) == (False, 1)
    assert await everything(store) == before


async def test_an_overlapping_batch_adds_only_what_is_new(store: GraphStore) -> None:
    await store.apply(a_batch(counted("w", 0, rows=5), counted("w", 1, rows=7)))

    applied = await store.apply(a_batch(counted("w", 1, rows=7), counted("w", 2, rows=11)))

    assert (applied.applied, applied.watermark) == (True, 2)
    (window,) = await store.get(["w"])
    assert window.properties["rows"] == 23
    assert (window.seq, window.changed) == (0, 2)


async def test_a_gap_is_refused_and_leaves_no_trace(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"), seq=0)))

    with pytest.raises(GraphGapError) as refused:
        await store.apply(a_batch(links(("c", "d"), seq=2)))

    assert (refused.value.watermark, refused.value.from_seq) == (0, 2)
    assert await store.watermark() == 0
    assert await store.get(["c"]) == ()


@pytest.mark.parametrize(
    "facts",
    [
        Facts(seq=0, nodes=(a_node("a"),), edges=(an_edge("a", "nowhere"),)),
        Facts(seq=0, nodes=(a_node("a"),), marks=(Mark(node="nowhere", properties={"status": "x"}),)),
        Facts(seq=0, nodes=(a_node("a"),), tallies=(Tally(node="nowhere", counts={Counter.ROWS: 1}),)),
    ],
    ids=["edge", "mark", "tally"],
)
async def test_facts_about_an_unnamed_node_are_refused_as_a_whole(store: GraphStore, facts: Facts) -> None:
    with pytest.raises(GraphDanglingError) as refused:
        await store.apply(a_batch(facts))

    assert refused.value.node == "nowhere"
    assert await store.watermark() == -1
    assert await everything(store) == ({}, set())


async def test_a_node_keeps_what_it_has_and_gains_what_it_lacks(store: GraphStore) -> None:
    await store.apply(a_batch(Facts(seq=0, nodes=(a_node("a", 0, title="first"),))))
    await store.apply(a_batch(Facts(seq=1, nodes=(a_node("a", 1, Label.OFFER, title="second", kind="new"),))))
    await store.apply(a_batch(Facts(seq=2, nodes=(a_node("a", 2),))))

    (node,) = await store.get(["a"])

    assert node.properties == {"title": "first", "kind": "new"}
    assert (node.label, node.seq, node.changed) == (Label.DATASET, 0, 1)


async def test_a_mark_overwrites_and_the_last_one_stands(store: GraphStore) -> None:
    await store.apply(a_batch(marked("a", 0, status="ACTIVE"), marked("a", 1, status="SUSPENDED")))
    await store.apply(a_batch(marked("a", 2, status="ACTIVE", version=2), Facts(seq=3, nodes=(a_node("a", 3),))))

    (node,) = await store.get(["a"])

    assert node.properties == {"status": "ACTIVE", "version": 2}
    assert (node.seq, node.changed) == (0, 2)


async def test_counters_add_up_and_all_of_them_are_there(store: GraphStore) -> None:
    await store.apply(a_batch(counted("w", 0, accesses=1, rows=5), counted("w", 1, accesses=1, rows=6)))
    await store.apply(a_batch(counted("w", 2, denied=1), counted("v", 3, accesses=1)))

    nodes = {node.id: node.properties for node in await store.get(["w", "v"])}

    zero = dict.fromkeys((each.value for each in Counter), 0)
    assert nodes["w"] == {**zero, "holder": "licence", "accesses": 2, "rows": 11, "denied": 1}
    assert nodes["v"] == {**zero, "holder": "licence", "accesses": 1}


async def test_several_types_between_one_pair_and_a_repeated_edge(store: GraphStore) -> None:
    await store.apply(
        a_batch(
            Facts(
                seq=0,
                nodes=(a_node("a"), a_node("b")),
                edges=(an_edge("a", "b", EdgeType.ABOUT), an_edge("a", "b", EdgeType.USED), an_edge("b", "a")),
            ),
            Facts(seq=1, nodes=(a_node("a", 1), a_node("b", 1)), edges=(an_edge("a", "b", EdgeType.USED, 1),)),
        )
    )
    await store.apply(a_batch(links(("a", "b"), kind=EdgeType.ABOUT, seq=2)))

    _, edges = await everything(store)

    assert edges == {an_edge("a", "b", EdgeType.ABOUT), an_edge("a", "b", EdgeType.USED), an_edge("b", "a")}


async def test_an_edge_may_end_where_it_begins(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "a"))))

    assert await everything(store) == ({"a": a_node("a")}, {an_edge("a", "a")})


async def test_values_come_back_as_they_went_in(store: GraphStore) -> None:
    node = Node(
        id="urn:muniment:データ:Ünï/🜁?x='\"`",
        label=Label.DATASET,
        seq=0,
        at=datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        properties={
            "text": "é ≠ é, \\ \" ' ` {} $1 \n\u2028",
            "large": 2**53 + 1,
            "negative": -1,
            "yes": True,
            "no": False,
            "several": ("b", "a", "ü"),
        },
    )

    await store.apply(a_batch(Facts(seq=0, nodes=(node,))))

    (back,) = await store.get([node.id])
    assert back == node
    assert back.at.utcoffset() == node.at.utcoffset()
    assert type(back.properties["yes"]) is bool


async def test_every_label_and_every_type_can_be_kept(store: GraphStore) -> None:
    nodes = tuple(a_node(f"n-{label}", label=label) for label in Label)
    edges = tuple(an_edge(nodes[0].id, nodes[1].id, kind) for kind in EdgeType)

    await store.apply(a_batch(Facts(seq=0, nodes=nodes, edges=edges)))

    assert await everything(store) == ({node.id: node for node in nodes}, set(edges))


async def test_tenants_do_not_see_each_other(opened: Opener) -> None:
    ours, theirs = opened("main"), opened("other")
    await ours.apply(a_batch(links(("a", "b")), counted("w", 1, rows=1)))
    await theirs.apply(a_batch(Facts(seq=0, nodes=(a_node("a", label=Label.OFFER), a_node("w"))), tenant="other"))

    assert (await ours.watermark(), await theirs.watermark()) == (1, 0)
    assert [node.label for node in await theirs.get(["a", "b", "w"])] == [Label.OFFER, Label.DATASET]
    assert (await everything(theirs))[1] == set()

    await theirs.reset()

    assert await theirs.watermark() == -1
    assert len((await everything(ours))[0]) == 3


async def test_a_batch_of_another_tenant_is_refused(store: GraphStore) -> None:
    with pytest.raises(GraphTenantError):
        await store.apply(a_batch(links(("a", "b")), tenant="other"))

    assert await store.watermark() == -1


async def test_reset_leaves_nothing_and_the_graph_can_be_made_again(store: GraphStore) -> None:
    batch = a_batch(links(("a", "b")), counted("w", 1, rows=3))
    await store.apply(batch)
    before = await everything(store)

    await store.reset()

    assert (await store.watermark(), await store.leaf()) == (-1, "")
    assert await everything(store) == ({}, set())
    await store.apply(batch)
    assert await everything(store) == before


async def test_writers_at_once_apply_every_event_once(opened: Opener) -> None:
    """Six writers bring the same overlapping batches; each event counts once."""
    stores = [opened("main") for _ in range(3)]
    hub = [counted("w", seq, accesses=1, rows=seq) for seq in range(30)]

    async def bring(writer: GraphStore) -> None:
        for start in range(0, 30, 5):
            await writer.apply(a_batch(*hub[start : start + 10]))

    async with asyncio.TaskGroup() as tasks:
        for writer in stores * 2:
            tasks.create_task(bring(writer))

    (window,) = await stores[0].get(["w"])
    assert await stores[0].watermark() == 29
    assert (window.properties["accesses"], window.properties["rows"]) == (30, sum(range(30)))


async def test_the_store_says_whose_it_is_and_that_it_is_there(store: GraphStore) -> None:
    assert store.tenant == "main"
    health = await store.health()

    assert health.reachable
    assert health.detail.lower().startswith(("sqlite 3.", "neo4j/"))
