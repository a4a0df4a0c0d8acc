"""Writes the statements: which part of a filter the database takes, and one page of a collection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from connectors.platforms.opensim.mapping import COMPARATORS, Form, TableMapping
from policies.predicate import And, AnyOf, Comparator, Compare, Predicate, Scalar, conjunction

Parameter: TypeAlias = str | int

AT: Final = "·at"
KEY: Final = "·key"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OPERATORS: Final = {
    Comparator.EQ: "=",
    Comparator.LT: "<",
    Comparator.LTE: "<=",
    Comparator.GT: ">",
    Comparator.GTE: ">=",
}
_MOST_VALUES: Final = 500
_INTEGERS: Final = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with the values for its question marks."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


def split(mapping: TableMapping, where: Predicate) -> tuple[Predicate, Predicate]:
    """The part of a filter that the database applies exactly, and the rest."""
    parts = where.parts if isinstance(where, And) else (where,)
    taken = [_condition(mapping, part) is not None for part in parts]
    return (
        conjunction(*(part for part, pushed in zip(parts, taken, strict=True) if pushed)),
        conjunction(*(part for part, pushed in zip(parts, taken, strict=True) if not pushed)),
    )


def page(
    mapping: TableMapping,
    available: frozenset[str],
    columns: Sequence[str],
    pushed: Predicate,
    *,
    after: int | None,
    rows: int,
) -> Statement:
    """One page of a collection, in the order of its row ids.

    Args:
        mapping: the collection.
        available: its canonical columns that the database has; and the aliases of the joins that it has.
        columns: canonical columns to read; those that are not available are left out.
        pushed: the filter, as ``split`` gave it.
        after: row id to go on after; nothing: from the start.
        rows: at most so many.
    """
    chosen = [f'a.rowid AS "{AT}"']
    if "record_id" in columns:
        chosen.append(f'{mapping.key.sql} AS "{KEY}"')
    chosen.extend(f'{mapping.fields[name].sql} AS "{name}"' for name in columns if name in available)
    joins = [f'LEFT JOIN "{j.table}" AS {j.alias} ON {j.on}' for j in mapping.joins if j.alias in available]
    conditions: list[str] = []
    parameters: list[Parameter] = []
    if after is not None:
        conditions.append("a.rowid > ?")
        parameters.append(after)
    for part in pushed.parts if isinstance(pushed, And) else (pushed,):
        found = _condition(mapping, part)
        if found is None:
            msg = "a part of the filter was not split off"
            raise ValueError(msg)
        column = part.column if isinstance(part, Compare | AnyOf) else ""
        conditions.append(found.sql if column in available else "NULL")
        parameters.extend(found.parameters if column in available else ())
    sql = (
        f'SELECT {", ".join(chosen)} FROM "{mapping.table}" AS a {" ".join(joins)}'  # noqa: S608  # names and expressions are the mapping's own; values are parameters
        f"{' WHERE ' + ' AND '.join(conditions) if conditions else ''} ORDER BY a.rowid LIMIT ?"
    )
    return Statement(sql=sql, parameters=(*parameters, rows))


def _condition(mapping: TableMapping, part: Predicate) -> Statement | None:
    """The part as SQL; nothing when the database would not compare exactly as the engine does."""
    if not isinstance(part, Compare | AnyOf) or part.column not in mapping.fields:
        return None
    field = mapping.fields[part.column]
    values = part.values if isinstance(part, AnyOf) else (part.value,)
    comparator = Comparator.EQ if isinstance(part, AnyOf) else part.comparator
    parameters = tuple(_parameter(value, field.form) for value in values)
    if comparator not in COMPARATORS[field.form] or not 0 < len(values) <= _MOST_VALUES:
        return None
    known = tuple(each for each in parameters if each is not None)
    if len(known) != len(parameters):
        return None
    # WHY: a column may have been declared with another collation, which would merge what the engine keeps apart.
    subject = f"({field.sql}) COLLATE BINARY" if field.form is Form.TEXT else f"({field.sql})"
    if isinstance(part, AnyOf):
        return Statement(sql=f"{subject} IN ({', '.join('?' * len(known))})", parameters=known)
    return Statement(sql=f"{subject} {_OPERATORS[comparator]} ?", parameters=known)


def _parameter(value: Scalar, form: Form) -> Parameter | None:
    match value:
        case bool():
            return None
        case str() if form is Form.TEXT:
            return value if value.isascii() or _encodable(value) else None
        case datetime() if form is Form.TIME:
            return (value - _EPOCH) // timedelta(microseconds=1)
        case int() if form is Form.NUMBER and value in _INTEGERS:
            return value
        case Decimal() if form is Form.NUMBER and value.is_finite() and value == value.to_integral_value():
            return int(value) if int(value) in _INTEGERS else None
        case _:
            return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
