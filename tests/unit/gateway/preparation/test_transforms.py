from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from connectors.kinds import AMOUNT, REFERENCE, TEXT, TIME
from gateway.preparation.transforms import apply, supports
from policies.model import Transform
from policies.registering.abilities import HERE
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DROP,
    GENERALISE,
    KEEP,
    PSEUDONYMISE,
    REDACT_TEXT,
    TIME_UNITS,
    TRANSFORMS,
    TRUNCATE_TIME,
    Iri,
    Parameter,
    TransformTerm,
    ValueKind,
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
        (Transform(term=KEEP), ValueKind.TEXT, True),
        (Transform(term=DROP), ValueKind.DECIMAL, True),
        (Transform(term=PSEUDONYMISE), ValueKind.TEXT, True),
        (Transform(term=BUCKET, parameter=5), ValueKind.INTEGER, True),
        (Transform(term=PSEUDONYMISE), ValueKind.DECIMAL, False),
        (Transform(term=TRUNCATE_TIME, parameter=DAY), ValueKind.DATE_TIME, True),
        (Transform(term=TRUNCATE_TIME), ValueKind.DATE_TIME, False),
        (Transform(term=TRUNCATE_TIME, parameter=DAY), ValueKind.TEXT, False),
        (Transform(term=BUCKET, parameter=5), ValueKind.DECIMAL, True),
        (Transform(term=BUCKET, parameter=0), ValueKind.DECIMAL, False),
        (Transform(term=BUCKET), ValueKind.DECIMAL, False),
        (Transform(term=BUCKET, parameter=5), ValueKind.TEXT, False),
        (Transform(term=GENERALISE, parameter=1), ValueKind.TEXT, False),
        (Transform(term=REDACT_TEXT), ValueKind.TEXT, False),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_fetched(
    transform: Transform, kind: ValueKind, expected: bool
) -> None:  # a table
    assert supports(transform, kind) is expected


@pytest.mark.parametrize("term", TRANSFORMS.values(), ids=lambda term: term.iri)
def test_registration_admits_what_can_be_done_here_or_withholds(term: TransformTerm) -> None:
    parameter = {Parameter.LEVEL: 1, Parameter.WIDTH: 5, Parameter.TIME_UNIT: DAY, None: None}[term.parameter]
    done = {supports(Transform(term=term.iri, parameter=parameter), kind) for kind in term.fits}

    assert done == {term.iri in HERE.transforms - {AGGREGATE_ONLY}}
