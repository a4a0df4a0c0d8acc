"""Step 4: read the permitted datasets, all at once, each until enough rows can be seen or its deadline ends.

What a licence or a consent leaves out is not pushed to a source, so reading stops when enough rows are visible, not
when enough rows have come.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.engine import Fetched as EngineBatch
from connectors.errors import ConnectorError, SourceTimeoutError
from connectors.kinds import Kind, schema
from connectors.spi import Checkpoint, CollectionId, ReadRequest
from gateway.exchange.ports import Sources
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.positions import resume_at
from policies.predicate import columns_of, conjunction

RECORD_ID: Final = "record_id"
PART: Final = "_part"
PLACE: Final = "_place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source gave: rows that fit the filters, unmasked. It stays inside the gateway."""

    permitted: Permitted
    rows: pa.Table
    """The needed columns (not only those that may leave), and where each row was found: ``_part``, ``_place``."""
    checkpoints: tuple[str, ...]
    """By ``_part``: the checkpoint before that batch; ``_place`` counts the source's rows after it."""
    dropped: int
    """Rows that the source gave but the filters did not keep."""
    problem: ConnectorError | None = None
    took_ms: int = 0


def needed_columns(permitted: Permitted) -> tuple[str, ...]:
    """What must be read: what may leave, who is in the row, what filters and sorts; only columns the source has."""
    plan, decision = permitted.plan, permitted.decision
    wanted = set(decision.columns) | set(plan.dataset.subject_columns)
    wanted |= columns_of(plan.command.where) | columns_of(decision.rows)
    wanted |= {term.column for term in plan.command.order}
    if plan.command.with_id:
        wanted.add(RECORD_ID)
    names = schema(Kind(plan.dataset.record_kind)).names
    return tuple(name for name in names if name in wanted and name in permitted.description.columns)


async def fetch(
    permitted: tuple[Permitted, ...],
    sources: Sources,
    count_visible: Callable[[Permitted, pa.Table], int],
    *,
    sort_rows: int,
) -> tuple[Fetched, ...]:
    """Read every dataset concurrently; a source that fails or is slow costs its own rows only."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_fetch_one(each, sources, count_visible, sort_rows)) for each in permitted]
    return tuple(task.result() for task in tasks)


class SortTooLargeError(ConnectorError):
    """A dataset has more rows than may be sorted for one answer."""

    code = "SORT_TOO_LARGE"

    def __init__(self, bound: int) -> None:
        super().__init__(
            f"more than {bound} rows would have to be sorted", hint="narrow `where`, or leave out `orderBy`"
        )


@dataclass(slots=True)
class _Collected:
    """Batches as they come in."""

    tables: list[pa.Table] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)
    dropped: int = 0

    def add(self, part: EngineBatch, since: str, skip: int) -> pa.Table:
        """Keep the batch's rows after the first ``skip`` rows of the source, with their places."""
        table = pa.Table.from_batches([part.batch.records])
        table = table.append_column(PART, pa.array([len(self.checkpoints)] * table.num_rows, pa.int32()))
        table = table.append_column(PLACE, part.kept.cast(pa.int64()))
        if skip > 0:
            table = table.filter(pc.greater_equal(table[PLACE], skip))
        self.tables.append(table)
        self.checkpoints.append(since)
        self.dropped += part.fetched_rows - len(part.kept)
        return table


async def _fetch_one(
    permitted: Permitted, sources: Sources, count_visible: Callable[[Permitted, pa.Table], int], sort_rows: int
) -> Fetched:
    started = time.monotonic()
    collected = _Collected()
    problem: ConnectorError | None = None
    try:
        await _collect(permitted, sources, count_visible, sort_rows, collected)
    except ConnectorError as failure:
        problem = failure
    except TimeoutError:
        problem = SourceTimeoutError(f"source `{permitted.plan.dataset.source}` did not answer in time")
    if problem is not None and permitted.plan.command.order:
        # INVARIANT: a part of a sorted answer would be a wrong answer.
        collected = _Collected()
    return Fetched(
        permitted=permitted,
        rows=pa.concat_tables(collected.tables) if collected.tables else _no_rows(permitted),
        checkpoints=tuple(collected.checkpoints),
        dropped=collected.dropped,
        problem=problem,
        took_ms=round((time.monotonic() - started) * 1000),
    )


def _no_rows(permitted: Permitted) -> pa.Table:
    empty = schema(Kind(permitted.plan.dataset.record_kind), needed_columns(permitted)).empty_table()
    return empty.append_column(PART, pa.array([], pa.int32())).append_column(PLACE, pa.array([], pa.int64()))


async def _collect(
    permitted: Permitted,
    sources: Sources,
    count_visible: Callable[[Permitted, pa.Table], int],
    sort_rows: int,
    collected: _Collected,
) -> None:
    plan, decision = permitted.plan, permitted.decision
    command = plan.command
    # WHY: a sorted read must see all rows again; the mask skips those that were delivered before.
    since, skip = ("", 0) if command.order else resume_at(command.after, plan.dataset.dataset)
    request = ReadRequest(
        collection=CollectionId(plan.dataset.collection),
        columns=needed_columns(permitted),
        where=conjunction(command.where, decision.rows),
        after=Checkpoint(since) if since else None,
    )
    enough = None if command.order else decision.limit + 1
    visible = rows = 0
    async for part in sources.read(plan.dataset.source, request, rows_hint=enough):
        table = collected.add(part, since, skip)
        rows += table.num_rows
        if command.order and rows > sort_rows:
            raise SortTooLargeError(sort_rows)
        if enough is not None:
            visible += count_visible(permitted, table)
            if visible >= enough:
                return
        since, skip = str(part.batch.checkpoint), max(0, skip - part.fetched_rows)
