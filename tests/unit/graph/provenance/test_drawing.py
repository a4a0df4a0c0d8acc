"""A part of the graph is held against the events alone."""

import pytest

from graph.journal.codec import encode
from graph.provenance.drawing import undrawn
from graph.provenance.rules import project
from tests.testkit.events import a_journal_of, a_story

STORY = a_journal_of(*a_story())
CANONICAL = [encode(each.event, seq=each.seq, at=each.at, tenant=each.tenant) for each in STORY]
FACTS = [project(each) for each in STORY]
NODES = [{"id": node.id, "label": node.label.value, "seq": facts.seq} for facts in FACTS for node in facts.nodes]
EDGES = [
    {"source": edge.source, "type": edge.type.value, "target": edge.target, "seq": facts.seq}
    for facts in FACTS
    for edge in facts.edges
]


def test_what_the_events_say_is_drawn():
    assert list(undrawn(CANONICAL, NODES, EDGES)) == []


@pytest.mark.parametrize("name", ["id", "label", "seq"])
def test_another_node_is_not(name):
    (told,) = undrawn(CANONICAL, [{**NODES[0], name: "other"}], [])
    assert "names no" in told


@pytest.mark.parametrize("name", ["source", "type", "target", "seq"])
def test_another_edge_is_not(name):
    (told,) = undrawn(CANONICAL, [], [{**EDGES[0], name: "other"}])
    assert "does not say" in told


def test_bytes_that_are_no_event_are_told():
    assert list(undrawn([b"{}"], [], [])) == ["one of the events is of no known form"]
