import json
from dataclasses import replace
from datetime import UTC, datetime

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from graph.journal.codec import LARGEST_INTEGER, decode, encode
from graph.journal.events import Booking, RequestRejected, TermReason
from tests.testkit.events import a_story, an_access

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
WHOLE = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
MOMENTS = st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the strategy adds it
REJECTION = next(event for event in a_story() if isinstance(event, RequestRejected))


@given(source=TEXT, columns=st.lists(TEXT, max_size=4), rows=WHOLE, at=MOMENTS, seq=st.integers(0, 2**40))
def test_leaves_are_the_bytes_of_rfc_8785(source: str, columns: list[str], rows: int, at: datetime, seq: int) -> None:
    event = replace(an_access(), source=source, columns=tuple(columns), rows=rows)
    booked = [Booking(counter=source, units=rows)]

    canonical = encode(event, seq=seq, at=at, tenant=source, booked=booked)

    assert canonical == rfc8785.dumps(json.loads(canonical))
    assert decode(canonical).event == replace(event, booked=tuple(booked))
    assert decode(canonical).at == at


@given(reasons=st.lists(st.tuples(TEXT, TEXT), max_size=4))
def test_nested_values_are_canonical_too(reasons: list[tuple[str, str]]) -> None:
    event = replace(REJECTION, reasons=tuple(TermReason(term=term, code=code) for term, code in reasons))

    canonical = encode(event, seq=0, at=datetime(2026, 1, 1, tzinfo=UTC), tenant="main")

    assert canonical == rfc8785.dumps(json.loads(canonical))
    assert decode(canonical).event == event
