"""Negotiations and licences, for their sides, the auditor, and as far as it has to decide the ethics board."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.existing import existing_negotiation
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.presented_licences import agreement_view, licence_view, negotiation_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import AgreementView, LicenceView, NegotiationView, Page, PartyView
from graph.journal.events import AgreementSigned
from graph.journal.rows import LicenceRow, NegotiationRow, NegotiationState


async def party(ports: Ports, principal: Principal, iri: str) -> PartyView:
    """A party; nothing personal is told of it.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: party_view(reading, iri))


async def negotiation(ports: Ports, principal: Principal, iri: str) -> NegotiationView:
    """One licence request, to its sides, to auditors, and to the ethics board when it has a case.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see; a foreign one looks absent.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: negotiation_view(ports, reading, _negotiation(reading, iri)))


async def negotiations(
    ports: Ports,
    principal: Principal,
    *,
    first: int,
    after: str | None = None,
    state: NegotiationState | None = None,
) -> Page[NegotiationView]:
    """The caller's own licence requests, as owner or developer, the oldest first.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[NegotiationView]:
        start = None if after is None else _negotiation(reading, after).seq
        rows = reading.view.negotiations(principal.party, state, after=start, limit=first + 1)
        return page(rows, first, lambda row: negotiation_view(ports, reading, row))

    return await read(ports, principal, found)


async def agreement(ports: Ports, principal: Principal, iri: str) -> AgreementView:
    """One agreement that was signed at least once, to those who may see its negotiation.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> AgreementView:
        signed = reading.view.events_about(iri, limit=1, types=(AgreementSigned,))
        events = [each.event for each in signed if isinstance(each.event, AgreementSigned)]
        if not events:
            raise NotFoundError("agreement", iri)
        return agreement_view(reading, _negotiation(reading, events[0].negotiation))

    return await read(ports, principal, found)


async def licence(ports: Ports, principal: Principal, iri: str) -> LicenceView:
    """One licence with its usage, to its sides and to auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see; a foreign one looks absent.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: licence_view(reading, visible_licence(reading, iri)))


async def licences(ports: Ports, principal: Principal, *, first: int, after: str | None = None) -> Page[LicenceView]:
    """The caller's own licences, on either side, the oldest first.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[LicenceView]:
        start = None if after is None else visible_licence(reading, after).seq
        rows = reading.view.licences(principal.party, after=start, limit=first + 1)
        return page(rows, first, lambda row: licence_view(reading, row))

    return await read(ports, principal, found)


def visible_licence(reading: Reading, iri: str) -> LicenceRow:
    """A licence that the reader may see: its own, or any with ``audit:read``.

    Raises:
        NotFoundError: There is none; a foreign one looks absent.
    """
    row = reading.view.licence(iri)
    if row is None or not _may_see(reading.reader, row):
        raise NotFoundError("licence", iri)
    return row


def own_licence(reading: Reading, iri: str) -> LicenceRow:
    """A licence that the caller is a side of.

    Raises:
        NotFoundError: There is none; a foreign one looks the same.
    """
    row = reading.view.licence(iri)
    if row is None or reading.reader.party not in {row.assigner, row.assignee}:
        raise NotFoundError("licence", iri)
    return row


def _negotiation(reading: Reading, iri: str) -> NegotiationRow:
    row = existing_negotiation(reading, iri)
    board = bool(row.ethics_case) and Scope.ETHICS_REVIEW in reading.reader.scopes
    if not board and not _may_see(reading.reader, row):
        raise NotFoundError("licence request", iri)
    return row


def _may_see(reader: Principal, row: NegotiationRow | LicenceRow) -> bool:
    return reader.party in {row.assigner, row.assignee} or Scope.AUDIT_READ in reader.scopes
