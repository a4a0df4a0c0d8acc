"""What was decided: frozen values.

A ``Decision`` is made in ``policies`` alone; every other gate of the product can only refuse or drop rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from policies.predicate import EVERYTHING, Predicate
from policies.vocabulary import Iri


class Effect(StrEnum):
    """Outcome of a decision."""

    PERMIT = "permit"
    DENY = "deny"


class DenialCode(StrEnum):
    """Why a policy denies: a closed list; each has a page in ``docs/errors``."""

    NOT_AN_AGREEMENT = "NOT_AN_AGREEMENT"
    AGREEMENT_STATE = "AGREEMENT_STATE"
    PARTY_NOT_LICENSED = "PARTY_NOT_LICENSED"
    DATASET_NOT_LICENSED = "DATASET_NOT_LICENSED"
    ACTION_NOT_LICENSED = "ACTION_NOT_LICENSED"
    PURPOSE_NOT_LICENSED = "PURPOSE_NOT_LICENSED"
    COLUMN_NOT_LICENSED = "COLUMN_NOT_LICENSED"
    COLUMNS_NOT_TOGETHER = "COLUMNS_NOT_TOGETHER"
    CONSTRAINT_NOT_MET = "CONSTRAINT_NOT_MET"
    DUTY_NOT_FULFILLED = "DUTY_NOT_FULFILLED"
    LICENCE_EXPIRED = "LICENCE_EXPIRED"
    LICENCE_QUOTA_EXCEEDED = "LICENCE_QUOTA_EXCEEDED"
    PROHIBITED = "PROHIBITED"
    TRANSFORMS_INCOMPARABLE = "TRANSFORMS_INCOMPARABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one effect came about."""

    code: str
    clause: str
    """Uid of the rule or duty it comes from; empty when no rule speaks of it."""
    text: str
    """Plain language, one sentence, safe to show to the licensee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """What must happen to a column before it leaves."""

    term: Iri
    """One of the transform terms of the profile."""
    parameter: Iri | int | None = None
    """Level, time unit or width, as the term asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """A limit that the journal guards when the release is booked."""

    counter: str
    """Key of the counter within the agreement: rule uid and operand, e.g. ``urn:…:p1#count``."""
    operand: Iri
    bound: int
    per_row: bool
    """True: every released row is a unit. False: the execution as a whole takes ``amount`` units."""
    amount: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a release costs."""

    amount_micro: int
    """Millionths of the currency unit, for one ``unit``."""
    currency: str
    """ISO 4217 code."""
    unit: Iri
    """``rep:perRecord`` or ``rep:perQuery``."""
    clause: str


class Part(StrEnum):
    """A part of a permitting decision that a rule has narrowed."""

    COLUMNS = "columns"
    ROWS = "rows"
    TRANSFORMS = "transforms"
    NOT_TOGETHER = "not together"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which rule a part of a decision comes from; caps, obligations and the price name theirs themselves."""

    part: Part
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A duty to be discharged afterwards."""

    clause: str
    action: Iri


class Decision(NamedTuple):
    """The outcome for one request under one agreement; a value, never an exception.

    When ``effect`` is DENY, ``columns`` is empty and ``reasons`` is not. A named tuple, because one is made for every
    dataset of every operation: it costs a third of a frozen dataclass.
    """

    effect: Effect
    policy: str
    """SHA-256 of the agreement's normal form, ``sha-256:<hex>``."""
    clause: str
    """Uid of the permission that decided; of the rule that denied, if one did."""
    columns: frozenset[str] = frozenset()
    """What may leave: a subset of the selected columns."""
    rows: Predicate = EVERYTHING
    transforms: Mapping[str, Transform] = MappingProxyType({})
    limit: int = 0
    """How many rows at most: ``min(asked, remaining)``."""
    caps: tuple[Cap, ...] = ()
    not_together: tuple[frozenset[str], ...] = ()
    """Sets of columns that the releases under this agreement must not complete; guarded when the release is booked."""
    consent_required: bool = False
    """The plan must drop rows of subjects without a live consent, whatever the dataset's own basis is."""
    obligations: tuple[Obligation, ...] = ()
    price: Price | None = None
    reasons: tuple[Reason, ...] = ()
    sources: tuple[Source, ...] = ()
    """Of everything that narrows the release, sorted."""
    until: datetime | None = None
    """From this moment on time alone may have changed what a permitting decision rests on: it is guarded when the
    release is booked. ``None`` when no time does."""
    period: timedelta | None = None
    """The same, counted from the first delivery, as long as there was none."""

    @property
    def permitted(self) -> bool:
        """True when rows may be fetched."""
        return self.effect is Effect.PERMIT
