"""The tests of Neo4j never disappear in silence."""

import pytest

from tests.testkit import neo4j_server
from tests.testkit.neo4j_server import Line, a_server


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No server named, no container engine, no Java."""
    monkeypatch.delenv("NEO4J_TEST_URI", raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(neo4j_server, "find_java", lambda _: None)
    return monkeypatch


@pytest.mark.parametrize("line", Line)
def test_a_person_without_a_server_sees_why_tests_are_skipped(bare_machine: pytest.MonkeyPatch, line: Line) -> None:
    bare_machine.delenv("CI", raising=False)

    with pytest.raises(
        pytest.skip.Exception, match=r"NEO4J_TEST_URI is not set; .*no docker command; .*no Java"
    ) as why:
        a_server(line).__enter__()

    assert line.version in str(why.value)


@pytest.mark.parametrize("line", Line)
def test_without_a_server_the_build_fails(bare_machine: pytest.MonkeyPatch, line: Line) -> None:
    bare_machine.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no Neo4j"):
        a_server(line).__enter__()


@pytest.mark.parametrize(
    ("version", "line"), [("5.26.9", Line.LONG_TERM), ("2026.08.1", Line.CURRENT), ("4.4.1", None)]
)
def test_a_server_belongs_to_one_line(version: str, line: Line | None) -> None:
    assert [each for each in Line if each.has(version)] == ([line] if line else [])
