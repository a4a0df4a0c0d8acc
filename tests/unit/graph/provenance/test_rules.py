from collections.abc import Iterable, Mapping
from datetime import timedelta

import pytest

from graph.journal.events import EVENT_TYPES, Event, LicenceRevoked, PartyInvited, PartyKind, PartyRegistered, Recorded
from graph.provenance.model import Facts, connector_id, notice_id, platform_id
from graph.provenance.rules import project
from graph.provenance.rules.accesses import window_of
from graph.provenance.rules.catalogue import label_of
from graph.provenance.vocabulary import Counter, EdgeType, Label, ProvClass
from tests.testkit.events import (
    AGREEMENT,
    DATASET,
    DEVELOPER,
    LICENCE,
    NEGOTIATION,
    NOTICE,
    OWNER,
    START,
    SUBJECT,
    a_denial,
    a_finalisation,
    a_journal_of,
    a_publication,
    a_story,
    a_withholding,
    an_access,
    recorded,
)

STORY = a_journal_of(*a_story())


def _types(facts: Facts) -> set[tuple[str, EdgeType, str]]:
    return {(edge.source, edge.type, edge.target) for edge in facts.edges}


def _of(event: type[Event]) -> Recorded:
    return next(each for each in STORY if isinstance(each.event, event))


def test_the_story_has_every_event_type() -> None:
    assert {type(each.event).__name__ for each in STORY} == set(EVENT_TYPES)


@pytest.mark.parametrize("each", STORY, ids=lambda each: f"{each.seq}-{type(each.event).__name__}")
def test_facts_stand_on_their_own(each: Recorded) -> None:
    """What an edge, a mark or a tally names is among the nodes; everything carries the event's seq."""
    facts = project(each)
    named = {node.id for node in facts.nodes}

    assert {end for edge in facts.edges for end in (edge.source, edge.target)} <= named
    assert {mark.node for mark in facts.marks} | {tally.node for tally in facts.tallies} <= named
    assert {facts.seq, *(node.seq for node in facts.nodes), *(edge.seq for edge in facts.edges)} == {each.seq}
    assert {node.at for node in facts.nodes} <= {each.at}
    assert project(each) == facts


def test_nothing_personal_gets_into_the_graph() -> None:
    """No subject hash, no vault reference, no private bounds, no signature."""
    shown = repr([project(each) for each in STORY])

    for secret in (SUBJECT, "vault:", "jws", "bounds"):
        assert secret not in shown


@pytest.mark.parametrize("kind", PartyKind)
def test_a_party_is_an_agent_and_a_data_subject_is_nothing(kind: PartyKind) -> None:
    invited = PartyInvited(party="p", kind=kind, invited_by="q", subject=SUBJECT, platform="forum")
    registered = PartyRegistered(party="p", kind=kind, client="c", key="k")

    for event in (invited, registered):
        facts = project(recorded(event))

        label = label_of(kind)
        assert [(node.id, node.label) for node in facts.nodes] == ([("p", label)] if label else [])
        assert all(node.label.prov is ProvClass.AGENT and node.properties == {"kind": kind} for node in facts.nodes)
        assert facts.edges == ()
    assert (label_of(kind) is None) == (kind is PartyKind.DATA_SUBJECT)


def test_a_dataset_leads_to_its_owner_and_by_its_connector_to_the_platform() -> None:
    facts = project(recorded(a_publication(), 5))

    assert _types(facts) == {
        ("urn:muniment:dataset-version:main:5", EdgeType.SPECIALIZATION_OF, DATASET),
        (DATASET, EdgeType.WAS_ATTRIBUTED_TO, OWNER),
        (DATASET, EdgeType.WAS_ATTRIBUTED_TO, connector_id("forum-eu")),
        (connector_id("forum-eu"), EdgeType.ACTED_FOR, platform_id("forum")),
    }
    (version,) = (node for node in facts.nodes if node.label is Label.DATASET_VERSION)
    assert version.properties["sensitive"] is True
    assert version.properties["subjectColumns"] == ("author",)


def test_a_finalised_licence_is_its_agreement_in_force() -> None:
    facts = project(recorded(a_finalisation(version=2), 7))

    assert _types(facts) == {
        (AGREEMENT, EdgeType.WAS_GENERATED_BY, NEGOTIATION),
        (AGREEMENT, EdgeType.SPECIALIZATION_OF, LICENCE),
        (AGREEMENT, EdgeType.COVERS, DATASET),
        (AGREEMENT, EdgeType.WAS_ATTRIBUTED_TO, OWNER),
        (AGREEMENT, EdgeType.GRANTED_TO, DEVELOPER),
    }
    marks = {mark.node: mark.properties for mark in facts.marks}
    assert marks[LICENCE] == {"status": "ACTIVE", "version": 2}
    assert marks[AGREEMENT]["validTo"] == "2026-08-28T09:00:00.123456Z"
    assert marks[NEGOTIATION]["outcome"] == "FINALIZED"


