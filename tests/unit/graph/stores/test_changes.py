from graph.provenance.model import Facts, Mark
from graph.provenance.vocabulary import Counter, EdgeType, Label
from graph.stores.changes import fold
from tests.testkit.graphs import a_node, an_edge, counted, links, marked


def test_a_node_is_one_row_with_its_first_label_and_all_its_properties() -> None:
    changes = fold(
        [
            Facts(seq=0, nodes=(a_node("a"), a_node("a", 0, Label.OFFER, p="first"))),
            Facts(seq=1, nodes=(a_node("a", 1, p="second", q=1),)),
            Facts(seq=2, nodes=(a_node("a", 2),)),
        ]
    )

    (row,) = changes.nodes.values()
    assert (row.label, row.seq, row.changed, row.order) == (Label.DATASET, 0, 1, 0)
    assert row.properties == {"p": "first", "q": 1}


def test_the_order_rises_with_the_place_of_the_first_naming() -> None:
    changes = fold([links(("b", "a"), seq=4), links(("c", "a"), seq=5)])

    orders = {name: row.order for name, row in changes.nodes.items()}
    assert orders["b"] < orders["a"] < orders["c"]


def test_an_edge_is_one_row_of_its_first_event() -> None:
    changes = fold([links(("a", "b"), seq=0), links(("a", "b"), ("b", "a"), seq=1)])

    assert changes.edges == (an_edge("a", "b", EdgeType.USED, 0), an_edge("b", "a", EdgeType.USED, 1))


def test_marks_become_one_row_and_the_last_word_stands() -> None:
    changes = fold([marked("a", 0, status="x", p=1), marked("a", 1, status="y"), marked("b", 2, status="z")])

    assert (changes.marks["a"].properties, changes.marks["a"].changed) == ({"status": "y", "p": 1}, 1)
    assert changes.marks["b"].changed == 2


def test_counts_of_a_batch_are_one_row_that_names_its_range() -> None:
    changes = fold([counted("w", 3, rows=2), counted("w", 4, rows=3, denied=1), counted("v", 5)])

    row = changes.tallies["w"]
    assert (row.first, row.last) == (3, 4)
    assert row.counts == {**dict.fromkeys(Counter, 0), Counter.ROWS: 5, Counter.DENIED: 1}
    assert (changes.tallies["v"].first, set(changes.tallies["v"].counts.values())) == (5, {0})


def test_nothing_folds_to_nothing() -> None:
    changes = fold([Facts(seq=0), Facts(seq=1, nodes=(a_node("a", 1),), marks=(Mark(node="a", properties={}),))])

    assert (len(changes.nodes), changes.edges, changes.tallies) == (1, (), {})
