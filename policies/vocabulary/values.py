"""Types of values; closed values: transforms with their order, and other lists that right operands are chosen from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import Iri
from policies.vocabulary.meanings import MEANINGS


class ValueKind(StrEnum):
    """Type of a right operand, or of a column."""

    IRI = "iri"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE_TIME = "dateTime"
    DURATION = "duration"
    DUE = "dateTime or duration"
    BOOLEAN = "boolean"
    TEXT = "text"
    COLUMN_NAME = "column name"
    SCALAR = "any literal"


COLUMN_TYPES: Final = frozenset(
    {ValueKind.TEXT, ValueKind.INTEGER, ValueKind.DECIMAL, ValueKind.DATE_TIME, ValueKind.BOOLEAN}
)
"""The types that columns have."""
_TEXTS: Final = frozenset({ValueKind.TEXT})
_MOMENTS: Final = frozenset({ValueKind.DATE_TIME})
_NUMBERS: Final = frozenset({ValueKind.INTEGER, ValueKind.DECIMAL})


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
    fits: frozenset[ValueKind]
    """The types of the columns that it can be done to."""
    meaning: str


def _transform(iri: Iri, rank: int, fits: frozenset[ValueKind], parameter: Parameter | None = None) -> TransformTerm:
    return TransformTerm(iri=iri, rank=rank, parameter=parameter, fits=fits, meaning=MEANINGS[iri])


TRANSFORMS: Final[dict[Iri, TransformTerm]] = {
    each.iri: each
    for each in (
        _transform(iris.KEEP, 0, COLUMN_TYPES),
        _transform(iris.PSEUDONYMISE, 1, _TEXTS),
        _transform(iris.GENERALISE, 1, COLUMN_TYPES, Parameter.LEVEL),
        _transform(iris.TRUNCATE_TIME, 1, _MOMENTS, Parameter.TIME_UNIT),
        _transform(iris.BUCKET, 1, _NUMBERS, Parameter.WIDTH),
        _transform(iris.REDACT_TEXT, 1, _TEXTS),
        _transform(iris.AGGREGATE_ONLY, 2, COLUMN_TYPES),
        _transform(iris.DROP, 3, COLUMN_TYPES),
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
