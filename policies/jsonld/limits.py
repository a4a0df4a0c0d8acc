"""What is checked before anything is expanded: size, depth and number of nodes, and the form of every value."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from policies.errors import PolicyMalformedError, PolicyTooLargeError
from policies.jsonld.forms import require_form
from policies.jsonld.parsing import parse
from policies.registering.places import Path, pointer
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
"""Objects and arrays inside one another, the document itself being the first."""
MAX_NODES: Final = 2_000
"""Objects, arrays and scalars."""

CONTEXTS: Final = (ODRL_CONTEXT_IRI, CONTEXT_IRI)
"""The one value that ``@context`` may have, in this order."""

_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""Text and brackets. A text without end takes the rest, so that no byte is looked at twice."""

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"


def read(document: bytes | Mapping[str, object]) -> dict[str, Json]:
    """Parse, and check everything that does not need the vocabulary.

    Raises:
        PolicyTooLargeError: a limit is exceeded.
        PolicyMalformedError: not a JSON object in UTF-8, a form that a policy does not have, or another ``@context``
            than the one expected.
    """
    parsed = _parse(document) if isinstance(document, bytes) else document
    if not isinstance(parsed, Mapping):
        raise PolicyMalformedError(
            "a policy is a JSON object", rule=1, hint="send one object, not an address or a list"
        )
    size = 0
    for path, value in _walk(parsed):
        size += require_form(path, value)
        if size > MAX_BYTES:
            raise PolicyTooLargeError("bytes", MAX_BYTES)
    if parsed.get("@context") != list(CONTEXTS):
        raise PolicyMalformedError(
            "`@context` must be exactly the list of the two context addresses",
            rule=1,
            hint=f'write `["{CONTEXTS[0]}", "{CONTEXTS[1]}"]`',
            pointer="/@context",
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
    return parse(document)


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
                raise PolicyTooLargeError("levels", MAX_DEPTH, pointer=pointer(path))
            if nodes > MAX_NODES:
                raise PolicyTooLargeError("nodes", MAX_NODES, pointer=pointer(path))
        yield path, value
        if isinstance(value, Mapping):
            waiting.extend(((*path, key), value[key]) for key in reversed(tuple(value)))
        elif isinstance(value, list):
            waiting.extend(((*path, index), value[index]) for index in reversed(range(len(value))))
