"""What other people's suites take for granted and the product does not; nothing of it is in the product.

Each entry says why the suites cannot be run without it.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from policies.vocabulary import (
    COMPENSATE,
    ODRL,
    PROFILE,
    TRANSFER,
    USE,
    Discharge,
    DutyPlace,
    DutyTerm,
    Grain,
    Iri,
    Operand,
    Operator,
    Placement,
    ValueKind,
    Vocabulary,
)

EVERY_ACTION: Final = Iri("urn:overlay:action")
ANYTHING: Final = Iri("urn:overlay:asset")
WRITE: Final = Iri(ODRL + "write")
RESOLUTION: Final = Iri(ODRL + "resolution")
DAY_OF_WEEK: Final = Iri("ex:dayOfWeek")
SOMEBODY: Final = Iri("urn:overlay:party")

WHY: Final[dict[str, str]] = {
    WRITE: "deprecated in ODRL 2.2 without a place in the hierarchy; SolidLab takes it as included in `use`",
    EVERY_ACTION: "SolidLab has rules without an action, which match any; ODRL 2.2 asks for one",
    ANYTHING: "SolidLab has rules without a target, which match any; it is a collection that holds what is asked for",
    COMPENSATE: "the suites' payment is a condition that the state reports; the product's is part of its plan",
    RESOLUTION: "an operand of ODRL 2.2 that the profile leaves out; example B1 refines by it",
    DAY_OF_WEEK: "an operand of example C2 alone: the weekday of the time of the request",
    SOMEBODY: "the request of example B1 does not say who asks; the product always knows",
    "corrections": "slips in the published files, listed with their reasons beside the cases",
    "unit": "example B1 names a parameter by the unit of a refinement; it is a value of the refinement's operand",
    "zoneless": "times without offset are read as UTC and dates as their midnight; the product refuses both",
    "class": "the suites evaluate Sets; the product decides on agreements, whose licensee is then whoever asks",
}
"""Everything that is added or read differently, and why."""


def _operand(iri: Iri, kind: ValueKind) -> Operand:
    return Operand(
        iri=iri,
        kind=kind,
        operators=frozenset(Operator),
        placements=frozenset(Placement),
        grain=Grain.ACCESS,
    )


VOCABULARY: Final[Vocabulary] = replace(
    PROFILE,
    actions={**PROFILE.actions, EVERY_ACTION: None, USE: EVERY_ACTION, TRANSFER: EVERY_ACTION, WRITE: USE},
    operands={
        **PROFILE.operands,
        RESOLUTION: _operand(RESOLUTION, ValueKind.INTEGER),
        DAY_OF_WEEK: _operand(DAY_OF_WEEK, ValueKind.TEXT),
    },
    duties={
        **PROFILE.duties,
        COMPENSATE: DutyTerm(action=COMPENSATE, discharge=Discharge.BEFORE, places=frozenset({DutyPlace.DUTY})),
    },
)
"""The profile with the entries above."""


def moment(text: str) -> datetime:
    """A time or a date; without offset it is one of UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