def test_an_access_counts_in_the_window_of_its_hour() -> None:
    access = recorded(an_access(), 20)
    facts = project(access)
    window = window_of(access)

    assert window is not None
    assert _types(facts) == {
        (window, EdgeType.USED, DATASET),
        (window, EdgeType.UNDER, LICENCE),
        (window, EdgeType.PERMITTED_BY, AGREEMENT),
        (window, EdgeType.PERMITTED_BY, notice_id(NOTICE)),
    }
    (node,) = (node for node in facts.nodes if node.id == window)
    assert node.properties == {
        "holder": LICENCE,
        "dataset": DATASET,
        "opClass": "read",
        "hour": "2026-03-01T09:00:00.000000Z",
    }
    assert _counts(facts) == {
        Counter.ACCESSES: 1,
        Counter.ROWS: 10,
        Counter.DROPPED: 2,
        Counter.UNITS: 10,
        Counter.PRICE_MICRO: 50,
    }


def _counts(facts: Facts) -> Mapping[Counter, int]:
    (tally,) = facts.tallies
    return tally.counts


def test_windows_differ_by_holder_dataset_class_and_hour() -> None:
    first = recorded(an_access(), 1, at=START)
    same = recorded(an_access(rows=99), 2, at=START + timedelta(minutes=50))
    others = [
        recorded(an_access(), 3, at=START + timedelta(hours=1)),
        recorded(an_access(licence="urn:muniment:licence:2"), 4, at=START),
        recorded(a_denial(), 5, at=START),
        recorded(a_denial(licence=""), 6, at=START),
    ]

    assert window_of(first) == window_of(same)
    assert len({window_of(first), *map(window_of, others)}) == 5
    assert window_of(recorded(a_publication())) is None


@pytest.mark.parametrize(("event", "counter"), [(a_denial(), Counter.DENIED), (a_withholding(), Counter.WITHHELD)])
def test_a_refusal_is_counted_and_permitted_by_nothing(event: Event, counter: Counter) -> None:
    refusal = recorded(event, 3)
    facts = project(refusal)
    window = window_of(refusal)

    assert _types(facts) == {(window, EdgeType.ABOUT, DATASET), (window, EdgeType.UNDER, LICENCE)}
    assert _counts(facts)[counter] == 1
    assert Counter.ACCESSES not in _counts(facts)


def test_a_refusal_without_a_licence_is_the_developers() -> None:
    refusal = recorded(a_denial(licence=""), 3)
    window = window_of(refusal)

    assert _types(project(refusal)) == {
        (window, EdgeType.ABOUT, DATASET),
        (window, EdgeType.WAS_ASSOCIATED_WITH, DEVELOPER),
    }


def test_edges_run_between_the_classes_that_prov_allows() -> None:
    allowed = {
        EdgeType.USED: (ProvClass.ACTIVITY, ProvClass.ENTITY),
        EdgeType.WAS_GENERATED_BY: (ProvClass.ENTITY, ProvClass.ACTIVITY),
        EdgeType.WAS_INFORMED_BY: (ProvClass.ACTIVITY, ProvClass.ACTIVITY),
        EdgeType.WAS_ASSOCIATED_WITH: (ProvClass.ACTIVITY, ProvClass.AGENT),
        EdgeType.WAS_ATTRIBUTED_TO: (ProvClass.ENTITY, ProvClass.AGENT),
        EdgeType.ACTED_FOR: (ProvClass.AGENT, ProvClass.AGENT),
        EdgeType.SPECIALIZATION_OF: (ProvClass.ENTITY, ProvClass.ENTITY),
        EdgeType.INVALIDATED_BY: (ProvClass.ENTITY, ProvClass.ACTIVITY),
    }
    facts = [project(each) for each in STORY]
    classes = {node.id: node.label.prov for each in facts for node in each.nodes}

    for each in facts:
        for edge in each.edges:
            if edge.type in allowed:
                assert (classes[edge.source], classes[edge.target]) == allowed[edge.type], edge


def test_a_thing_has_one_label_throughout_the_story() -> None:
    labels: dict[str, set[Label]] = {}
    for node in _all_nodes(project(each) for each in STORY):
        labels.setdefault(node[0], set()).add(node[1])
    parties = {OWNER, DEVELOPER, "urn:muniment:party:operator", "urn:muniment:party:board"}

    assert {name for name, found in labels.items() if len(found) > 1} <= parties


def _all_nodes(facts: Iterable[Facts]) -> Iterable[tuple[str, Label]]:
    return ((node.id, node.label) for each in facts for node in each.nodes)


def test_a_revocation_ends_the_licence() -> None:
    revoked = _of(LicenceRevoked)
    facts = project(revoked)
    change = f"urn:muniment:licence-change:main:{revoked.seq}"

    assert (LICENCE, EdgeType.INVALIDATED_BY, change) in _types(facts)
    assert facts.marks[0].properties["status"] == "TERMINATED"
