"""From a receipt back to whoever let it happen, and the log of accesses under a licence."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.lookup import visible_licence
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.read.decisions import Asked, DecisionRecord, decision_of
from gateway.exchange.read.model import Problem, Stage
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import AccessView, Page, TraceView
from graph.journal.events import AccessDenied, AccessRecorded, AccessWithheld, Event, Recorded
from graph.journal.rows import DatasetRow, LicenceRow
from graph.provenance.lineage import lineage
from graph.provenance.rules.accesses import window_of
from policies.model import Effect, Reason

Access = AccessRecorded | AccessDenied | AccessWithheld

_ACCESSES: Final = (AccessRecorded, AccessDenied, AccessWithheld)
_KINDS: Final[Mapping[type[Event], str]] = {
    AccessRecorded: "RECORDED",
    AccessDenied: "DENIED",
    AccessWithheld: "WITHHELD",
}
_EFFECTS: Final[Mapping[type[Event], Effect]] = {
    AccessRecorded: Effect.PERMIT,
    AccessDenied: Effect.DENY,
    AccessWithheld: Effect.DENY,
}
"""What must have been decided for such an event to be on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A recorded access with what it names."""

    recorded: Recorded
    event: AccessRecorded
    licence: LicenceRow
    dataset: DatasetRow
    view: AccessView


async def trace_receipt(ports: Ports, principal: Principal, access: str) -> TraceView:
    """From one receipt to agreement, owner, platform and consent basis, with the part of the graph around it.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: No recorded access of a licence that the caller may see has this IRI.
        GraphUnavailableError: The graph cannot be reached now.
    """
    principal.require(Scope.GRAPH_QUERY)
    found = await read(ports, principal, lambda reading: _traced(ports, reading, access))
    return TraceView(
        access=found.view,
        licence=found.licence.licence,
        agreement=found.event.agreement,
        owner=found.licence.assigner,
        developer=found.licence.assignee,
        platform=found.dataset.platform,
        dataset=found.dataset.dataset,
        lawful_basis=found.event.lawful_basis,
        notices=found.event.notices,
        graph=await lineage(ports.store, window_of(found.recorded) or access),
    )


async def find_access(ports: Ports, principal: Principal, access: str) -> AccessView:
    """One access, recorded, denied or withheld: to whoever asked, to the sides of its licence, and to auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see; a foreign one looks absent.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> AccessView:
        recorded = _access(reading, access)
        if not _may_see(reading, recorded.event):
            raise NotFoundError("access", access)
        return access_view(ports, reading, recorded)

    return await read(ports, principal, found)


async def access_log(
    ports: Ports, principal: Principal, licence: str, *, first: int, after: str | None = None
) -> Page[AccessView]:
    """Every access under a licence, recorded, denied or withheld, the oldest first; to its sides and to auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is no such licence that the caller may see, or ``after`` is no access.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[AccessView]:
        row = visible_licence(reading, licence)
        start = None if after is None else _access(reading, after).seq
        events = reading.view.events_about(row.licence, after=start, limit=first + 1, types=_ACCESSES)
        return page(events, first, lambda recorded: access_view(ports, reading, recorded))

    return await read(ports, principal, found)


def access_view(ports: Ports, reading: Reading, recorded: Recorded) -> AccessView:
    """An access as its sides see it. Only what left has a receipt to show."""
    event = recorded.event
    if not isinstance(event, Access):
        raise NotFoundError("access", f"event {recorded.seq}")
    left = event if isinstance(event, AccessRecorded) else None
    return AccessView(
        access=event.access,
        seq=recorded.seq,
        at=recorded.at,
        kind=_KINDS[type(event)],
        licence=event.licence or None,
        dataset=event.dataset,
        developer=party_view(reading, event.party),
        purpose=event.purpose,
        columns=() if left is None else left.columns,
        rows=0 if isinstance(event, AccessDenied) else event.rows,
        price_micro=0 if left is None else left.price_micro,
        currency="" if left is None else left.currency,
        problem=None if isinstance(event, AccessRecorded) else _problem(event),
        receipt=None if left is None else ports.journal.receipt(recorded),
        decision=_decision(reading, event),
    )


def _decision(reading: Reading, event: Access) -> DecisionRecord:
    """The stored decision; of what was refused later than that, what the event says."""
    if not isinstance(event, AccessWithheld):
        content = reading.view.document(event.decision) if event.decision else None
        if content is not None:
            # WHY: a decision that was stored in an earlier form named less; what the event says still stands.
            with suppress(msgspec.DecodeError):
                return decision_of(content)
    asked, effect = Asked(action=event.action, purpose=event.purpose), _EFFECTS[type(event)]
    if isinstance(event, AccessRecorded):
        return DecisionRecord(asked=asked, effect=effect, policy=event.policy, columns=event.columns)
    problem = _problem(event)
    reason = Reason(code=problem.code, clause=problem.clause, text=problem.message)
    return DecisionRecord(asked=asked, effect=effect, clause=problem.clause, reasons=(reason,))


def _problem(event: AccessDenied | AccessWithheld) -> Problem:
    return Problem(
        code=event.code,
        stage=Stage(event.stage),
        message=f"refused with `{event.code}`",
        clause=event.clause,
        decision=event.access,
    )


def _may_see(reading: Reading, event: Event) -> bool:
    if not isinstance(event, Access):
        return False
    if event.party == reading.reader.party or Scope.AUDIT_READ in reading.reader.scopes:
        return True
    licence = reading.view.licence(event.licence) if event.licence else None
    return licence is not None and reading.reader.party in {licence.assigner, licence.assignee}


def _access(reading: Reading, iri: str) -> Recorded:
    """The event that this very IRI is the access of: a licence or a party is named by accesses too."""
    for recorded in reading.view.events_about(iri, limit=1, types=_ACCESSES):
        if isinstance(recorded.event, Access) and recorded.event.access == iri:
            return recorded
    raise NotFoundError("access", iri)


def _traced(ports: Ports, reading: Reading, iri: str) -> _Found:
    recorded = _access(reading, iri)
    event = recorded.event
    if not isinstance(event, AccessRecorded):
        raise NotFoundError("access", iri)
    try:
        licence = visible_licence(reading, event.licence)
    except NotFoundError:
        # WHY: a foreign access must look like none at all, also by what it is called.
        raise NotFoundError("access", iri) from None
    return _Found(
        recorded=recorded,
        event=event,
        licence=licence,
        dataset=existing_dataset(reading, event.dataset),
        view=access_view(ports, reading, recorded),
    )
