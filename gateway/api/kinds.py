"""The GraphQL types of the canonical kinds, made at import from ``connectors.kinds``.

For each kind: the record, its edge and connection, its filter, its columns as an enum, and its order. Names are
camelCase; descriptions carry unit, category and sensitivity. Every column is nullable: a licence, a source or a mask
may leave it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, Final, cast

import strawberry
from strawberry.utils.str_converters import to_camel_case

from connectors.kinds import KINDS, Column, Kind
from gateway.api.enums import SortDirection
from gateway.api.making import make_enum, make_type, many, optional
from gateway.api.relay import Node, PageInfo
from gateway.api.reports import SourceReport
from gateway.api.scalars import BigInt
from gateway.exchange.facts import value_kind
from policies.vocabulary import ValueKind

_TYPES: Final[Mapping[ValueKind, Any]] = {
    ValueKind.TEXT: str,
    ValueKind.INTEGER: BigInt,
    ValueKind.DECIMAL: Decimal,
    ValueKind.DATE_TIME: datetime,
    ValueKind.BOOLEAN: bool,
}
_CONDITIONS: Final = {
    "eq": "The value is this one.",
    "lt": "The value is smaller or earlier.",
    "lte": "The value is smaller or earlier, or equal.",
    "gt": "The value is larger or later.",
    "gte": "The value is larger or later, or equal.",
}

KIND_DESCRIPTIONS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.PROFILE: "What a person shows of themself on a platform.",
        Kind.REPUTATION_SCORE: "A person's standing, as one number.",
        Kind.RATING: "One person's judgement of another.",
        Kind.CREDENTIAL: "A badge, role or certificate that a person holds.",
        Kind.SOCIAL_EDGE: "A tie between two persons.",
        Kind.INTERACTION: "Something a person did, at a place and a time.",
        Kind.UTTERANCE: "Something a person wrote.",
        Kind.ASSET: "A virtual thing that a person owns or made.",
        Kind.TRANSACTION: "Something that changed hands between two persons.",
        Kind.PREFERENCE: "What a person likes, wants or tends to: stated by them, or concluded from what they did.",
        Kind.TELEMETRY_SAMPLE: "A measurement of how a platform or network runs; nobody is in it.",
    }
)


def field_name(column: str) -> str:
    """The name of a column in the schema: ``observed_at`` is ``observedAt``."""
    return to_camel_case(column)


def root_field(kind: Kind) -> str:
    """The root field that reads records of a kind: ``reputationScores``."""
    return kind.value[0].lower() + kind.value[1:] + "s"


def described(column: Column) -> str:
    """What the schema says of a column."""
    unit = f" Unit: {column.unit}." if column.unit else ""
    person = " Identifies a person." if column.subject else ""
    sensitivity = column.sensitivity.value.replace("_", " ")
    return f"{column.description}{unit}{person} Category: {column.category}. Sensitivity: {sensitivity}."


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTypes:
    """What the schema has for one kind."""

    kind: Kind
    record: type
    edge: type
    connection: type
    where: type
    order: type
    columns: Mapping[str, str]
    """Canonical column by field name of the record."""
    attributes: Mapping[str, str]
    """Attribute of the record type by canonical column."""


def _python_name(name: str) -> str:
    return name + "_" if iskeyword(name) else name


def _python_type(column: Column) -> Any:
    return _TYPES[value_kind(column.type)]


def _condition_filter(name: str, noun: str, kind: Any, conditions: Mapping[str, str]) -> type:
    fields = {
        each: (optional(kind), strawberry.field(default=strawberry.UNSET, name=each, description=text))
        for each, text in conditions.items()
    }
    fields["in_"] = (
        optional(list[kind]),
        strawberry.field(
            default=strawberry.UNSET,
            name="in",
            description="The value is one of these; with an empty list nothing fits.",
        ),
    )
    fields["is_null"] = (
        optional(bool),
        strawberry.field(
            default=strawberry.UNSET, name="isNull", description="True: the value is missing. False: it is there."
        ),
    )
    text = f"Conditions on {noun}; all that are given must hold. A missing value meets none of them but `isNull`."
    return make_type(name, text, fields, strawberry.input)


_FILTERS: Final[Mapping[Any, type]] = {
    str: _condition_filter("TextFilter", "a text, compared by code points", str, _CONDITIONS),
    datetime: _condition_filter("DateTimeFilter", "a time", datetime, _CONDITIONS),
    Decimal: _condition_filter("DecimalFilter", "a decimal number", Decimal, _CONDITIONS),
    BigInt: _condition_filter("BigIntFilter", "a whole number", BigInt, _CONDITIONS),
    bool: _condition_filter("BooleanFilter", "a truth value", bool, {"eq": _CONDITIONS["eq"]}),
}


def _record(kind: Kind) -> type:
    fields: dict[str, tuple[Any, Any]] = {
        _python_name(column.name): (
            optional(_python_type(column)),
            strawberry.field(name=field_name(column.name), description=described(column)),
        )
        for column in KINDS[kind]
    }
    fields["dataset"] = (strawberry.ID, strawberry.field(description="The dataset that the record comes from."))
    fields["licence"] = (strawberry.ID, strawberry.field(description="The licence that it was released under."))
    return make_type(kind.value, KIND_DESCRIPTIONS[kind], fields, bases=(Node,))


def _edge(kind: Kind, record: type) -> type:
    fields = {
        "node": (optional(record), strawberry.field(description="The record.")),
        "cursor": (str, strawberry.field(resolver=_cursor, description="The record's place: `after` goes on from it.")),
    }
    return make_type(f"{kind.value}Edge", f"A {kind.value} with its place in the list.", fields)


def _cursor(root: strawberry.Parent[Any]) -> str:
    # WHY: sealing costs more than the rest of an edge, so it is done only for cursors that are asked for.
    return cast("str", root.seal())


def _connection(kind: Kind, record: type, edge: type) -> type:
    fields: dict[str, tuple[Any, Any]] = {
        "edges": (optional(many(edge)), strawberry.field(description="The records, each with its place.")),
        "nodes": (optional(many(record)), strawberry.field(description="The records.")),
        "page_info": (PageInfo, strawberry.field(description="Where this page stands in the list.")),
        "sources": (
            list[SourceReport],
            strawberry.field(
                description="How each dataset fared; a missing or refused one is told here and in `errors`."
            ),
        ),
    }
    return make_type(f"{kind.value}Connection", f"One page of released records: {kind.value}.", fields)


def _where(kind: Kind) -> type:
    name = f"{kind.value}Filter"
    own: Any = strawberry.LazyType(name, __name__)
    fields: dict[str, tuple[Any, Any]] = {
        _python_name(column.name): (
            optional(_FILTERS[_python_type(column)]),
            strawberry.field(
                default=strawberry.UNSET,
                name=field_name(column.name),
                description=f"Conditions on: {column.description} Counts as reading the column.",
            ),
        )
        for column in KINDS[kind]
    }
    for combinator, of, text in (
        ("and", many(own), "All of these hold."),
        ("or", many(own), "At least one of these holds; with an empty list nothing fits."),
        ("not", own, "This does not hold; where it cannot be told, the record is left out."),
    ):
        fields[combinator + "_"] = (
            optional(of),
            strawberry.field(default=strawberry.UNSET, name=combinator, description=text),
        )
    text = f"Which records of kind {kind.value} to read; all that is given on one level must hold."
    return make_type(name, text, fields, strawberry.input)


def _order(kind: Kind) -> type:
    columns = make_enum(
        f"{kind.value}Column",
        f"A column of kind {kind.value}.",
        {column.name.upper(): (column.name, column.description) for column in KINDS[kind]},
    )
    fields: dict[str, tuple[Any, Any]] = {
        "column": (columns, strawberry.field(description="Sort by this column; counts as reading it.")),
        "direction": (
            SortDirection,
            strawberry.field(default=SortDirection.ASC, description="Which way; missing values come last either way."),
        ),
    }
    return make_type(f"{kind.value}Order", f"One term of an order of records: {kind.value}.", fields, strawberry.input)


def _types(kind: Kind) -> KindTypes:
    record = _record(kind)
    edge = _edge(kind, record)
    return KindTypes(
        kind=kind,
        record=record,
        edge=edge,
        connection=_connection(kind, record, edge),
        where=_where(kind),
        order=_order(kind),
        columns=MappingProxyType({field_name(column.name): column.name for column in KINDS[kind]}),
        attributes=MappingProxyType({column.name: _python_name(column.name) for column in KINDS[kind]}),
    )


KIND_TYPES: Final[Mapping[Kind, KindTypes]] = MappingProxyType({kind: _types(kind) for kind in Kind})
# WHY: a filter holds itself; the schema looks it up in this module by its name.
globals().update({types.where.__name__: types.where for types in KIND_TYPES.values()})

RECORD_FIELDS: Final[Mapping[str, KindTypes]] = MappingProxyType(
    {root_field(kind): types for kind, types in KIND_TYPES.items()}
)
"""The root fields that read records."""
