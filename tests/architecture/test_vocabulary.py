"""One word for one thing: the glossary's words are those of the code, and their banned synonyms are not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.packages import ROOT, trees

BANNED = {"resource", "resources", "manager", "helper", "helpers", "util", "utils", "misc", "license", "licenses"}
"""Words that say nothing, name another product's things, or are spelt the American way."""
FOREIGN = {"content_license"}
"""Names on the wire of a platform, spelt as the platform spells them."""
SYNONYMS = {"catalog": "catalogue", "consumer": "developer", "buyer": "developer", "seller": "owner", "vendor": "owner"}
"""Words that would be second names of things the glossary names."""


def words(name: str) -> tuple[str, ...]:
    """The words of a name, in any of Python's spellings."""
    return tuple(each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


def definitions() -> Iterator[tuple[str, str]]:
    """Where, and the name, of every module, class, function, argument and attribute that is declared."""
    for path, tree in trees():
        yield str(path), path.parent.name if path.stem == "__init__" else path.stem
        for node in ast.walk(tree):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    yield str(path), name
                case ast.arg(arg=name) | ast.AnnAssign(target=ast.Name(id=name)):
                    yield str(path), name
                case ast.Assign(targets=[ast.Name(id=name)]):
                    yield str(path), name
                case _:
                    pass


def glossary() -> Iterator[str]:
    """Every word that the glossary defines."""
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| **"):
            for bold in re.findall(r"\*\*(.+?)\*\*", line):
                yield from (word.strip() for word in bold.split(","))


@pytest.fixture(scope="module")
def names() -> frozenset[tuple[str, str]]:
    return frozenset(definitions())


def test_the_glossary_defines_its_words_in_alphabetical_order() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    first = [line.removeprefix("| **").split("**")[0].split(",")[0] for line in lines if line.startswith("| **")]

    assert first == sorted(first)
    assert len(set(glossary())) == len(list(glossary()))


def test_the_words_of_the_glossary_are_the_words_of_code_and_interface(names: frozenset[tuple[str, str]]) -> None:
    spoken = " ".join(" ".join(words(name)) for _, name in names)
    interface = (ROOT / "tests" / "schema.graphql").read_text(encoding="utf-8").lower()

    unused = [word for word in glossary() if not re.search(rf"\b{re.escape(word)}s?\b", f"{spoken} {interface}")]

    assert unused == []


def test_no_name_uses_a_banned_word(names: frozenset[tuple[str, str]]) -> None:
    found = sorted(f"{path}: {name}" for path, name in names if BANNED & set(words(name)) and name not in FOREIGN)

    assert found == []


def test_nothing_is_called_data_and_no_more(names: frozenset[tuple[str, str]]) -> None:
    found = sorted(
        f"{path}: {name}" for path, name in names if name == "Data" or (name == "data" and Path(path).stem == "data")
    )

    assert found == []


def test_nothing_has_a_second_name(names: frozenset[tuple[str, str]]) -> None:
    found = sorted(f"{path}: {name}" for path, name in names if set(words(name)) & SYNONYMS.keys())

    assert found == []
