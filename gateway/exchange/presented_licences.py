"""Negotiations, agreements, licences and ethics cases as their sides see them."""

from dataclasses import replace

from gateway.exchange.agreement import VERSION, Agreed, agreed
from gateway.exchange.caps import caps_of
from gateway.exchange.errors import NotFoundError
from gateway.exchange.messages import messages
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view, party_view, policy_view
from gateway.exchange.reading import Reading
from gateway.exchange.views import (
    AgreementView,
    CounterView,
    DatasetView,
    EthicsCaseView,
    LicenceView,
    NegotiationView,
    SignatureView,
)
from graph.journal.events import ReviewHeld
from graph.journal.rows import EthicsCaseRow, LicenceRow, NegotiationRow, NegotiationState, SignatureRow
from policies.difference import TermChange, difference
from policies.model import Policy, Usage


def negotiation_view(ports: Ports, reading: Reading, row: NegotiationRow) -> NegotiationView:
    """One licence request and what became of it."""
    terms = reading.policy(row.policy)
    licence = reading.view.licence(row.licence) if row.licence else None
    return NegotiationView(
        negotiation=row.negotiation,
        request=row.request,
        dataset=_dataset(reading, row.dataset),
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        state=row.state,
        terms=policy_view(terms, row.policy),
        messages=tuple(messages(ports, reading, row)),
        changes=_changes(reading, row, terms),
        hold=_hold(reading, row),
        reasons=row.reasons,
        adjusts=row.adjusts or None,
        agreement=agreement_view(reading, row),
        licence=None if licence is None else licence_view(reading, licence),
        your_turn=row.turn == reading.reader.party,
    )


def agreed_of(reading: Reading, row: NegotiationRow) -> Agreed | None:
    """The agreement of a negotiation from acceptance on; nothing before."""
    if row.agreement:
        return Agreed(agreement=row.agreement, policy=reading.policy(row.agreement_policy), hash=row.agreement_policy)
    if row.state is NegotiationState.ACCEPTED:
        return agreed(row.negotiation, reading.policy(row.policy), row.assignee)
    return None


def agreement_view(reading: Reading, row: NegotiationRow) -> AgreementView | None:
    """The agreement with the signatures that stand under it; nothing before acceptance."""
    drawn = agreed_of(reading, row)
    if drawn is None:
        return None
    return AgreementView(
        agreement=drawn.agreement,
        version=VERSION,
        policy=policy_view(drawn.policy, drawn.hash),
        signatures=tuple(_signature(reading, each) for each in row.signatures),
    )


def licence_view(reading: Reading, row: LicenceRow) -> LicenceView:
    """A licence with its agreement and how much of it is used."""
    negotiation = reading.view.negotiation(row.negotiation)
    agreement = None if negotiation is None else agreement_view(reading, negotiation)
    if agreement is None:
        raise NotFoundError("licence", row.licence)
    return LicenceView(
        licence=row.licence,
        negotiation=row.negotiation,
        state=row.state,
        version=row.version,
        dataset=_dataset(reading, row.dataset),
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        agreement=agreement,
        valid_until=row.valid_until,
        usage=_usage(reading, row),
    )


def ethics_case_view(ports: Ports, reading: Reading, row: EthicsCaseRow) -> EthicsCaseView:
    """A case with the negotiation that it is about."""
    negotiation = reading.view.negotiation(row.negotiation)
    if negotiation is None:
        raise NotFoundError("licence request", row.negotiation)
    return EthicsCaseView(
        case=row.case,
        negotiation=negotiation_view(ports, reading, negotiation),
        open=row.approved is None and negotiation.state is not NegotiationState.TERMINATED,
        approved=row.approved,
    )


def _dataset(reading: Reading, dataset: str) -> DatasetView:
    row = reading.view.dataset(dataset)
    if row is None:
        raise NotFoundError("dataset", dataset)
    return dataset_view(reading, row)


def _signature(reading: Reading, row: SignatureRow) -> SignatureView:
    return SignatureView(by=party_view(reading, row.by), key_id=row.key, jws=row.signature, delegated=row.delegated)


def _usage(reading: Reading, row: LicenceRow) -> tuple[CounterView, ...]:
    used = reading.view.usage(row.licence)
    return tuple(
        CounterView(counter=cap.counter, used=used.get(cap.counter, Usage()).used, bound=cap.bound)
        for cap in caps_of(reading.policy(row.policy))
    )


def _hold(reading: Reading, row: NegotiationRow) -> ReviewHeld | None:
    if row.hold is None or reading.reader.party != row.assignee:
        return row.hold
    # WHY: which terms are outside the owner's private bounds is not for the other side of the table.
    return replace(row.hold, terms=())


def _changes(reading: Reading, row: NegotiationRow, terms: Policy) -> tuple[TermChange, ...]:
    before = row.previous_policy
    if not before and row.adjusts:
        adjusted = reading.view.negotiation(row.adjusts)
        before = "" if adjusted is None else adjusted.policy
    return tuple(difference(reading.policy(before), terms)) if before else ()
