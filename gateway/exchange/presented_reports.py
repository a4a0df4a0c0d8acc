"""Reported runs and concerns as their sides see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.presented import party_view
from gateway.exchange.reading import Reading
from gateway.exchange.views import PartyView
from graph.journal.rows import ConcernRow, ConcernState, RunRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A training run. Everything in it is what the licensee says."""

    run: str
    developer: PartyView
    delivery: str
    model: str
    action: str
    purpose: str
    started: datetime
    ended: datetime
    metrics: Mapping[str, float]
    code: str | None
    """Why it is outside what was licensed; nothing when it is within."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernView:
    """What an owner questions, and what became of it."""

    concern: str
    about: str
    licence: str
    owner: PartyView
    developer: PartyView
    state: ConcernState
    text: str | None
    """Nothing when it was erased."""
    answer: str | None
    code: str | None
    at: datetime


def run_view(reading: Reading, iri: str) -> RunView:
    """One run, to its licensee, to the owners whose records it used, and to auditors.

    Raises:
        NotFoundError: There is none that the reader may see.
    """
    return run_of(reading, visible_run(reading, iri))


def visible_run(reading: Reading, iri: str) -> RunRow:
    """A run that the reader may see.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.run(iri)
    if row is None or not _sees(reading, row):
        raise NotFoundError("run", iri)
    return row


def run_of(reading: Reading, row: RunRow) -> RunView:
    """A run that the reader may see."""
    return RunView(
        run=row.run,
        developer=party_view(reading, row.party),
        delivery=row.delivery,
        model=row.model,
        action=row.action,
        purpose=row.purpose,
        started=row.started,
        ended=row.ended,
        metrics=_metrics(reading, row),
        code=row.code or None,
        at=row.at,
    )


def concern_view(ports: Ports, reading: Reading, iri: str) -> ConcernView:
    """One concern, to its two sides and to auditors.

    Raises:
        NotFoundError: There is none that the reader may see.
    """
    row = visible_concern(reading, iri)
    return ConcernView(
        concern=row.concern,
        about=row.about,
        licence=row.licence,
        owner=party_view(reading, row.assigner),
        developer=party_view(reading, row.assignee),
        state=row.state,
        text=ports.vault.get(row.text),
        answer=ports.vault.get(row.answer) if row.answer else None,
        code=row.code or None,
        at=row.at,
    )


def visible_concern(reading: Reading, iri: str) -> ConcernRow:
    """A concern that the reader may see.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.concern(iri)
    audits = Scope.AUDIT_READ in reading.reader.scopes
    if row is None or not (audits or reading.reader.party in {row.assigner, row.assignee}):
        raise NotFoundError("concern", iri)
    return row


def _sees(reading: Reading, row: RunRow) -> bool:
    reader = reading.reader
    if reader.party == row.party or Scope.AUDIT_READ in reader.scopes:
        return True
    delivery = reading.view.delivery(row.delivery)
    licences = [reading.view.licence(item.licence) for item in delivery.items] if delivery is not None else []
    return any(each is not None and each.assigner == reader.party for each in licences)


def _metrics(reading: Reading, row: RunRow) -> Mapping[str, float]:
    content = reading.view.document(row.facets)
    document: Any = {} if content is None else msgspec.json.decode(content)
    found: Mapping[str, float | None] = (
        document.get("run", {}).get("facets", {}).get("muniment_use", {}).get("metrics", {})
    )
    # WHY: a figure that was no number was stored as nothing; that it was there says nothing either.
    return {name: value for name, value in found.items() if value is not None}
