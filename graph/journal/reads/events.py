"""Reading recorded events and the documents that they refer to."""

from collections.abc import Collection, Sequence

import msgspec

from graph.errors import JournalCorruptError
from graph.journal.codec import decode
from graph.journal.documents import digest_of
from graph.journal.events import Event, Recorded
from graph.journal.reads.base import PAGE, Reads, position
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements


class EventReads(Reads):
    """What happened."""

    @property
    def size(self) -> int:
        """How many events there are; the last ``seq`` is one less."""
        row = self._connection.row(statements.READ_HEAD)
        return 0 if row is None else int(row[0])

    def recorded(self, seq: int) -> Recorded | None:
        """The event at this place."""
        return recorded_at(self._connection, seq)

    def events(self, after: int = -1, limit: int = PAGE) -> Sequence[Recorded]:
        """Events in order, beginning after ``seq`` = ``after``."""
        found = self._connection.rows(statements.EVENTS_AFTER, after=after, limit=limit)
        return [decode(canonical) for (canonical,) in found]

    def events_about(
        self, iri: str, after: int | None = None, limit: int = PAGE, types: Collection[type[Event]] = ()
    ) -> Sequence[Recorded]:
        """Events that name a thing (or a consent notice, by its digest), in order.

        Args:
            iri: Of a party, dataset, offer, request, negotiation, case, agreement, licence or access.
            after: Begin after this ``seq``.
            limit: How many at most.
            types: Only events of these types; all when empty.
        """
        page = {"iri": iri, "after": position(after), "limit": limit}
        if types:
            names = msgspec.json.encode([each.__name__ for each in types]).decode()
            found = self._connection.rows(statements.EVENTS_ABOUT_OF_TYPES, types=names, **page)
        else:
            found = self._connection.rows(statements.EVENTS_ABOUT, **page)
        return [decode(canonical) for (canonical,) in found]

    def first_outcome(self, actor: str, key: str) -> tuple[Recorded, ...] | None:
        """What was recorded when the actor first used this idempotency key; nothing when it was never used."""
        return recorded_once(self._connection, actor, key)

    def stream_version(self, stream: str) -> int:
        """How many events the stream of a negotiation, licence or dataset has had."""
        return stream_version(self._connection, stream)

    def document(self, digest: str) -> bytes | None:
        """The content of a stored document.

        Raises:
            JournalCorruptError: it is not what its digest says.
        """
        return stored_document(self._connection, digest)


def recorded_at(connection: Connection, seq: int) -> Recorded | None:
    """The event at this place, also inside a transaction."""
    row = connection.row(statements.EVENT, seq=seq)
    return None if row is None else decode(row[0])


def recorded_once(connection: Connection, actor: str, key: str) -> tuple[Recorded, ...] | None:
    """What was recorded under an idempotency key, also inside a transaction."""
    row = connection.row(statements.FIND_ONCE, actor=actor, key=key)
    if row is None:
        return None
    first, count = row
    found = connection.rows(statements.EVENTS_AFTER, after=first - 1, limit=count)
    return tuple(decode(canonical) for (canonical,) in found)


def stream_version(connection: Connection, stream: str) -> int:
    """The version as it stands, also inside a transaction; 0 for a stream that has not begun."""
    row = connection.row(statements.STREAM_VERSION, stream=stream)
    return 0 if row is None else int(row[0])


def stored_document(connection: Connection, digest: str) -> bytes | None:
    """The content of a document, also inside a transaction."""
    row = connection.row(statements.FIND_DOCUMENT, digest=digest)
    if row is None:
        return None
    content = bytes(row[0])
    if digest_of(content) != digest:
        raise JournalCorruptError(f"document `{digest}` has other content")
    return content
