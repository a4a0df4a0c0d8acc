"""Decides a filter row by row, the slow and plain way: what pushed filters and the engine are compared with."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, assert_never

from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Scalar, Unknown


def holds(predicate: Predicate, row: Mapping[str, Any]) -> bool | None:
    """Three-valued truth of a filter for a row; nothing means unknown."""
    match predicate:
        case Compare() | AnyOf() | IsNull():
            return _fits(predicate, row[predicate.column])
        case And(parts=parts):
            return _all([holds(part, row) for part in parts])
        case Or(parts=parts):
            denied = _all([_not(holds(part, row)) for part in parts])
            return _not(denied)
        case Not(part=part):
            return _not(holds(part, row))
        case Unknown():
            return None
        case _:
            assert_never(predicate)


def kept(predicate: Predicate, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows for which the filter is true."""
    return [row for row in rows if holds(predicate, row) is True]


def probes(values: Sequence[Any]) -> Iterator[Scalar]:
    """Values to compare a column with: some that occur, and their close neighbours that must not be taken for them."""
    present = [value for value in values if value is not None and not isinstance(value, bool)]
    for value in dict.fromkeys((*present[:1], *present[len(present) // 2 :][:1])):
        yield value
        yield from _neighbours(value)


def _neighbours(value: Any) -> Iterator[Scalar]:
    match value:
        case str():
            yield value.swapcase()
            yield f"{value} "
            yield unicodedata.normalize("NFD", value)
            yield ""
        case datetime():
            yield value - timedelta(microseconds=1)
        case int():
            yield value + 1
        case Decimal():
            yield value + Decimal("0.000000001")
        case _:
            return


def _fits(term: Compare | AnyOf | IsNull, found: Any) -> bool | None:
    if isinstance(term, IsNull):
        return found is None
    if found is None:
        return None
    return found in term.values if isinstance(term, AnyOf) else _compares(found, term.comparator, term.value)


def _compares(found: Any, comparator: Comparator, value: Any) -> bool:
    match comparator:
        case Comparator.EQ:
            return bool(found == value)
        case Comparator.LT:
            return bool(_ordered(found) < _ordered(value))
        case Comparator.LTE:
            return bool(_ordered(found) <= _ordered(value))
        case Comparator.GT:
            return bool(_ordered(found) > _ordered(value))
        case Comparator.GTE:
            return bool(_ordered(found) >= _ordered(value))
        case _:
            assert_never(comparator)


def _ordered(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _all(verdicts: Sequence[bool | None]) -> bool | None:
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _not(verdict: bool | None) -> bool | None:  # noqa: FBT001  # a truth value, not a switch
    return None if verdict is None else not verdict
