"""From a request to two signatures."""

from dataclasses import dataclass
from enum import StrEnum


class AnsweredBy(StrEnum):
    """Which reviewer acted or held for the owner's side, or that the developer answered."""

    STANDING_RULES = "STANDING_RULES"
    ETHICS_BOARD = "ETHICS_BOARD"
    OWNER = "OWNER"
    PLATFORM_TERMS = "PLATFORM_TERMS"
    DEVELOPER = "DEVELOPER"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermReason:
    """Why one term was rejected."""

    term: str
    """The left operand or action the reason is about."""
    code: str
    """Machine-readable, SCREAMING_SNAKE_CASE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRequested:
    """A developer asked for a licence of one dataset, or a side of a licence for a newer agreement of it."""

    negotiation: str
    request: str
    """The request that was sent, possibly to several owners at once."""
    dataset: str
    assigner: str
    assignee: str
    policy: str
    adjusts: str = ""
    """The rejected negotiation this one adjusts, or empty."""
    note: str = ""
    """Vault reference of a message to the other side, or empty."""
    renews: str = ""
    """The licence whose agreement it is to follow, or empty."""
    renews_version: int = 0
    """Version of that agreement."""
    by: str = ""
    """The licensor, when it was the one who asked; else empty."""
    finding: str = ""
    """The concern or the run that it follows from, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHeld:
    """A reviewer waits for a person."""

    negotiation: str
    reviewer: AnsweredBy
    code: str
    """Why it is held, machine-readable."""
    terms: tuple[str, ...] = ()
    """Terms that are outside the bounds or unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsDecisionRequested:
    """A negotiation about sensitive data waits for the ethics board."""

    case: str
    negotiation: str
    dataset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsDecided:
    """The board decided a case."""

    case: str
    negotiation: str
    board: str
    approved: bool
    reason: str
    """Vault reference of the reasoning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    """A side answered with terms of its own (offer or counter-offer)."""

    negotiation: str
    by: str
    policy: str
    answered_by: AnsweredBy
    changed: tuple[str, ...]
    """The terms that differ from the last message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    """The side that had to answer accepted the last terms as they stand."""

    negotiation: str
    by: str
    policy: str
    answered_by: AnsweredBy


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected:
    """The negotiation ended with reasons per term."""

    negotiation: str
    by: str
    reasons: tuple[TermReason, ...]
    answered_by: AnsweredBy
    note: str = ""
    """Vault reference of a message to the other side, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSigned:
    """One side signed the hash of the agreement. The provider signs first."""

    negotiation: str
    agreement: str
    policy: str
    by: str
    key: str
    """Key id of the signature; a delegated key shows here."""
    signature: str
    """Compact JWS (Ed25519) over the hash."""
    delegated: bool = False
