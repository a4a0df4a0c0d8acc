"""The ODRL test suite of SolidLab: 68 cases, 66 as expected and exactly two listed deviations."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from tests.suites.solidlab import EX, TEMP, Finding, Rename, as_named, cases, renamed, run
from tests.testkit.shared import shared

SUITE: Final = shared("suites", "odrl-solidlab")
CASES: Final = cases(SUITE)
DEVIATIONS: Final = {
    "059": "a duty of which nothing is known blocks: what is unknown never permits",
    "065": "the duty on record is another policy's: only evidence about the very duty counts",
}
"""Cases that the product answers otherwise, and why."""
LARGE: Final = frozenset({"062", "063", "064"})
"""An `or` of 262 `and`s."""

as_case: Final = pytest.mark.parametrize("case", [each["case"] for each in CASES])


@cache
def found(case: str, rename: Rename = as_named) -> Finding:
    return run(SUITE, next(each for each in CASES if each["case"] == case), rename)


@as_case
def test_every_required_premise_agrees(case: str) -> None:
    assert found(case).differences == ()


@as_case
def test_a_rule_is_active_when_the_suite_says_so_but_for_the_listed_deviations(case: str) -> None:
    assert (found(case).closed == found(case).expected) is (case not in DEVIATIONS)


@as_case
def test_when_a_duty_that_is_not_violated_does_not_block_every_case_is_as_the_suite_says(case: str) -> None:
    assert found(case).open == found(case).expected


@as_case
def test_other_names_for_everything_the_suite_names_change_nothing(case: str) -> None:
    one, other = found(case), found(case, renamed)

    assert other == replace(one, seconds=other.seconds)


def test_what_the_suite_names_gets_another_name_and_terms_keep_theirs() -> None:
    assert renamed(EX.alice) != EX.alice
    assert renamed(EX.alice) != renamed(EX.bob)
    assert renamed(EX.policy) == EX.policy
    assert renamed(TEMP.currentTime) == TEMP.currentTime


def test_the_whole_suite(tell: Callable[[str], None]) -> None:
    findings = [found(each["case"]) for each in CASES]
    closed = {each.case for each in findings if each.closed == each.expected}
    opened = {each.case for each in findings if each.open == each.expected}
    compared = sum(each.compared for each in findings)
    slowest = max(each.seconds for each in findings if each.case in LARGE)
    tell(
        f"SolidLab ODRL suite: {len(closed)} of {len(findings)} as expected, deviations {sorted(DEVIATIONS)}; "
        f"open duties: {len(opened)}; {compared} facts of premises agree; "
        f"a policy of 262 `and`s is reported on in {slowest * 1000:.0f} ms"
    )

    assert {each.case for each in findings} - closed == DEVIATIONS.keys()
    assert (len(closed), len(opened)) == (66, 68)
    assert slowest < 1.0
