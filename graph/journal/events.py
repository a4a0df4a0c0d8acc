"""The closed set of facts that the journal records.

An event names parties, datasets and policies by IRI, documents by digest, and people only by keyed hashes; no name, no
account and no free text stands in it. Everything personal is in the vault, from where it can be erased while the hash
tree stays whole.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias


class PartyKind(StrEnum):
    """Who a party is: the six kinds of owner, and the other roles."""

    AVATAR_OWNER = "AVATAR_OWNER"
    CONTENT_CREATOR = "CONTENT_CREATOR"
    BUSINESS = "BUSINESS"
    ADVERTISER = "ADVERTISER"
    PLATFORM_DEVELOPER = "PLATFORM_DEVELOPER"
    INFRASTRUCTURE_PROVIDER = "INFRASTRUCTURE_PROVIDER"
    LLM_DEVELOPER = "LLM_DEVELOPER"
    DATA_SUBJECT = "DATA_SUBJECT"
    AUDITOR = "AUDITOR"
    ETHICS_BOARD = "ETHICS_BOARD"
    OPERATOR = "OPERATOR"


class RowScope(StrEnum):
    """Which rows of a collection a dataset holds."""

    ALL = "ALL"
    """Every row, except those of subjects who license their own data."""
    OWN = "OWN"
    """Only rows whose every subject is the licensor."""


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
class PartyInvited:
    """An operator or platform operator invited somebody to register a key."""

    party: str
    kind: PartyKind
    invited_by: str
    subject: str = ""
    """Keyed subject hash, when the party is a person on a platform."""
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRegistered:
    """A party registered the public key it authenticates and signs with."""

    party: str
    kind: PartyKind
    client: str
    key: str
    """RFC 7638 thumbprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPublished:
    """A licensor put a dataset into the catalogue."""

    dataset: str
    source: str
    collection: str
    record_kind: str
    platform: str
    licensor: str
    rows: RowScope
    lawful_basis: str
    subject_columns: tuple[str, ...]
    sensitive: bool
    """True when an ethics decision is needed before the owner may answer a request."""
    description: str
    """Digest of the document: title, schema, platform terms, counts, completeness."""
    licensor_subject: str = ""
    """Keyed hash of the licensor's own account, for ``RowScope.OWN``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTermsDecided:
    """A licensor's operator settled contested or unknown platform terms for one dataset, with a reason and a date."""

    dataset: str
    action: str
    allowed: bool
    decided_by: str
    reason: str
    """Vault reference of the reasoning."""
    source: str
    """Where the terms stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPublished:
    """A licensor offers a dataset under terms."""

    offer: str
    dataset: str
    assigner: str
    policy: str
    """Hash of the offer's normal form; the document is stored under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningDelegated:
    """A licensor delegated signing within bounds to a key that the gateway holds for them."""

    owner: str
    dataset: str
    bounds: str
    """Hash of the private floor offer."""
    key: str
    """Thumbprint of the gateway-held key."""
    signature: str
    """The owner's JWS over the bounds' hash and the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsGiven:
    """Subjects agreed to a notice; a batch, or a single one."""

    notice: str
    """Digest of the notice: platform, purposes, categories, recipients, text."""
    platform: str
    recorded_by: str
    subjects: str
    """Digest of the stored list of keyed subject hashes."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """A subject took consent back; of one notice or of all of the platform."""

    platform: str
    subject: str
    recorded_by: str
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRaised:
    """A subject objected to the use of their rows on another basis than consent."""

    platform: str
    subject: str
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRequested:
    """A developer asked for a licence of one dataset."""

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
    """Vault reference of a message to the owner, or empty."""


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


Event: TypeAlias = (
    PartyInvited
    | PartyRegistered
    | DatasetPublished
    | PlatformTermsDecided
    | OfferPublished
    | SigningDelegated
    | ConsentsGiven
    | ConsentWithdrawn
    | ObjectionRaised
    | LicenceRequested
    | ReviewHeld
    | EthicsDecisionRequested
    | EthicsDecided
    | OfferMade
    | OfferAccepted
    | RequestRejected
    | AgreementSigned
    | LicenceFinalised
    | LicenceSuspended
    | LicenceResumed
    | LicenceRevoked
    | AccessRecorded
    | AccessDenied
    | AccessWithheld
)

EVENT_TYPES: Final[dict[str, type[Event]]] = {each.__name__: each for each in Event.__args__}
"""Every event type by its name in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event with its place in the journal."""

    MEDIA_TYPE: ClassVar[str] = "application/vnd.muniment.event+json"

    seq: int
    """Dense, from 0; also the leaf index of the tree."""
    at: datetime
    tenant: str
    event: Event
    canonical: bytes
    """The RFC 8785 bytes that were hashed; never made again to verify."""
    leaf: bytes
    """SHA-256 of 0x00 and ``canonical``."""
