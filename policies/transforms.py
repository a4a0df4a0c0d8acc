"""The declared order of column transforms: which of two is stronger, and which cannot be compared."""

from collections.abc import Sequence
from functools import reduce
from typing import Final

from policies.model import Condition, Quantity, Transform, Value, Verdict
from policies.truth import all_of, compare, judge
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DPV,
    DROP,
    GENERALISE,
    PSEUDONYMISE,
    REDACT_TEXT,
    TIME_UNITS,
    TRANSFORMS,
    TRUNCATE_TIME,
    Iri,
    Vocabulary,
)

_UNITS: Final[tuple[object, ...]] = TIME_UNITS

WITHHOLDING: Final = frozenset({AGGREGATE_ONLY, DROP})
"""Transforms under which no value of a single record leaves."""

_MEASURES: Final[dict[Iri, Iri]] = {
    PSEUDONYMISE: Iri(DPV + "Pseudonymisation"),
    REDACT_TEXT: Iri(DPV + "DataRedaction"),
    GENERALISE: Iri(DPV + "Deidentification"),
    TRUNCATE_TIME: Iri(DPV + "Deidentification"),
    BUCKET: Iri(DPV + "Deidentification"),
}
"""The technical measure that each transform is. Making values coarser is not yet anonymisation."""


def stronger(first: Transform, second: Transform) -> Transform | None:
    """The stronger of the two, ``first`` when they are equal; ``None`` when they cannot be compared."""
    if first == second:
        return first
    if first.term not in TRANSFORMS or second.term not in TRANSFORMS:
        return None
    if TRANSFORMS[first.term].rank != TRANSFORMS[second.term].rank:
        return max(first, second, key=lambda transform: TRANSFORMS[transform.term].rank)
    return _of_one_term(first, second) if first.term == second.term else None


def strongest(several: Sequence[Transform]) -> Transform | None:
    """The one that is at least as strong as each of the others, whatever their order; ``None`` when there is none."""
    if not several:
        return None
    # WHY: one that is stronger than all others takes the place of whatever stands before it, and gives it to none.
    last = reduce(lambda first, second: first if stronger(first, second) == first else second, several)
    return last if all(stronger(last, other) == last for other in several) else None


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


def applies(transform: Transform, measures: tuple[Condition, ...], vocabulary: Vocabulary) -> bool:
    """Whether the transform is the technical measure that the conditions ask for; withholding is more than any."""
    if transform.term in WITHHOLDING:
        return True
    actual: frozenset[Value | Quantity] = frozenset({_MEASURES[transform.term]} if transform.term in _MEASURES else ())
    found = (judge(each, lambda constraint: compare(constraint, actual, vocabulary)) for each in measures)
    return all_of(found) is Verdict.SATISFIED
