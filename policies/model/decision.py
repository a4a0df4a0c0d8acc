"""What is asked of a policy, what is known, and what was decided: frozen values.

A ``Decision`` is made by ``policies.evaluate`` alone; every other gate of the product can only refuse or drop rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.predicate import EVERYTHING, Predicate
from policies.vocabulary import Iri


class ColumnMode(StrEnum):
    """What to do when a selected column is not licensed."""

    REFUSE = "refuse"
    """Deny the whole read of that dataset."""
    OMIT = "omit"
    """Leave the column out, with a reason."""


class LicenceStatus(StrEnum):
    """State of a licence after its agreement was finalised."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What the dataset declares about one column."""

    name: str
    category: Iri
    """DPV personal-data category."""
    sensitivity: str
    """One of the closed list of ``connectors.kinds.Sensitivity``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One read of one dataset, as a policy sees it.

    ``None`` means that the caller declared nothing: the operand is unknown.
    """

    party: Iri
    action: Iri
    target: Iri
    selected: frozenset[str]
    filtered: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    columns: Mapping[str, ColumnFacts]
    """Every column of the dataset, by name."""
    purpose: Iri | None = None
    place: Iri | None = None
    storage: Iri | None = None
    recipient: Iri | None = None
    model: Iri | None = None
    model_release: Iri | None = None
    platform: str
    lawful_basis: Iri
    rows: int
    """How many rows are asked for at most."""
    mode: ColumnMode = ColumnMode.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one rule's cap has seen: units booked and units reserved."""

    used: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A frozen snapshot of what happened under one agreement; supplied by the record, never written by policies."""

    status: LicenceStatus
    usage: Mapping[str, Usage] = field(default_factory=dict)
    """By counter key (``Cap.counter``); a counter that is absent has seen nothing."""
    first_delivery: datetime | None = None
    fulfilled: frozenset[str] = frozenset()
    """Uids of the duties whose fulfilment is on record and in force."""
    released: frozenset[str] = frozenset()
    """Columns already released under this agreement (for joint visibility)."""


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
    """True: every released row is a unit. False: the execution as a whole is one unit."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A duty to be discharged afterwards."""

    clause: str
    action: Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome for one request under one agreement; a value, never an exception.

    When ``effect`` is DENY, ``columns`` is empty and ``reasons`` is not.
    """

    effect: Effect
    policy: str
    """SHA-256 of the agreement's normal form, ``sha-256:<hex>``."""
    clause: str
    """Uid of the permission that decided; of the rule that denied, if one did."""
    columns: frozenset[str] = frozenset()
    """What may leave: a subset of the selected columns."""
    rows: Predicate = EVERYTHING
    transforms: Mapping[str, Transform] = field(default_factory=dict)
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

    @property
    def permitted(self) -> bool:
        """True when rows may be fetched."""
        return self.effect is Effect.PERMIT
