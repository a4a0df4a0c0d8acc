"""Left operands: the type of each, its operators, where it may stand, and at what grain it decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import ISO3166, ISO4217, ODRL, REP, Iri
from policies.vocabulary.meanings import MEANINGS
from policies.vocabulary.taxonomy import DATA_ROOT, LEGAL_BASIS_ROOT, MEASURE_ROOT, PURPOSE_ROOT
from policies.vocabulary.values import EVENTS, RELEASES, TRANSFORMS, UNITS, VERDICTS, ValueKind


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


class Supplier(StrEnum):
    """Who gives the actual value; an operand that nobody gives is unknown."""

    REQUEST = "request"
    """The access request, made of the read plan and of what the token grants."""
    PLAN = "plan"
    """Columns, transforms and protection of this request."""
    DATASET = "dataset"
    """What the dataset declares."""
    ROW = "row"
    """A column of the record."""
    CLOCK = "clock"
    STATE = "state"
    """What is on record: counters, releases, evidence, assurances, ethics decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """What the profile says of one left operand."""

    iri: Iri
    kind: ValueKind
    operators: frozenset[Operator]
    placements: frozenset[Placement]
    grain: Grain
    meaning: str = ""
    """One sentence."""
    suppliers: tuple[Supplier, ...] = ()
    """Who gives the actual value: together, or the first that knows."""
    counts: bool = False
    """Whether the actual value depends on what happened before."""
    column: str = ""
    """Canonical column that a row operand reads; empty when there is no one such column."""
    root: Iri | None = None
    """Concept of the taxonomy under which every value must stand."""
    namespace: str = ""
    """Namespace in which every value must stand, followed by one of its codes."""
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

_REQUEST: Final = Supplier.REQUEST
_PLAN: Final = Supplier.PLAN
_DATASET: Final = Supplier.DATASET
_ROW: Final = Supplier.ROW
_CLOCK: Final = Supplier.CLOCK
_STATE: Final = Supplier.STATE

SENSITIVITIES: Final = frozenset(
    {"none", "pseudonym", "quasi_identifier", "direct_identifier", "free_text", "special_category", "secret"}
)
TRANSFORM_TERMS: Final = frozenset(TRANSFORMS)


def _operand(  # noqa: PLR0913  # one table row, read as such
    iri: Iri,
    kind: ValueKind,
    operators: frozenset[Operator],
    placements: frozenset[Placement],
    grain: Grain,
    *suppliers: Supplier,
    counts: bool = False,
    column: str = "",
    root: Iri | None = None,
    namespace: str = "",
    choices: Iterable[str] = (),
    unit: str = "",
) -> Operand:
    return Operand(
        iri=iri,
        kind=kind,
        operators=operators,
        placements=placements,
        grain=grain,
        meaning=MEANINGS[iri],
        suppliers=suppliers,
        counts=counts,
        column=column,
        root=root,
        namespace=namespace,
        choices=frozenset(choices),
        unit=unit,
    )


