from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from connectors.kinds import AMOUNT, REFERENCE, TEXT, TIME
from gateway.preparation.transforms import apply, supports
from policies.model import Transform
from policies.vocabulary import (
    BUCKET,
    DROP,
    GENERALISE,
    KEEP,
    PSEUDONYMISE,
    REDACT_TEXT,
    TIME_UNITS,
    TRUNCATE_TIME,
    Iri,
)

KEY = b"k" * 32
DAY, MONTH = TIME_UNITS[3], TIME_UNITS[4]
MOMENT = datetime(2024, 3, 17, 13, 5, 9, 123456, tzinfo=UTC)


def test_kept_column_is_untouched() -> None:
    values = pa.array(["a", None], TEXT)

    assert apply(values, Transform(term=KEEP), KEY).equals(values)


def test_dropped_column_is_all_null_of_the_same_type() -> None:
    dropped = apply(pa.array(["a"], TEXT), Transform(term=DROP), KEY)

    assert dropped.to_pylist() == [None]
    assert dropped.type == TEXT


def test_pseudonyms_keep_the_type_of_a_reference_column() -> None:
    values = pa.array(["ann", None], pa.string()).cast(REFERENCE)

    masked = apply(values, Transform(term=PSEUDONYMISE), KEY)

    assert masked.type == REFERENCE
    assert masked.to_pylist()[1] is None
    assert masked.to_pylist()[0] != "ann"


@pytest.mark.parametrize(
    ("unit", "expected"), [(DAY, datetime(2024, 3, 17, tzinfo=UTC)), (MONTH, datetime(2024, 3, 1, tzinfo=UTC))]
)
def test_time_is_truncated(unit: Iri, expected: datetime) -> None:
    masked = apply(pa.array([MOMENT, None], TIME), Transform(term=TRUNCATE_TIME, parameter=unit), KEY)

    assert masked.to_pylist() == [expected, None]
    assert masked.type == TIME


def test_amounts_fall_into_buckets_exactly() -> None:
    values = pa.array([Decimal("17.5"), Decimal("-0.5"), Decimal(20), None], AMOUNT)

    masked = apply(values, Transform(term=BUCKET, parameter=10), KEY)

    assert masked.to_pylist() == [Decimal(10), Decimal(-10), Decimal(20), None]
    assert masked.type == AMOUNT


def test_integers_fall_into_buckets() -> None:
    assert apply(pa.array([17, -1], pa.int64()), Transform(term=BUCKET, parameter=10), KEY).to_pylist() == [10, -10]


@pytest.mark.parametrize(
    ("transform", "kind", "expected"),
    [
        (Transform(term=KEEP), TEXT, True),
        (Transform(term=DROP), AMOUNT, True),
        (Transform(term=PSEUDONYMISE), REFERENCE, True),
        (Transform(term=PSEUDONYMISE), AMOUNT, False),
        (Transform(term=TRUNCATE_TIME, parameter=DAY), TIME, True),
        (Transform(term=TRUNCATE_TIME), TIME, False),
        (Transform(term=TRUNCATE_TIME, parameter=DAY), TEXT, False),
        (Transform(term=BUCKET, parameter=5), AMOUNT, True),
        (Transform(term=BUCKET, parameter=0), AMOUNT, False),
        (Transform(term=BUCKET), AMOUNT, False),
        (Transform(term=BUCKET, parameter=5), TEXT, False),
        (Transform(term=GENERALISE, parameter=1), TEXT, False),
        (Transform(term=REDACT_TEXT), TEXT, False),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_fetched(
    transform: Transform, kind: pa.DataType, expected: bool
) -> None:  # a table
    assert supports(transform, kind) is expected
