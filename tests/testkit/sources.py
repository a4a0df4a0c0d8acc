"""Connectors that do exactly what a test tells them, and contexts that do not wait."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa

from connectors.engine import Deadline, EngineContext, HttpSession, Limits, Retry, deadline_after, fetch
from connectors.engine.breaker import CircuitBreaker
from connectors.engine.fetch import Fetched
from connectors.kinds import Kind
from connectors.records import assemble
from connectors.spi import (
    API_VERSION,
    Accepted,
    Batch,
    Checkpoint,
    Collection,
    CollectionId,
    Connector,
    ConnectorContext,
    Health,
    HealthStatus,
    PlatformTerms,
    ReadRequest,
)
from policies.predicate import EVERYTHING, Predicate
from tests.testkit.clock import FrozenClock

RATINGS = CollectionId("ratings")


@dataclass(slots=True, kw_only=True)
class Waits:
    """Takes the place of sleeping; remembers how long was asked for."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


@asynccontextmanager
async def a_context(
    *hosts: str,
    limits: Limits | None = None,
    retry: Retry | None = None,
    breaker: CircuitBreaker | None = None,
    private: bool = True,
) -> AsyncIterator[EngineContext]:
    """A context that may reach these hosts, on this machine too, and repeats without waiting."""
    async with HttpSession(private=private) as session:
        yield EngineContext.of(
            session,
            hosts=frozenset(hosts),
            clock=FrozenClock(),
            limits=limits or Limits(batch_rows=8),
            retry=retry or Retry(sleep=Waits()),
            breaker=breaker,
        )


def a_batch(rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...], checkpoint: str) -> Batch:
    """A batch of ratings; each row says ``rater``, ``rated``, ``value`` or leaves them out."""
    values = {name: pa.array([row.get(name) for row in rows]) for name in columns if any(name in row for row in rows)}
    return Batch(
        records=assemble(Kind.RATING, columns, values, len(rows)),
        checkpoint=Checkpoint(checkpoint),
        source_ref=f"scripted#{checkpoint}",
    )


@dataclass(kw_only=True)
class ScriptedConnector:
    """Delivers what a test scripted."""

    api: ClassVar[int] = API_VERSION
    platform: str = "scripted"
    hosts: frozenset[str] = frozenset()
    batches: Callable[[ReadRequest], AsyncIterator[Batch]]
    requests: list[ReadRequest] = field(default_factory=list)
    described: Sequence[Collection] = ()
    answer: Health = field(default_factory=lambda: Health(status=HealthStatus.REACHABLE))
    problem: Exception | None = None
    """Raised by ``describe`` and ``health``."""

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:
        if self.problem:
            raise self.problem
        return self.described

    def negotiate(self, request: ReadRequest) -> Accepted:
        return Accepted(request=request, kind=Kind.RATING, pushed=EVERYTHING, residual=request.where)

    def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        self.requests.append(accepted.request)
        return self.batches(accepted.request)

    async def health(self, context: ConnectorContext) -> Health:
        if self.problem:
            raise self.problem
        return self.answer


def a_request(*columns: str, where: Predicate = EVERYTHING, collection: str = "ratings", **rest: Any) -> ReadRequest:
    """A request for these columns."""
    return ReadRequest(collection=CollectionId(collection), columns=columns, where=where, **rest)


def a_collection(kind: Kind = Kind.RATING, **rest: Any) -> Collection:
    """A collection of ratings."""
    given: dict[str, Any] = {
        "id": RATINGS,
        "kind": kind,
        "columns": ("rater", "rated"),
        "title": "Ratings",
        "description": "Who rated whom.",
        "terms": PlatformTerms(),
    }
    return Collection(**{**given, **rest})


async def drain(
    connector: Connector, request: ReadRequest, context: EngineContext, deadline: Deadline | None = None
) -> list[Fetched]:
    """Everything the engine delivers."""
    return [each async for each in fetch(connector, request, context, deadline or deadline_after(10))]


def rows_of(fetched: Sequence[Fetched]) -> list[dict[str, Any]]:
    """The kept rows, in order."""
    return [row for each in fetched for row in each.batch.records.to_pylist()]


@dataclass(kw_only=True)
class StallingConnector:
    """A real connector whose reading gets stuck after some batches."""

    real: Connector
    after: int
    """Batches that come before it gets stuck."""
    stuck: int = 0
    cut_off: int = 0
    """How many of the readings that got stuck were ended from outside."""

    @property
    def platform(self) -> str:
        return self.real.platform

    @property
    def hosts(self) -> frozenset[str]:
        return self.real.hosts

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:
        return await self.real.describe(context)

    def negotiate(self, request: ReadRequest) -> Accepted:
        return self.real.negotiate(request)

    async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        given = 0
        async for batch in self.real.read(accepted, context):
            if given == self.after:
                self.stuck += 1
                try:
                    await asyncio.Event().wait()
                finally:
                    self.cut_off += 1
            yield batch
            given += 1

    async def health(self, context: ConnectorContext) -> Health:
        return await self.real.health(context)
