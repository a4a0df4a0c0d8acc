"""The compiled predicate equals a naive reading of it, row by row."""

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.compile import to_polars
from policies.deciding.rows import never_true
from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Unknown, conjunction
from tests.testkit.policy_strategies import PREDICATES, ROWS

SCHEMA = {"name": pl.String(), "number": pl.Int64(), "amount": pl.Decimal(38, 9)}


def naive(predicate: Predicate, row: dict[str, Any]) -> bool | None:  # noqa: PLR0911  # one case per kind
    """Strong Kleene logic, written down as it is defined."""
    match predicate:
        case Compare(column=column, comparator=comparator, value=value):
            found = row[column]
            return None if found is None else _holds(comparator, found, value)
        case AnyOf(column=column, values=values):
            return None if row[column] is None else row[column] in values
        case IsNull(column=column):
            return row[column] is None
        case And(parts=parts):
            truths = [naive(part, row) for part in parts]
            return False if False in truths else None if None in truths else True
        case Or(parts=parts):
            truths = [naive(part, row) for part in parts]
            return True if True in truths else None if None in truths else False
        case Not(part=part):
            truth = naive(part, row)
            return None if truth is None else not truth
        case Unknown():
            return None


def _holds(comparator: Comparator, found: Any, value: Any) -> bool:
    return bool(
        {
            Comparator.EQ: found == value,
            Comparator.LT: comparator is Comparator.LT and found < value,
            Comparator.LTE: comparator is Comparator.LTE and found <= value,
            Comparator.GT: comparator is Comparator.GT and found > value,
            Comparator.GTE: comparator is Comparator.GTE and found >= value,
        }[comparator]
    )


@given(PREDICATES, st.lists(ROWS, min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_compiled_equals_naive(predicate: Predicate, rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)

    truth = frame.with_columns(truth=to_polars(predicate))["truth"].to_list()

    assert truth == [naive(predicate, row) for row in rows]
    assert not never_true(predicate) or True not in truth


@given(PREDICATES, PREDICATES, ROWS)
@settings(max_examples=100, deadline=None)
def test_a_conjunction_holds_when_both_hold(first: Predicate, second: Predicate, row: dict[str, Any]) -> None:
    assert naive(conjunction(first, second), row) == naive(And(parts=(first, second)), row)
