"""The W3C JSON-LD API test suite, through the loader that never looks anything up; no socket is opened."""

import socket
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.suites.json_ld import Entry, Runner, entries
from tests.testkit.shared import shared

ROOT: Final = shared("suites", "json-ld-api", "tests")
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning:pyld")
"""Some entries are about terms that a processor ignores with a warning."""
EXPANDED: Final = 367
TO_RDF: Final = 448
NOT_SUPPORTED: Final = ["te111", "te112", "te122", "tli12", "tli14", "twf05"]
"""What the library does otherwise: relative vocabularies, blank nodes as predicates, ill-formed IRIs and languages."""


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every socket that is opened."""
    opened: list[Any] = []

    class Counted(socket.socket):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            opened.append(arguments)
            super().__init__(*arguments, **more)

    monkeypatch.setattr(socket, "socket", Counted)
    return opened


def failing(name: str, holds: Callable[[Runner, Entry], bool]) -> tuple[int, list[str]]:
    runner, all_entries = Runner(ROOT), entries(ROOT, name)
    return len(all_entries), [test.id for test in all_entries if not holds(runner, test)]


def test_expansion(sockets: list[Any], tell: Callable[[str], None]) -> None:
    number, failed = failing("expand", Runner.expands)

    assert (number, failed) == (EXPANDED, [])
    assert sockets == []
    tell(f"JSON-LD expand: {number - len(failed)} of {number}, {len(sockets)} sockets opened")


def test_to_rdf(sockets: list[Any], tell: Callable[[str], None]) -> None:
    number, failed = failing("toRdf", Runner.gives_rdf)

    assert (number, failed) == (TO_RDF, NOT_SUPPORTED)
    assert sockets == []
    tell(f"JSON-LD toRdf: {number - len(failed)} of {number}, {len(sockets)} sockets opened")
