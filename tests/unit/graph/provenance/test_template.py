from graph.journal.events import PartyKind
from graph.provenance.model import Edge, text_of
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label
from tests.testkit.events import START, a_publication, recorded


def a_template() -> Template:
    return Template(recorded(a_publication(), 3))


def test_an_empty_id_makes_no_node_no_edge_and_no_mark() -> None:
    template = a_template()
    known = template.node("a", Label.DATASET)

    nothing = template.node("", Label.OFFER, title="x")
    template.edge(known, EdgeType.USED, nothing)
    template.edge(nothing, EdgeType.USED, known)
    template.mark(nothing, status="x")

    facts = template.facts()
    assert [node.id for node in facts.nodes] == ["a"]
    assert (facts.edges, facts.marks) == ((), ())


def test_empty_values_are_left_out_and_false_and_zero_are_not() -> None:
    template = a_template()

    template.node(
        "a", Label.DATASET, text="", several=(), nothing=None, no=False, zero=0, at_=START, kind=PartyKind.AUDITOR
    )

    (node,) = template.facts().nodes
    assert node.properties == {"no": False, "zero": 0, "at_": text_of(START), "kind": "AUDITOR"}


def test_the_node_of_the_event_itself_is_named_after_label_tenant_and_place() -> None:
    template = a_template()

    own = template.own(Label.LICENCE_CHANGE)
    template.edge(own, EdgeType.ABOUT, template.node("a", Label.LICENCE))

    assert own == "urn:muniment:licence-change:main:3"
    assert template.facts().edges == (Edge(source=own, type=EdgeType.ABOUT, target="a", seq=3),)