_ACCESS: Final = (
    _operand(iris.PURPOSE, ValueKind.IRI, _KIND_OF, _C, Grain.ACCESS, _REQUEST, root=PURPOSE_ROOT),
    _operand(iris.SPATIAL, ValueKind.IRI, _CLOSED, _C, Grain.ACCESS, _REQUEST, namespace=ISO3166),
    _operand(iris.STORAGE_JURISDICTION, ValueKind.IRI, _CLOSED, _C, Grain.ACCESS, _REQUEST, namespace=ISO3166),
    _operand(iris.DATE_TIME, ValueKind.DATE_TIME, _ORDER, _C | _O, Grain.ACCESS, _CLOCK),
    _operand(
        iris.EVENT,
        ValueKind.IRI,
        frozenset({Operator.LT, Operator.GT}),
        _O,
        Grain.ACCESS,
        _STATE,
        counts=True,
        choices=EVENTS,
    ),
    _operand(iris.RECIPIENT, ValueKind.IRI, _ANY, _C, Grain.ACCESS, _REQUEST),
    _operand(iris.PRODUCT, ValueKind.IRI, _ANY, _A, Grain.ACCESS, _REQUEST),
    _operand(iris.MODEL_RELEASE, ValueKind.IRI, _ANY, _A, Grain.ACCESS, _REQUEST, choices=RELEASES),
    _operand(iris.ELAPSED_TIME, ValueKind.DURATION, _BELOW, _C, Grain.ACCESS, _CLOCK, _STATE, counts=True),
    _operand(iris.MIN_GROUP_SIZE, ValueKind.INTEGER, _AT_LEAST, _C, Grain.ACCESS, _PLAN),
    _operand(iris.MIN_QUALITY, ValueKind.DECIMAL, _AT_LEAST, _C, Grain.ACCESS, _PLAN, unit=":"),
)
_CAPS: Final = (
    _operand(iris.COUNT, ValueKind.INTEGER, _BELOW, _C, Grain.CAP, _STATE, _REQUEST, counts=True),
    _operand(iris.RECORD_COUNT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP, _STATE, _PLAN, counts=True),
    _operand(iris.TOKEN_COUNT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP, _STATE, _PLAN, counts=True),
    _operand(iris.RECORDS_PER_SUBJECT, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP, _STATE, _PLAN, counts=True),
    _operand(iris.RHO, ValueKind.INTEGER, _AT_MOST, _C, Grain.CAP, _STATE, _PLAN, counts=True, unit=iris.MICRO_RHO),
)
_COLUMNS: Final = (
    _operand(
        iris.FIELD,
        ValueKind.COLUMN_NAME,
        frozenset({Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.NOT_TOGETHER}),
        _T,
        Grain.COLUMN,
        _PLAN,
    ),
    _operand(iris.DATA_CATEGORY, ValueKind.IRI, _KIND_OF, _T, Grain.COLUMN, _DATASET, root=DATA_ROOT),
    _operand(iris.SENSITIVITY, ValueKind.TEXT, _ANY, _T, Grain.COLUMN, _DATASET, choices=SENSITIVITIES),
    _operand(iris.TRANSFORM, ValueKind.IRI, _EQ, _T, Grain.TRANSFORM, _PLAN, choices=TRANSFORM_TERMS),
)
_ROWS: Final = (
    _operand(
        iris.SUBJECT_REGION, ValueKind.IRI, _CLOSED, _T, Grain.ROW, _ROW, column="subject_region", namespace=ISO3166
    ),
    _operand(iris.LAWFUL_BASIS, ValueKind.IRI, _KIND_OF, _T, Grain.ROW, _ROW, _DATASET, root=LEGAL_BASIS_ROOT),
    _operand(iris.SUBJECT_AGE, ValueKind.INTEGER, _ORDER, _T, Grain.ROW, _ROW, column="subject_age"),
    _operand(iris.CONTESTED, ValueKind.BOOLEAN, _EQ, _T, Grain.ROW, _ROW, column="contested"),
    _operand(iris.OPT_OUT, ValueKind.BOOLEAN, _EQ, _T, Grain.ROW, _ROW, column="opt_out"),
    _operand(iris.OBSERVED_AT, ValueKind.DATE_TIME, _ORDER, _T, Grain.ROW, _ROW, column="observed_at"),
    _operand(iris.RECORD_LICENCE, ValueKind.IRI, _ANY, _T, Grain.ROW, _ROW, column="licence_hint"),
    _operand(iris.SOURCE_PLATFORM, ValueKind.TEXT, _ANY, _T, Grain.ROW, _ROW, column="platform"),
    _operand(iris.COLUMN, ValueKind.SCALAR, _ORDER | _ANY, _T, Grain.ROW, _ROW),
)
_DUTIES: Final = (
    _operand(iris.TECHNICAL_MEASURE, ValueKind.IRI, _KIND_OF, _D, Grain.DUTY, _PLAN, root=MEASURE_ROOT),
    _operand(iris.ASSURANCE_LEVEL, ValueKind.INTEGER, _AT_LEAST, _D, Grain.DUTY, _STATE, counts=True),
    _operand(iris.ASSURANCE_ISSUER, ValueKind.IRI, _ANY, _D, Grain.DUTY, _STATE, counts=True),
    _operand(iris.ETHICS_DECISION, ValueKind.IRI, _EQ, _D, Grain.DUTY, _STATE, counts=True, choices=VERDICTS),
    _operand(iris.PAY_AMOUNT, ValueKind.DECIMAL, _EQ, _D, Grain.DUTY, _PLAN, _STATE, unit=ISO4217),
    _operand(iris.UNIT_OF_COUNT, ValueKind.IRI, _EQ, _D, Grain.DUTY, _PLAN, choices=UNITS),
    _operand(iris.REVENUE_SHARE, ValueKind.DECIMAL, _EQ, _D, Grain.DUTY, _STATE, counts=True),
    _operand(iris.DUE_BY, ValueKind.DUE, _AT_MOST, _D, Grain.DUTY, _CLOCK, _STATE, counts=True),
    _operand(iris.EVERY, ValueKind.DURATION, _EQ, _D, Grain.DUTY, _CLOCK, _STATE, counts=True),
    _operand(iris.RETENTION, ValueKind.DURATION, _AT_MOST, _D, Grain.DUTY, _STATE, counts=True),
    _operand(iris.AUDITS_PER_YEAR, ValueKind.INTEGER, _AT_MOST, _D, Grain.DUTY, _STATE, counts=True),
)

OPERANDS: Final[dict[Iri, Operand]] = {
    each.iri: each for table in (_ACCESS, _CAPS, _COLUMNS, _ROWS, _DUTIES) for each in table
}
"""Every left operand of the profile."""
ON_COLUMN: Final = frozenset({iris.COLUMN, iris.TRANSFORM})
"""Operands that speak of the one column named by ``rep:onColumn``."""
