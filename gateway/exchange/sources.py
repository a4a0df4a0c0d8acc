"""The configured sources: one connector instance each, opened once, read under limits."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.engine import (
    Deadline,
    EngineContext,
    Fetched,
    HttpSession,
    Limits,
    deadline_after,
    describe,
    fetch,
    health,
    load,
)
from connectors.errors import SourceUnavailableError
from connectors.kinds import subject_columns
from connectors.spi import Clock, Collection, Connector, Health, ReadRequest
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import CollectionProfile
from gateway.settings import Settings
from policies.predicate import EVERYTHING

_PUBLISHING_DEADLINE_S: Final = 60.0
"""Counting a whole collection may take longer than a query."""
_ROWS_AT_LEAST: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured connector instance."""

    id: str
    connector: Connector
    context: EngineContext


class ConnectedSources:
    """Reads the configured sources; implements ``gateway.exchange.ports.Sources``."""

    def __init__(self, sources: Mapping[str, Source], deadline_s: float) -> None:
        self._sources = sources
        self._deadline_s = deadline_s

    def platform(self, source: str) -> str:
        """See ``Sources.platform``."""
        return self._source(source).connector.platform

    async def describe(self, source: str) -> Sequence[Collection]:
        """See ``Sources.describe``."""
        found = self._source(source)
        return await describe(found.connector, found.context, self._deadline())

    async def read(
        self, source: str, request: ReadRequest, rows_hint: int | None = None, *, patience_s: float | None = None
    ) -> AsyncIterator[Fetched]:
        """See ``Sources.read``."""
        found = self._sources.get(source)
        if found is None:
            # WHY: a dataset outlives its source in the settings, and must not take the others' answer with it.
            raise SourceUnavailableError(f"source `{source}` is not configured", hint="ask the operator")
        deadline = self._deadline() if patience_s is None else deadline_after(patience_s)
        context = found.context if rows_hint is None else _smaller_batches(found.context, rows_hint)
        async with aclosing(fetch(found.connector, request, context, deadline)) as batches:
            async for each in batches:
                yield each

    async def profile(self, source: str, collection: str, *, own: str | None = None) -> CollectionProfile:
        """See ``Sources.profile``."""
        found = self._source(source)
        described = next((each for each in await self.describe(source) if each.id == collection), None)
        if described is None:
            raise NotFoundError("collection", collection)
        request = ReadRequest(collection=described.id, columns=described.columns, where=EVERYTHING)
        rows = 0
        present = dict.fromkeys(described.columns, 0)
        deadline = deadline_after(_PUBLISHING_DEADLINE_S)
        async with aclosing(fetch(found.connector, request, found.context, deadline)) as batches:
            async for each in batches:
                records = each.batch.records if own is None else _of_person(each.batch.records, described, own)
                rows += records.num_rows
                for name in present:
                    present[name] += records.num_rows - records.column(name).null_count
        completeness = {name: count / rows for name, count in present.items()} if rows else {}
        return CollectionProfile(rows=rows, completeness=completeness)

    async def health(self) -> Mapping[str, Health]:
        """Whether each source answers now."""
        names = sorted(self._sources)
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(health(each.connector, each.context, self._deadline()))
                for each in (self._sources[name] for name in names)
            ]
        return {name: task.result() for name, task in zip(names, asked, strict=True)}

    def _source(self, source: str) -> Source:
        found = self._sources.get(source)
        if found is None:
            raise NotFoundError("source", source)
        return found

    def _deadline(self) -> Deadline:
        return deadline_after(self._deadline_s)


def _smaller_batches(context: EngineContext, rows: int) -> EngineContext:
    """WHY: who asks for few rows should not wait for a large batch; some are always dropped, so more are read."""
    batch_rows = min(context.limits.batch_rows, max(_ROWS_AT_LEAST, 2 * rows))
    return replace(context, limits=replace(context.limits, batch_rows=batch_rows))


def _of_person(records: pa.RecordBatch, collection: Collection, account: str) -> pa.RecordBatch:
    """Rows whose every person is this one."""
    for name in subject_columns(collection.kind):
        if name in collection.columns:
            records = records.filter(pc.fill_null(pc.equal(records.column(name), account), fill_value=False))
    return records


@asynccontextmanager
async def connected_sources(settings: Settings, clock: Clock) -> AsyncIterator[ConnectedSources]:
    """Make every configured connector and keep its session open.

    Raises:
        ConnectorError: a connector is unknown or its configuration is wrong; no source was contacted.
    """
    limits = Limits(
        concurrency=settings.source_concurrency,
        max_bytes=settings.source_max_bytes,
        batch_rows=settings.batch_rows,
    )
    async with AsyncExitStack() as stack:
        sessions: dict[bool, HttpSession] = {}
        sources: dict[str, Source] = {}
        for each in settings.sources:
            connector = load(each.connector, each.config)
            if each.private not in sessions:
                sessions[each.private] = await stack.enter_async_context(HttpSession(private=each.private))
            context = EngineContext.of(
                sessions[each.private], hosts=frozenset(connector.hosts), clock=clock, limits=limits
            )
            sources[each.id] = Source(id=each.id, connector=connector, context=context)
        yield ConnectedSources(sources, settings.source_deadline_s)
