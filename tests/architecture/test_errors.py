import re

import pytest

from gateway.errors import coded_errors
from gateway.exchange.read.model import Problem
from policies.model import DenialCode
from tests.architecture.packages import ROOT, import_everything, trees

PAGES = ROOT / "docs" / "errors"
SECTIONS = ("## What", "## Why", "## What to do", "## Example")


@pytest.fixture(scope="module")
def codes() -> set[str]:
    import_everything()
    return set(coded_errors()) | {each.value for each in DenialCode} | _problem_codes()


def _problem_codes() -> set[str]:
    """Codes that stand as literals where problems and refusals are made."""
    found: set[str] = set()
    for path, tree in trees():
        if path.parts[:2] == ("gateway", "exchange") or path.parts[:2] == ("graph", "journal"):
            found |= set(
                re.findall(r'code(?:: Final)?\s*=\s*"([A-Z][A-Z_]+)"', (ROOT / path).read_text(encoding="utf-8"))
            )
            found |= set(re.findall(r'_refusal\(\s*"([A-Z_]+)"', (ROOT / path).read_text(encoding="utf-8")))
        del tree
    return found


def test_every_error_code_has_a_page_and_every_page_a_code(codes: set[str]) -> None:
    pages = {page.stem for page in PAGES.glob("*.md")} - {"index"}

    assert codes - pages == set()
    assert pages - codes == set()


def test_every_page_says_what_why_what_to_do_and_shows_it(codes: set[str]) -> None:
    lacking = {
        code: [section for section in SECTIONS if section not in (PAGES / f"{code}.md").read_text(encoding="utf-8")]
        for code in sorted(codes)
    }

    assert {code: sections for code, sections in lacking.items() if sections} == {}


def test_codes_are_stable_words(codes: set[str]) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", code) for code in codes)


def test_a_problem_always_has_a_code_and_a_stage() -> None:
    assert {"code", "stage"} <= set(Problem.__slots__)
