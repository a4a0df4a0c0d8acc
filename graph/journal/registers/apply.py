"""From an event to the registers: one reducer per type of event."""

from typing import assert_never

from graph.journal.events import (
    AccessDenied,
    AccessRecorded,
    AccessWithheld,
    AgreementSigned,
    ConcernAnswered,
    ConcernClosed,
    ConcernFiled,
    ConsentsGiven,
    ConsentWithdrawn,
    DatasetPublished,
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    DutyAcknowledged,
    DutyFiled,
    DutyFulfilled,
    EthicsDecided,
    EthicsDecisionRequested,
    LicenceFinalised,
    LicenceRenewed,
    LicenceRequested,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    ObjectionRaised,
    OfferAccepted,
    OfferMade,
    OfferPublished,
    PartyInvited,
    PartyRegistered,
    PlatformTermsDecided,
    Recorded,
    RequestRejected,
    ReviewHeld,
    RunReported,
    SigningDelegated,
    UnitsReserved,
)
from graph.journal.naming import streams_of
from graph.journal.registers import (
    consents,
    counters,
    datasets,
    deliveries,
    duties,
    licences,
    negotiations,
    parties,
    reports,
    signing,
)
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements


def apply(connection: Connection, recorded: Recorded) -> None:
    """Bring the registers up to date with one event; the same events give the same registers, always.

    Raises:
        MoveRefusedError: the state of the thing does not allow it; nothing may be kept of the event.
        NotOnRecordError: the event names something unknown.
        EntryInvalidError: the event contradicts itself or its document.
    """
    _reduce(connection, recorded)
    for stream in streams_of(recorded.event):
        connection.run(statements.ADVANCE_STREAM, stream=stream, version=1)


def _reduce(connection: Connection, recorded: Recorded) -> None:  # noqa: C901, PLR0912, PLR0915  # one case per event type
    event, seq, at = recorded.event, recorded.seq, recorded.at
    match event:
        case PartyInvited():
            parties.invited(connection, event)
        case PartyRegistered():
            parties.registered(connection, event)
        case DatasetPublished():
            datasets.published(connection, event, seq)
        case PlatformTermsDecided():
            datasets.terms_decided(connection, event, seq, at)
        case OfferPublished():
            datasets.offer_published(connection, event, seq, at)
        case SigningDelegated():
            datasets.signing_delegated(connection, event, seq, at)
        case ConsentsGiven():
            consents.given(connection, event, seq)
        case ConsentWithdrawn():
            consents.withdrawn(connection, event, seq)
        case ObjectionRaised():
            consents.objection_raised(connection, event, seq)
        case LicenceRequested():
            negotiations.requested(connection, event, seq, at)
        case ReviewHeld():
            negotiations.held(connection, event, at)
        case EthicsDecisionRequested():
            negotiations.ethics_asked(connection, event, seq, at)
        case EthicsDecided():
            negotiations.ethics_decided(connection, event, at)
        case OfferMade():
            negotiations.offered(connection, event, at)
        case OfferAccepted():
            negotiations.accepted(connection, event, at)
        case RequestRejected():
            negotiations.rejected(connection, event, at)
        case AgreementSigned():
            signing.signed(connection, event, seq, at)
        case LicenceFinalised():
            signing.finalised(connection, event, seq, at)
        case LicenceRenewed():
            signing.renewed(connection, event, at)
        case LicenceSuspended():
            licences.suspended(connection, event)
        case LicenceResumed():
            licences.resumed(connection, event)
        case LicenceRevoked():
            licences.revoked(connection, event)
        case AccessRecorded():
            counters.accessed(connection, event, at)
            deliveries.accessed(connection, event)
        case DeliveryOrdered():
            deliveries.ordered(connection, event, seq, at)
        case UnitsReserved():
            deliveries.reserved(connection, event)
        case DeliveryPrepared():
            deliveries.prepared(connection, event, at)
        case DeliveryFailed():
            deliveries.failed(connection, event, at)
        case DeliveryReleased():
            deliveries.released(connection, event, at)
        case DeliveryAcknowledged():
            deliveries.acknowledged(connection, event, at)
        case RunReported():
            reports.run_reported(connection, event, seq, at)
        case ConcernFiled():
            reports.concern_filed(connection, event, seq, at)
        case ConcernAnswered():
            reports.concern_answered(connection, event, at)
        case ConcernClosed():
            reports.concern_closed(connection, event, at)
        case DutyFiled():
            duties.filed(connection, event, seq, at)
        case DutyAcknowledged():
            duties.acknowledged(connection, event, at)
        case DutyFulfilled():
            duties.fulfilled(connection, event, at)
        case AccessDenied() | AccessWithheld():
            return
        case _:
            assert_never(event)
