"""Predicates on Arrow columns as connectors deliver them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from policies.compile import to_polars
from policies.predicate import (
    EVERYTHING,
    NOTHING,
    And,
    AnyOf,
    Comparator,
    Compare,
    IsNull,
    Not,
    Or,
    Predicate,
    Scalar,
    Unknown,
    columns_of,
    conjunction,
)

YEAR_2020, YEAR_2021 = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
ROWS = pl.DataFrame(
    pl.from_arrow(
        pa.table(
            {
                "name": pa.array(["a", None, "b"]).dictionary_encode(),
                "amount": pa.array([Decimal("1.5"), None, Decimal(2)], pa.decimal128(38, 9)),
                "at": pa.array(
                    [datetime(2020, 1, 1, tzinfo=UTC), None, datetime(2021, 1, 1, tzinfo=UTC)],
                    pa.timestamp("us", "UTC"),
                ),
                "number": pa.array([1, None, 3], pa.int64()),
                "flag": pa.array([True, None, False]),
            }
        )
    )
)
SUMMER = datetime(2020, 6, 1, 2, tzinfo=timezone(timedelta(hours=2)))


def compare(column: str, comparator: Comparator, value: Scalar) -> Compare:
    return Compare(column=column, comparator=comparator, value=value)


NAMED = compare("name", Comparator.EQ, "a")
DUNNO = Unknown(reason="nobody knows")


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (NAMED, [True, None, False]),
        (compare("amount", Comparator.GTE, Decimal("1.50")), [True, None, True]),
        (compare("amount", Comparator.GTE, Decimal("1.5000000000001")), [False, None, True]),
        (compare("amount", Comparator.LT, 2), [True, None, False]),
        (compare("amount", Comparator.GT, Decimal("1E+3")), [False, None, False]),
        (compare("amount", Comparator.LT, Decimal("9" * 38 + ".5")), [None, None, None]),
        (compare("amount", Comparator.LT, Decimal("0." + "0" * 38 + "5")), [None, None, None]),
        (compare("number", Comparator.LTE, Decimal("1.5")), [True, None, False]),
        (compare("at", Comparator.GT, SUMMER), [False, None, True]),
        (compare("flag", Comparator.EQ, True), [True, None, False]),  # noqa: FBT003
        (AnyOf(column="name", values=("a", "z")), [True, None, False]),
        (AnyOf(column="name", values=()), [False, None, False]),
        (AnyOf(column="number", values=(1, 7)), [True, None, False]),
        (AnyOf(column="amount", values=(Decimal("1.5"), Decimal(9))), [True, None, False]),
        (AnyOf(column="at", values=(datetime(2021, 1, 1, tzinfo=UTC),)), [False, None, True]),
        (IsNull(column="name"), [False, True, False]),
        (EVERYTHING, [True, True, True]),
        (NOTHING, [False, False, False]),
        (DUNNO, [None, None, None]),
        (Not(part=NAMED), [False, None, True]),
        (Not(part=DUNNO), [None, None, None]),
        (And(parts=(DUNNO, NAMED)), [None, None, False]),
        (Or(parts=(DUNNO, NAMED)), [True, None, None]),
        (And(parts=(NAMED, compare("number", Comparator.EQ, 1))), [True, None, False]),
    ],
)
def test_three_truth_values(predicate: Predicate, expected: list[bool | None]) -> None:
    assert ROWS.with_columns(truth=to_polars(predicate))["truth"].to_list() == expected
    assert ROWS.filter(to_polars(predicate)).height == expected.count(True)


def test_columns_of_a_predicate() -> None:
    predicate = Or(parts=(And(parts=(NAMED, DUNNO)), Not(part=IsNull(column="at")), AnyOf(column="flag", values=())))

    assert columns_of(predicate) == {"name", "at", "flag"}


def test_conjunctions_are_flat_and_without_repetition() -> None:
    assert conjunction(NAMED, And(parts=(NAMED, EVERYTHING)), EVERYTHING) == NAMED
    assert conjunction() == EVERYTHING
    assert conjunction(NAMED, DUNNO) == And(parts=(NAMED, DUNNO))
