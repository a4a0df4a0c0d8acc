from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from policies.lexical import BOOLEAN, DATE_TIME, DECIMAL, DURATION, INTEGER, STRING, has_form, literal, parse
from policies.model import Value
from policies.vocabulary import XSD


@pytest.mark.parametrize(
    ("text", "datatype", "value", "canonical"),
    [
        ("true", BOOLEAN, True, "true"),
        ("0", BOOLEAN, False, "false"),
        ("+012", INTEGER, 12, "12"),
        ("-9223372036854775808", INTEGER, -(2**63), "-9223372036854775808"),
        ("40.00", DECIMAL, Decimal(40), "40"),
        ("-0.0", DECIMAL, Decimal(0), "0"),
        (".5", DECIMAL, Decimal("0.5"), "0.5"),
        ("100", DECIMAL, Decimal(100), "100"),
        ("2024-01-01T02:00:00+02:00", DATE_TIME, datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01T00:00:00Z"),
        (
            "2024-01-01T00:00:00.250Z",
            DATE_TIME,
            datetime(2024, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC),
            "2024-01-01T00:00:00.25Z",
        ),
        ("P180D", DURATION, timedelta(days=180), "P180D"),
        ("PT36H", DURATION, timedelta(hours=36), "P1DT12H"),
        ("PT90S", DURATION, timedelta(seconds=90), "PT1M30S"),
        ("P0D", DURATION, timedelta(0), "P0D"),
        ("any text", STRING, "any text", "any text"),
    ],
)
def test_values_have_one_canonical_form(text: str, datatype: str, value: Value, canonical: str) -> None:
    assert parse(text, datatype) == value
    assert literal(value) == (datatype, canonical)


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("yes", BOOLEAN),
        ("9223372036854775808", INTEGER),
        ("1e3", INTEGER),
        ("١٢", INTEGER),
        ("1E3", DECIMAL),
        ("1" * 39, DECIMAL),
        (".", DECIMAL),
        ("2024-01-01T00:00:00", DATE_TIME),
        ("2024-01-01", DATE_TIME),
        ("2024-02-30T00:00:00Z", DATE_TIME),
        ("2024-01-01T24:00:00Z", DATE_TIME),
        ("2024-01-01T00:00:00.1234567Z", DATE_TIME),
        ("0001-01-01T00:00:00+14:00", DATE_TIME),
        ("P6M", DURATION),
        ("P1Y", DURATION),
        ("P", DURATION),
        ("P1DT", DURATION),
        ("PT1.5S", DURATION),
        ("1.5", XSD + "double"),
        ("2024-01-01", XSD + "date"),
    ],
)
def test_everything_else_is_no_value(text: str, datatype: str) -> None:
    assert parse(text, datatype) is None


@pytest.mark.parametrize(
    ("text", "datatype", "formed"),
    [
        ("2024-02-30T00:00:00Z", DATE_TIME, True),
        ("99999-01-01T00:00:00Z", DATE_TIME, True),
        ("2024-01-01T00:00:00.1234567Z", DATE_TIME, True),
        ("2024-01-01T00:00:00", DATE_TIME, False),
        ("P99999999999D", DURATION, True),
        ("P6M", DURATION, False),
        ("P1DT", DURATION, False),
        ("9223372036854775808", INTEGER, True),
        ("1e3", INTEGER, False),
        ("1" * 39, DECIMAL, True),
        ("1E3", DECIMAL, False),
        ("yes", BOOLEAN, False),
        ("2024-01-01", XSD + "date", False),
    ],
)
def test_a_text_may_have_the_form_of_a_type_and_no_value(text: str, datatype: str, *, formed: bool) -> None:
    assert parse(text, datatype) is None
    assert has_form(text, datatype) is formed


def test_a_time_is_written_as_utc() -> None:
    local_time = datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))

    assert literal(local_time) == (DATE_TIME, "2024-01-01T00:00:00Z")
