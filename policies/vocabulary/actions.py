"""Actions: which includes which, and where each duty is discharged."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import ODRL, TRANSFER, USE, Iri
from policies.vocabulary.meanings import MEANINGS


class Discharge(StrEnum):
    """When a duty is met; every duty term has exactly one such point."""

    BEFORE = "before"
    """The state must say fulfilled, for this very duty."""
    GATEWAY = "gateway"
    """Met by being part of the plan, and only so."""
    AFTER = "after"
    """Watched once the use has begun."""


class DutyPlace(StrEnum):
    """Where a duty stands in a policy."""

    DUTY = "duty"
    OBLIGATION = "obligation"
    REMEDY = "remedy"
    CONSEQUENCE = "consequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTerm:
    """What the profile says of one action of duties."""

    action: Iri
    discharge: Discharge
    places: frozenset[DutyPlace]
    meaning: str = ""
    """What is owed, and when it is met."""
    role: Iri | None = None
    """The function that a named party has, or nothing when the term names none."""
    operands: frozenset[Iri] = frozenset()
    """Left operands that may refine it."""
    required: frozenset[Iri] = frozenset()
    """Left operands without which it cannot be discharged."""

    def operands_at(self, place: DutyPlace) -> frozenset[Iri]:
        """Left operands that may refine it in this place: nothing but an obligation recurs."""
        return self.operands if place is DutyPlace.OBLIGATION else self.operands - {iris.EVERY}


_CORE_UNDER_USE: Final = (
    "acceptTracking",
    "aggregate",
    "annotate",
    "anonymize",
    "archive",
    "attribute",
    "compensate",
    "concurrentUse",
    "delete",
    "derive",
    "digitize",
    "distribute",
    "ensureExclusivity",
    "execute",
    "grantUse",
    "include",
    "index",
    "inform",
    "install",
    "modify",
    "move",
    "nextPolicy",
    "obtainConsent",
    "play",
    "present",
    "print",
    "read",
    "reproduce",
    "reviewPolicy",
    "stream",
    "synchronize",
    "textToSpeech",
    "transform",
    "translate",
    "uninstall",
    "watermark",
)
"""Actions of ODRL 2.2 that are not deprecated and directly under ``use``."""

INCLUDED_IN: Final[dict[Iri, Iri | None]] = {
    USE: None,
    TRANSFER: None,
    **{Iri(ODRL + name): USE for name in _CORE_UNDER_USE},
    Iri(ODRL + "display"): Iri(ODRL + "play"),
    Iri(ODRL + "extract"): Iri(ODRL + "reproduce"),
    iris.SELL: TRANSFER,
    iris.GIVE: TRANSFER,
    iris.PRETRAIN: USE,
    iris.FINE_TUNE: USE,
    iris.EVALUATE: USE,
    iris.GROUND: USE,
    iris.INSPECT: USE,
    iris.REIDENTIFY: USE,
    iris.PUBLISH_MODEL: USE,
    iris.COMMERCIALISE: USE,
    iris.SUBLICENSE: TRANSFER,
    iris.PAY_DEPOSIT: USE,
    iris.OBTAIN_ETHICS_DECISION: USE,
    iris.PRESENT_ASSURANCE: USE,
    iris.SETTLE: USE,
    iris.REPORT_RUN: USE,
    iris.CERTIFY_DELETION: USE,
    iris.ALLOW_AUDIT: USE,
    iris.MARK_RECORDS: USE,
}
"""Each action with the one it is directly included in."""


def _before(action: Iri, *required: Iri, optional: tuple[Iri, ...] = ()) -> DutyTerm:
    return DutyTerm(
        action=action,
        discharge=Discharge.BEFORE,
        places=frozenset({DutyPlace.DUTY}),
        meaning=MEANINGS[action],
        operands=frozenset(required + optional),
        required=frozenset(required),
    )


def _gateway(action: Iri, role: Iri | None, *required: Iri) -> DutyTerm:
    return DutyTerm(
        action=action,
        discharge=Discharge.GATEWAY,
        places=frozenset({DutyPlace.DUTY}),
        meaning=MEANINGS[action],
        role=role,
        operands=frozenset(required),
        required=frozenset(required),
    )


def _after(action: Iri, role: Iri | None, *operands: Iri, breach: bool = False) -> DutyTerm:
    places = {DutyPlace.OBLIGATION, DutyPlace.REMEDY, DutyPlace.CONSEQUENCE} if breach else {DutyPlace.OBLIGATION}
    return DutyTerm(
        action=action,
        discharge=Discharge.AFTER,
        places=frozenset(places),
        meaning=MEANINGS[action],
        role=role,
        operands=frozenset({iris.DUE_BY, *operands}),
    )


_TERMS: Final = (
    _before(iris.PAY_DEPOSIT, iris.PAY_AMOUNT),
    _before(iris.OBTAIN_ETHICS_DECISION, iris.ETHICS_DECISION),
    _before(iris.PRESENT_ASSURANCE, iris.ASSURANCE_LEVEL, optional=(iris.ASSURANCE_ISSUER,)),
    _gateway(iris.OBTAIN_CONSENT, iris.CONSENTING_PARTY),
    _gateway(iris.ANONYMIZE, None, iris.TECHNICAL_MEASURE),
    _gateway(iris.COMPENSATE, iris.COMPENSATED_PARTY, iris.PAY_AMOUNT, iris.UNIT_OF_COUNT),
    _after(
        iris.SETTLE,
        iris.COMPENSATED_PARTY,
        iris.PAY_AMOUNT,
        iris.UNIT_OF_COUNT,
        iris.REVENUE_SHARE,
        iris.EVERY,
        breach=True,
    ),
    _after(iris.ATTRIBUTE, iris.ATTRIBUTED_PARTY),
    _after(iris.INFORM, iris.INFORMED_PARTY, iris.EVERY, breach=True),
    _after(iris.REPORT_RUN, iris.INFORMED_PARTY, iris.EVERY),
    _after(iris.DELETE, None, iris.RETENTION, breach=True),
    _after(iris.CERTIFY_DELETION, iris.INFORMED_PARTY, iris.RETENTION, breach=True),
    _after(iris.ALLOW_AUDIT, None, iris.AUDITS_PER_YEAR),
    _after(iris.WATERMARK, None),
    _after(iris.MARK_RECORDS, None),
    _after(iris.REVIEW_POLICY, None),
)

DUTY_TERMS: Final[dict[Iri, DutyTerm]] = {term.action: term for term in _TERMS}
"""Every action that may stand in a duty; the others may stand in permissions and prohibitions."""
