from itertools import pairwise

from graph.provenance import lineage as lineages
from graph.provenance.lineage import Lineage, lineage
from graph.provenance.model import Facts, connector_id, notice_id, platform_id
from graph.provenance.pages import Direction
from graph.provenance.projector import rebuild
from graph.provenance.rules.accesses import window_of
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores import GraphStore
from tests.testkit.events import (
    AGREEMENT,
    BOARD,
    DATASET,
    DEVELOPER,
    LICENCE,
    NEGOTIATION,
    NOTICE,
    OWNER,
    a_finalisation,
    a_journal_of,
    a_publication,
    a_story,
    an_access,
)
from tests.testkit.graphs import a_batch, a_node, an_edge, links
from tests.testkit.journals import MemoryJournal


def _names(found: Lineage) -> list[str]:
    return [node.id for node in found.nodes]


async def test_an_access_leads_back_to_agreement_owner_platform_dataset_notice_and_board(store: GraphStore) -> None:
    await rebuild(MemoryJournal(*a_story()), store)
    access = next(each for each in a_journal_of(*a_story()) if type(each.event).__name__ == "AccessRecorded")

    found = await lineage(store, window_of(access) or "")

    reached = {AGREEMENT, LICENCE, DATASET, OWNER, DEVELOPER, NEGOTIATION, BOARD, notice_id(NOTICE)}
    assert {*reached, connector_id("forum-eu"), platform_id("forum")} <= set(_names(found))
    assert not found.truncated
    assert found.as_of == len(a_story()) - 1


async def test_the_licence_leads_forward_to_all_windows_under_it(store: GraphStore) -> None:
    await rebuild(MemoryJournal(*a_story()), store)

    found = await lineage(store, LICENCE, Direction.FORWARD, types=[EdgeType.UNDER])

    assert {node.properties["opClass"] for node in found.nodes if node.label is Label.ACCESS_WINDOW} == {
        "read",
        "refusal",
    }
    assert {edge.target for edge in found.edges} == {LICENCE}


async def test_a_platform_owner_is_reached_and_not_passed_through(store: GraphStore) -> None:
    """Two datasets of one owner and connector: neither is in the other's story."""
    other = "urn:muniment:dataset:2"
    publications = [a_publication(), a_publication()]
    await rebuild(MemoryJournal(*publications, a_finalisation(), an_access()), store)
    await store.apply(
        a_batch(
            Facts(
                seq=4,
                nodes=(a_node(other, 4), a_node(OWNER, 4, Label.OWNER)),
                edges=(an_edge(other, OWNER, EdgeType.WAS_ATTRIBUTED_TO, 4),),
            )
        )
    )

    forward_from_dataset = await lineage(store, DATASET, Direction.FORWARD)
    backward_from_owner = await lineage(store, OWNER)
    forward_from_owner = await lineage(store, OWNER, Direction.FORWARD, depth=1)

    assert other not in _names(forward_from_dataset)
    assert _names(backward_from_owner) == [OWNER]
    assert {DATASET, other} <= set(_names(forward_from_owner))


async def test_a_start_that_does_not_exist_gives_nothing(store: GraphStore) -> None:
    found = await lineage(store, "nowhere")

    assert (found.nodes, found.edges, found.as_of, found.truncated) == ((), (), -1, False)


async def test_cycles_end(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"), ("b", "c"), ("c", "a"), ("a", "a"))))

    found = await lineage(store, "a", depth=50)

    assert _names(found) == ["a", "b", "c"]
    assert len(found.edges) == 4
    assert not found.truncated


async def test_depth_is_exact_and_says_when_there_is_more(store: GraphStore) -> None:
    chain = [f"n{number}" for number in range(41)]
    await store.apply(a_batch(links(*pairwise(chain))))

    short = await lineage(store, "n0", depth=3)
    whole = await lineage(store, "n0", depth=40)
    none = await lineage(store, "n0", depth=0)

    assert (_names(short), short.truncated) == (chain[:4], True)
    assert (_names(whole), whole.truncated) == (chain, False)
    assert (_names(none), none.truncated) == (["n0"], True)


async def test_the_node_limit_is_exact_and_every_edge_has_both_ends(store: GraphStore) -> None:
    await store.apply(a_batch(links(*(("hub", f"n{number}") for number in range(20)))))

    found = await lineage(store, "hub", nodes=5)
    all_of_it = await lineage(store, "hub", nodes=21)

    assert (_names(found), found.truncated) == (["hub", "n0", "n1", "n2", "n3"], True)
    assert {edge.target for edge in found.edges} == {"n0", "n1", "n2", "n3"}
    assert (len(all_of_it.nodes), all_of_it.truncated) == (21, False)


async def test_edges_are_limited_too(store: GraphStore) -> None:
    """A hub whose neighbours are all known already does not make the answer endless."""
    kinds = tuple(EdgeType)[:10]
    nodes = ("a", "b")
    await store.apply(
        a_batch(
            Facts(
                seq=0,
                nodes=tuple(a_node(name) for name in nodes),
                edges=tuple(an_edge(one, two, kind) for one in nodes for two in nodes for kind in kinds),
            )
        )
    )

    found = await lineage(store, "a", nodes=2)

    assert len(found.edges) == 2 * lineages._EDGES_PER_NODE
    assert found.truncated


async def test_a_level_may_need_several_pages(store: GraphStore) -> None:
    many = lineages._PAGE * 2 + 1
    await store.apply(a_batch(links(*(("hub", f"n{number:05}") for number in range(many)))))

    found = await lineage(store, "hub", nodes=many + 1)

    assert (len(found.nodes), len(found.edges), found.truncated) == (many + 1, many, False)


async def test_as_of_shows_the_lineage_of_then(store: GraphStore) -> None:
    await store.apply(a_batch(links(("a", "b"), seq=0), links(("b", "c"), seq=1), links(("x", "y"), seq=2)))

    then = await lineage(store, "a", as_of=0)
    now = await lineage(store, "a")
    unborn = await lineage(store, "x", as_of=1)

    assert (_names(then), then.as_of) == (["a", "b"], 0)
    assert (_names(now), now.as_of) == (["a", "b", "c"], 2)
    assert _names(unborn) == []
