"""The journal: appending to it and reading from it, for asynchronous callers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from graph.errors import JournalClosedError
from graph.journal.documents import Document
from graph.journal.entries import Appended, Entry, Outcome, Refused
from graph.journal.events import Recorded
from graph.journal.heads import Checkpoint, HeadFile, HeadSigner, HeadStore
from graph.journal.integrity import verify_stored
from graph.journal.proofs import ConsistencyProof, InclusionProof, prove_consistency, prove_inclusion
from graph.journal.receipt import Receipt, receipt_for
from graph.journal.view import View
from graph.journal.writer import Writer
from graph.signing import SigningKey
from graph.sql.connection import Connection
from graph.sql.engine import Engine, database_file
from graph.sql.migrations import migrate

__all__ = ["Appended", "Document", "Entry", "Journal", "Outcome", "Refused"]

T = TypeVar("T")

ORIGIN: Final = "muniment.example/journal"
"""Name of a journal, and of its key, when no other is given."""
READERS: Final = 4
"""Threads that read at the same time."""


class Journal:
    """One log of events with its registers. Open it with ``Journal.open``; it belongs to that event loop."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], tenant: str, signer: HeadSigner, size: int
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._signer = signer
        self._size = size
        self._loop = asyncio.get_running_loop()
        self._moved = asyncio.Event()
        """Replaced by a fresh one whenever it is set: every commit wakes those who wait, once."""
        self._closed = False
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="journal-reader")
        self._writer = Writer(
            engine,
            clock=clock,
            tenant=tenant,
            signer=signer,
            committed=self._move,
            settle=self._loop.call_soon_threadsafe,
        )

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        key: SigningKey,
        tenant: str = "main",
        origin: str = ORIGIN,
        heads: HeadStore | None = None,
    ) -> AsyncIterator[Self]:
        """Bring the tables up to date, check all that is stored, and serve until the block ends.

        Args:
            engine: Of ``graph.sql.engine.create_engine``.
            clock: The moment of every event and of every reading.
            key: Signs receipts and tree heads.
            tenant: Stands in every event.
            origin: Name of the journal in its checkpoints: no spaces, no plus sign.
            heads: Where the last signed head is kept; a file beside the database when not given.

        Raises:
            JournalCorruptError: what is stored is not what was recorded; nothing is repaired.
            DatabaseUrlError: the database cannot be used.
        """
        store = heads if heads is not None else HeadFile(path=beside(engine))
        signer = HeadSigner(key=key, origin=origin, store=store)
        size = await asyncio.to_thread(_prepared, engine, signer)
        journal = cls(engine, clock=clock, tenant=tenant, signer=signer, size=size)
        try:
            yield journal
        finally:
            await journal._close()

    @property
    def origin(self) -> str:
        """Name of the journal in its checkpoints."""
        return self._signer.origin

    @property
    def last_seq(self) -> int:
        """Place of the last event that is known to be durable; -1 before the first."""
        return self._size - 1

    async def append(self, *entries: Entry) -> tuple[Outcome, ...]:
        """Append entries, in order and independent of each other; durable when the call returns.

        They share one transaction with whatever else is waiting. Guards are checked inside it, entry by entry, at one
        moment of the clock. A call that is cancelled may or may not have appended.

        Raises:
            MoveRefusedError: the registers do not allow an event. That entry is not recorded, the call's others are.
            NotOnRecordError: the same, because an event names something unknown.
            EntryInvalidError: the same, because the entry makes no sense.
            JournalWriteError: nothing of the call is durable.
            JournalClosedError: the same, because the journal is closed.
        """
        waiting: asyncio.Future[tuple[Outcome, ...]] = self._loop.create_future()
        call = self._writer.append(entries)
        call.add_done_callback(partial(_hand_over, waiting))
        try:
            return await waiting
        except asyncio.CancelledError:
            call.cancel()
            raise

    async def view(self, work: Callable[[View], T]) -> T:
        """What ``work`` makes of one consistent state of the record, in a reader thread; the view ends with it.

        Raises:
            JournalClosedError: the journal is closed.
        """

        def read() -> T:
            with contextlib.closing(Connection(self._engine)) as connection, connection.snapshot():
                return work(View(connection, self._clock()))

        return await self._read(read)

    async def events(self, after: int = -1, limit: int = 1_000) -> Sequence[Recorded]:
        """Events in order, beginning after ``seq`` = ``after``."""
        return await self.view(lambda view: view.events(after, limit))

    async def wait_for(self, seq_greater_than: int) -> int:
        """Wait until there is an event after this place; gives the last place.

        Raises:
            JournalClosedError: the journal was closed first.
        """
        while self.last_seq <= seq_greater_than:
            if self._closed:
                raise JournalClosedError
            await self._moved.wait()
        return self.last_seq

    def receipt(self, recorded: Recorded) -> Receipt:
        """The signed promise for an event that ``append`` returned."""
        return receipt_for(recorded, self._signer.key)

    async def proof(self, seq: int, tree_size: int | None = None) -> InclusionProof:
        """Proof that an event is in the tree of this size; of everything there is, when none is given.

        Raises:
            ProofUnavailableError: there is no such event, or no such tree.
        """
        return await self._prove(lambda connection, size: prove_inclusion(connection, seq, size, tree_size))

    async def consistency(self, first: int, second: int) -> ConsistencyProof:
        """Proof that the tree of the second size continues that of the first.

        Raises:
            ProofUnavailableError: there are no such trees, or ``first`` is the larger.
        """
        return await self._prove(lambda connection, size: prove_consistency(connection, first, second, size))

    async def checkpoint(self) -> Checkpoint:
        """The signed head of everything that is durable.

        Raises:
            JournalCorruptError: the log is smaller than, or does not continue, the last signed head.
        """
        return await asyncio.wrap_future(self._writer.checkpoint())

    async def _prove(self, prove: Callable[[Connection, int], T]) -> T:
        def read() -> T:
            with contextlib.closing(Connection(self._engine)) as connection, connection.snapshot():
                return prove(connection, View(connection, self._clock()).size)

        return await self._read(read)

    async def _read(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise JournalClosedError
        return await self._loop.run_in_executor(self._readers, work)

    def _move(self, size: int) -> None:
        self._size = size
        self._moved.set()
        self._moved = asyncio.Event()

    async def _close(self) -> None:
        self._closed = True
        self._moved.set()
        await asyncio.to_thread(self._readers.shutdown)
        await asyncio.to_thread(self._writer.close)


def _hand_over(waiting: "asyncio.Future[T]", done: Future[T]) -> None:
    """Give an outcome to the task that waits for it; called in its event loop."""
    if waiting.done():
        return
    failure = done.exception()
    if failure is None:
        waiting.set_result(done.result())
    else:
        waiting.set_exception(failure)


def beside(engine: Engine) -> Path:
    """Where the last signed head of a database is kept when nothing else is said."""
    database = database_file(engine.url)
    return database.with_name(database.name + ".head")


def _prepared(engine: Engine, signer: HeadSigner) -> int:
    migrate(engine)
    with contextlib.closing(Connection(engine)) as connection, connection.snapshot():
        return verify_stored(connection, signer.last())
