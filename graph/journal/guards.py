"""Conditions that are checked inside the transaction that appends: the last word before anything leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedVersion:
    """The stream has had exactly this many events: of two writers one wins."""

    stream: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceLive:
    """The licence is ACTIVE, under this agreement version, and not past its end at the moment of the commit."""

    licence: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStands:
    """The commit comes before time alone may have changed what was decided."""

    licence: str
    until: datetime | None
    """The moment from which on it may have."""
    period: timedelta | None
    """As long after the first delivery it may have, when none was known: it may have been another one meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEpochIs:
    """No consent or objection of the platform has changed since masking."""

    platform: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaAtMost:
    """``used + reserved + units`` stays within the bound; when it holds, ``units`` are booked."""

    licence: str
    counter: str
    units: int
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationHeld:
    """The delivery holds at least so many units of the counter; when it does, ``units`` of them are booked."""

    delivery: str
    licence: str
    counter: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsApart:
    """With these columns, what was released under the licence so far completes none of the sets."""

    licence: str
    columns: frozenset[str]
    sets: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesCounted:
    """So many parts of deliveries with rows of the platform have left: none since whoever is affected was looked up."""

    platform: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfetchedAtMost:
    """With one more, no more than ``bound`` packages of the party are prepared or wait to be fetched."""

    party: str
    bound: int


Guard: TypeAlias = (
    ExpectedVersion
    | LicenceLive
    | DecisionStands
    | ConsentEpochIs
    | QuotaAtMost
    | ReservationHeld
    | ColumnsApart
    | ReleasesCounted
    | UnfetchedAtMost
)
