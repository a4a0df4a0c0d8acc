"""Reads a source under a deadline: negotiate, read, check, filter."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import pyarrow as pa

from connectors.engine.checks import check_batch, check_collections, check_columns, check_filter
from connectors.engine.context import Deadline, EngineContext
from connectors.engine.residual import Residual, compared_as_text
from connectors.errors import ConnectorError, PagingStuckError, SourceTimeoutError
from connectors.kinds import schema
from connectors.spi import Batch, Collection, Connector, Health, HealthStatus, ReadRequest
from policies.predicate import EVERYTHING, conjunction

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One batch after the residual filter.

    A place between two rows is the checkpoint before a batch (``ReadRequest.after`` for the first) and a raw row index:
    reading after that checkpoint gives the same raw rows again, in the same order.
    """

    batch: Batch
    """The rows that are kept, in the columns asked for; the checkpoint stands after all raw rows of the batch."""
    kept: pa.Array
    """Index of each kept row among the raw rows of the source's batch; ascending, uint32."""
    fetched_rows: int
    """Raw rows that the source gave."""


async def fetch(
    connector: Connector, request: ReadRequest, context: EngineContext, deadline: Deadline
) -> AsyncGenerator[Fetched, None]:
    """Read what one dataset must deliver; batches come in the source's own stable order.

    Columns that only the residual filter needs are fetched and dropped again. What the filter says of text is applied
    here also when the source has applied it: no source compares text in every form that it has in Unicode. Reading ends
    when ``request.limit`` rows were kept; the last batch is not cut. Stopping the iteration, or cancelling it, ends the
    connector's reading.

    Raises:
        ConnectorError: reading failed; what was yielded before stays valid.
    """
    bounded = context.until(deadline)
    asked, accepted = request, connector.negotiate(request)
    if compared_as_text(accepted.pushed) != EVERYTHING:
        # WHY: rows that the source keeps are dropped here; one that counts to the limit itself would give too few.
        asked = replace(request, limit=None)
        accepted = connector.negotiate(asked)
    check_columns(accepted.kind, request.columns)
    check_filter(accepted.kind, request.where)
    residual = Residual.of(conjunction(accepted.residual, compared_as_text(request.where)), accepted.kind)
    extra = tuple(name for name in residual.columns if name not in request.columns)
    if extra:
        accepted = connector.negotiate(replace(asked, columns=request.columns + extra))
    expected = schema(accepted.kind, request.columns + extra)
    passed = {request.after}
    kept_rows = 0
    async with _reading(connector.read(accepted, bounded)) as batches:
        while (batch := await within(anext(batches, None), deadline)) is not None:
            check_batch(batch.records, expected)
            if batch.checkpoint in passed:
                raise PagingStuckError(f"the source came back to a place it had passed, at `{batch.source_ref}`")
            passed.add(batch.checkpoint)
            kept = residual.kept(batch.records)
            yield Fetched(
                batch=replace(batch, records=_chosen(batch.records, kept, request.columns)),
                kept=kept,
                fetched_rows=batch.records.num_rows,
            )
            kept_rows += len(kept)
            if request.limit is not None and kept_rows >= request.limit:
                return


async def describe(connector: Connector, context: EngineContext, deadline: Deadline) -> Sequence[Collection]:
    """What the source has now, checked against the kinds.

    Raises:
        ConnectorError: the source cannot be reached or is not as configured, or the connector contradicts itself.
    """
    collections = await within(connector.describe(context.until(deadline)), deadline)
    check_collections(collections)
    return collections


async def health(connector: Connector, context: EngineContext, deadline: Deadline) -> Health:
    """Whether the source answers before the deadline; never raises."""
    try:
        found = await within(connector.health(context.until(deadline)), deadline)
    except ConnectorError as problem:
        return Health(status=HealthStatus.UNREACHABLE, detail=problem.message)
    if context.breaker.open:
        return Health(status=HealthStatus.UNREACHABLE, detail="left alone after repeated failures")
    return found


async def within(work: Awaitable[T], deadline: Deadline) -> T:
    """The result, unless the deadline ends first.

    Raises:
        SourceTimeoutError: it did.
    """
    try:
        async with asyncio.timeout_at(deadline):
            result = await work
    except TimeoutError:
        raise SourceTimeoutError("the source did not answer before the deadline") from None
    # WHY: work that never waits cannot be interrupted; without this check it could go on for ever.
    if asyncio.get_running_loop().time() > deadline:
        raise SourceTimeoutError("the source did not answer before the deadline")
    return result


@asynccontextmanager
async def _reading(batches: AsyncIterator[Batch]) -> AsyncIterator[AsyncIterator[Batch]]:
    try:
        yield batches
    finally:
        # WHY: an iterator need not be a generator, but one that is must not be left to the garbage collector.
        close = getattr(batches, "aclose", None)
        if close is not None:
            await close()


def _chosen(records: pa.RecordBatch, kept: pa.Array, columns: tuple[str, ...]) -> pa.RecordBatch:
    narrowed = records.select(list(columns))
    return narrowed if len(kept) == records.num_rows else narrowed.take(kept)
