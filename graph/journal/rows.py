"""What the registers say: the present state, as frozen rows. ``version`` of a stream is for ``ExpectedVersion``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph.journal.events import AnsweredBy, DutyKind, PartyKind, ReviewHeld, RowScope, TermReason
from policies.model import LicenceStatus


class NegotiationState(StrEnum):
    """The states of the Dataspace Protocol."""

    REQUESTED = "REQUESTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    AGREED = "AGREED"
    """One side has signed."""
    VERIFIED = "VERIFIED"
    """Both sides have signed."""
    FINALIZED = "FINALIZED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    """Somebody who was invited, and has registered when ``key`` is not empty."""

    party: str
    kind: PartyKind
    client: str
    """OAuth client id, or empty."""
    key: str
    """RFC 7638 thumbprint, or empty."""
    subject: str
    """Keyed subject hash of a person on a platform, or empty."""
    platform: str
    invited_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """A dataset in the catalogue, as it was published last."""

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
    description: str
    licensor_subject: str
    version: int
    """Events of the dataset's stream."""
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDecisionRow:
    """How contested platform terms were settled for one action; the latest decision holds."""

    dataset: str
    action: str
    allowed: bool
    decided_by: str
    reason: str
    """Vault reference."""
    source: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An offer of the catalogue."""

    offer: str
    dataset: str
    assigner: str
    policy: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationRow:
    """Which key may sign for an owner, and within which bounds; the latest delegation holds."""

    owner: str
    dataset: str
    bounds: str
    key: str
    signature: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """One side's signature under an agreement."""

    by: str
    key: str
    signature: str
    delegated: bool
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiationRow:
    """A negotiation about one dataset."""

    negotiation: str
    request: str
    dataset: str
    assigner: str
    assignee: str
    state: NegotiationState
    version: int
    """Events of the negotiation's stream."""
    policy: str
    """Hash of the last terms."""
    previous_policy: str
    """Hash of the terms before them; empty as long as there is one set only."""
    turn: str
    """The party that must answer or sign next; empty when nobody must."""
    hold: ReviewHeld | None
    """The reviewer who waits for a person, if one does."""
    ethics_case: str
    ethics_approved: bool | None
    """What the board decided; nothing as long as it has not."""
    agreement: str
    agreement_policy: str
    licence: str
    adjusts: str
    renews: str
    """The licence whose agreement it is to follow, or empty."""
    renews_version: int
    """Version of that agreement; 0 when it renews none."""
    finding: str
    """The concern or the run that it follows from, or empty."""
    answered_by: AnsweredBy | None
    """Who gave the last answer."""
    reasons: tuple[TermReason, ...]
    note: str
    """Vault reference of the message with the rejection, or empty."""
    signatures: tuple[SignatureRow, ...]
    """In the order they were made: the provider's first."""
    at: datetime
    """Time of the stream's last event."""
    seq: int
    """Of the request: the order of listings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsCaseRow:
    """A case before the ethics board."""

    case: str
    negotiation: str
    dataset: str
    approved: bool | None
    """Nothing as long as the case is open."""
    board: str
    reason: str
    """Vault reference, or empty."""
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRow:
    """A licence."""

    licence: str
    negotiation: str
    agreement: str
    version: int
    """Version of the agreement: what ``LicenceLive`` names."""
    policy: str
    dataset: str
    assigner: str
    assignee: str
    state: LicenceStatus
    """As stored, or EXPIRED when an unended licence is past ``valid_until`` now."""
    valid_until: datetime | None
    first_delivery: datetime | None
    released_columns: frozenset[str]
    stream_version: int
    """Events of the licence's stream (finalised, suspended, resumed, revoked): what ``ExpectedVersion`` names."""
    seq: int


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    PREPARING = "PREPARING"
    READY = "READY"
    """Sealed; nothing has left."""
    RELEASED = "RELEASED"
    """Booked: it may be fetched while its licences live."""
    RECEIVED = "RECEIVED"
    """The licensee signed for it."""
    FAILED = "FAILED"

    @property
    def has_left(self) -> bool:
        """True from the first byte on that may have left."""
        return self in {DeliveryState.RELEASED, DeliveryState.RECEIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryItemRow:
    """What a delivery holds of one licence's dataset."""

    licence: str
    agreement: str
    policy: str
    dataset: str
    decision: str
    """Digest of the stored decision."""
    rows: int
    """At most so many; what it is, once it is sealed."""
    dropped: int
    """Rows that were fetched and left out."""
    columns: tuple[str, ...]
    """Empty until it is sealed, like ``notices`` and ``subjects``."""
    notices: tuple[str, ...]
    """Digests of the consent notices that cover it."""
    subjects: str
    """Digest of the stored list of keyed subject hashes."""
    access: str
    """The access that booked it, or empty."""
    grounds: str
    """Digest of what its rows were chosen and transformed by; empty until it is sealed, and in what is older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A package of records for one licensee."""

    delivery: str
    party: str
    client: str
    action: str
    purpose: str
    plan: str
    """Digest of the stored plan."""
    state: DeliveryState
    code: str
    """Why it failed, or empty."""
    findings: str
    """Digest of what a failed check found, or empty."""
    manifest: str
    """Digest of the stored manifest; empty until it is sealed."""
    root: str
    """Merkle root of its files, hex."""
    report: str
    """Digest of the stored preparation report."""
    files: int
    size: int
    """Bytes of all files."""
    items: tuple[DeliveryItemRow, ...]
    at: datetime
    """Time of its last event."""
    version: int
    """Events of the delivery's stream."""
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A training run, as its licensee reported it."""

    run: str
    party: str
    delivery: str
    model: str
    action: str
    purpose: str
    started: datetime
    ended: datetime
    facets: str
    """Digest of the stored report."""
    code: str
    """Why it is outside what was licensed, or empty."""
    at: datetime
    seq: int


class ConcernState(StrEnum):
    """How far a concern has come."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRow:
    """What an owner questions."""

    concern: str
    about: str
    """IRI of the access or the run."""
    licence: str
    assigner: str
    assignee: str
    state: ConcernState
    text: str
    """Vault reference."""
    answer: str
    """Vault reference, or empty."""
    code: str
    """Outcome, once it is closed."""
    at: datetime
    """Time of its last event."""
    version: int
    """Events of the concern's stream."""
    seq: int


class DutyState(StrEnum):
    """How far a duty has come."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    """Its debtor took note of it."""
    FULFILLED = "FULFILLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """What is owed under a licence, or was."""

    duty: str
    kind: DutyKind
    licence: str
    assigner: str
    assignee: str
    clause: str
    """Uid of the obligation in the agreement, or empty."""
    raised_by: str
    due: datetime
    deliveries: tuple[str, ...]
    state: DutyState
    statement: str
    """Digest of the signed statement, or empty."""
    signature: str
    """Compact JWS, or empty."""
    at: datetime
    """Time of its last event."""
    version: int
    """Events of the duty's stream."""
    seq: int

    @property
    def fulfilled_by(self) -> str:
        """Who says that it is fulfilled: the licensee, of a payment the licensor."""
        return self.assigner if self.kind is DutyKind.SETTLE else self.assignee


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSnapshot:
    """Whose rows of a platform may leave, at one moment."""

    epoch: int
    """Moves with every consent, withdrawal, objection and self-licensing of the platform."""
    consented: frozenset[str] = frozenset()
    """Subjects with a live consent to one of the notices asked for."""
    objected: frozenset[str] = frozenset()
    self_licensed: frozenset[str] = frozenset()
    """Subjects who license their own rows."""
