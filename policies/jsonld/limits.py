"""What is checked before anything is expanded: size, depth, number of nodes, and forms the profile does not have."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from policies.errors import PolicyMalformedError, PolicyTooLargeError
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
"""Objects and arrays inside one another, the document itself being the first."""
MAX_NODES: Final = 2_000
"""Objects, arrays and scalars."""

CONTEXTS: Final = (ODRL_CONTEXT_IRI, CONTEXT_IRI)
"""The one value that ``@context`` may have, in this order."""

_KEYWORDS: Final = frozenset({"@type", "@id", "@list", "@value"})
_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""Text and brackets. A text without end takes the rest, so that no byte is looked at twice."""
_BITS: Final = 64
"""No whole number of a policy needs more; a longer one is not given to any library."""

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"
Path: TypeAlias = tuple[str | int, ...]


def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def read(document: bytes | Mapping[str, object]) -> dict[str, Json]:
    """Parse, and check everything that does not need the vocabulary.

    Raises:
        PolicyTooLargeError: a limit is exceeded.
        PolicyMalformedError: not a JSON object in UTF-8, a duplicate key, a null, an empty array or object, a double,
            a keyword that the profile does not have, or another ``@context`` than the one expected.
    """
    parsed = _parse(document) if isinstance(document, bytes) else document
    if not isinstance(parsed, Mapping):
        raise PolicyMalformedError("a policy is a JSON object")
    size = 0
    for path, value in _walk(parsed):
        size += _check(path, value)
        if size > MAX_BYTES:
            raise PolicyTooLargeError("bytes", MAX_BYTES)
    if parsed.get("@context") != list(CONTEXTS):
        raise PolicyMalformedError(
            "`@context` must be exactly the list of the two context addresses",
            pointer="/@context",
            hint=f"write `[{CONTEXTS[0]!r}, {CONTEXTS[1]!r}]`",
        )
    return {key: _plain(value) for key, value in parsed.items()}


def _plain(value: Any) -> Json:
    """The same value in dicts and lists of its own; called when everything has been checked."""
    match value:
        case Mapping():
            return {key: _plain(child) for key, child in value.items()}
        case list():
            return [_plain(child) for child in value]
        case _:
            found: Json = value
            return found


def _parse(document: bytes) -> object:
    if len(document) > MAX_BYTES:
        raise PolicyTooLargeError("bytes", MAX_BYTES)
    depth = 0
    for bracket in _BRACKETS.finditer(document):
        # WHY: counted before parsing, so that the parser never recurses deeper than the limit.
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(bracket.group(), 0)
        if depth > MAX_DEPTH:
            raise PolicyTooLargeError("levels", MAX_DEPTH)
    try:
        return json.loads(document.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except ValueError as error:
        raise PolicyMalformedError("the policy is not JSON in UTF-8") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise PolicyMalformedError(f"the key `{key}` stands twice in one object")
        found[key] = value
    return found


def _constant(name: str) -> object:
    raise PolicyMalformedError(f"`{name}` is not JSON")


def _walk(parsed: object) -> Iterator[tuple[Path, object]]:
    """Every value with its path, parents first; children are counted before any of them is visited.

    Raises:
        PolicyTooLargeError: there are too many levels, so that a cycle ends too, or too many nodes.
    """
    waiting: list[tuple[Path, object]] = [((), parsed)]
    nodes = 1
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping | list):
            nodes += len(value)
            if len(path) >= MAX_DEPTH:
                raise PolicyTooLargeError("levels", MAX_DEPTH)
            if nodes > MAX_NODES:
                raise PolicyTooLargeError("nodes", MAX_NODES)
        yield path, value
        if isinstance(value, Mapping):
            waiting.extend(((*path, key), value[key]) for key in reversed(tuple(value)))
        elif isinstance(value, list):
            waiting.extend(((*path, index), value[index]) for index in reversed(range(len(value))))


def _check(path: Path, value: object) -> int:
    """Refuse a value by its kind alone; answers about how many bytes it takes."""
    match value:
        case None:
            raise PolicyMalformedError("`null` has no meaning in a policy", pointer=pointer(path))
        case float():
            raise PolicyMalformedError(
                "a floating-point number is not exact", pointer=pointer(path), hint="write an `xsd:decimal` as text"
            )
        case Mapping() | list() if not value:
            raise PolicyMalformedError("an empty object or array has no meaning", pointer=pointer(path))
        case Mapping():
            return sum(_key(path, key) for key in value)
        case list():
            return len(value)
        case str():
            return _text(path, value)
        case int() if value.bit_length() > _BITS:
            raise PolicyMalformedError("a whole number is longer than 64 bits", pointer=pointer(path))
        case int():
            return value.bit_length() // 4 + 1
        case _:
            raise PolicyMalformedError("a policy holds JSON values only", pointer=pointer(path))


def _key(path: Path, key: object) -> int:
    if not isinstance(key, str):
        raise PolicyMalformedError("a policy holds JSON values only", pointer=pointer(path))
    if key.startswith("@") and key not in _KEYWORDS and not (key == "@context" and not path):
        raise PolicyMalformedError(f"the keyword `{key}` is not allowed here", pointer=pointer((*path, key)))
    return _text((*path, key), key)


def _text(path: Path, text: str) -> int:
    try:
        return len(text.encode("utf-8")) + 2
    except UnicodeEncodeError as error:
        raise PolicyMalformedError("the text is not Unicode", pointer=pointer(path)) from error
