"""Whether the stored journal is what was recorded: looked at in full before it serves."""

from graph.errors import JournalCorruptError
from graph.journal.heads import Checkpoint
from graph.journal.merkle import Frontier, Hash, leaf_hash
from graph.journal.stored_tree import stored_frontier
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements


def verify_stored(connection: Connection, last: Checkpoint | None) -> int:
    """Read every event once and compare: places without a gap, leaves, the tree's edge, and the last signed head.

    Args:
        connection: Inside a snapshot.
        last: The last signed head, if there is one.

    Returns:
        The number of events.

    Raises:
        JournalCorruptError: something does not agree; nothing is ever repaired.
    """
    frontier = Frontier()
    _compare(frontier, last)
    for seq, canonical, leaf in connection.stream(statements.ALL_EVENTS):
        if seq != frontier.size:
            raise JournalCorruptError("an event is missing", seq=frontier.size)
        if not isinstance(canonical, bytes) or leaf_hash(canonical) != leaf:
            raise JournalCorruptError("an event was altered", seq=seq)
        frontier.append(Hash(leaf))
        _compare(frontier, last)
    if last is not None and last.tree_size > frontier.size:
        raise JournalCorruptError("it has fewer events than the last signed head", seq=frontier.size)
    stored = stored_frontier(connection)
    if (stored.size, stored.peaks) != (frontier.size, frontier.peaks):
        raise JournalCorruptError("the stored edge of the tree is not that of the events", seq=frontier.size)
    return frontier.size


def _compare(frontier: Frontier, last: Checkpoint | None) -> None:
    if last is not None and last.tree_size == frontier.size and last.root != frontier.root():
        raise JournalCorruptError("it does not continue the last signed head", seq=frontier.size)
