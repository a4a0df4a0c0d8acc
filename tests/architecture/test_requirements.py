"""Requirements and the tests that show them: no marker promises what nobody asked for or what may not run."""

import re
from pathlib import Path

import pytest

from tests.architecture.packages import ROOT
from tests.testkit.requirements import Row, groups, marked, mistakes, shown_by

PAGE = ROOT / "docs" / "reference" / "requirements.md"
COUNT = 85


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for group in groups(ROOT / "docs" / "requirements.toml") for row in group.rows]


def written(folder: Path, text: str) -> Path:
    """A folder with one module of tests."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_it.py").write_text(f"import pytest\n\n{text}\n", encoding="utf-8")
    return folder


def test_every_requirement_is_there_once_and_in_order(rows: list[Row]) -> None:
    assert [row.id for row in rows] == [f"R{number}" for number in range(1, COUNT + 1)]
    assert [row.id for row in rows if not row.asks.endswith(".") or not row.shown.endswith(".")] == []


def test_every_requirement_stands_in_the_page(rows: list[Row]) -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert re.findall(r"^### (R\d+)$", text, re.MULTILINE) == [row.id for row in rows]
    assert [row.id for row in rows if row.asks not in text or row.shown not in text] == []


def test_the_page_counts_what_is_shown(rows: list[Row]) -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert f"**{len(shown_by(ROOT))} of {COUNT}**" in text
    assert text.count("\nNot yet.\n") == COUNT - len(shown_by(ROOT))


def test_every_marker_names_requirements_that_exist_on_tests_that_run(rows: list[Row]) -> None:
    assert mistakes(ROOT, frozenset(row.id for row in rows)) == []


def test_markers_are_read_from_functions_classes_and_modules(tmp_path: Path) -> None:
    root = written(
        tmp_path,
        """
pytestmark = [pytest.mark.slow, pytest.mark.requirement("R3")]

@pytest.mark.requirement("R1", "R2")
async def test_one(): ...

class TestMore:
    @pytest.mark.requirement("R1")
    def test_two(self): ...

@pytest.mark.requirement("R2")
class TestAll: ...
""",
    )

    assert shown_by(root) == {
        "R1": ["tests/test_it.py::TestMore::test_two", "tests/test_it.py::test_one"],
        "R2": ["tests/test_it.py::TestAll", "tests/test_it.py::test_one"],
        "R3": ["tests/test_it.py"],
    }


def test_a_marker_of_a_requirement_nobody_knows_is_told_with_its_place(tmp_path: Path) -> None:
    root = written(tmp_path, '@pytest.mark.requirement("R1", "R86")\ndef test_one(): ...')

    told = mistakes(root, frozenset({"R1"}))

    assert told == ["tests/test_it.py:3: there is no requirement R86; see docs/requirements.toml"]


@pytest.mark.parametrize(
    "text",
    [
        '@pytest.mark.skip\n@pytest.mark.requirement("R1")\ndef test_one(): ...',
        '@pytest.mark.requirement("R1")\n@pytest.mark.skipif(True, reason="no")\ndef test_one(): ...',
        '@pytest.mark.requirement("R1")\n@pytest.mark.xfail\nclass TestOne: ...',
        '@pytest.mark.xfail\nclass TestOne:\n    @pytest.mark.requirement("R1")\n    def test_one(self): ...',
        '@pytest.mark.requirement("R1")\nclass TestOne:\n    @pytest.mark.skip\n    def test_one(self): ...',
        '@pytest.mark.requirement("R1")\ndef test_one():\n    pytest.skip("no")',
        '@pytest.mark.requirement("R1")\n@pytest.mark.integration\ndef test_one(): ...',
        'pytestmark = pytest.mark.skip\n@pytest.mark.requirement("R1")\ndef test_one(): ...',
        'SUITE = shared("suites")\n@pytest.mark.requirement("R1")\ndef test_one(): ...',
        'pytestmark = pytest.mark.requirement("R1")\n@pytest.mark.skip\ndef test_one(): ...',
        '@pytest.mark.requirement("R1")\n@pytest.mark.parametrize("x", [p(pytest.mark.xfail)])\ndef test_one(x): 1',
    ],
)
def test_a_marker_on_a_test_that_may_not_run_is_a_mistake(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(written(tmp_path, text), frozenset({"R1"}))

    assert "shows no requirement" in told


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("@pytest.mark.requirement\ndef test_one(): ...", "a marker stands where nobody reads it"),
        ('X = pytest.param(1, marks=pytest.mark.requirement("R1"))', "a marker stands where nobody reads it"),
        ("@pytest.mark.requirement()\ndef test_one(): ...", "a marker names requirements in plain texts"),
        ("@pytest.mark.requirement(ROW)\ndef test_one(): ...", "a marker names requirements in plain texts"),
        ('@pytest.mark.requirement("R1")\ndef one(): ...', "this is no test"),
    ],
)
def test_a_marker_that_shows_nothing_is_a_mistake(tmp_path: Path, text: str, mistake: str) -> None:
    root = written(tmp_path, text)

    assert mistakes(root, frozenset({"R1"})) == [f"tests/test_it.py:3: {mistake}"]
    assert [each.ids for each in marked(root) if each.mistake == "this is no test" and each.ids] == []
