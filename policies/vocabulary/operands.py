"""Left operands: the type of each, its operators, where it may stand, and at what grain it decides."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import ISO3166, ISO4217, ODRL, REP, Iri
from policies.vocabulary.taxonomy import DATA_ROOT, LEGAL_BASIS_ROOT, MEASURE_ROOT, PURPOSE_ROOT


class Operator(StrEnum):
    """The accepted operators, by IRI."""

    EQ = ODRL + "eq"
    NEQ = ODRL + "neq"
    LT = ODRL + "lt"
    LTEQ = ODRL + "lteq"
    GT = ODRL + "gt"
    GTEQ = ODRL + "gteq"
    IS_ANY_OF = ODRL + "isAnyOf"
    IS_NONE_OF = ODRL + "isNoneOf"
    IS_A = ODRL + "isA"
    NOT_TOGETHER = REP + "notTogether"


SET_OPERATORS: Final = frozenset({Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.NOT_TOGETHER})
"""Operators whose right side is a list; all others take exactly one value."""


class ValueKind(StrEnum):
    """Type of the right operand."""

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


class Placement(StrEnum):
    """Where a constraint may stand."""

    CONSTRAINT = "constraint"
    """Constraint of a permission or prohibition."""
    TARGET = "target refinement"
    ACTION = "action refinement"
    DUTY = "refinement of a duty's action"
    OBLIGATION = "constraint of a duty or obligation"


class Grain(StrEnum):
    """What one evaluation of the operand decides."""

    ACCESS = "access"
    """The whole read, from the request, the clock or the state."""
    CAP = "cap"
    """How much may still leave."""
    COLUMN = "column"
    ROW = "row"
    JOINT = "joint"
    """The visible columns together."""
    TRANSFORM = "transform"
    DUTY = "duty"
    """How a duty is to be discharged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """What the profile says of one left operand."""

    iri: Iri
    kind: ValueKind
    operators: frozenset[Operator]
    placements: frozenset[Placement]
    grain: Grain
    root: Iri | None = None
    """Concept of the taxonomy under which every value must stand."""
    namespace: str = ""
    """Namespace in which every value must stand, followed by capital letters (ISO codes)."""
    choices: frozenset[str] = frozenset()
    """Closed list of values; empty when the values are not listed."""
    unit: str = ""
    """IRI of the unit, or the namespace that units come from; empty when the operand takes no unit."""

    @property
    def is_closed(self) -> bool:
        """Whether the profile knows every value it can have."""
        return bool(self.choices or self.namespace or self.root)


_EQ: Final = frozenset({Operator.EQ})
_ANY: Final = frozenset({Operator.EQ, Operator.IS_ANY_OF})
_KIND_OF: Final = _ANY | {Operator.IS_A}
_CLOSED: Final = _ANY | {Operator.NEQ, Operator.IS_NONE_OF}
_AT_MOST: Final = frozenset({Operator.LTEQ})
_BELOW: Final = _AT_MOST | {Operator.LT}
_AT_LEAST: Final = frozenset({Operator.GTEQ})
_ORDER: Final = frozenset({Operator.LT, Operator.LTEQ, Operator.GT, Operator.GTEQ})

_C: Final = frozenset({Placement.CONSTRAINT})
_T: Final = frozenset({Placement.TARGET})
_A: Final = frozenset({Placement.ACTION})
_D: Final = frozenset({Placement.DUTY})
_O: Final = frozenset({Placement.OBLIGATION})

SENSITIVITIES: Final = frozenset(
    {"none", "pseudonym", "quasi_identifier", "direct_identifier", "free_text", "special_category", "secret"}
)
_RELEASES: Final = frozenset({iris.INTERNAL_USE, iris.HOSTED_API, iris.OPEN_WEIGHTS})
_EVENTS: Final = frozenset({iris.FIRST_DELIVERY, iris.LICENCE_END})
_UNITS: Final = frozenset({iris.PER_RECORD, iris.PER_TOKEN, iris.PER_QUERY, iris.PER_RUN, iris.PER_PERIOD})
TRANSFORM_TERMS: Final = frozenset(
    {
        iris.KEEP,
        iris.DROP,
        iris.PSEUDONYMISE,
        iris.GENERALISE,
        iris.TRUNCATE_TIME,
        iris.BUCKET,
        iris.REDACT_TEXT,
        iris.AGGREGATE_ONLY,
    }
)


def _operand(  # noqa: PLR0913  # one table row, read as such
    iri: Iri,
    kind: ValueKind,
    operators: frozenset[Operator],
    placements: frozenset[Placement],
    grain: Grain,
    *,
    root: Iri | None = None,
    namespace: str = "",
    choices: frozenset[str] = frozenset(),
    unit: str = "",
) -> Operand:
    return Operand(
        iri=iri,
        kind=kind,
        operators=operators,
        placements=placements,
        grain=grain,
        root=root,
        namespace=namespace,
        choices=frozenset(str(choice) for choice in choices),
        unit=unit,
    )


