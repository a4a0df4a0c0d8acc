"""The examples of the W3C ODRL formal-semantics draft: 14 rows."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from policies.model import Verdict
from tests.suites.formal_semantics import Row, satisfied
from tests.testkit.shared import shared

ROOT: Final = shared("suites", "odrl-w3c")
TOLD: Final = json.loads((ROOT / "formal-semantics-cases.json").read_text("utf-8"))
ROWS: Final[dict[str, dict[str, Any]]] = {row["id"]: row for row in TOLD["cases"]}
CORRECTIONS: Final = {each["field"]: each for each in TOLD["corrections"]}
_SATISFACTION: Final = {"satisfied": Verdict.SATISFIED, "not-satisfied": Verdict.UNSATISFIED}


def disagreeing(row: dict[str, Any]) -> list[str]:
    """The expectations of a row that do not come true."""
    found = Row(ROOT, row, CORRECTIONS)
    rule = found.report()
    seen: dict[str, Any] = {
        "permission": rule.activation,
        "prohibition": rule.activation,
        "obligation": rule.activation,
        "deontic": rule.deontic,
    }
    if rule.duties:
        seen |= {"condition_activation": rule.duties[0].activation, "condition": rule.duties[0].deontic}
    wrong = []
    for name, expected in row["expected"].items():
        if name == "decision":
            holds = found.decide().effect == expected
        elif name in {"constraint", "refinement", "condition_constraint"}:
            holds = satisfied(rule, name) is _SATISFACTION[expected]
        else:
            holds = seen[name] == expected
        wrong += [] if holds else [name]
    return wrong


@pytest.mark.parametrize("row", sorted(ROWS))
def test_the_row_holds(row: str) -> None:
    assert disagreeing(ROWS[row]) == []


def test_the_count_of_rows(tell: Callable[[str], None]) -> None:
    held = [row for row in ROWS.values() if not disagreeing(row)]

    assert len(held) == len(ROWS) == 14
    tell(f"W3C ODRL formal semantics: {len(held)} of {len(ROWS)} rows hold")
