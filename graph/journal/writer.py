"""The one writer: a single thread that commits whatever waits, all of it in one transaction."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from graph.errors import JournalClosedError, JournalCorruptError, RecordError
from graph.journal.commit import Batch
from graph.journal.entries import Entry, Outcome
from graph.journal.heads import Checkpoint, HeadSigner
from graph.sql.connection import Connection
from graph.sql.engine import Engine

CALLS_PER_COMMIT: Final = 256
"""How many waiting calls share one transaction at most."""
EVENTS_PER_HEAD: Final = 1_000
"""After how many events a head is signed without being asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    entries: tuple[Entry, ...]
    future: Future[tuple[Outcome, ...]] = field(default_factory=Future)


def at_once(work: Callable[[], None]) -> None:
    """Settle in the writer's own thread."""
    work()


class Writer:
    """Callable from every thread; what it returns are futures that resolve after COMMIT."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], datetime],
        tenant: str,
        signer: HeadSigner,
        committed: Callable[[int], None],
        settle: Callable[[Callable[[], None]], object] = at_once,
    ) -> None:
        self._clock = clock
        self._tenant = tenant
        self._signer = signer
        self._committed = committed
        """Called with the new number of events, before the futures resolve."""
        self._settle = settle
        """Runs what resolves all futures of one transaction; an event loop is woken once for all of them."""
        self._waiting: deque[_Call] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal-writer")
        self._connection = Connection(engine)
        self._signed = 0
        self._scheduled = False
        """Whether a drain that has not begun is on its way."""
        self._gate = Lock()
        """Held to hand work to the thread, so that nothing slips in while the writer closes."""
        self._closed = False
        self._broken: JournalCorruptError | None = None
        """Set when the journal was found altered: nothing is appended any more."""

    def append(self, entries: Sequence[Entry]) -> Future[tuple[Outcome, ...]]:
        """Append entries together with whatever else is waiting.

        A future that is cancelled before the transaction began appends nothing. It fails with a ``RecordError`` when an
        entry cannot be recorded (the call's other entries are durable all the same), or when nothing could be written.

        Raises:
            JournalClosedError: the writer was closed.
        """
        call = _Call(tuple(entries))
        with self._gate:
            self._refuse_closed()
            self._waiting.append(call)
            self._schedule()
        return call.future

    def checkpoint(self) -> Future[Checkpoint]:
        """Sign the head of everything that was appended before this call.

        Raises:
            JournalClosedError: the writer was closed.
        """
        with self._gate:
            self._refuse_closed()
            return self._thread.submit(self._sign)

    def close(self) -> None:
        """Commit what waits, sign the last head, and stop."""
        with self._gate:
            self._closed = True
        self._thread.shutdown(wait=True)
        try:
            self._sign()
        finally:
            self._connection.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise JournalClosedError

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._thread.submit(self._drain)

    def _drain(self) -> None:
        # WHY: all the calls that wait while a transaction runs are taken by the next one. So the more callers there
        # are, the fewer commits each of them costs.
        calls = self._taken()
        if calls:
            self._commit(calls)

    def _commit(self, calls: Sequence[_Call]) -> None:
        outcomes: list[tuple[Outcome, ...] | RecordError] = []
        try:
            if self._broken is not None:
                raise self._broken  # noqa: TRY301  # told like every other failure
            with self._connection.transaction():
                batch = Batch(self._connection, tenant=self._tenant, now=self._clock())
                outcomes.extend(_appended(batch, call.entries) for call in calls)
                batch.flush()
        except BaseException as error:  # noqa: BLE001  # whoever waits must hear of it; the thread itself goes on
            failure = error
            self._settle(lambda: _fail(calls, failure))
            return
        self._settle(lambda: self._resolve(calls, outcomes, batch.size))
        if batch.size - self._signed >= EVENTS_PER_HEAD:
            # WHY: nobody asked for this head; a journal found altered refuses the next call instead.
            with suppress(JournalCorruptError):
                self._sign()

    def _taken(self) -> list[_Call]:
        taken: list[_Call] = []
        with self._gate:
            self._scheduled = False
            while self._waiting and len(taken) < CALLS_PER_COMMIT:
                call = self._waiting.popleft()
                if call.future.set_running_or_notify_cancel():
                    taken.append(call)
            if self._waiting:
                self._schedule()
        return taken

    def _resolve(
        self, calls: Sequence[_Call], outcomes: Sequence[tuple[Outcome, ...] | RecordError], size: int
    ) -> None:
        self._committed(size)
        for call, outcome in zip(calls, outcomes, strict=True):
            if isinstance(outcome, RecordError):
                call.future.set_exception(outcome)
            else:
                call.future.set_result(outcome)

    def _sign(self) -> Checkpoint:
        try:
            with self._connection.transaction():
                checkpoint = self._signer.sign(self._connection)
        except JournalCorruptError as error:
            self._broken = error
            raise
        self._signed = checkpoint.tree_size
        return checkpoint


def _fail(calls: Sequence[_Call], failure: BaseException) -> None:
    for call in calls:
        call.future.set_exception(failure)


def _appended(batch: Batch, entries: Sequence[Entry]) -> tuple[Outcome, ...] | RecordError:
    """The outcomes of a call; or why one of its entries could not be recorded, after the others were."""
    outcomes: list[Outcome] = []
    refused: RecordError | None = None
    for entry in entries:
        try:
            outcomes.append(batch.append(entry))
        except RecordError as error:
            refused = refused or error
    return refused or tuple(outcomes)
