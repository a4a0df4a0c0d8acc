"""The plugin in a pytest of its own."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.slow

SUITE = """
from typing import ClassVar

import pytest

from connectors.platforms.memory import MemoryConnector
from connectors.testing.suite import ConnectorConformance


class TestMine(ConnectorConformance):
    factory = MemoryConnector
    waived: ClassVar = {"B08": "memory cannot be down"}

    @pytest.fixture
    def config(self):
        row = {"platform": "m", "derived": False, "rater": "a", "rated": "b"}
        rows = [{**row, "record_id": f"{number:064x}"} for number in range(9)]
        terms = {TERMS}
        return {"platform": "m", "terms": terms, "collections": {"r": {"kind": "Rating", "rows": rows}}}


def test_of_another_kind():
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(SUITE.replace("{TERMS}", '{"source": "nowhere"}'))
    return pytester


@pytest.mark.requirement("R68")
def test_suite_runs_with_its_waivers_and_reports_the_level(suite: pytest.Pytester) -> None:
    found = suite.runpytest_subprocess("--connector-report", "-p", "no:cacheprovider")

    found.assert_outcomes(passed=34, skipped=3)
    found.stdout.fnmatch_lines(["| TestMine | gold | - | B08 |"])


@pytest.mark.requirement("R68")
def test_failed_rule_lowers_the_level(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE.replace("{TERMS}", "{}"))

    found = pytester.runpytest_subprocess("--connector-report", "-p", "no:cacheprovider", "-k", "terms or stable")

    found.stdout.fnmatch_lines(["| TestMine | none | B03 | - |"])


def test_report_is_printed_only_when_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_of_something_else(): pass")

    found = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    found.assert_outcomes(passed=1)
    assert "= connectors =" not in found.stdout.str()


@pytest.mark.parametrize("name", ["policies", "graph"])
def test_shadowed_package_stops_the_run(pytester: pytest.Pytester, name: str) -> None:
    package = pytester.mkpydir(name)

    found = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"*`{name}` would be taken from `{Path(package)}`*another working directory*"])
