"""The security model lists every gate, and every gate that it lists is there."""

import ast
import importlib
import re
from collections.abc import Iterator
from typing import get_args

from graph.journal.guards import Guard
from tests.architecture.packages import ROOT, trees

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PART = TEXT[TEXT.index("## Who may say yes") : TEXT.index("## Fail-closed table")]
MODULES = set(re.findall(r"`((?:gateway|connectors|graph|policies)(?:\.\w+)+)`", PART))
GUARDS = re.findall(r"^\| `([A-Z]\w+)` \|", PART, re.MULTILINE)


def test_every_gate_names_a_module_that_exists() -> None:
    gates = [line for line in PART.splitlines() if line.startswith("| ") and "|---" not in line]

    assert len(MODULES) > 25
    assert len(gates) > 30
    for module in sorted(MODULES):
        importlib.import_module(module)


def test_every_guard_is_listed_once() -> None:
    assert sorted(GUARDS) == sorted(each.__name__ for each in get_args(Guard))


def test_every_module_that_drops_rows_is_listed() -> None:
    assert {module for module, node in _calls() if _drops_rows(node)} - MODULES == set()


def test_every_module_that_denies_a_read_is_listed() -> None:
    denying = {module for module, node in _calls() if isinstance(node.func, ast.Name) and node.func.id == "Denied"}

    assert denying
    assert denying - MODULES == set()


def test_a_read_goes_on_only_where_it_was_decided() -> None:
    going_on = {module for module, node in _calls() if isinstance(node.func, ast.Name) and node.func.id == "Permitted"}

    assert going_on == {"gateway.exchange.read.decide"}


def _drops_rows(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"filter", "drop_nulls", "semi_join"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call outside the core, with its module."""
    for path, tree in trees():
        if path.parts[0] != "policies":
            module = ".".join(path.with_suffix("").parts)
            yield from ((module, node) for node in ast.walk(tree) if isinstance(node, ast.Call))
