from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.testing.oracle import holds, kept, probes
from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Unknown

ROW = {"a": 5, "b": None}
TRUE, FALSE, NOBODY_KNOWS = IsNull(column="b"), IsNull(column="a"), Unknown(reason="nobody knows")


def a_comparison(comparator: Comparator, value: int, column: str = "a") -> Compare:
    return Compare(column=column, comparator=comparator, value=value)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (a_comparison(Comparator.EQ, 5), True),
        (a_comparison(Comparator.LT, 5), False),
        (a_comparison(Comparator.LTE, 5), True),
        (a_comparison(Comparator.GT, 5), False),
        (a_comparison(Comparator.GTE, 5), True),
        (a_comparison(Comparator.EQ, 5, "b"), None),
        (AnyOf(column="a", values=(5,)), True),
        (AnyOf(column="a", values=()), False),
        (AnyOf(column="b", values=()), None),
        (And(parts=()), True),
        (Or(parts=()), False),
        (And(parts=(TRUE, NOBODY_KNOWS)), None),
        (And(parts=(FALSE, NOBODY_KNOWS)), False),
        (Or(parts=(TRUE, NOBODY_KNOWS)), True),
        (Or(parts=(FALSE, NOBODY_KNOWS)), None),
        (Not(part=NOBODY_KNOWS), None),
        (Not(part=TRUE), False),
    ],
)
def test_truth_has_three_values(predicate: Predicate, expected: bool | None) -> None:
    assert holds(predicate, ROW) is expected
    assert kept(predicate, [ROW]) == ([ROW] if expected else [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([None, True, False], []),
        (["Straße"], ["Straße", "sTRASSE", "Straße ", "Straße", ""]),
        ([5], [5, 6]),
        ([Decimal(5)], [Decimal(5), Decimal("5.000000001")]),
        (
            [datetime(2020, 1, 1, tzinfo=UTC)],
            [datetime(2020, 1, 1, tzinfo=UTC), datetime(2019, 12, 31, 23, 59, 59, 999999, UTC)],
        ),
        ([1, 2, 3, 4], [1, 2, 3, 4]),
    ],
)
def test_probes_are_values_and_their_neighbours(values: list[Any], expected: list[Any]) -> None:
    assert list(probes(values)) == expected


def test_text_is_ordered_by_its_bytes() -> None:
    row = {"text": "z"}

    assert holds(Compare(column="text", comparator=Comparator.LT, value="é"), row) is True
    assert holds(Compare(column="text", comparator=Comparator.LT, value="a"), row) is False
