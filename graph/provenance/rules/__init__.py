"""From an event to what it adds to the graph: one fixed template per event type, pure, without personal values."""

from typing import assert_never

from graph.journal import events
from graph.provenance.model import Facts
from graph.provenance.rules import accesses, catalogue, consents, deliveries, duties, licences, negotiations, reports
from graph.provenance.rules.template import Template

__all__ = ["project"]


def project(recorded: events.Recorded) -> Facts:  # noqa: C901, PLR0912, PLR0915  # one line per event type
    """The facts of one event; the same event gives the same facts, byte for byte."""
    template = Template(recorded)
    happened = recorded.event
    match happened:
        case events.PartyInvited() | events.PartyRegistered() as event:
            catalogue.party(event, template)
        case events.DatasetPublished() as event:
            catalogue.dataset_published(event, template)
        case events.PlatformTermsDecided() as event:
            catalogue.platform_terms_decided(event, template)
        case events.OfferPublished() as event:
            catalogue.offer_published(event, template)
        case events.SigningDelegated() as event:
            catalogue.signing_delegated(event, template)
        case events.ConsentsGiven() as event:
            consents.consents_given(event, template)
        case events.ConsentWithdrawn() as event:
            consents.consent_withdrawn(event, template)
        case events.ObjectionRaised() as event:
            consents.objection_raised(event, template)
        case events.LicenceRequested() as event:
            negotiations.licence_requested(event, template)
        case events.ReviewHeld() as event:
            negotiations.review_held(event, template)
        case events.EthicsDecisionRequested() as event:
            negotiations.ethics_decision_requested(event, template)
        case events.EthicsDecided() as event:
            negotiations.ethics_decided(event, template)
        case events.OfferMade() as event:
            negotiations.offer_made(event, template)
        case events.OfferAccepted() as event:
            negotiations.offer_accepted(event, template)
        case events.RequestRejected() as event:
            negotiations.request_rejected(event, template)
        case events.AgreementSigned() as event:
            licences.agreement_signed(event, template)
        case events.LicenceFinalised() as event:
            licences.licence_finalised(event, template)
        case events.LicenceRenewed() as event:
            licences.licence_renewed(event, template)
        case events.LicenceSuspended() as event:
            licences.licence_suspended(event, template)
        case events.LicenceResumed() as event:
            licences.licence_resumed(event, template)
        case events.LicenceRevoked() as event:
            licences.licence_revoked(event, template)
        case events.AccessRecorded() as event:
            accesses.access_recorded(event, template)
        case events.AccessDenied() as event:
            accesses.access_denied(event, template)
        case events.AccessWithheld() as event:
            accesses.access_withheld(event, template)
        case events.DeliveryOrdered() as event:
            deliveries.delivery_ordered(event, template)
        case events.UnitsReserved() as event:
            deliveries.units_reserved(event, template)
        case events.DeliveryPrepared() as event:
            deliveries.delivery_prepared(event, template)
        case events.DeliveryFailed() as event:
            deliveries.delivery_failed(event, template)
        case events.DeliveryReleased() as event:
            deliveries.delivery_released(event, template)
        case events.DeliveryAcknowledged() as event:
            deliveries.delivery_acknowledged(event, template)
        case events.RunReported() as event:
            reports.run_reported(event, template)
        case events.ConcernFiled() as event:
            reports.concern_filed(event, template)
        case events.ConcernAnswered() as event:
            reports.concern_answered(event, template)
        case events.ConcernClosed() as event:
            reports.concern_closed(event, template)
        case events.DutyFiled() as event:
            duties.duty_filed(event, template)
        case events.DutyAcknowledged() as event:
            duties.duty_acknowledged(event, template)
        case events.DutyFulfilled() as event:
            duties.duty_fulfilled(event, template)
        case _:
            assert_never(happened)
    return template.facts()
