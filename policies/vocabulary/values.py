"""Closed values: transforms with their declared order, and the other lists that right operands are chosen from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import Iri
from policies.vocabulary.meanings import MEANINGS


class Parameter(StrEnum):
    """What the parameter of a transform is; each says when one transform is stronger than another of its kind."""

    LEVEL = "level"
    """A whole number; the higher level is stronger."""
    TIME_UNIT = "time unit"
    """A term; the coarser unit is stronger."""
    WIDTH = "width"
    """A whole number; a width is stronger than the widths that it is a multiple of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformTerm:
    """What the profile says of one transform of columns."""

    iri: Iri
    rank: int
    """A higher rank is stronger; two transforms of one rank and different terms cannot be compared."""
    parameter: Parameter | None = None
    meaning: str


def _transform(iri: Iri, rank: int, parameter: Parameter | None = None) -> TransformTerm:
    return TransformTerm(iri=iri, rank=rank, parameter=parameter, meaning=MEANINGS[iri])


TRANSFORMS: Final[dict[Iri, TransformTerm]] = {
    each.iri: each
    for each in (
        _transform(iris.KEEP, 0),
        _transform(iris.PSEUDONYMISE, 1),
        _transform(iris.GENERALISE, 1, Parameter.LEVEL),
        _transform(iris.TRUNCATE_TIME, 1, Parameter.TIME_UNIT),
        _transform(iris.BUCKET, 1, Parameter.WIDTH),
        _transform(iris.REDACT_TEXT, 1),
        _transform(iris.AGGREGATE_ONLY, 2),
        _transform(iris.DROP, 3),
    )
}
"""Every transform, weakest first."""

EVENTS: Final = (iris.FIRST_DELIVERY, iris.LICENCE_END)
RELEASES: Final = (iris.INTERNAL_USE, iris.HOSTED_API, iris.OPEN_WEIGHTS)
"""Most closed first."""
VERDICTS: Final = (iris.APPROVED,)
UNITS: Final = (iris.PER_RECORD, iris.PER_TOKEN, iris.PER_QUERY, iris.PER_RUN, iris.PER_PERIOD)
"""What an amount can be paid for."""

VALUE_CLASSES: Final[dict[Iri, tuple[Iri, ...]]] = {
    iris.TRANSFORM_CLASS: tuple(TRANSFORMS),
    iris.TIME_UNIT_CLASS: iris.TIME_UNITS,
    iris.EVENT_CLASS: EVENTS,
    iris.MODEL_RELEASE_CLASS: RELEASES,
    iris.VERDICT_CLASS: VERDICTS,
    iris.UNIT_CLASS: (iris.MICRO_RHO, *UNITS),
}
"""The closed values of the profile by their class."""
