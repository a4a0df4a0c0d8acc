"""Every other policy that one change makes of a policy: terms replaced, bounds moved, parts taken out and put in.

The changes are made on the expanded document, so that each costs little; the reader is the product's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from policies.lexical import literal, parse
from policies.registering.places import Path
from policies.vocabulary import (
    INCLUDED_IN,
    ISO3166,
    ISO4217,
    MICRO_RHO,
    ODRL,
    OPERANDS,
    PROFILE,
    RDF,
    REP,
    TIME_UNITS,
    Iri,
    Operator,
)
from tests.testkit.mutants import at, places, replaced

_TERMS: Final[dict[str, Sequence[str]]] = {
    ODRL + "leftOperand": tuple(OPERANDS),
    ODRL + "operator": tuple(Operator),
    ODRL + "action": tuple(INCLUDED_IN),
    RDF + "value": tuple(INCLUDED_IN),
    ODRL + "unit": (ISO4217 + "USD", ISO4217 + "EUR", MICRO_RHO),
    REP + "parameter": TIME_UNITS,
    ODRL + "conflict": (ODRL + "perm", ODRL + "invalid"),
}
_CLASSES: Final = tuple(
    ODRL + name
    for name in (
        *("Set", "Offer", "Request", "Agreement", "Permission", "Prohibition", "Duty"),
        *("Constraint", "LogicalConstraint", "Asset", "AssetCollection"),
    )
)
_RULES: Final = tuple((ODRL + name,) for name in ("permission", "prohibition", "obligation"))
_LOGIC: Final = tuple(ODRL + name for name in ("and", "or", "xone"))
_COUNTRIES: Final = tuple(ISO3166 + code for code in ("DE", "FR", "US", "RU"))
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An expanded document with one change in it."""

    what: str
    path: Path
    expanded: Any


def variants(expanded: Any, focus: Path, columns: frozenset[str]) -> Iterator[Variant]:
    """Every change at every place inside the focus; of the whole, only what does not belong to a rule."""
    start = tuple(ODRL + step if isinstance(step, str) else step for step in focus)
    for inner, value in places(at(expanded, start)):
        path = (*start, *inner)
        if not focus and path[:1] in _RULES:
            continue
        for what, other in _others(expanded, path, value, columns):
            if other != value:
                yield Variant(what=what, path=path, expanded=replaced(expanded, path, other))


def _others(whole: Any, path: Path, value: Any, columns: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        if path[-1] == "@type":
            yield from (("term", [each]) for each in _CLASSES)
        elif len(value) > 1:
            yield from (("taken out", [*value[:index], *value[index + 1 :]]) for index in range(len(value)))
        if path[-1] == "@list" and "@type" not in value[0]:
            others = _values(whole, path[:-2], value[0], columns)
            yield from (("put in", [*value, each]) for each in others if each not in value)
    elif isinstance(value, dict) and "@value" not in value:
        named = [key for key in value if not key.startswith("@")]
        yield from (("taken out", {key: each for key, each in value.items() if key != name}) for name in named)
        yield from (
            ("term", {new if key == old else key: each for key, each in value.items()})
            for old in _LOGIC
            if old in value
            for new in _LOGIC
        )
        if value.keys() == {"@id"}:
            yield from (("term", each) for each in _values(whole, path, value, columns))
        elif "@id" in value:
            yield "name", {**value, "@id": value["@id"] + "x"}
    elif isinstance(value, dict):
        yield from (("bound", each) for each in _values(whole, path, value, columns))


def _values(whole: Any, path: Path, value: Any, columns: frozenset[str]) -> list[Any]:
    """What might stand instead of one value of a property."""
    property_ = next(step for step in reversed(path) if isinstance(step, str) and step != "@list")
    if "@value" in value:
        return _literals(property_, value, columns)
    if property_ in _TERMS:
        return [{"@id": each} for each in _TERMS[property_]]
    if property_ == ODRL + "rightOperand":
        holder = at(whole, path[: path.index(property_)])
        return [{"@id": each} for each in _concepts(Iri(holder[ODRL + "leftOperand"][0]["@id"]), value["@id"])]
    return [{"@id": value["@id"] + "x"}]


def _concepts(left: Iri, given: str) -> Sequence[str]:
    operand = OPERANDS[left]
    if operand.namespace:
        return _COUNTRIES
    if operand.root is not None:
        return [each for each in PROFILE.taxonomy.broader if PROFILE.is_a(each, operand.root)]
    return sorted(operand.choices) or [given + "x"]


def _literals(property_: str, value: Any, columns: frozenset[str]) -> list[Any]:
    if "@type" not in value:
        named = property_ == REP + "onColumn" or value["@value"] in columns
        return [{"@value": each} for each in (sorted(columns) if named else (str(value["@value"]) + "x",))]
    parsed = parse(str(value["@value"]), value["@type"])
    moved: list[Any]
    match parsed:
        case bool():
            moved = [not parsed]
        case int():
            moved = [parsed - 1, parsed + 1, parsed * 2, 0]
        case Decimal():
            moved = [parsed - Decimal("0.000001"), parsed + Decimal("0.000001"), parsed / 2, parsed * 2, Decimal(0)]
        case datetime():
            moved = [parsed - _SECOND, parsed + _SECOND, parsed - 400 * _DAY, parsed + 400 * _DAY]
        case timedelta():
            moved = [parsed - _DAY, parsed + _DAY, parsed / 2, parsed * 2]
        case _:
            raise AssertionError(value)
    return [{"@type": datatype, "@value": text} for datatype, text in map(literal, moved)]
