"""Reducer of accesses: units used, columns released, and when the first delivery was."""

from datetime import datetime
from typing import Final

import msgspec

from graph.errors import NotOnRecordError
from graph.journal.events import AccessRecorded
from graph.sql.connection import Connection
from graph.sql.statements import licences as statements
from graph.times import instant_text

_COLUMNS: Final = msgspec.json.Decoder(frozenset[str])


def accessed(connection: Connection, event: AccessRecorded, at: datetime) -> None:
    """Book what left under the licence."""
    row = connection.row(statements.RELEASED, of=event.licence)
    if row is None:
        raise NotOnRecordError(event.licence)
    first, released = row
    before = _COLUMNS.decode(released)
    if not first or not before.issuperset(event.columns):
        connection.run(
            statements.SET_RELEASED,
            of=event.licence,
            first=first or instant_text(at),
            released=msgspec.json.encode(sorted(before.union(event.columns))).decode(),
        )
    for booking in event.booked:
        connection.run(
            statements.BOOK,
            licence=event.licence,
            counter=booking.counter,
            used=booking.units,
            reserved=0,
            units=booking.units,
        )
