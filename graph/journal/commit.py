"""One transaction of the journal: every entry that waits, each with its guards, and the tree over what was appended."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from graph.errors import EntryInvalidError, GuardError
from graph.journal.checks import check
from graph.journal.codec import record
from graph.journal.entries import Appended, Entry, Outcome, Refused
from graph.journal.events import AccessRecorded, Booking, Event, Recorded, UnitsReserved
from graph.journal.guards import Guard, QuotaAtMost, ReservationHeld
from graph.journal.merkle import Hash
from graph.journal.naming import things_named
from graph.journal.reads.events import recorded_once
from graph.journal.registers.apply import apply
from graph.journal.stored_tree import stored_frontier
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements

_HEAD = 0


class Batch:
    """What one transaction appends. Made inside the transaction; ``flush`` is the last thing done in it."""

    def __init__(self, connection: Connection, *, tenant: str, now: datetime) -> None:
        self._connection = connection
        self._tenant = tenant
        self._now = now
        self._frontier = stored_frontier(connection)
        self._first = self._frontier.size
        self._recorded: list[Recorded] = []

    @property
    def size(self) -> int:
        """How many events the journal has, with those of this batch."""
        return self._first + len(self._recorded)

    def append(self, entry: Entry) -> Outcome:
        """Append one entry as a whole; when a guard fails, what it says should be appended otherwise.

        Raises:
            RecordError: the entry cannot be recorded; it left no trace, and the batch goes on.
        """
        if entry.idempotency is not None:
            earlier = self._earlier(*entry.idempotency)
            if earlier is not None:
                return Appended(recorded=earlier, repeated=True)
        failed: list[Guard] = []
        try:
            with self._connection.attempt():
                booked = _bookings(entry, self._checked(entry.guards, failed))
                for document in entry.documents:
                    self._connection.run(
                        statements.INSERT_DOCUMENT,
                        digest=document.digest,
                        media_type=document.media_type,
                        content=document.content,
                    )
                recorded = self._record(entry.events, booked)
                if entry.idempotency is not None:
                    actor, key = entry.idempotency
                    self._connection.run(
                        statements.INSERT_ONCE, actor=actor, key=key, first=self.size, count=len(recorded)
                    )
        except GuardError as error:
            with self._connection.attempt():
                recorded = self._record(entry.otherwise, {})
            self._recorded.extend(recorded)
            return Refused(guard=failed[-1], code=error.code, recorded=recorded)
        self._recorded.extend(recorded)
        return Appended(recorded=recorded)

    def flush(self) -> None:
        """Write the events, their places in the tree and the index of what they name."""
        if not self._recorded:
            return
        nodes = [node for each in self._recorded for node in self._frontier.append(Hash(each.leaf))]
        self._connection.many(
            statements.INSERT_EVENT,
            [(each.seq, type(each.event).__name__, each.canonical, each.leaf) for each in self._recorded],
        )
        self._connection.many(statements.INSERT_NODE, nodes)
        # WHY: in the order of the index, so that rows about one thing land side by side.
        about = sorted((thing, each.seq) for each in self._recorded for thing in things_named(each.event))
        self._connection.many(statements.INSERT_ABOUT, about)
        self._connection.run(
            statements.WRITE_HEAD, id=_HEAD, size=self._frontier.size, peaks=b"".join(self._frontier.peaks)
        )

    def _checked(self, guards: Sequence[Guard], failed: list[Guard]) -> dict[tuple[str, str], int]:
        """Units to book, by licence and counter; a guard that does not hold is the last of ``failed``."""
        claimed: dict[tuple[str, str], int] = {}
        for guard in guards:
            failed.append(guard)
            if isinstance(guard, QuotaAtMost | ReservationHeld):
                counter = guard.licence, guard.counter
                booked = claimed.get(counter, 0)
                check(self._connection, guard, self._now, booked=booked)
                claimed[counter] = booked + guard.units
            else:
                check(self._connection, guard, self._now)
        return claimed

    def _record(self, events: Iterable[Event], booked: Mapping[int, Sequence[Booking]]) -> tuple[Recorded, ...]:
        recorded: list[Recorded] = []
        for position, event in enumerate(events):
            # INVARIANT: what is acknowledged was read back from the bytes that are kept.
            each = record(
                event,
                seq=self.size + position,
                at=self._now,
                tenant=self._tenant,
                booked=booked.get(position, ()),
            )
            apply(self._connection, each)
            recorded.append(each)
        return tuple(recorded)

    def _earlier(self, actor: str, key: str) -> tuple[Recorded, ...] | None:
        row = self._connection.row(statements.FIND_ONCE, actor=actor, key=key)
        if row is not None and row[0] >= self._first:
            start = row[0] - self._first
            return tuple(self._recorded[start : start + row[1]])
        return recorded_once(self._connection, actor, key)


def _bookings(entry: Entry, claimed: Mapping[tuple[str, str], int]) -> Mapping[int, Sequence[Booking]]:
    """What the access or reservation at each position books: the units that the guards of its licence claim."""
    if not claimed:
        return {}
    accesses = {
        event.licence: position
        for position, event in enumerate(entry.events)
        if isinstance(event, AccessRecorded | UnitsReserved)
    }
    booked: dict[int, list[Booking]] = {}
    for (licence, counter), units in sorted(claimed.items()):
        if licence not in accesses:
            raise EntryInvalidError("a guard of units has no access or reservation to book them on")
        booked.setdefault(accesses[licence], []).append(Booking(counter=counter, units=units))
    return booked
