"""Every rule of the semantics says where it is enforced and what shows it, and both exist."""

import re

import pytest

from tests.architecture.packages import ROOT

TEXT = (ROOT / "docs" / "reference" / "policy-semantics.md").read_text(encoding="utf-8")
RULES = {
    int(number): body for number, body in re.findall(r"^### (\d+) [^\n]+\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
}
DRAFT = dict(re.findall(r"^\| (\d+) \| (\w+) \| .*\|$", TEXT, re.MULTILINE))


def named(rule: int, kind: str) -> list[str]:
    line = re.search(rf"^- {kind} (.+)\.$", RULES[rule], re.MULTILINE)
    assert line is not None, rule
    return re.findall(r"`([^`]+)`", line[1])


def test_the_rules_are_numbered_from_1_to_34() -> None:
    assert list(RULES) == list(range(1, 35))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_modules_that_enforce_it(rule: int) -> None:
    modules = named(rule, "Enforced in")

    assert modules
    assert [each for each in modules if not (ROOT / f"{each.replace('.', '/')}.py").is_file()] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_tests_that_show_it(rule: int) -> None:
    tests = [each.split("::") for each in named(rule, "Shown by")]

    assert tests
    assert [test for path, test in tests if f"def {test}(" not in (ROOT / path).read_text(encoding="utf-8")] == []


def test_the_draft_is_compared_rule_by_rule() -> None:
    assert [int(each) for each in DRAFT] == list(RULES)
    assert set(DRAFT.values()) == {"agrees", "silent", "differs"}
