"""The life of a licence."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFinalised:
    """Both signatures stand: the licence is in force."""

    negotiation: str
    licence: str
    agreement: str
    version: int
    policy: str
    dataset: str
    assigner: str
    assignee: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRenewed:
    """Both signatures stand under a newer agreement: the licence rests on it from here on."""

    negotiation: str
    licence: str
    agreement: str
    version: int
    """One more than before."""
    previous: str
    """The agreement that it takes the place of."""
    policy: str
    dataset: str
    assigner: str
    assignee: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceSuspended:
    """The licensor paused the licence."""

    licence: str
    by: str
    code: str = ""
    """Why, machine-readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceResumed:
    """The licensor let a paused licence act again."""

    licence: str
    by: str
    code: str = ""
    """Why, machine-readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRevoked:
    """A side ended the licence; the next release is refused."""

    licence: str
    by: str
    code: str
