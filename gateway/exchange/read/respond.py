"""Step 7: the answer of every field, and how each dataset fared."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

import pyarrow as pa

from connectors.errors import ConnectorError, SourceTimeoutError
from connectors.kinds import schema
from gateway.exchange.read.charge import charge
from gateway.exchange.read.commit import Committed, RecordedDenial
from gateway.exchange.read.fetch import Fetched
from gateway.exchange.read.mask import Release
from gateway.exchange.read.model import (
    DATASET,
    ID,
    LICENCE,
    Problem,
    ReadCommand,
    ReadResult,
    SourceReport,
    SourceStatus,
    Stage,
)
from gateway.exchange.read.plan import ReadPlan
from gateway.exchange.read.positions import Trail
from gateway.exchange.read.share import in_order


def refused(recorded: RecordedDenial) -> SourceReport:
    """A dataset that was denied before any call to its source."""
    problem = recorded.denied.problem
    return SourceReport(
        **_where(recorded.denied.plan),
        status=SourceStatus.REFUSED,
        problem=replace(problem, decision=recorded.access),
    )


def failed(fetched: Fetched) -> SourceReport:
    """A dataset whose source gave nothing that can be used."""
    status = SourceStatus.TIMEOUT if isinstance(fetched.problem, SourceTimeoutError) else SourceStatus.UNAVAILABLE
    return SourceReport(
        **_where(fetched.permitted.plan),
        status=status,
        took_ms=fetched.took_ms,
        problem=_source_problem(fetched.problem),
    )


def committed(outcome: Committed) -> SourceReport:
    """A dataset whose rows leave, or were withheld by the last check."""
    release = outcome.release
    fetched = release.candidates.fetched
    if outcome.receipt is None:
        return SourceReport(
            **_where(release.permitted.plan),
            status=SourceStatus.WITHHELD,
            withheld=fetched.rows.num_rows + fetched.dropped,
            took_ms=fetched.took_ms,
            problem=Problem(
                code=outcome.code,
                stage=Stage.COMMIT,
                message="something changed between reading and release, so no row has left; ask again",
                decision=outcome.access,
            ),
        )
    price = charge(release.permitted.decision, release.table.num_rows)
    return SourceReport(
        **_where(release.permitted.plan),
        status=SourceStatus.OK if fetched.problem is None else SourceStatus.PARTIAL,
        rows=release.table.num_rows,
        withheld=release.candidates.dropped,
        took_ms=fetched.took_ms,
        price_micro=price.price_micro,
        currency=price.currency,
        receipt=outcome.receipt,
        problem=_source_problem(fetched.problem),
    )


class _Where(TypedDict):
    """What every report of a dataset begins with."""

    source: str
    platform: str
    dataset: str
    licence: str


def _where(plan: ReadPlan) -> _Where:
    return {
        "source": plan.dataset.source,
        "platform": plan.dataset.platform,
        "dataset": plan.dataset.dataset,
        "licence": plan.licence.licence if plan.licence is not None else "",
    }


def _source_problem(problem: ConnectorError | None) -> Problem | None:
    if problem is None:
        return None
    return Problem(code=problem.code, stage=Stage.FETCH, message=problem.message)


def result(
    command: ReadCommand, releases: Sequence[Release], reports: Sequence[SourceReport], *, has_next: bool
) -> ReadResult:
    """The rows of one field, over all its datasets, in the order of the answer."""
    tables = [release.table for release in releases]
    rows = pa.concat_tables(tables) if tables else _no_rows(command)
    merged = in_order(command, releases)
    if merged is not None:
        rows = rows.take(merged)
    places = [(release.permitted.plan.dataset.dataset, release.places) for release in releases]
    return ReadResult(
        field=command.field,
        rows=rows,
        positions=Trail(places, None if merged is None else merged.to_pylist(), command.after),
        has_next=has_next,
        sources=tuple(reports),
    )


def _no_rows(command: ReadCommand) -> pa.Table:
    kind = schema(command.kind)
    fields = [kind.field(name) for name in command.columns]
    fields += [pa.field(ID, pa.string())] if command.with_id else []
    fields += [pa.field(DATASET, pa.string()), pa.field(LICENCE, pa.string())]
    return pa.schema(fields).empty_table()
