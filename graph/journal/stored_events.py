"""The events of a journal on disk, for whoever only reads: another process may be appending to it."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime

from graph.journal.events import Recorded
from graph.journal.heads import HeadSigner
from graph.journal.integrity import verify_stored
from graph.journal.view import View
from graph.sql.connection import Connection
from graph.sql.engine import Engine


class StoredEvents:
    """Reads; never writes, migrates or signs."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], heads: HeadSigner) -> None:
        self._engine = engine
        self._clock = clock
        self._heads = heads
        """Knows the last signed head; nothing is signed here."""

    async def check(self) -> int:
        """How many events there are, all of them as they were recorded.

        Raises:
            JournalCorruptError: what is stored is not what was recorded.
        """
        return await asyncio.to_thread(self._check)

    async def events(self, after: int = -1, limit: int = 1_000) -> Sequence[Recorded]:
        """Events in order, beginning after ``seq`` = ``after``."""
        return await asyncio.to_thread(self._events, after, limit)

    def _check(self) -> int:
        # INVARIANT: the head is read first, so that the log, which only grows, is not found too short for it.
        head = self._heads.last()
        with contextlib.closing(Connection(self._engine)) as connection, connection.snapshot():
            return verify_stored(connection, head)

    def _events(self, after: int, limit: int) -> Sequence[Recorded]:
        with contextlib.closing(Connection(self._engine)) as connection, connection.snapshot():
            return View(connection, self._clock()).events(after, limit)
