"""Reducers of deliveries: their state, what they hold of each licence, and the units reserved for them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import (
    AccessRecorded,
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    UnitsReserved,
)
from graph.journal.rows import DeliveryState
from graph.sql.connection import Connection
from graph.sql.statements import deliveries as statements
from graph.times import instant_text


def ordered(connection: Connection, event: DeliveryOrdered, seq: int, at: datetime) -> None:
    """A new delivery, being prepared."""
    if connection.row(statements.STATE_AND_PARTY, of=event.delivery) is not None:
        raise MoveRefusedError("DeliveryOrdered", event.delivery, "it was ordered already")
    connection.run(
        statements.ADD_DELIVERY,
        delivery=event.delivery,
        party=event.party,
        client=event.client,
        action=event.action,
        purpose=event.purpose,
        plan=event.plan,
        state=DeliveryState.PREPARING.value,
        code="",
        findings="",
        manifest="",
        root="",
        report="",
        files=0,
        size=0,
        at=instant_text(at),
        seq=seq,
    )


def reserved(connection: Connection, event: UnitsReserved) -> None:
    """Hold units of one licence."""
    _expect(connection, "UnitsReserved", event.delivery, DeliveryState.PREPARING)
    connection.run(
        statements.ADD_ITEM,
        delivery=event.delivery,
        licence=event.licence,
        agreement=event.agreement,
        policy=event.policy,
        dataset=event.dataset,
        decision=event.decision,
        rows=event.rows,
        dropped=0,
        columns="[]",
        notices="[]",
        subjects="",
        access="",
        grounds="",
    )
    for held in event.booked:
        connection.run(
            statements.ADD_RESERVATION,
            delivery=event.delivery,
            licence=event.licence,
            counter=held.counter,
            units=held.units,
        )
        connection.run(
            statements.RESERVE,
            licence=event.licence,
            counter=held.counter,
            used=0,
            reserved=held.units,
            units=held.units,
        )


def prepared(connection: Connection, event: DeliveryPrepared, at: datetime) -> None:
    """The package is sealed."""
    _expect(connection, "DeliveryPrepared", event.delivery, DeliveryState.PREPARING)
    connection.run(
        statements.SET_PREPARED,
        of=event.delivery,
        reached=DeliveryState.READY.value,
        moved=instant_text(at),
        sealed=event.manifest,
        sealed_root=event.root,
        told=event.report,
        file_count=event.files,
        byte_count=event.size,
    )
    for item in event.items:
        changed = connection.run(
            statements.SET_ITEM,
            of=event.delivery,
            under=item.licence,
            row_count=item.rows,
            left_out=item.dropped,
            seen=msgspec.json.encode(item.columns).decode(),
            covered=msgspec.json.encode(item.notices).decode(),
            people=item.subjects,
            rests_on=item.grounds,
        )
        if not changed:
            raise MoveRefusedError("DeliveryPrepared", event.delivery, f"nothing was reserved under `{item.licence}`")


def failed(connection: Connection, event: DeliveryFailed, at: datetime) -> None:
    """No package: what was held is free again."""
    _expect(connection, "DeliveryFailed", event.delivery, DeliveryState.PREPARING, DeliveryState.READY)
    connection.run(
        statements.SET_FAILED,
        of=event.delivery,
        reached=DeliveryState.FAILED.value,
        moved=instant_text(at),
        why=event.code,
        found=event.findings,
    )
    _free(connection, event.delivery)


def released(connection: Connection, event: DeliveryReleased, at: datetime) -> None:
    """What was held is free again, since the accesses beside this event book it."""
    _expect(connection, "DeliveryReleased", event.delivery, DeliveryState.READY)
    connection.run(
        statements.SET_STATE, of=event.delivery, reached=DeliveryState.RELEASED.value, moved=instant_text(at)
    )
    _free(connection, event.delivery)


def accessed(connection: Connection, event: AccessRecorded) -> None:
    """One licence's part of a delivery was booked."""
    if event.delivery:
        _expect(connection, "AccessRecorded", event.delivery, DeliveryState.RELEASED)
        connection.run(
            statements.SET_ACCESS,
            of=event.delivery,
            under=event.licence,
            recorded=event.access,
        )


def acknowledged(connection: Connection, event: DeliveryAcknowledged, at: datetime) -> None:
    """The licensee has it."""
    party, manifest = _expect(connection, "DeliveryAcknowledged", event.delivery, DeliveryState.RELEASED)
    if event.by != party:
        raise MoveRefusedError("DeliveryAcknowledged", event.delivery, "it is not theirs")
    if event.manifest != manifest:
        raise MoveRefusedError("DeliveryAcknowledged", event.delivery, "its manifest is another one")
    connection.run(
        statements.SET_STATE, of=event.delivery, reached=DeliveryState.RECEIVED.value, moved=instant_text(at)
    )


def _expect(connection: Connection, event: str, delivery: str, *states: DeliveryState) -> tuple[str, str]:
    """The licensee and the manifest of a delivery in one of these states."""
    row: Sequence[str] | None = connection.row(statements.STATE_AND_PARTY, of=delivery)
    if row is None:
        raise NotOnRecordError(delivery)
    state, party, manifest = row
    if state not in states:
        raise MoveRefusedError(event, delivery, f"it is `{state}`")
    return party, manifest


def _free(connection: Connection, delivery: str) -> None:
    for licence, counter, units in connection.rows(statements.RESERVATIONS, of=delivery):
        connection.run(statements.FREE, under=licence, counted=counter, units=units)
    connection.run(statements.FORGET_RESERVATIONS, of=delivery)
