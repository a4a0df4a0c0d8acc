from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from graph.provenance.model import RESERVED, Batch, Facts, moment_of, platform_id, text_of, urn, window_id
from graph.provenance.vocabulary import EDGE_TYPES, OWN, PROV, EdgeType, Label, OperationClass, ProvClass
from tests.testkit.graphs import a_node


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_property_cannot_take_a_name_that_stores_need(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        replace(a_node("a"), properties={name: 1})


def test_a_node_has_changed_no_earlier_than_it_was_named() -> None:
    assert a_node("a", 7).changed == 7


@pytest.mark.parametrize("seqs", [(), (0, 2), (1, 0), (3, 3)])
def test_a_batch_has_no_gap(seqs: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="without a gap"):
        Batch(tenant="main", facts=tuple(Facts(seq=seq) for seq in seqs), leaf="")


def test_a_batch_knows_its_range() -> None:
    batch = Batch(tenant="main", facts=tuple(Facts(seq=seq) for seq in range(3, 7)), leaf="")

    assert (batch.from_seq, batch.to_seq) == (3, 6)
    assert [each.seq for each in batch.after(4)] == [5, 6]


def test_times_are_written_in_utc_with_microseconds_and_read_back() -> None:
    moment = datetime(2026, 3, 1, 1, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))

    assert text_of(moment) == "2026-02-28T23:30:00.000007Z"
    assert moment_of(text_of(moment)) == moment


def test_an_iri_is_made_of_any_name() -> None:
    assert platform_id("grid") == "urn:muniment:platform:grid"
    assert urn("platform", 'a b<"/Ünï') == "urn:muniment:platform:a%20b%3C%22%2FÜnï"


def test_a_window_is_of_one_hour_in_utc_wherever_it_was_recorded() -> None:
    moment = datetime(2026, 3, 1, 1, 59, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))

    window = window_id("l", "d", OperationClass.READ, moment)
    assert window == window_id("l", "d", OperationClass.READ, elsewhere)
    assert window != window_id("l", "d", OperationClass.READ, moment + timedelta(minutes=1))
    assert window != window_id("ld", "", OperationClass.READ, moment)


def test_every_label_has_a_prov_class() -> None:
    assert {each.prov for each in Label} == set(ProvClass)
    assert Label.DATASET.term == PROV + "Entity"
    assert Label.AGREEMENT_VERSION.term == PROV + "Plan"
    assert Label.CONNECTOR.term == PROV + "SoftwareAgent"


def test_every_edge_type_has_a_number_of_its_own_and_a_term() -> None:
    assert {each.code for each in EdgeType} == set(EDGE_TYPES)
    assert len({each.term for each in EdgeType}) == len(EdgeType)
    assert (EdgeType.USED.term, EdgeType.USED.own) == (PROV + "used", False)
    assert (EdgeType.PERMITTED_BY.term, EdgeType.PERMITTED_BY.own) == (OWN + "permittedBy", True)
