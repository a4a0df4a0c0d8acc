"""The examples of the W3C draft on the formal semantics of ODRL: all 14 rows, through report and decision."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.suites.formal_semantics import Row, answer, rows
from tests.testkit.shared import shared

ROWS: Final = list(rows(shared("suites", "odrl-w3c")))


@pytest.mark.parametrize("row", ROWS, ids=[each.id for each in ROWS])
def test_the_evaluator_answers_as_the_draft_says(row: Row, tell: Callable[[str], None]) -> None:
    found = answer(row)
    tell(f"ODRL formal semantics {row.id}: {', '.join(f'{name} {found.get(name)}' for name in row.expected)}")

    assert {name: found.get(name) for name in row.expected} == row.expected


def test_no_row_is_left_out() -> None:
    assert len(ROWS) == len({each.id for each in ROWS}) == 14
