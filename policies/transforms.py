"""The declared order of column transforms: which of two is stronger, and which cannot be compared."""

from collections.abc import Sequence
from itertools import pairwise
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
    """The one that is at least as strong as each of the others, whatever their order.

    ``None`` when there is none, and when any two of them cannot be compared: a third one does not settle that, so that
    no further source opens what two deny.
    """
    # WHY: being stronger is transitive, so that in this order neighbours speak for all pairs.
    ordered = sorted(dict.fromkeys(several), key=_place)
    compared = all(stronger(weak, strong) == strong for weak, strong in pairwise(ordered))
    return ordered[-1] if ordered and compared else None


def _place(transform: Transform) -> tuple[int, str, int]:
    """Weaker ones first, among those that can be compared."""
    term, parameter = TRANSFORMS.get(transform.term), transform.parameter
    strength = _UNITS.index(parameter) if parameter in _UNITS else parameter
    return -1 if term is None else term.rank, transform.term, strength if isinstance(strength, int) else -1


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