_ACCESS: Final = (
    _operand(iris.PURPOSE, ValueKind.IRI, _KIND_OF, _C, Grain.ACCESS, root=PURPOSE_ROOT),
    _operand(iris.SPATIAL, ValueKind.IRI, _CLOSED, _C, Grain.ACCESS, namespace=ISO3166),
    _operand(iris.STORAGE_JURISDICTION, ValueKind.IRI, _CLOSED, _C, Grain.ACCESS, namespace=ISO3166),
    _operand(iris.DATE_TIME, ValueKind.DATE_TIME, _ORDER, _C | _O, Grain.ACCESS),
    _operand(
        iris.EVENT, ValueKind.IRI, frozenset({Operator.LT, Operator.GT}), _O, Grain.ACCESS, choices=frozenset(_EVENTS)
    ),
    _operand(iris.RECIPIENT, ValueKind.IRI, _ANY, _C, Grain.ACCESS),
    _operand(iris.PRODUCT, ValueKind.IRI, _ANY, _A, Grain.ACCESS),
    _operand(iris.MODEL_RELEASE, ValueKind.IRI, _ANY, _A, Grain.ACCESS, choices=frozenset(_RELEASES)),
    _operand(iris.ELAPSED_TIME, ValueKind.DURATION, _BELOW, _C, Grain.ACCESS),
    _operand(iris.MIN_GROUP_SIZE, ValueKind.INTEGER, _AT_LEAST, _C, Grain.ACCESS),
    _operand(iris.MIN_QUALITY, ValueKind.DECIMAL, _AT_LEAST, _C, Grain.ACCESS, unit=":"),
)
_CAPS: Final = (
    _operand(iris.COUNT, ValueKind.INTEGER, _BELOW, _C, Grain.CAP),
    _operand(iris.RECORD_COUNT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP),
    _operand(iris.TOKEN_COUNT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP),
    _operand(iris.RECORDS_PER_SUBJECT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP),
    _operand(iris.RHO, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP, unit=iris.MICRO_RHO),
)
_COLUMNS: Final = (
    _operand(
        iris.FIELD,
        ValueKind.COLUMN_NAME,
        frozenset({Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.NOT_TOGETHER}),
        _T,
        Grain.COLUMN,
    ),
    _operand(iris.DATA_CATEGORY, ValueKind.IRI, _KIND_OF, _T, Grain.COLUMN, root=DATA_ROOT),
    _operand(iris.SENSITIVITY, ValueKind.TEXT, _ANY, _T, Grain.COLUMN, choices=SENSITIVITIES),
    _operand(iris.TRANSFORM, ValueKind.IRI, _EQ, _T, Grain.TRANSFORM, choices=frozenset(TRANSFORM_TERMS)),
)
_ROWS: Final = (
    _operand(iris.SUBJECT_REGION, ValueKind.IRI, _CLOSED, _T, Grain.ROW, namespace=ISO3166),
    _operand(iris.LAWFUL_BASIS, ValueKind.IRI, _KIND_OF, _T, Grain.ROW, root=LEGAL_BASIS_ROOT),
    _operand(iris.SUBJECT_AGE, ValueKind.INTEGER, _ORDER, _T, Grain.ROW),
    _operand(iris.CONTESTED, ValueKind.BOOLEAN, _EQ, _T, Grain.ROW),
    _operand(iris.OPT_OUT, ValueKind.BOOLEAN, _EQ, _T, Grain.ROW),
    _operand(iris.OBSERVED_AT, ValueKind.DATE_TIME, _ORDER, _T, Grain.ROW),
    _operand(iris.RECORD_LICENCE, ValueKind.IRI, _ANY, _T, Grain.ROW),
    _operand(iris.SOURCE_PLATFORM, ValueKind.TEXT, _ANY, _T, Grain.ROW),
    _operand(iris.COLUMN, ValueKind.SCALAR, _ORDER | _ANY, _T, Grain.ROW),
)
_DUTIES: Final = (
    _operand(iris.TECHNICAL_MEASURE, ValueKind.IRI, _KIND_OF, _D, Grain.DUTY, root=MEASURE_ROOT),
    _operand(iris.ASSURANCE_LEVEL, ValueKind.INTEGER, _AT_LEAST, _D, Grain.DUTY),
    _operand(iris.ASSURANCE_ISSUER, ValueKind.IRI, _ANY, _D, Grain.DUTY),
    _operand(iris.ETHICS_DECISION, ValueKind.IRI, _EQ, _D, Grain.DUTY, choices=frozenset({iris.APPROVED})),
    _operand(iris.PAY_AMOUNT, ValueKind.DECIMAL, _EQ, _D, Grain.DUTY, unit=ISO4217),
    _operand(iris.UNIT_OF_COUNT, ValueKind.IRI, _EQ, _D, Grain.DUTY, choices=frozenset(_UNITS)),
    _operand(iris.REVENUE_SHARE, ValueKind.DECIMAL, _EQ, _D, Grain.DUTY),
    _operand(iris.DUE_BY, ValueKind.DUE, _AT_MOST, _D, Grain.DUTY),
    _operand(iris.EVERY, ValueKind.DURATION, _EQ, _D, Grain.DUTY),
    _operand(iris.RETENTION, ValueKind.DURATION, _AT_MOST, _D, Grain.DUTY),
    _operand(iris.AUDITS_PER_YEAR, ValueKind.INTEGER, _AT_MOST, _D, Grain.DUTY),
)

OPERANDS: Final[dict[Iri, Operand]] = {
    each.iri: each for table in (_ACCESS, _CAPS, _COLUMNS, _ROWS, _DUTIES) for each in table
}
"""Every left operand of the profile."""
ON_COLUMN: Final = frozenset({iris.COLUMN, iris.TRANSFORM})
"""Operands that speak of the one column named by ``rep:onColumn``."""
