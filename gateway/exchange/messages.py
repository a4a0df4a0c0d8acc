"""A negotiation as the ordered messages that its sides exchanged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.reading import Reading
from gateway.exchange.views import MessageView
from graph.journal.events import (
    AgreementSigned,
    AnsweredBy,
    EthicsDecided,
    LicenceRequested,
    OfferAccepted,
    OfferMade,
    Recorded,
    RequestRejected,
)
from graph.journal.rows import NegotiationRow

_AT_ONCE: Final = 200

_Message = LicenceRequested | OfferMade | OfferAccepted | RequestRejected | AgreementSigned | EthicsDecided


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    by: str
    answered_by: AnsweredBy | None = None
    policy: str | None = None
    note: str = ""


def messages(ports: Ports, reading: Reading, row: NegotiationRow) -> Iterator[MessageView]:
    """Everything the sides and the ethics board said, the first first."""
    for recorded in events_about(reading, row.negotiation):
        event = recorded.event
        if not isinstance(event, _Message) or event.negotiation != row.negotiation:
            # WHY: a request that adjusts this one names it as well.
            continue
        said = _said(event)
        yield MessageView(
            at=recorded.at,
            by=party_view(reading, said.by),
            kind=type(event).__name__,
            answered_by=said.answered_by,
            policy=said.policy,
            note=ports.vault.get(said.note) if said.note else None,
        )


def events_about(reading: Reading, iri: str) -> Iterator[Recorded]:
    """Every event that names the thing, the oldest first."""
    after: int | None = None
    while found := reading.view.events_about(iri, after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].seq


def _said(event: _Message) -> _Said:
    match event:
        case LicenceRequested():
            return _Said(by=event.by or event.assignee, policy=event.policy, note=event.note)
        case OfferMade() | OfferAccepted():
            return _Said(by=event.by, answered_by=event.answered_by, policy=event.policy)
        case RequestRejected():
            return _Said(by=event.by, answered_by=event.answered_by, note=event.note)
        case AgreementSigned():
            return _Said(by=event.by, policy=event.policy)
        case EthicsDecided():
            return _Said(by=event.board, answered_by=AnsweredBy.ETHICS_BOARD)
        case _:
            assert_never(event)
