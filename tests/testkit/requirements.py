"""Which tests show which requirement: read from their markers, without running them.

A test says so with ``@pytest.mark.requirement("R20", "R21")`` on a function or a class, or in the ``pytestmark`` of its
module.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

MARKER = "requirement"
SKIPPING = frozenset({"skip", "skipif", "xfail", "importorskip", "integration", "shared"})
"""Words of tests that may not run: a skipped test shows nothing."""

Tests: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement."""

    id: str
    asks: str
    shown: str
    """What would show that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The requirements of one section of the use case."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Tests that name requirements, or a marker that nothing can be made of."""

    path: str
    line: int
    name: str
    """Path and name, as pytest calls them; the path alone for a whole module."""
    ids: tuple[str, ...]
    mistake: str = ""
    """Why the marker shows nothing."""


def groups(file: Path) -> Sequence[Group]:
    """The requirements by section, in their order."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    return [Group(title=group["title"], rows=tuple(Row(**row) for row in group["row"])) for group in table["group"]]


def marked(root: Path) -> Iterator[Marked]:
    """Every marker in the tests below a folder."""
    for file in sorted((root / "tests").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if MARKER in text:
            yield from _in_module(file.relative_to(root).as_posix(), ast.parse(text))


def shown_by(root: Path) -> Mapping[str, Sequence[str]]:
    """The tests of each requirement that a test names, sorted."""
    found: dict[str, set[str]] = {}
    for each in marked(root):
        for name in () if each.mistake else each.ids:
            found.setdefault(name, set()).add(each.name)
    return {name: sorted(tests) for name, tests in found.items()}


def mistakes(root: Path, known: frozenset[str]) -> Sequence[str]:
    """What is wrong with the markers, one sentence each."""
    found = []
    for each in marked(root):
        where = f"{each.path}:{each.line}"
        unknown = sorted(set(each.ids) - known)
        if each.mistake:
            found.append(f"{where}: {each.mistake}")
        if unknown:
            found.append(f"{where}: there is no requirement {', '.join(unknown)}; see docs/requirements.toml")
    return found


def _in_module(path: str, tree: ast.Module) -> Iterator[Marked]:
    read: set[int] = set()
    everywhere = _skipping(*(each for each in tree.body if not isinstance(each, Tests | ast.Import | ast.ImportFrom)))
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=ast.List(elts=marks)):
                yield from _read(path, "", marks, everywhere or _skipping(*tree.body), read)
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=mark):
                yield from _read(path, "", [mark], everywhere or _skipping(*tree.body), read)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from _in_tests(path, "", node, everywhere, read)
            case _:
                continue
    for each in ast.walk(tree):
        if _is_marker(each) and id(each) not in read:
            assert isinstance(each, ast.expr)
            yield Marked(
                path=path, line=each.lineno, name=path, ids=(), mistake="a marker stands where nobody reads it"
            )


def _in_tests(path: str, outer: str, node: Tests, everywhere: str, read: set[int]) -> Iterator[Marked]:
    name = f"{outer}::{node.name}"
    skipping = everywhere or (_skipping(node) if not outer else "") or _skipping(*node.decorator_list)
    for each in _read(path, name, node.decorator_list, skipping, read):
        is_test = re.match(r"Test" if isinstance(node, ast.ClassDef) else r"test_", node.name)
        yield each if is_test else Marked(path=path, line=each.line, name=each.name, ids=(), mistake="this is no test")
    if isinstance(node, ast.ClassDef):
        around = everywhere or _skipping(*node.decorator_list)
        for member in node.body:
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _in_tests(path, name, member, around or _skipping(member), read)


def _read(path: str, name: str, marks: Sequence[ast.expr], skipping: str, read: set[int]) -> Iterator[Marked]:
    for mark in marks:
        if isinstance(mark, ast.Call) and _is_marker(mark.func):
            read.add(id(mark.func))
            ids = tuple(
                each.value for each in mark.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
            mistake = "a marker names requirements in plain texts" if len(ids) != len(mark.args) or not ids else ""
            if skipping:
                mistake = f"a test that may not run (`{skipping}`) shows no requirement"
            yield Marked(path=path, line=mark.lineno, name=path + name, ids=ids, mistake=mistake)


def _is_marker(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="requirement", value=ast.Attribute(attr="mark") | ast.Name(id="mark")):
            return True
        case _:
            return False


def _skipping(*nodes: ast.AST) -> str:
    """The first word that lets a test be skipped or fail; empty when there is none."""
    for node in nodes:
        for each in ast.walk(node):
            match each:
                case ast.Attribute(attr=word) | ast.Name(id=word) if word in SKIPPING:
                    return word
                case _:
                    continue
    return ""
