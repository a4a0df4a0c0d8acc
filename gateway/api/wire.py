"""What arrives over HTTP and how it is read: strictly, bounded, and in one way only."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.api.errors import JsonInvalidError, RequestShapeError

RESPONSE_TYPE: Final = "application/graphql-response+json"
JSON_TYPE: Final = "application/json"

# WHY: possessive, and the closing quote may be missing, so that a text that does not end is passed over once.
_STRINGS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[\]{}]")
_MEMBERS: Final = frozenset({"query", "variables", "operationName", "extensions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLRequest:
    """One GraphQL request, whatever transport it came by."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


def decode_json(body: bytes, *, depth: int) -> Any:
    """Read JSON.

    Args:
        body: UTF-8 without a byte order mark.
        depth: how deeply arrays and objects may be nested.

    Raises:
        JsonInvalidError: it is not JSON, is nested too deeply, repeats a key, or holds a number or text JSON has not.
    """
    if _depth(body) > depth:
        raise JsonInvalidError(f"it is nested more than {depth} deep")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\u" in body:
            # WHY: half of a surrogate pair is a text that cannot be hashed, stored or sent on.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise JsonInvalidError("its text is not Unicode") from None
    except json.JSONDecodeError as error:
        raise JsonInvalidError(f"{error.msg}, line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise JsonInvalidError(str(error)) from None
    return value


def _depth(body: bytes) -> int:
    """Greatest nesting of brackets outside of strings; found without recursion, before anything is decoded."""
    deepest = level = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        level += 1 if bracket in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key `{name[:100]}` stands twice in one object")
        found[name] = value
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not a JSON number")


def request_of(document: Any) -> GraphQLRequest:
    """The GraphQL request that a decoded body stands for.

    Raises:
        RequestShapeError: a member is missing, unknown or of a wrong type.
    """
    if not isinstance(document, dict):
        raise RequestShapeError("a request is a JSON object; batches are not served")
    unknown = sorted(document.keys() - _MEMBERS)
    if unknown:
        raise RequestShapeError(f"unknown member `{unknown[0][:100]}`")
    query = document.get("query")
    if not isinstance(query, str) or not query.strip():
        raise RequestShapeError("`query` must be a text that is not empty")
    variables = document.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise RequestShapeError("`variables` must be an object")
    name = document.get("operationName")
    if name is not None and not isinstance(name, str):
        raise RequestShapeError("`operationName` must be a text")
    extensions = document.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise RequestShapeError("`extensions` must be an object")
    return GraphQLRequest(query=query, variables=variables or {}, operation_name=name or None)


def media_type(header: str) -> tuple[str, Mapping[str, str]]:
    """The type of a ``content-type`` header, in lower case, and its parameters."""
    kind, *rest = header.split(";")
    parameters = {}
    for part in rest:
        name, _, value = part.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"').lower()
    return kind.strip().lower(), parameters


def negotiate(accept: str | None) -> str | None:
    """The media type to answer with, or nothing when the caller accepts none.

    Without a wish, and for wildcards, the older ``application/json`` is given, as GraphQL over HTTP asks.
    """
    if accept is None or not accept.strip():
        return JSON_TYPE
    exact: dict[str, float] = {}
    for part in accept.split(","):
        kind, parameters = media_type(part)
        try:
            exact[kind] = float(parameters.get("q", "1"))
        except ValueError:
            exact[kind] = 0.0
    wildcard = exact.get("application/*", exact.get("*/*", 0.0))
    modern = exact.get(RESPONSE_TYPE, 0.0)
    plain = exact.get(JSON_TYPE, wildcard)
    if modern <= 0 and plain <= 0:
        return None
    return RESPONSE_TYPE if modern >= plain else JSON_TYPE
