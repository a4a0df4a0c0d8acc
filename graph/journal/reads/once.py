"""Reading what was recorded under an idempotency key."""

from graph.journal.codec import decode
from graph.journal.events import Recorded
from graph.journal.reads.base import Reads
from graph.sql.statements import journal as statements


class OnceReads(Reads):
    """What repeated calls come back to."""

    def first_outcome(self, actor: str, key: str) -> tuple[Recorded, ...] | None:
        """What the actor's first entry under this key recorded; nothing when there was none."""
        row = self._connection.row(statements.FIND_ONCE, actor=actor, key=key)
        if row is None:
            return None
        first, count = row
        found = self._connection.rows(statements.EVENTS_AFTER, after=first - 1, limit=count)
        return tuple(decode(canonical) for (canonical,) in found)
