"""Deliveries as their sides see them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.deliver.plan import PlannedItem, plan_of
from gateway.exchange.deliver.progress import Progress
from gateway.exchange.errors import NotFoundError
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import Page, PartyView
from graph.journal.rows import DeliveryItemRow, DeliveryRow, DeliveryState
from graph.journal.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryItemView:
    """What a delivery holds of one licence's dataset."""

    licence: str
    dataset: str
    columns: tuple[str, ...]
    rows: int
    asked: int
    """How many were ordered."""
    within_quota: int
    """How many of them the quota of the licence had left."""
    dropped: int
    access: str | None
    """The access that booked it, once something could leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """Rows of one dataset break one rule."""

    dataset: str
    rule: str
    told: str
    rows: int
    examples: tuple[str, ...]
    """Opaque ids of some of the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """A package of records, and how far it has come."""

    delivery: str
    developer: PartyView
    action: str
    purpose: str
    state: DeliveryState
    items: tuple[DeliveryItemView, ...]
    """To an owner only the items of its own licences."""
    progress: Progress | None
    code: str | None
    """Why it failed."""
    findings: tuple[FindingView, ...]
    manifest: str | None
    """Digest of the sealed manifest."""
    root: str | None
    files: int
    size: int
    report: str | None
    """The preparation report, Markdown; to the licensee and to auditors."""
    at: datetime


def delivery_view(ports: Ports, reading: Reading, iri: str) -> DeliveryView:
    """One delivery, to its licensee, to the licensors of what it holds, and to auditors.

    Raises:
        NotFoundError: There is none that the reader may see.
    """
    row = visible_delivery(reading, iri)
    whole = _whole(reading.reader, row)
    planned = {each.licence: each for each in plan_of(row.plan, reading.view).items}
    return DeliveryView(
        delivery=row.delivery,
        developer=party_view(reading, row.party),
        action=row.action,
        purpose=row.purpose,
        state=row.state,
        items=tuple(_item(each, planned[each.licence]) for each in row.items if whole or _licensed_by(reading, each)),
        progress=ports.preparations.progress(row.delivery),
        code=row.code or None,
        findings=_findings(row, reading.view),
        manifest=row.manifest or None,
        root=row.root or None,
        files=row.files,
        size=row.size,
        report=_report(row, reading.view) if whole else None,
        at=row.at,
    )


def visible_delivery(reading: Reading, iri: str) -> DeliveryRow:
    """A delivery that the reader may see.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.delivery(iri)
    if row is None or not (_whole(reading.reader, row) or any(_licensed_by(reading, each) for each in row.items)):
        raise NotFoundError("delivery", iri)
    return row


async def delivery(ports: Ports, principal: Principal, iri: str) -> DeliveryView:
    """One delivery.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: delivery_view(ports, reading, iri))


async def deliveries(ports: Ports, principal: Principal, *, first: int, after: str | None = None) -> Page[DeliveryView]:
    """What the caller ordered, or what was ordered of its licences, the oldest first.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)

    def found(reading: Reading) -> Page[DeliveryView]:
        start = None if after is None else visible_delivery(reading, after).seq
        rows = reading.view.deliveries(principal.party, after=start, limit=first + 1)
        return page(rows, first, lambda row: delivery_view(ports, reading, row.delivery))

    return await read(ports, principal, found)


def _whole(reader: Principal, row: DeliveryRow) -> bool:
    return reader.party == row.party or Scope.AUDIT_READ in reader.scopes


def _licensed_by(reading: Reading, item: DeliveryItemRow) -> bool:
    licence = reading.view.licence(item.licence)
    return licence is not None and licence.assigner == reading.reader.party


def _item(row: DeliveryItemRow, planned: PlannedItem) -> DeliveryItemView:
    return DeliveryItemView(
        licence=row.licence,
        dataset=row.dataset,
        columns=row.columns,
        rows=row.rows,
        asked=max(planned.asked, planned.rows),
        within_quota=planned.rows,
        dropped=row.dropped,
        access=row.access or None,
    )


def _findings(row: DeliveryRow, view: View) -> tuple[FindingView, ...]:
    content = view.document(row.findings) if row.findings else None
    return () if content is None else msgspec.json.decode(content, type=tuple[FindingView, ...])


def _report(row: DeliveryRow, view: View) -> str | None:
    content = view.document(row.report) if row.report else None
    return None if content is None else content.decode()
