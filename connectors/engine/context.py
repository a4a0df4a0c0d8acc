"""What a connector reaches the outside through: one context per source, narrowed to a deadline per operation."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NewType

from connectors.engine.breaker import CircuitBreaker
from connectors.engine.retry import Retry
from connectors.engine.session import HttpSession
from connectors.errors import SourceTimeoutError
from connectors.spi import Clock, HttpAnswer

Deadline = NewType("Deadline", float)
"""A moment on the event loop's own clock (``loop.time()``), the same for all sources of one operation."""


def deadline_after(seconds: float) -> Deadline:
    """The deadline that many seconds from now."""
    return Deadline(asyncio.get_running_loop().time() + seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one source may cost."""

    concurrency: int = 8
    """Requests at once, over all operations."""
    max_bytes: int = 32 * 1024 * 1024
    """Longest answer, after content decoding."""
    batch_rows: int = 8192
    connect_s: float = 5.0
    silence_s: float = 15.0
    """Longest pause between two parts of an answer."""
    answer_s: float = 60.0
    """Longest time for one whole answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineContext:
    """The context of one source; implements ``connectors.spi.ConnectorContext``."""

    session: HttpSession
    hosts: frozenset[str]
    """Hosts that requests and redirects may go to; from ``Connector.hosts``."""
    clock: Clock
    limits: Limits
    retry: Retry
    breaker: CircuitBreaker
    deadline: Deadline | None = None
    slots: asyncio.Semaphore = field(repr=False)

    @classmethod
    def of(
        cls,
        session: HttpSession,
        *,
        hosts: frozenset[str],
        clock: Clock,
        limits: Limits | None = None,
        retry: Retry | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> "EngineContext":
        """The context of a source, to be kept as long as the source is configured."""
        chosen = limits or Limits()
        return cls(
            session=session,
            hosts=hosts,
            clock=clock,
            limits=chosen,
            retry=retry or Retry(),
            breaker=breaker or CircuitBreaker(),
            slots=asyncio.Semaphore(chosen.concurrency),
        )

    def until(self, deadline: Deadline) -> "EngineContext":
        """The same source, for one operation that ends at ``deadline``."""
        return replace(self, deadline=deadline)

    @property
    def batch_rows(self) -> int:
        """Rows a batch should have at most."""
        return self.limits.batch_rows

    async def http_get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpAnswer:
        """See ``connectors.spi.ConnectorContext.http_get``."""
        from connectors.engine.http import Bounds, get  # noqa: PLC0415  # who reads files needs no HTTP

        bounds = Bounds(
            hosts=self.hosts,
            max_bytes=self.limits.max_bytes,
            answer_s=self.limits.answer_s,
            connect_s=self.limits.connect_s,
            silence_s=self.limits.silence_s,
        )

        async def attempt() -> HttpAnswer:
            async with self.slots:
                with self.breaker.attempt():
                    return await get(self.session, url, params or {}, bounds)

        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.retry.call(attempt, budget_s=self._left_s())
        except TimeoutError:
            raise SourceTimeoutError("the source did not answer before the deadline") from None

    def _left_s(self) -> float:
        if self.deadline is None:
            return self.limits.answer_s
        return max(0.0, self.deadline - asyncio.get_running_loop().time())
