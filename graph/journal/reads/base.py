"""What every reader has: a connection inside a snapshot, and the moment of the reading."""

from datetime import datetime
from typing import Final

from graph.sql.connection import Connection

PAGE: Final = 100
"""Rows of a listing when no limit is given."""


class Reads:
    """One consistent state of the record; valid only inside the call that it was handed to."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    @property
    def now(self) -> datetime:
        """The moment of the reading: what EXPIRED is derived from."""
        return self._now


def position(after: int | None) -> int:
    """The ``seq`` after which a listing begins."""
    return -1 if after is None else after
