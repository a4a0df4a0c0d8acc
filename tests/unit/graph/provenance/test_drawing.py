"""A part of the graph is held against the events alone."""

from collections.abc import Callable
from typing import Any

import pytest

from graph.journal.codec import encode
from graph.provenance.drawing import undrawn
from graph.provenance.rules import project
from tests.testkit.events import LICENCE, a_journal_of, a_story

STORY = a_journal_of(*a_story())
CANONICAL = [encode(each.event, seq=each.seq, at=each.at, tenant=each.tenant) for each in STORY]
Lineage = dict[str, Any]


def forward() -> Lineage:
    """Everything that rests on the licence, one level far; the first event of each counts."""
    facts = [project(each) for each in STORY]
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    nodes: dict[str, dict[str, Any]] = {}
    for each in facts:
        for edge in each.edges:
            key = (edge.source, edge.type.value, edge.target)
            if edge.target == LICENCE and edge.source != LICENCE and key not in edges:
                edges[key] = {"source": key[0], "type": key[1], "target": key[2], "seq": each.seq}
    wanted = {LICENCE} | {source for source, _, _ in edges}
    for each in facts:
        for node in each.nodes:
            if node.id in wanted and node.id not in nodes:
                nodes[node.id] = {"id": node.id, "label": node.label.value, "seq": each.seq}
    return {"nodes": list(nodes.values()), "edges": list(edges.values()), "truncated": True}


def found(lineage: Lineage, about: str = LICENCE, direction: str = "FORWARD") -> list[str]:
    return list(undrawn(CANONICAL, lineage, about=about, direction=direction))


def test_what_the_events_say_is_drawn():
    assert len(forward()["edges"]) > 5
    assert found(forward()) == []


def _node(name: str) -> Callable[[Lineage], None]:
    return lambda lineage: lineage["nodes"][-1].update({name: "other"})


def _edge(name: str) -> Callable[[Lineage], None]:
    return lambda lineage: lineage["edges"][0].update({name: "other"})


def _alone(lineage: Lineage) -> None:
    lineage["edges"] = lineage["edges"][1:]


def _whole(lineage: Lineage) -> None:
    lineage["truncated"] = False


@pytest.mark.parametrize(
    ("alter", "finding"),
    [
        (_node("id"), "names no"),
        (_node("label"), "names no"),
        (_node("seq"), "names no"),
        (_edge("source"), "does not say"),
        (_edge("type"), "does not say"),
        (_edge("target"), "does not say"),
        (_edge("seq"), "does not say"),
        (_alone, "nothing leads"),
        (_whole, "is missing"),
    ],
)
def test_what_they_do_not_say_is_told(alter, finding):
    lineage = forward()
    alter(lineage)

    assert any(finding in each for each in found(lineage))


def test_another_way_or_start_is_told():
    assert any("nothing leads" in each for each in found(forward(), direction="BACKWARD"))
    assert any("nothing leads" in each for each in found(forward(), about=forward()["edges"][0]["source"]))
    assert found(forward(), direction="SIDEWAYS") == ["`SIDEWAYS` is no direction"]


def test_bytes_that_are_no_event_are_told():
    told = list(undrawn([b"{}"], forward(), about=LICENCE, direction="FORWARD"))
    assert told == ["one of the events is of no known form"]
