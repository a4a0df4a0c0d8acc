"""The declared order of column transforms: which of two is stronger, and which cannot be compared."""

from collections.abc import Sequence
from typing import Final

from policies.model import Transform
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DROP,
    GENERALISE,
    KEEP,
    PSEUDONYMISE,
    REDACT_TEXT,
    TIME_UNITS,
    TRUNCATE_TIME,
    Iri,
)

_RANK: Final[dict[Iri, int]] = {
    KEEP: 0,
    PSEUDONYMISE: 1,
    GENERALISE: 1,
    TRUNCATE_TIME: 1,
    BUCKET: 1,
    REDACT_TEXT: 1,
    AGGREGATE_ONLY: 2,
    DROP: 3,
}
_UNITS: Final[tuple[object, ...]] = TIME_UNITS

WITHHOLDING: Final = frozenset({AGGREGATE_ONLY, DROP})
"""Transforms under which no value of a single record leaves."""


def stronger(first: Transform, second: Transform) -> Transform | None:
    """The stronger of the two, ``first`` when they are equal; ``None`` when they cannot be compared."""
    if first == second:
        return first
    if first.term not in _RANK or second.term not in _RANK:
        return None
    if _RANK[first.term] != _RANK[second.term]:
        return max(first, second, key=lambda transform: _RANK[transform.term])
    return _of_one_term(first, second) if first.term == second.term else None


def strongest(several: Sequence[Transform]) -> Transform | None:
    """The one that is at least as strong as each of the others, whatever their order; ``None`` when there is none."""
    return next((each for each in several if all(stronger(each, other) == each for other in several)), None)


def _of_one_term(first: Transform, second: Transform) -> Transform | None:
    match first.term, first.parameter, second.parameter:
        case (term, int(one), int(other)) if term == GENERALISE:
            return first if one > other else second
        case (term, int(one), int(other)) if term == BUCKET and max(one, other) % max(min(one, other), 1) == 0:
            return first if one > other else second
        case (term, one, other) if term == TRUNCATE_TIME and one in _UNITS and other in _UNITS:
            return first if _UNITS.index(one) > _UNITS.index(other) else second
        case _:
            return None
