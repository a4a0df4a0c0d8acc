"""Negotiations, agreements, licences and ethics cases as their sides see them."""

from dataclasses import replace
from datetime import datetime

from gateway.exchange.agreement import Agreed, agreed, ends_at, version_of
from gateway.exchange.caps import caps_of
from gateway.exchange.duties.presented import duty_view
from gateway.exchange.existing import existing_dataset, existing_negotiation
from gateway.exchange.messages import messages
from gateway.exchange.ports import Ports
from gateway.exchange.presented import dataset_view, party_view, policy_view
from gateway.exchange.reading import Reading
from gateway.exchange.views import (
    AgreementView,
    CounterView,
    EthicsCaseView,
    LicenceView,
    NegotiationView,
    SignatureView,
)
from graph.journal.events import ReviewHeld
from graph.journal.rows import EthicsCaseRow, LicenceRow, NegotiationRow, NegotiationState, SignatureRow
from policies.difference import TermChange, difference
from policies.model import LicenceStatus, Policy, Usage


def negotiation_view(ports: Ports, reading: Reading, row: NegotiationRow) -> NegotiationView:
    """One licence request and what became of it."""
    terms = reading.policy(row.policy)
    licence = reading.view.licence(row.licence)
    return NegotiationView(
        negotiation=row.negotiation,
        request=row.request,
        dataset=dataset_view(reading, existing_dataset(reading, row.dataset)),
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        state=row.state,
        terms=policy_view(terms, row.policy),
        messages=tuple(messages(ports, reading, row)),
        changes=_changes(reading, row, terms),
        hold=_hold(reading, row),
        reasons=row.reasons,
        adjusts=row.adjusts or None,
        renews=row.renews or None,
        finding=row.finding or None,
        agreement=agreement_view(reading, row) if is_agreed(row) else None,
        licence=None if licence is None else licence_view(reading, licence),
        your_turn=row.turn == reading.reader.party,
    )


def is_agreed(row: NegotiationRow) -> bool:
    """Whether the negotiation got as far as an agreement to sign."""
    return bool(row.agreement) or row.state is NegotiationState.ACCEPTED


def agreed_of(reading: Reading, row: NegotiationRow) -> Agreed:
    """The agreement of a negotiation from acceptance on: the one that was signed, or the one to sign."""
    if row.agreement:
        return Agreed(agreement=row.agreement, policy=reading.policy(row.agreement_policy), hash=row.agreement_policy)
    return agreed(row.negotiation, reading.policy(row.policy), row.assignee)


def agreement_view(reading: Reading, row: NegotiationRow) -> AgreementView:
    """The agreement of a negotiation from acceptance on, with the signatures that stand under it."""
    drawn = agreed_of(reading, row)
    return AgreementView(
        agreement=drawn.agreement,
        version=version_of(row),
        policy=policy_view(drawn.policy, drawn.hash),
        signatures=tuple(_signature(reading, each) for each in row.signatures),
    )


def licence_view(reading: Reading, row: LicenceRow) -> LicenceView:
    """A licence with its agreement and how much of it is used."""
    negotiation = existing_negotiation(reading, row.negotiation)
    end = ends_at(reading.policy(row.policy), row.first_delivery)
    return LicenceView(
        licence=row.licence,
        negotiation=row.negotiation,
        state=_state(row.state, end, reading.view.now),
        version=row.version,
        dataset=dataset_view(reading, existing_dataset(reading, row.dataset)),
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        agreement=agreement_view(reading, negotiation),
        valid_until=end,
        usage=_usage(reading, row),
        duties=tuple(duty_view(reading, each) for each in reading.view.duties_of(row.licence)),
    )


def _state(recorded: LicenceStatus, end: datetime | None, now: datetime) -> LicenceStatus:
    """EXPIRED as soon as the end is past, also one that follows from the first delivery."""
    over = end is not None and end < now and recorded is not LicenceStatus.TERMINATED
    return LicenceStatus.EXPIRED if over else recorded


def ethics_case_view(ports: Ports, reading: Reading, row: EthicsCaseRow) -> EthicsCaseView:
    """A case with the negotiation that it is about."""
    negotiation = existing_negotiation(reading, row.negotiation)
    return EthicsCaseView(
        case=row.case,
        negotiation=negotiation_view(ports, reading, negotiation),
        open=row.approved is None and negotiation.state is not NegotiationState.TERMINATED,
        approved=row.approved,
    )


def _signature(reading: Reading, row: SignatureRow) -> SignatureView:
    return SignatureView(by=party_view(reading, row.by), key_id=row.key, jws=row.signature, delegated=row.delegated)


def _usage(reading: Reading, row: LicenceRow) -> tuple[CounterView, ...]:
    used = reading.view.usage(row.licence)
    return tuple(
        CounterView(counter=cap.counter, used=seen.used + seen.reserved, bound=cap.bound)
        for cap in caps_of(reading.policy(row.policy))
        for seen in (used.get(cap.counter, Usage()),)
    )


def _hold(reading: Reading, row: NegotiationRow) -> ReviewHeld | None:
    if row.hold is None or reading.reader.party != row.assignee:
        return row.hold
    # WHY: which terms are outside the owner's private bounds is not for the other side of the table.
    return replace(row.hold, terms=())


def _changes(reading: Reading, row: NegotiationRow, terms: Policy) -> tuple[TermChange, ...]:
    before = row.previous_policy
    if not before and row.adjusts:
        before = existing_negotiation(reading, row.adjusts).policy
    return tuple(difference(reading.policy(before), terms)) if before else ()
