"""The one filter expression: GraphQL ``where``, row terms of policies, pushdown and residuals all use it.

Truth is three-valued (strong Kleene): comparing with a missing value is unknown, and a row is kept only when the whole
predicate is true for it. So a row about which something is unknown is dropped. To keep the rows that a prohibition does
not hit, filter by ``Not(prohibited)``: unknown stays unknown, and the row is dropped as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, assert_never

Scalar: TypeAlias = str | int | Decimal | bool | datetime
"""A value to compare with. Times are aware UTC; floats do not occur."""


class Comparator(StrEnum):
    """How a column is compared."""

    EQ = "eq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """``column <comparator> value``; unknown when the column is null."""

    column: str
    comparator: Comparator
    value: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """``column`` equals one of ``values`` (which may be empty: then false); unknown when the column is null."""

    column: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IsNull:
    """``column`` has no value; never unknown."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All parts hold; without parts: true."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one part holds; without parts: false."""

    parts: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """``part`` is false; unknown stays unknown."""

    part: "Predicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Never true and never false: what remains of a term that cannot be decided on rows."""

    reason: str


Predicate: TypeAlias = Compare | AnyOf | IsNull | And | Or | Not | Unknown

EVERYTHING = And(parts=())
"""Keeps every row."""
NOTHING = Or(parts=())
"""Keeps no row."""


def conjunction(*parts: Predicate) -> Predicate:
    """All of ``parts``, flattened; the trivial parts are left out."""
    unique = tuple(dict.fromkeys(_conjuncts(parts)))
    return unique[0] if len(unique) == 1 else And(parts=unique)


def _conjuncts(parts: tuple[Predicate, ...]) -> Iterator[Predicate]:
    for part in parts:
        if isinstance(part, And):
            yield from _conjuncts(part.parts)
        else:
            yield part


def columns_of(predicate: Predicate) -> frozenset[str]:
    """Every column the predicate looks at."""
    return frozenset(_columns(predicate))


def _columns(predicate: Predicate) -> Iterator[str]:
    match predicate:
        case Compare(column=column) | AnyOf(column=column) | IsNull(column=column):
            yield column
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _columns(part)
        case Not(part=part):
            yield from _columns(part)
        case Unknown():
            return
        case _:
            assert_never(predicate)
