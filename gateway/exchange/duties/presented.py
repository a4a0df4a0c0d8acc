"""Duties as their sides see them, and as whoever raised them does."""

from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.presented import party_view
from gateway.exchange.reading import Reading
from gateway.exchange.views import DutyView
from graph.journal.rows import DutyRow, DutyState


def visible_duty(reading: Reading, iri: str) -> DutyRow:
    """A duty that the reader may see: its sides, whoever raised it, and auditors.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.duty(iri)
    audits = Scope.AUDIT_READ in reading.reader.scopes
    if row is None or not (audits or names_of(reading) & {row.assigner, row.assignee, row.raised_by}):
        raise NotFoundError("duty", iri)
    return row


def names_of(reading: Reading) -> frozenset[str]:
    """How duties name the reader: its IRI, and the keyed hash of the person that it is on a platform."""
    party = reading.view.party(reading.reader.party)
    return frozenset({reading.reader.party, "" if party is None else party.subject}) - {""}


def duty_view(reading: Reading, row: DutyRow) -> DutyView:
    """A duty that the reader may see."""
    return DutyView(
        duty=row.duty,
        kind=row.kind,
        state=row.state,
        overdue=row.state is not DutyState.FULFILLED and row.due < reading.now,
        licence=row.licence,
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        clause=row.clause or None,
        deliveries=row.deliveries,
        due=row.due,
        signature=row.signature or None,
        at=row.at,
    )
