"""From a place in the expanded document back to the JSON pointer in the document as it was sent."""

import re
from typing import Final, TypeAlias

from policies.jsonld.limits import Json, Path, pointer

Trail: TypeAlias = tuple[str | int, ...]
"""Property IRIs, keywords and indices, as expansion has them: every property holds an array."""

_SEPARATOR: Final = re.compile(r"[:/#]")
_ALIASES: Final = {"@id": frozenset({"@id", "uid"}), "@type": frozenset({"@type", "type"})}


def locate(document: Json, trail: Trail) -> str:
    """The pointer to the place the trail leads to, or to the last place on the way that the document has."""
    path: Path = ()
    here = document
    for step in trail:
        if isinstance(step, int):
            if isinstance(here, list):
                path, here = (*path, step), here[step]
            continue
        key = _key(here, step)
        if key is None or not isinstance(here, dict):
            break
        path, here = (*path, key), here[key]
    return pointer(path)


def find_key(document: Json, key: str) -> str:
    """The pointer to the first use of a key; empty when there is none."""
    waiting: list[tuple[Path, Json]] = [((), document)]
    while waiting:
        path, here = waiting.pop()
        if isinstance(here, dict):
            if key in here:
                return pointer((*path, key))
            waiting.extend(((*path, name), child) for name, child in reversed(here.items()))
        elif isinstance(here, list):
            waiting.extend(((*path, index), child) for index, child in reversed(list(enumerate(here))))
    return ""


def _key(here: Json, step: str) -> str | None:
    if not isinstance(here, dict):
        return None
    names = _ALIASES.get(step, frozenset())
    return next((key for key in here if key in names or (not names and _name(key) == _name(step))), None)


def _name(key: str) -> str:
    """The last part of a property, however it is spelt."""
    return _SEPARATOR.split(key)[-1]
