"""Reading deliveries."""

from collections.abc import Sequence
from typing import Any

import msgspec

from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import DeliveryItemRow, DeliveryRow, DeliveryState
from graph.sql.connection import Connection, Row
from graph.sql.statements import deliveries as statements
from graph.times import instant


class DeliveryReads(Reads):
    """What was ordered, and how far it has come."""

    def delivery(self, iri: str) -> DeliveryRow | None:
        """One delivery."""
        row = self._connection.row(statements.DELIVERY_BY_IRI, of=iri)
        return None if row is None else _delivery(self._connection, row)

    def deliveries(self, party: str, after: int | None = None, limit: int = PAGE) -> Sequence[DeliveryRow]:
        """What a party ordered, or what was ordered of its licences; oldest first."""
        return self._found(statements.DELIVERIES, party=party, after=position(after), limit=limit)

    def deliveries_in(self, state: DeliveryState, after: int | None = None, limit: int = PAGE) -> Sequence[DeliveryRow]:
        """Everybody's deliveries in one state, oldest first."""
        return self._found(statements.DELIVERIES_IN_STATE, state=state.value, after=position(after), limit=limit)

    def deliveries_of(self, licence: str) -> Sequence[DeliveryRow]:
        """Every delivery that holds records of a licence, oldest first."""
        return self._found(statements.DELIVERIES_OF_LICENCE, under=licence)

    def released_with(self, platform: str, subject: str) -> Sequence[tuple[str, DeliveryItemRow]]:
        """What left with a package and has rows of a person of the platform: the delivery, and its part."""
        found = self._connection.rows(statements.RELEASED_WITH, platform=platform, quoted=f'"{subject}"')
        return [(row[0], _item(row)) for row in found]

    def releases(self, platform: str) -> int:
        """How many parts of deliveries with rows of the platform have left: what ``ReleasesCounted`` names."""
        return releases_of(self._connection, platform)

    def unfetched(self, party: str) -> int:
        """How many packages of a party are being prepared, or wait to be fetched."""
        return unfetched_of(self._connection, party)

    def _found(self, statement: Any, **values: Any) -> Sequence[DeliveryRow]:
        return [_delivery(self._connection, row) for row in self._connection.rows(statement, **values)]


def releases_of(connection: Connection, platform: str) -> int:
    """How many parts of deliveries with rows of the platform have left, also inside a transaction."""
    row = connection.row(statements.RELEASES, platform=platform)
    return int(row[0]) if row else 0


def unfetched_of(connection: Connection, party: str) -> int:
    """How many packages of a party are being prepared, or wait to be fetched, also inside a transaction."""
    row = connection.row(
        statements.UNFINISHED, party=party, one=DeliveryState.PREPARING.value, other=DeliveryState.READY.value
    )
    return int(row[0]) if row else 0


def _delivery(connection: Connection, row: Row) -> DeliveryRow:
    (
        delivery,
        party,
        client,
        action,
        purpose,
        plan,
        state,
        code,
        findings,
        manifest,
        root,
        report,
        files,
        size,
        at,
        seq,
        version,
    ) = row
    return DeliveryRow(
        delivery=delivery,
        party=party,
        client=client,
        action=action,
        purpose=purpose,
        plan=plan,
        state=DeliveryState(state),
        code=code,
        findings=findings,
        manifest=manifest,
        root=root,
        report=report,
        files=files,
        size=size,
        items=tuple(_item(each) for each in connection.rows(statements.ITEMS, of=delivery)),
        at=instant(at),
        version=version,
        seq=seq,
    )


def _item(row: Row) -> DeliveryItemRow:
    _, licence, agreement, policy, dataset, decision, rows, dropped, columns, notices, subjects, access, grounds = row
    return DeliveryItemRow(
        licence=licence,
        agreement=agreement,
        policy=policy,
        dataset=dataset,
        decision=decision,
        rows=rows,
        dropped=dropped,
        columns=msgspec.json.decode(columns, type=tuple[str, ...]),
        notices=msgspec.json.decode(notices, type=tuple[str, ...]),
        subjects=subjects,
        access=access,
        grounds=grounds,
    )
