"""A journal that is overtaken: something else is recorded between reading and writing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from gateway.exchange.ports import Ports
from graph.journal.entries import Entry, Outcome
from graph.journal.journal import Journal


def racing(ports: Ports, first: Callable[[], Awaitable[object]]) -> Ports:
    """Ports whose next append comes second: ``first`` is done between reading and writing."""
    return replace(ports, journal=cast("Journal", _Overtaken(ports.journal, first)))


class _Overtaken:
    """A journal whose first append comes too late."""

    def __init__(self, real: Journal, first: Callable[[], Awaitable[object]]) -> None:
        self._real = real
        self._first: Callable[[], Awaitable[object]] | None = first

    async def append(self, *entries: Entry) -> tuple[Outcome, ...]:
        first, self._first = self._first, None
        if first is not None:
            await first()
        return await self._real.append(*entries)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
