"""How a fact is laid out for people: one rule for the terminal and for plain text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

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
    """Positions of columns that hold numbers only."""


Shape: TypeAlias = Line | Pairs | Items | Grid


def shapes(facts: Mapping[str, Fact]) -> Iterator[Shape]:
    """Every fact in its order; nothing is left out."""
    for name, value in facts.items():
        yield from shape(words(name), value)


def shape(label: str, value: Fact) -> Iterator[Shape]:
    """The layout of one fact: of an object first its plain values, then each list and object in it."""
    if isinstance(value, Mapping):
        plain = {name: each for name, each in value.items() if not _contains(each)}
        if plain:
            yield Pairs(
                label=label, lines=tuple(Line(label=words(name), text=text_of(each)) for name, each in plain.items())
            )
        for name, each in value.items():
            if _contains(each):
                yield from shape(f"{label}: {words(name)}", each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        objects = [each for each in value if isinstance(each, Mapping)]
        if objects and len(objects) == len(value):
            yield _grid(label, objects)
        else:
            yield Items(label=label, texts=tuple(text_of(each) for each in value))
    else:
        yield Line(label=label, text=text_of(value))


def _contains(value: Fact) -> bool:
    """Whether a value has values of its own."""
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


def words(name: str) -> str:
    """``rows_withheld`` as people read it."""
    return name.replace("_", " ")


def text_of(value: Fact) -> str:
    """One value as text: thousands apart, nothing as a dash, lists with commas."""
    match value:
        case None | "":
            text = "-"
        case bool():
            text = "yes" if value else "no"
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.1f}"
        case str():
            text = value
        case Mapping():
            text = ", ".join(f"{words(name)} {text_of(each)}" for name, each in value.items())
        case _:
            text = ", ".join(text_of(each) for each in value)
    return text


def _grid(label: str, objects: Sequence[Mapping[str, Fact]]) -> Grid:
    names = tuple(dict.fromkeys(name for each in objects for name in each))
    numeric = frozenset(
        index
        for index, name in enumerate(names)
        if all(isinstance(each.get(name), (int, float)) and not isinstance(each.get(name), bool) for each in objects)
    )
    return Grid(
        label=label,
        columns=tuple(words(name) for name in names),
        rows=tuple(tuple(text_of(each.get(name)) for name in names) for each in objects),
        numeric=numeric,
    )
