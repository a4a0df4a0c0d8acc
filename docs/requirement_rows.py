"""Which tests show which requirement: read from the tests as they stand, without running them."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent
TESTS: Final = DOCS.parent / "tests"
_MARK: Final = "requirement"
_IDLE: Final = frozenset({"skip", "xfail"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement of the use case."""

    id: str
    asks: str
    shown_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One test that names requirements."""

    test: str
    """File below ``tests`` and name, as pytest writes them."""
    rows: tuple[str, ...]
    idle: bool
    """Marked to be skipped or to fail: it shows nothing."""


def groups() -> Mapping[str, Sequence[Row]]:
    """All rows, by the part of the use case they belong to."""
    document = tomllib.loads((DOCS / "requirements.toml").read_text(encoding="utf-8"))
    return {each["title"]: [Row(**row) for row in each["rows"]] for each in document["group"]}


def marks() -> Sequence[Mark]:
    """Every test that names requirements, in order."""
    return sorted(
        (mark for path in sorted(TESTS.rglob("test_*.py")) for mark in _marks_in(path)), key=lambda mark: mark.test
    )


def _marks_in(path: Path) -> Iterator[Mark]:
    where = path.relative_to(TESTS).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            named = {_name(each): each for each in node.decorator_list}
            rows = [arg.value for each in node.decorator_list if _name(each) == _MARK for arg in _arguments(each)]
            if rows:
                yield Mark(
                    test=f"{where}::{node.name}",
                    rows=tuple(str(row) for row in rows),
                    idle=bool(_IDLE & named.keys()),
                )


def _name(decorator: ast.expr) -> str:
    """Of ``pytest.mark.<name>(…)``."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else ""


def _arguments(decorator: ast.expr) -> list[ast.Constant]:
    given = decorator.args if isinstance(decorator, ast.Call) else []
    return [each for each in given if isinstance(each, ast.Constant)]
