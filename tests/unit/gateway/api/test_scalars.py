"""Scalars keep every digit, and take nothing that can be read in two ways."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.scalars import SCALARS, BigInt, decimal_text
from policies.vocabulary import Iri

TIME, IRI, DECIMAL, INTEGER = (SCALARS[each] for each in (datetime, Iri, Decimal, BigInt))


def parsed(scalar: object, value: object) -> object:
    return scalar.parse_value(value)  # type: ignore[attr-defined]  # a scalar definition


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**20), max_value=10**20))
def test_a_decimal_travels_unchanged(value: Decimal) -> None:
    text = decimal_text(value)

    assert parsed(DECIMAL, text) == value
    assert "E" not in text


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_travels_unchanged(value: int) -> None:
    assert parsed(INTEGER, str(value)) == parsed(INTEGER, value) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_travels_unchanged(value: datetime) -> None:
    assert parsed(TIME, TIME.serialize(value)) == value  # type: ignore[misc]  # always given


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (TIME, "2026-01-01"),
        (TIME, "2026-01-01T00:00:00"),
        (TIME, "2026-13-01T00:00:00Z"),
        (TIME, "0001-01-01T00:00:00+01:00"),
        (TIME, 5),
        (IRI, "no scheme"),
        (IRI, "relative/path"),
        (IRI, "urn:has space"),
        (IRI, 7),
        (DECIMAL, "1e5"),
        (DECIMAL, 1.5),
        (DECIMAL, "NaN"),
        (DECIMAL, True),
        (DECIMAL, "9" * 100),
        (INTEGER, "1.0"),
        (INTEGER, 2**63),
        (INTEGER, True),
        (INTEGER, "9" * 30),
    ],
)
def test_other_spellings_are_refused(scalar: object, value: object) -> None:
    with pytest.raises(GraphQLError):
        parsed(scalar, value)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (TIME, datetime(2026, 1, 1)),  # noqa: DTZ001  # a time without a zone is the point
        (TIME, "x"),
        (IRI, 5),
        (DECIMAL, 1.5),
        (DECIMAL, Decimal("NaN")),
        (INTEGER, "5"),
        (INTEGER, True),
    ],
)
def test_a_value_of_another_type_is_never_written(scalar: object, value: object) -> None:
    with pytest.raises(TypeError):
        scalar.serialize(value)  # type: ignore[attr-defined]  # a scalar definition
