"""Reading duties."""

from collections.abc import Sequence

import msgspec

from graph.journal.events import DutyKind
from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import DutyRow, DutyState
from graph.sql.connection import Connection, Row
from graph.sql.statements import duties as statements
from graph.times import instant


class DutyReads(Reads):
    """What is owed."""

    def duty(self, iri: str) -> DutyRow | None:
        """One duty."""
        return duty_row(self._connection, iri)

    def duties(
        self, party: str, raised_by: str | None = None, after: int | None = None, limit: int = PAGE
    ) -> Sequence[DutyRow]:
        """What a party owes, is owed, or raised; oldest first, beginning after the one with ``seq`` = ``after``.

        Args:
            party: IRI.
            raised_by: how duties name it as whoever raised them; nothing: by its IRI.
            after: ``seq`` of the last row seen.
            limit: rows at most.
        """
        found = self._connection.rows(
            statements.DUTIES, party=party, raised=raised_by or party, after=position(after), limit=limit
        )
        return [_duty(row) for row in found]

    def duties_of(self, licence: str) -> Sequence[DutyRow]:
        """Every duty under a licence, oldest first."""
        return duty_rows(self._connection, licence)


def duty_row(connection: Connection, iri: str) -> DutyRow | None:
    """One duty as it stands, also inside a transaction."""
    row = connection.row(statements.DUTY_BY_IRI, of=iri)
    return None if row is None else _duty(row)


def duty_rows(connection: Connection, licence: str) -> Sequence[DutyRow]:
    """Every duty under a licence as it stands, also inside a transaction."""
    return [_duty(row) for row in connection.rows(statements.DUTIES_OF_LICENCE, under=licence)]


def _duty(row: Row) -> DutyRow:
    (
        duty,
        kind,
        licence,
        clause,
        raised_by,
        due,
        deliveries,
        state,
        stated,
        signature,
        at,
        seq,
        assigner,
        assignee,
        version,
    ) = row
    return DutyRow(
        duty=duty,
        kind=DutyKind(kind),
        licence=licence,
        assigner=assigner,
        assignee=assignee,
        clause=clause,
        raised_by=raised_by,
        due=instant(due),
        deliveries=msgspec.json.decode(deliveries, type=tuple[str, ...]),
        state=DutyState(state),
        statement=stated,
        signature=signature,
        at=instant(at),
        version=version,
        seq=seq,
    )
