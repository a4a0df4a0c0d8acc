"""What left under a licence, and what did not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Units that an access used up of one counter of its licence."""

    counter: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecorded:
    """Rows of one dataset left under one licence."""

    access: str
    operation: str
    """Digest of the GraphQL operation and its variables."""
    licence: str
    agreement: str
    policy: str
    dataset: str
    source: str
    party: str
    client: str
    action: str
    purpose: str
    columns: tuple[str, ...]
    rows: int
    withheld: int
    """Rows fetched but dropped: residual filter, consent, objection."""
    lawful_basis: str
    notices: tuple[str, ...]
    """Digests of the consent notices that covered this access."""
    subjects: str
    """Digest of the stored list of keyed subject hashes."""
    units: int
    price_micro: int
    currency: str
    decision: str
    """Digest of the stored decision."""
    delivery: str = ""
    """The delivery by which the rows leave, or empty when they left in an answer."""
    booked: tuple[Booking, ...] = ()
    """Written by the journal, from the quota guards that held: so the counters can be rebuilt from the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDenied:
    """A read was refused before any call to the source."""

    access: str
    operation: str
    licence: str
    dataset: str
    party: str
    client: str
    action: str
    purpose: str
    stage: str
    code: str
    clause: str
    decision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessWithheld:
    """Rows were fetched but not released: something changed before the commit."""

    access: str
    operation: str
    licence: str
    dataset: str
    party: str
    client: str
    action: str
    purpose: str
    stage: str
    code: str
    clause: str
    rows: int
