"""The tree as the database keeps it."""

from collections.abc import Sequence

from graph.errors import JournalCorruptError
from graph.journal.merkle import HASH_BYTES, Frontier, Hash
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements


class StoredSubtrees:
    """The subtrees of the journal, as ``merkle`` reads them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __call__(self, wanted: Sequence[tuple[int, int]]) -> Sequence[Hash]:
        """The hashes of these ``(level, position)``.

        Raises:
            JournalCorruptError: one of them is missing.
        """
        return [self._one(level, position) for level, position in wanted]

    def _one(self, level: int, position: int) -> Hash:
        if level == 0:
            row = self._connection.row(statements.LEAF, seq=position)
        else:
            row = self._connection.row(statements.NODE, level=level, position=position)
        if row is None:
            raise JournalCorruptError("a node of the tree is missing", seq=position << level)
        return Hash(row[0])


def stored_frontier(connection: Connection) -> Frontier:
    """The right edge of the tree as it was committed last.

    Raises:
        JournalCorruptError: it cannot be the edge of a tree of that size.
    """
    row = connection.row(statements.READ_HEAD)
    if row is None:
        return Frontier()
    size, joined = row
    peaks = [Hash(joined[start : start + HASH_BYTES]) for start in range(0, len(joined), HASH_BYTES)]
    if len(joined) != HASH_BYTES * int(size).bit_count():
        raise JournalCorruptError("the stored edge of the tree does not fit its size")
    return Frontier(size=size, peaks=peaks)
