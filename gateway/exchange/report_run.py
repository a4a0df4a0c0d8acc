"""Report a training run: which model was trained on which delivery, when, for what; compared with what was licensed."""

import math
import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.agreement import ends_at
from gateway.exchange.appending import Draft, recorded_once, require_same, the
from gateway.exchange.commands import ReportRun
from gateway.exchange.deliver.errors import DeliveryNotReadyError
from gateway.exchange.deliver.presented import visible_delivery
from gateway.exchange.errors import InputInvalidError, NotFoundError
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented_reports import RunView, run_of, run_view, visible_run
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import Page
from graph.journal.documents import Document
from graph.journal.events import DeliveryReleased, DutyFiled, DutyKind, Event, LicenceRevoked, RunReported
from graph.journal.rows import DeliveryItemRow, DeliveryRow
from graph.times import instant_text
from policies.vocabulary import PROFILE, Iri

MEDIA_TYPE: Final = "application/vnd.openlineage.run-event+json"
MOST_METRICS: Final = 100
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,30}:[!-~]{1,300}")
_METRIC: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_PRODUCER: Final = "https://muniment.example/"
_SCHEMA: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


async def report_run(ports: Ports, principal: Principal, command: ReportRun) -> RunView:
    """Put a run on record, as an OpenLineage event; one that is outside the licences says so, to both sides.

    Raises:
        ScopeMissingError: Without ``usage:report``.
        NotFoundError: No delivery of the caller's has this IRI.
        DeliveryNotReadyError: Nothing of it has left.
        InputInvalidError: The model is no IRI, the run ends before it begins or after now, a metric has no name or no
            finite number.
    """
    principal.require(Scope.USAGE_REPORT)
    _check(command, ports.clock())
    recorded = await recorded_once(ports, principal, command, lambda reading: _drafted(ports, reading, command))
    reported = the(recorded, RunReported, command)
    require_same(reported.delivery, command.delivery, command)
    return await read(ports, principal, lambda reading: run_view(reading, reported.run))


