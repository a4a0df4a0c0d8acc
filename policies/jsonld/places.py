"""From a place in the expanded document back to the JSON pointer in the document as it was sent."""

import re
from collections.abc import Iterator
from itertools import chain, islice, starmap
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
    values: Iterator[tuple[Path, Json]] = iter(())
    for step in trail:
        if isinstance(step, int):
            chosen = next(islice(values, step, None), None)
            if chosen is None:
                break
            path, here = chosen
        else:
            keys = _keys(here, step)
            if not keys or not isinstance(here, dict):
                break
            spelt = [((*path, key), here[key]) for key in keys]
            values = chain.from_iterable(starmap(_values, spelt))
            path = spelt[0][0]
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


def _keys(here: Json, step: str) -> list[str]:
    """The keys that hold the property, in the order in which expansion joins what they hold."""
    if not isinstance(here, dict):
        return []
    names = _ALIASES.get(step, frozenset())
    return sorted(key for key in here if key in names or (not names and _name(key) == _name(step)))


def _values(path: Path, value: Json) -> Iterator[tuple[Path, Json]]:
    """The values that expansion sees in a value: those of arrays inside arrays, but for a list, stand in one array."""
    if not isinstance(value, list):
        yield path, value
        return
    for index, each in enumerate(value):
        place = (*path, index)
        if path[-1] == "@list":
            yield place, each
        else:
            yield from _values(place, each)


def _name(key: str) -> str:
    """The last part of a property, however it is spelt."""
    return _SEPARATOR.split(key)[-1]
