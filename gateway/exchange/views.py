"""What the use cases give back: frozen values that the surfaces translate and add nothing to.

Ids are IRIs. Money is in micro-units. Times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from connectors.kinds import Column, Kind
from connectors.spi import PlatformTerms
from gateway.exchange.read.decisions import DecisionRecord
from gateway.exchange.read.model import Problem
from graph.journal.events import DutyKind, PartyKind, ReviewHeld, RowScope, TermReason
from graph.journal.receipt import Receipt
from graph.journal.rows import DutyState
from graph.provenance.lineage import Lineage
from policies.difference import TermChange
from policies.model import LicenceStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A bounded answer; ``after`` of the next call is the id of the last item."""

    items: tuple[T, ...]
    has_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """One set of terms: the enforced document, its hash, and the plain language made from it."""

    hash: str
    odrl: Mapping[str, object]
    summary: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A party. Nothing personal: who is behind it is known to the operator alone."""

    party: str
    kind: PartyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column that the source fills, and how completely."""

    column: Column
    completeness: float | None
    """Share of rows that have a value, 0 to 1, when the dataset was published; nothing when it holds no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDecisionView:
    """A recorded decision about the platform's own terms. Its reasoning stays with the licensor and the auditors."""

    action: str
    allowed: bool
    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """An offer of one dataset."""

    offer: str
    dataset: str
    policy: PolicyView


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """A dataset as the catalogue shows it: no protected value."""

    dataset: str
    kind: Kind
    title: str
    description: str
    source: str
    platform: str
    licensor: PartyView
    rows: RowScope
    lawful_basis: str
    sensitive: bool
    row_count: int | None
    """When the dataset was published."""
    columns: tuple[ColumnView, ...]
    platform_terms: PlatformTerms
    decided: tuple[TermsDecisionView, ...]
    offers: tuple[OfferView, ...]
    """The current one per action, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """One side's signature of an agreement."""

    by: PartyView
    key_id: str
    jws: str
    delegated: bool
    """True when the gateway signed with the key that the owner delegated to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """The accepted terms plus the licensee; immutable."""

    agreement: str
    version: int
    policy: PolicyView
    signatures: tuple[SignatureView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterView:
    """How much of one cap is used."""

    counter: str
    used: int
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """What is owed under a licence, or was."""

    duty: str
    kind: DutyKind
    state: DutyState
    overdue: bool
    """It is not fulfilled, and its time is over."""
    licence: str
    owner: PartyView
    developer: PartyView
    clause: str | None
    """Uid of the obligation in the agreement; nothing when it follows from the law or from the price."""
    deliveries: tuple[str, ...]
    due: datetime
    signature: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceView:
    """A finalised agreement and its state now."""

    licence: str
    negotiation: str
    state: LicenceStatus
    version: int
    dataset: DatasetView
    owner: PartyView
    developer: PartyView
    agreement: AgreementView
    valid_until: datetime | None
    """The earliest end that is known; days that run from the first delivery count from when there was one."""
    usage: tuple[CounterView, ...]
    duties: tuple[DutyView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One step of a negotiation, in order."""

    at: datetime
    by: PartyView
    kind: str
    """Name of the event: LicenceRequested, OfferMade, OfferAccepted, …"""
    answered_by: str | None
    """The reviewer that acted or held (``AnsweredBy``); nothing when the message is not an answer."""
    policy: str | None
    """Hash of the terms it carries."""
    note: str | None
    """What the side wrote to the other; nothing when it wrote nothing, or it was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NegotiationView:
    """One licence request and what became of it, as one of its sides sees it."""

    negotiation: str
    request: str
    dataset: DatasetView
    owner: PartyView
    developer: PartyView
    state: str
    """One of the seven of the Dataspace Protocol."""
    terms: PolicyView
    messages: tuple[MessageView, ...]
    changes: tuple[TermChange, ...]
    """Between the last two sets of terms; of a request that adjusts another, since that one's last terms."""
    hold: ReviewHeld | None
    reasons: tuple[TermReason, ...]
    adjusts: str | None
    renews: str | None
    """The licence whose agreement it is to follow."""
    finding: str | None
    """The concern or the run that it follows from."""
    agreement: AgreementView | None
    """From acceptance on, so that there is something to sign."""
    licence: LicenceView | None
    your_turn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsCaseView:
    """A case before the ethics board."""

    case: str
    negotiation: NegotiationView
    open: bool
    approved: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """What is handed to the invited, once."""

    invitation: str
    """The secret; good for one registration. It is not in the journal."""
    party: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedKeyView:
    """A gateway-held key and the bounds that the owner is asked to sign."""

    key_id: str
    bounds: PolicyView


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsView:
    """Consents of one notice, recorded together."""

    notice: str
    """Digest of the notice."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    """One recorded, denied or withheld access."""

    access: str
    seq: int
    at: datetime
    kind: str
    """RECORDED, DENIED or WITHHELD."""
    licence: str | None
    dataset: str
    developer: PartyView
    purpose: str
    columns: tuple[str, ...]
    rows: int
    price_micro: int
    currency: str
    problem: Problem | None
    """Why nothing left; nothing when it did."""
    receipt: Receipt | None
    decision: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """From one receipt back to whoever let it happen."""

    access: AccessView
    licence: str
    agreement: str
    owner: str
    developer: str
    platform: str
    dataset: str
    lawful_basis: str
    notices: tuple[str, ...]
    """Digests of the consent notices that covered the access."""
    graph: Lineage
    """What the access rests on, as far as the graph has got."""
