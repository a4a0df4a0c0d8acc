import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from graph.errors import EntryInvalidError, JournalCorruptError
from graph.journal.codec import LARGEST_INTEGER, decode, encode
from graph.journal.events import EVENT_TYPES, Booking
from graph.journal.naming import streams_of, things_named
from graph.times import instant, instant_text
from tests.testkit.events import a_story, an_access
from tests.testkit.record import a_finalisation

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_every_type_of_event_comes_back_as_it_was() -> None:
    story = a_story()

    back = [decode(encode(event, seq=seq, at=AT, tenant="main")) for seq, event in enumerate(story)]

    assert {type(event).__name__ for event in story} == set(EVENT_TYPES)
    assert [each.event for each in back] == list(story)
    assert [each.seq for each in back] == list(range(len(story)))
    assert {(each.at, each.tenant) for each in back} == {(AT, "main")}


def test_a_leaf_is_one_flat_object_with_its_place() -> None:
    leaf = json.loads(encode(a_finalisation(valid_until=AT), seq=7, at=AT, tenant="main"))

    assert leaf["seq"] == 7
    assert leaf["at"] == leaf["valid_until"] == "2026-01-02T03:04:05.000006Z"
    assert leaf["tenant"] == "main"
    assert leaf["type"] == "LicenceFinalised"
    assert list(leaf) == sorted(leaf)


def test_no_field_of_an_event_is_named_as_its_place() -> None:
    names = {field.name for type_ in EVENT_TYPES.values() for field in fields(type_)}

    assert not names & {"seq", "at", "tenant", "type"}


def test_a_licence_without_end_has_none() -> None:
    assert json.loads(encode(a_finalisation(), seq=7, at=AT, tenant="main"))["valid_until"] is None


def test_times_are_utc_whatever_their_offset() -> None:
    east = datetime(2026, 1, 2, 5, 0, tzinfo=timezone(timedelta(hours=2)))

    assert instant_text(east) == "2026-01-02T03:00:00.000000Z"
    assert instant(instant_text(east)) == east


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(EntryInvalidError, match="without an offset"):
        encode(a_finalisation(valid_until=datetime(2026, 1, 1)), seq=0, at=AT, tenant="main")  # noqa: DTZ001  # the point


def test_units_that_are_booked_stand_in_the_leaf() -> None:
    booked = [Booking(counter="p1#count", units=3)]

    back = decode(encode(an_access(), seq=0, at=AT, tenant="main", booked=booked))

    assert back.event == replace(an_access(), booked=tuple(booked))


@pytest.mark.parametrize("units", [LARGEST_INTEGER + 1, -LARGEST_INTEGER - 1])
def test_integers_beyond_json_are_refused(units: int) -> None:
    with pytest.raises(EntryInvalidError, match="beyond the integers"):
        encode(an_access(rows=units), seq=0, at=AT, tenant="main")
    with pytest.raises(EntryInvalidError, match="beyond the integers"):
        encode(an_access(), seq=0, at=AT, tenant="main", booked=[Booking(counter="c", units=units)])


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(EntryInvalidError, match="surrogate"):
        encode(replace(an_access(), source="\ud800"), seq=0, at=AT, tenant="main")


@pytest.mark.parametrize(
    "canonical",
    [
        b"",
        b"[]",
        b'{"seq":0,"at":"2026-01-01T00:00:00.000000Z","tenant":"main","type":"Unheard"}',
        b'{"seq":0,"at":"2026-01-01T00:00:00.000000Z","tenant":"main","type":"LicenceSuspended"}',
        b'{"seq":0,"at":"soon","tenant":"main","type":"LicenceSuspended","by":"a","licence":"b","code":""}',
    ],
)
def test_bytes_that_are_no_event_are_refused(canonical: bytes) -> None:
    with pytest.raises(JournalCorruptError):
        decode(canonical)


def test_an_event_names_its_parties_and_things_and_no_terms() -> None:
    access = an_access()

    named = things_named(access)

    assert {access.access, access.licence, access.agreement, access.dataset, access.party} < named
    assert set(access.notices) < named
    assert not {access.purpose, access.action, access.lawful_basis, access.policy, ""} & named


def test_every_event_of_a_negotiation_is_in_its_stream() -> None:
    for event in a_story():
        negotiation = getattr(event, "negotiation", None)
        assert negotiation is None or negotiation in streams_of(event)
