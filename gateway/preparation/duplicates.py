"""Which records of one dataset were seen before. Kept in a file, so that memory does not grow with the dataset."""

import json
import sqlite3
from pathlib import Path
from typing import Self

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc


class SeenRecords:
    """The ids of the records that were kept, by the part of the package they went into.

    A duplicate is a record that comes again under the same id: a source repeats rows when they move between its pages.
    """

    def __init__(self, path: Path, *, part: int) -> None:
        """Open the file, or make it.

        Args:
            path: scratch; a process that is killed leaves it whole.
            part: the part that is written next; what was seen for it, or after it, is forgotten.
        """
        # WHY: the work of a job moves between threads, one at a time.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA cache_size = -4096")
        self._connection.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, part INTEGER) WITHOUT ROWID")
        self._connection.execute("DELETE FROM seen WHERE part >= ?", (part,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def new(self, ids: pa.Array, part: int) -> pa.BooleanArray:
        """Which of these were not seen before, nor earlier among themselves; from now on they have been."""
        first = pa.array(pl.Series(pl.from_arrow(ids)).is_first_distinct().to_arrow())
        listed = json.dumps(ids.to_pylist())
        known = self._connection.execute("SELECT id FROM seen WHERE id IN (SELECT value FROM json_each(?))", (listed,))
        seen = pa.array([row[0] for row in known], pa.string())
        self._connection.execute("INSERT OR IGNORE INTO seen SELECT value, ? FROM json_each(?)", (part, listed))
        return pc.and_(first, pc.invert(pc.is_in(ids, value_set=seen)))