async def training_run(ports: Ports, principal: Principal, iri: str) -> RunView:
    """One reported run, to its licensee, the owners whose records it used, and auditors.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: There is none that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    return await read(ports, principal, lambda reading: run_view(reading, iri))


async def training_runs(
    ports: Ports, principal: Principal, model: str, *, first: int, after: str | None = None
) -> Page[RunView]:
    """The runs of a model: of a licensee its own, to auditors those of everybody who gave a model this name.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: ``after`` is no run that the caller may see.
    """
    principal.require(Scope.GRAPH_QUERY)
    whose = None if Scope.AUDIT_READ in principal.scopes else principal.party

    def found(reading: Reading) -> Page[RunView]:
        start = None if after is None else visible_run(reading, after).seq
        rows = reading.view.runs_of(model, whose, after=start, limit=first + 1)
        return page(rows, first, lambda row: run_of(reading, row))

    return await read(ports, principal, found)


def _check(command: ReportRun, now: datetime) -> None:
    if not _IRI.fullmatch(command.model):
        raise InputInvalidError("model", "expected an IRI")
    if command.ended < command.started:
        raise InputInvalidError("ended", "it is before `started`")
    if command.ended > now:
        raise InputInvalidError("ended", "it is in the future; report a run when it has ended")
    if len(command.metrics) > MOST_METRICS:
        raise InputInvalidError("metrics", f"at most {MOST_METRICS}")
    for name, value in command.metrics.items():
        if not math.isfinite(value):
            raise InputInvalidError("metrics", f"`{name[:64]}` is no finite number")
        if not _METRIC.fullmatch(name):
            raise InputInvalidError("metrics", f"`{name[:64]}` is no name of a metric")


def _drafted(ports: Ports, reading: Reading, command: ReportRun) -> Draft:
    row = visible_delivery(reading, command.delivery)
    if row.party != reading.reader.party:
        raise NotFoundError("delivery", command.delivery)
    if not row.state.has_left:
        raise DeliveryNotReadyError(row.delivery, row.state.value)
    run = ports.ids.new("run")
    facets = _facets(run, row, command)
    reported = RunReported(
        run=run,
        party=row.party,
        client=reading.reader.client,
        delivery=row.delivery,
        manifest=row.manifest,
        licences=tuple(item.licence for item in row.items),
        model=command.model,
        action=command.action,
        purpose=command.purpose,
        started=command.started,
        ended=command.ended,
        facets=facets.digest,
        code=_outside(reading, row, command),
    )
    return Draft(events=(reported,), documents=(facets,))


def _outside(reading: Reading, row: DeliveryRow, command: ReportRun) -> str:
    """Why the run is not what the delivery was licensed for; empty when it is."""
    if command.action != row.action:
        return "ACTION_NOT_LICENSED"
    if PROFILE.is_a(Iri(command.purpose), Iri(row.purpose)) is not True:
        return "PURPOSE_NOT_LICENSED"
    if command.started < _first(reading, row.delivery, DeliveryReleased):
        return "DELIVERY_NOT_READY"
    codes = (_outlived(reading, row, item, command.started) for item in row.items)
    return next((code for code in codes if code), "")


def _outlived(reading: Reading, row: DeliveryRow, item: DeliveryItemRow, started: datetime) -> str:
    """Why a run that began then was too late for one licence's part; empty when it was not."""
    licence = reading.view.licence(item.licence)
    # WHY: under an earlier agreement the licence counts its days no more; this package's release is what is known then.
    counted = licence.first_delivery if licence is not None and licence.agreement == item.agreement else None
    end = ends_at(reading.policy(item.policy), counted or _first(reading, row.delivery, DeliveryReleased))
    if started > _first(reading, item.licence, LicenceRevoked):
        return "LICENCE_TERMINATED"
    if end is not None and started > end:
        return "LICENCE_EXPIRED"
    duties = (each for each in reading.view.duties_of(item.licence) if each.kind is DutyKind.TAKE_DOWN)
    taken_down = (_first(reading, each.duty, DutyFiled) for each in duties if row.delivery in each.deliveries)
    return "DELIVERY_OUTDATED" if any(started > each for each in taken_down) else ""


def _first(reading: Reading, iri: str, event: type[Event]) -> datetime:
    """When such an event of the thing was recorded; the end of time when none was."""
    found = reading.view.events_about(iri, limit=1, types=(event,))
    return found[0].at if found else datetime.max.replace(tzinfo=UTC)


def _facets(run: str, row: DeliveryRow, command: ReportRun) -> Document:
    """The report in the form of OpenLineage 2-0-2."""
    event = {
        "eventType": "COMPLETE",
        "eventTime": instant_text(command.ended),
        "producer": _PRODUCER,
        "schemaURL": _SCHEMA,
        "run": {
            "runId": run.rsplit(":", 1)[-1],
            "facets": {
                "nominalTime": {
                    "_producer": _PRODUCER,
                    "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json",
                    "nominalStartTime": instant_text(command.started),
                    "nominalEndTime": instant_text(command.ended),
                },
                "muniment_use": {
                    "_producer": _PRODUCER,
                    "_schemaURL": _PRODUCER + "facets/1/use.json",
                    "action": command.action,
                    "purpose": command.purpose,
                    "model": command.model,
                    "metrics": dict(command.metrics),
                },
            },
        },
        "job": {"namespace": row.party, "name": command.model},
        "inputs": [{"namespace": _PRODUCER, "name": row.delivery, "facets": _version(row)}],
        "outputs": [{"namespace": row.party, "name": command.model}],
    }
    return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(event, order="sorted"))


def _version(row: DeliveryRow) -> dict[str, object]:
    return {
        "version": {
            "_producer": _PRODUCER,
            "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json",
            "datasetVersion": row.manifest,
        }
    }
