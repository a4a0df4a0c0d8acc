"""A journal in memory, for whoever only follows one."""

import asyncio
from collections.abc import Sequence

from graph.journal.events import Event, Recorded
from tests.testkit.events import recorded


class MemoryJournal:
    """Events in a list; ``wait_for`` waits until there are more."""

    def __init__(self, *events: Event, tenant: str = "main") -> None:
        self._tenant = tenant
        self._recorded: list[Recorded] = []
        self._grown = asyncio.Condition()
        self.asked: list[tuple[int, int]] = []
        """(after, limit) of every reading."""
        for event in events:
            self._record(event)

    @property
    def head(self) -> int:
        """The last seq; -1 when there is none."""
        return len(self._recorded) - 1

    async def append(self, *events: Event) -> int:
        """Add events; the last seq."""
        async with self._grown:
            for event in events:
                self._record(event)
            self._grown.notify_all()
        return self.head

    async def events(self, after: int, limit: int) -> Sequence[Recorded]:
        """The events after a seq, at most so many."""
        self.asked.append((after, limit))
        return self._recorded[after + 1 : after + 1 + limit]

    async def wait_for(self, seq: int) -> int:
        """Wait for an event after ``seq``."""
        async with self._grown:
            await self._grown.wait_for(lambda: self.head > seq)
        return self.head

    def _record(self, event: Event) -> None:
        self._recorded.append(recorded(event, len(self._recorded), tenant=self._tenant))
