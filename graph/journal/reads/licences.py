"""Reading licences and what was used under them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from graph.errors import NotOnRecordError
from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import LicenceRow
from graph.sql.connection import Connection, Row
from graph.sql.statements import licences as statements
from graph.times import instant
from policies.model import LicenceStatus, Usage


class LicenceReads(Reads):
    """What is in force."""

    def licence(self, iri: str) -> LicenceRow | None:
        """One licence, in its state of this moment."""
        row = self._connection.row(statements.LICENCE_BY_IRI, of=iri)
        return None if row is None else _licence(row, self._now)

    def licences(self, party: str, after: int | None = None, limit: int = PAGE) -> Sequence[LicenceRow]:
        """A party's licences on either side, oldest first, beginning after the one with ``seq`` = ``after``."""
        found = self._connection.rows(statements.LICENCES, party=party, after=position(after), limit=limit)
        return [_licence(row, self._now) for row in found]

    def usage(self, licence: str) -> Mapping[str, Usage]:
        """Units used and reserved under a licence, by counter; an absent counter has seen nothing."""
        found = self._connection.rows(statements.USAGE_OF_LICENCE, of=licence)
        return {counter: Usage(used=used, reserved=reserved) for counter, used, reserved in found}


def status_at(stored: str, valid_until: str, now: datetime) -> LicenceStatus:
    """The state of a licence at a moment: from its end on it shows as EXPIRED, unless it was terminated."""
    status = LicenceStatus(stored)
    if status is not LicenceStatus.TERMINATED and valid_until and instant(valid_until) <= now:
        return LicenceStatus.EXPIRED
    return status


def released_columns(connection: Connection, licence: str) -> frozenset[str]:
    """Columns released under a licence so far, also inside a transaction.

    Raises:
        NotOnRecordError: there is no such licence.
    """
    return _columns(_released(connection, licence)[1])


def first_released(connection: Connection, licence: str) -> datetime | None:
    """When something left under a licence for the first time, also inside a transaction; nothing while nothing did.

    Raises:
        NotOnRecordError: there is no such licence.
    """
    at = _released(connection, licence)[0]
    return instant(at) if at else None


def _released(connection: Connection, licence: str) -> Row:
    row = connection.row(statements.RELEASED, of=licence)
    if row is None:
        raise NotOnRecordError(licence)
    return row


def _columns(stored: str) -> frozenset[str]:
    return msgspec.json.decode(stored, type=frozenset[str])


def _licence(row: Row, now: datetime) -> LicenceRow:
    (
        licence,
        negotiation,
        agreement,
        version,
        policy,
        dataset,
        assigner,
        assignee,
        state,
        valid_until,
        first_delivery,
        released,
        seq,
        stream_version,
    ) = row
    return LicenceRow(
        licence=licence,
        negotiation=negotiation,
        agreement=agreement,
        version=version,
        policy=policy,
        dataset=dataset,
        assigner=assigner,
        assignee=assignee,
        state=status_at(state, valid_until, now),
        valid_until=instant(valid_until) if valid_until else None,
        first_delivery=instant(first_delivery) if first_delivery else None,
        released_columns=_columns(released),
        stream_version=stream_version,
        seq=seq,
    )
