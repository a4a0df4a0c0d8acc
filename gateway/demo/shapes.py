"""How a fact is laid out for people: one rule for the terminal and for plain text. What is not there is left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.demo.brevity import brief
from gateway.demo.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One value with its label."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Several values that belong together, each with its label."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Several sentences under one label."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]
    """Positions of columns that hold nothing but numbers."""


Shape: TypeAlias = Line | Pairs | Items | Grid


def shapes(facts: Mapping[str, Fact]) -> Iterator[Shape]:
    """Every fact in its order."""
    for name, value in facts.items():
        yield from shape(words(name), value)


def shape(label: str, value: Fact) -> Iterator[Shape]:
    """The layout of one fact: of an object first its plain values, then each list and object in it."""
    if _missing(value):
        return
    if isinstance(value, Mapping):
        plain = {name: each for name, each in value.items() if not _contains(each) and not _missing(each)}
        if plain:
            yield Pairs(
                label=label, lines=tuple(Line(label=words(name), text=text_of(each)) for name, each in plain.items())
            )
        for name, each in value.items():
            if _contains(each):
                yield from shape(f"{label}, {words(name)}", each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        objects = [each for each in value if isinstance(each, Mapping)]
        texts = tuple(text_of(each) for each in value)
        if objects and len(objects) == len(value):
            yield _grid(label, objects)
        elif any(" " in each for each in texts):
            yield Items(label=label, texts=texts)
        else:
            yield Line(label=label, text=", ".join(texts) or "none")
    else:
        yield Line(label=label, text=text_of(value))


def _contains(value: Fact) -> bool:
    """Whether a value has values of its own."""
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


def _missing(value: Fact) -> bool:
    return value is None or value == ""


def words(name: str) -> str:
    """``rows_withheld`` as people read it."""
    return name.replace("_", " ")


def text_of(value: Fact) -> str:
    """One value as text: thousands apart, long ids shortened, lists with commas; nothing is no text."""
    match value:
        case None | "":
            text = ""
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.1f}"
        case str():
            text = brief(value)
        case Mapping():
            text = ", ".join(f"{words(name)} {text_of(each)}" for name, each in value.items())
        case _:
            text = ", ".join(text_of(each) for each in value)
    return text


def _grid(label: str, objects: Sequence[Mapping[str, Fact]]) -> Grid:
    found = dict.fromkeys(name for each in objects for name in each)
    names = tuple(name for name in found if not all(_missing(each.get(name)) for each in objects))
    numeric = frozenset(
        index for index, name in enumerate(names) if all(_countable(each.get(name)) for each in objects)
    )
    return Grid(
        label=label,
        columns=tuple(words(name) for name in names),
        rows=tuple(tuple(text_of(each.get(name)) for name in names) for each in objects),
        numeric=numeric,
    )


def _countable(value: Fact) -> bool:
    """Whether a value may stand in a column of numbers."""
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
