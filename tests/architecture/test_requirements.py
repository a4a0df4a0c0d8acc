"""The requirements of the use case: complete, and shown only by tests that run."""

import importlib.util
import sys
from types import ModuleType

from tests.architecture.packages import ROOT


def _beside_the_pages() -> ModuleType:
    specification = importlib.util.spec_from_file_location("requirement_rows", ROOT / "docs" / "requirement_rows.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


requirements = _beside_the_pages()

ROWS = [row for rows in requirements.groups().values() for row in rows]


def test_every_row_of_the_use_case_is_there_once() -> None:
    assert sorted((row.id for row in ROWS), key=lambda each: int(each[1:])) == [f"R{number}" for number in range(1, 86)]


def test_a_test_names_only_rows_that_there_are() -> None:
    known = {row.id for row in ROWS}

    assert {mark.test: mark.rows for mark in requirements.marks() if not set(mark.rows) <= known} == {}


def test_what_is_skipped_shows_nothing() -> None:
    assert [mark.test for mark in requirements.marks() if mark.idle] == []


def test_some_rows_are_shown_and_the_page_says_which_are_not() -> None:
    shown = {row for mark in requirements.marks() for row in mark.rows}
    page = (ROOT / "docs" / "reference" / "requirements.md").read_text(encoding="utf-8")

    assert page.count("| not yet |") == len(ROWS) - len(shown)
    assert f"{len(shown)} of them are shown" in page
