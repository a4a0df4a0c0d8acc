"""The closed set of facts that the journal records.

An event names parties, datasets and policies by IRI, documents by digest, and people only by keyed hashes; no name, no
account and no free text stands in it. Everything personal is in the vault, from where it can be erased while the hash
tree stays whole.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from graph.journal.events.access import AccessDenied, AccessRecorded, AccessWithheld, Booking
from graph.journal.events.consents import ConsentsGiven, ConsentWithdrawn, ObjectionRaised
from graph.journal.events.deliveries import (
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    PreparedItem,
    UnitsReserved,
)
from graph.journal.events.duties import DutyAcknowledged, DutyFiled, DutyFulfilled, DutyKind
from graph.journal.events.licences import (
    LicenceFinalised,
    LicenceRenewed,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
)
from graph.journal.events.negotiations import (
    AgreementSigned,
    AnsweredBy,
    EthicsDecided,
    EthicsDecisionRequested,
    LicenceRequested,
    OfferAccepted,
    OfferMade,
    RequestRejected,
    ReviewHeld,
    TermReason,
)
from graph.journal.events.parties import (
    DatasetPublished,
    OfferPublished,
    PartyInvited,
    PartyRegistered,
    PlatformTermsDecided,
    RowScope,
    SigningDelegated,
)
from graph.journal.events.reports import ConcernAnswered, ConcernClosed, ConcernFiled, RunReported
from graph.party import PartyKind

__all__ = [
    "EVENT_TYPES",
    "AccessDenied",
    "AccessRecorded",
    "AccessWithheld",
    "AgreementSigned",
    "AnsweredBy",
    "Booking",
    "ConcernAnswered",
    "ConcernClosed",
    "ConcernFiled",
    "ConsentWithdrawn",
    "ConsentsGiven",
    "DatasetPublished",
    "DeliveryAcknowledged",
    "DeliveryFailed",
    "DeliveryOrdered",
    "DeliveryPrepared",
    "DeliveryReleased",
    "DutyAcknowledged",
    "DutyFiled",
    "DutyFulfilled",
    "DutyKind",
    "EthicsDecided",
    "EthicsDecisionRequested",
    "Event",
    "LicenceFinalised",
    "LicenceRenewed",
    "LicenceRequested",
    "LicenceResumed",
    "LicenceRevoked",
    "LicenceSuspended",
    "ObjectionRaised",
    "OfferAccepted",
    "OfferMade",
    "OfferPublished",
    "PartyInvited",
    "PartyKind",
    "PartyRegistered",
    "PlatformTermsDecided",
    "PreparedItem",
    "Recorded",
    "RequestRejected",
    "ReviewHeld",
    "RowScope",
    "RunReported",
    "SigningDelegated",
    "TermReason",
    "UnitsReserved",
]

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
    | LicenceRenewed
    | LicenceSuspended
    | LicenceResumed
    | LicenceRevoked
    | AccessRecorded
    | AccessDenied
    | AccessWithheld
    | DeliveryOrdered
    | UnitsReserved
    | DeliveryPrepared
    | DeliveryFailed
    | DeliveryReleased
    | DeliveryAcknowledged
    | RunReported
    | ConcernFiled
    | ConcernAnswered
    | ConcernClosed
    | DutyFiled
    | DutyAcknowledged
    | DutyFulfilled
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
