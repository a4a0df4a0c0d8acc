"""From a place in the expanded document back to the JSON pointer in the document as it was sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice, starmap
from typing import TypeAlias, cast

from policies.errors import PolicyError
from policies.jsonld.forms import name_of
from policies.jsonld.limits import Json
from policies.registering.places import Path, path_of, pointer

Trail: TypeAlias = tuple[str | int, ...]
"""Property IRIs, keywords and indices, as expansion has them: every property holds an array."""


def expanded(path: Path) -> Trail:
    """The trail to a part, from the path in a document as the profile writes it."""
    trail: list[str | int] = []
    for step in path:
        if trail and isinstance(step, str) and isinstance(trail[-1], str):
            trail.append(0)
        trail.append(step)
    return tuple(trail)


@contextmanager
def pointing_into(document: Mapping[str, object]) -> Iterator[None]:
    """Let refusals of a policy point into the document that it was read from, however that is spelt."""
    try:
        yield
    except PolicyError as error:
        error.point(locate(cast("Json", document), expanded(path_of(error.pointer))))
        raise


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
    return sorted(key for key in here if name_of(key) == name_of(step))


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
