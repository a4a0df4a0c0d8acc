import ast
import re
from collections.abc import Iterator

import pytest

from gateway.errors import coded_errors
from gateway.exchange.read.model import Problem
from policies.model import DenialCode
from tests.architecture.packages import ROOT, import_everything, trees

PAGES = ROOT / "docs" / "errors"
SPELLING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
SECTIONS = ("## What", "## Why", "## What to do", "## Example")


@pytest.fixture(scope="module")
def codes() -> set[str]:
    import_everything()
    return set(coded_errors()) | {each.value for each in DenialCode} | _declared_codes() | _problem_codes()


def _declared_codes() -> set[str]:
    """Codes of all classes, also of errors that must not import ours."""
    return {
        code
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        for code in _declared(statement)
        if SPELLING.fullmatch(code)
    }


def _declared(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
            yield code
        case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code))):
            yield code
        case _:
            pass


def _problem_codes() -> set[str]:
    """Codes that stand as literals where problems, holds, reasons and refusals are made."""
    return {
        code
        for path, tree in trees()
        if path.parts[:2] in {("gateway", "exchange"), ("graph", "journal")}
        for node in ast.walk(tree)
        for code in _literals(node)
        if SPELLING.fullmatch(code)
    }


def _literals(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
            yield code
        case ast.Assign(targets=[ast.Name(id="code" | "CODE")], value=ast.Constant(value=str(code))):
            yield code
        case ast.Call(func=ast.Name(id="_refusal"), args=[ast.Constant(value=str(code)), *_]):
            yield code
        case _:
            pass


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
    assert all(SPELLING.fullmatch(code) for code in codes)


def test_a_problem_always_has_a_code_and_a_stage() -> None:
    assert {"code", "stage"} <= set(Problem.__slots__)
