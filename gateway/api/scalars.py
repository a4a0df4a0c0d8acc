"""The scalars of the schema: how a value is written on the wire and read from it.

Exact values travel as text, so that no client loses digits to floating point.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, ValueNode
from graphql.utilities import value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from policies.vocabulary import Iri

BigInt = NewType("BigInt", int)
Json = NewType("Json", object)

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]{1,2000}")
_DECIMAL: Final = re.compile(r"[+-]?\d{1,38}(\.\d{1,38})?")
_INTEGER: Final = re.compile(r"[+-]?\d{1,19}")
_INT64: Final = 2**63


def _time_out(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _time_in(value: Any) -> datetime:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("a time is written as in RFC 3339, with an offset: `2026-03-01T12:00:00Z`")


def _iri_out(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _iri_in(value: Any) -> Iri:
    if isinstance(value, str) and _IRI.fullmatch(value):
        return Iri(value)
    raise GraphQLError("an absolute IRI is needed, like `https://w3id.org/dpv#ResearchAndDevelopment`")


def decimal_text(value: Decimal) -> str:
    """Plain notation without trailing zeros: ``10``, ``-0.5``."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _decimal_out(value: Any) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError
    return decimal_text(value)


def _decimal_in(value: Any) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    raise GraphQLError('a decimal is written as text, like `"-0.5"`; integers may stand without quotes')


def _integer_out(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return str(value)


def _integer_in(value: Any) -> BigInt:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -_INT64 <= value < _INT64:
        return BigInt(value)
    raise GraphQLError("a whole number of at most 64 bits is needed, as a number or as text")


def _json_in(value: Any) -> Json:
    return Json(value)


def _json_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Json:
    return Json(value_from_ast_untyped(node, variables))


def _decimal_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Decimal:
    # WHY: a literal with a point would arrive as a float; its digits are taken as they were written.
    if node.kind in {"float_value", "int_value"}:
        return _decimal_in(getattr(node, "value", ""))
    return _decimal_in(value_from_ast_untyped(node, variables))


SCALARS: Final[dict[object, ScalarDefinition]] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, as in RFC 3339, in UTC: `2026-03-01T12:00:00Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_time_out,
        parse_value=_time_in,
    ),
    Iri: strawberry.scalar(
        name="Iri",
        description="An absolute IRI, as in RFC 3987.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3987",
        serialize=_iri_out,
        parse_value=_iri_in,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, written as text in plain notation.",
        serialize=_decimal_out,
        parse_value=_decimal_in,
        parse_literal=_decimal_literal,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of at most 64 bits, written as text; a number is accepted as input.",
        serialize=_integer_out,
        parse_value=_integer_in,
    ),
    Json: strawberry.scalar(
        name="Json",
        description="A JSON value; used where another standard defines the form, such as ODRL policies.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        parse_value=_json_in,
        parse_literal=_json_literal,
    ),
}
"""How each Python type of a field is written; passed to the schema's configuration."""
