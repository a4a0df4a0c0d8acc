"""The bench a connector stands on while it is checked: a real engine around it, without waits."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from connectors.engine import Deadline, EngineContext, HttpSession, Limits, Retry, deadline_after, describe, fetch
from connectors.kinds import KINDS, Kind, schema
from connectors.spi import Accepted, Batch, Checkpoint, Collection, Connector, ReadRequest
from policies.predicate import EVERYTHING, Predicate

Row = Mapping[str, Any]
_WIDE: Final = 4096


def frozen_clock() -> datetime:
    """Always the same moment."""
    return datetime(2026, 1, 1, tzinfo=UTC)


async def no_wait(seconds: float) -> None:  # noqa: ARG001  # the signature of asyncio.sleep
    """Lets others run, and goes on."""
    await asyncio.sleep(0)


@asynccontextmanager
async def a_context(connector: Connector, *, batch_rows: int) -> AsyncIterator[EngineContext]:
    """A context that reaches the connector's own hosts, also on this machine, and repeats without pauses."""
    async with HttpSession(private=True) as session:
        yield EngineContext.of(
            session,
            hosts=connector.hosts,
            clock=frozen_clock,
            limits=Limits(batch_rows=batch_rows, connect_s=2.0, silence_s=2.0, answer_s=5.0),
            retry=Retry(attempts=2, sleep=no_wait),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A connector in its context."""

    connector: Connector
    context: EngineContext
    patience_s: float = 20.0
    """How long one read may take."""

    @property
    def deadline(self) -> Deadline:
        """The end of a read that begins now."""
        return deadline_after(self.patience_s)

    def wide(self) -> "Bench":
        """The same connector with batches that hold everything: for checks that read very often."""
        return self.resized(_WIDE)

    def resized(self, batch_rows: int) -> "Bench":
        """The same connector with batches of another size."""
        return replace(self, context=replace(self.context, limits=replace(self.context.limits, batch_rows=batch_rows)))

    async def collections(self) -> Sequence[Collection]:
        """What the source has."""
        return await describe(self.connector, self.context, self.deadline)

    async def rows(
        self,
        collection: Collection,
        where: Predicate = EVERYTHING,
        columns: tuple[str, ...] | None = None,
        *,
        limit: int | None = None,
        after: Checkpoint | None = None,
    ) -> list[Row]:
        """What the engine delivers."""
        request = self.request(collection, where, columns, limit=limit, after=after)
        found: list[Row] = []
        async with aclosing(fetch(self.connector, request, self.context, self.deadline)) as batches:
            async for each in batches:
                found.extend(each.batch.records.to_pylist())
        return found

    async def batches(
        self,
        collection: Collection,
        where: Predicate = EVERYTHING,
        *,
        limit: int | None = None,
        after: Checkpoint | None = None,
    ) -> list[Batch]:
        """What the connector itself delivers, before the engine filters."""
        return await self.raw(self.connector.negotiate(self.request(collection, where, limit=limit, after=after)))

    async def raw(self, accepted: Accepted) -> list[Batch]:
        """What the connector itself delivers for a negotiated request."""
        return [batch async for batch in self.connector.read(accepted, self.context.until(self.deadline))]

    @staticmethod
    def request(
        collection: Collection,
        where: Predicate = EVERYTHING,
        columns: tuple[str, ...] | None = None,
        *,
        limit: int | None = None,
        after: Checkpoint | None = None,
    ) -> ReadRequest:
        """A request for all columns of the kind, or for these."""
        chosen = columns or every_column(collection.kind)
        return ReadRequest(collection=collection.id, columns=chosen, where=where, limit=limit, after=after)


def every_column(kind: Kind) -> tuple[str, ...]:
    """All columns of a kind."""
    return tuple(each.name for each in KINDS[kind])


def rows_of(batches: Sequence[Batch]) -> list[Row]:
    """The rows of some batches, in order."""
    return [row for batch in batches for row in batch.records.to_pylist()]


def table_of(collection: Collection, batches: Sequence[Batch]) -> pa.Table:
    """The batches as one table of the kind."""
    return pa.Table.from_batches([batch.records for batch in batches], schema=schema(collection.kind))
