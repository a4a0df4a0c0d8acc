"""What happened so far under one agreement: a frozen snapshot, supplied by the record, never written by policies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from policies.model.request import Actuals
from policies.vocabulary import Iri


class LicenceStatus(StrEnum):
    """State of a licence after its agreement was finalised."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one rule's cap has seen: units booked and units reserved."""

    used: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something on record that speaks for one duty, while it is in force."""

    duty: Iri
    """The uid of the very duty; a report about any other one says nothing."""
    id: str = ""
    """Where it stands in the record."""
    values: Mapping[Iri, Actuals] = field(default_factory=dict)
    """What it shows, by left operand: an amount, a level, a decision."""
    since: datetime
    until: datetime | None = None
    """When it stops to count, exclusive; ``None`` as long as nothing ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that was done, as far as the record knows."""

    party: Iri
    action: Iri
    target: Iri
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A frozen snapshot of intervals and totals."""

    status: LicenceStatus
    version: int = 0
    """Of the record's stream about the licence, when the snapshot was taken."""
    usage: Mapping[str, Usage] = field(default_factory=dict)
    """By counter key (``Cap.counter``); a counter that is absent has seen nothing."""
    evidence: tuple[Evidence, ...] = ()
    released: frozenset[str] = frozenset()
    """Columns already released under this agreement (for joint visibility)."""
    effective: datetime | None = None
    """When the agreement took effect; what is owed from then on has no due date while this is unknown."""
    first_delivery: datetime | None = None
    ended: datetime | None = None
    """When the licence ended; ``None`` as long as it did not."""
    acts: tuple[Act, ...] = ()
    members: Mapping[Iri, frozenset[Iri]] = field(default_factory=dict)
    """By collection of parties or of assets, what belongs to it."""
