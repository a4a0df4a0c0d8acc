"""Reducers of duties: filed once, taken note of, fulfilled once by whoever has to say so."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import DutyAcknowledged, DutyFiled, DutyFulfilled, DutyKind
from graph.journal.reads.duties import duty_row, duty_rows
from graph.journal.rows import DutyRow, DutyState
from graph.sql.connection import Connection
from graph.sql.statements import duties as statements
from graph.sql.statements import licences
from graph.times import instant_text


def filed(connection: Connection, event: DutyFiled, seq: int, at: datetime) -> None:
    """Something is owed under a licence."""
    if connection.row(licences.STATE, of=event.licence) is None:
        raise NotOnRecordError(event.licence)
    connection.run(
        statements.ADD_DUTY,
        duty=event.duty,
        kind=event.kind.value,
        licence=event.licence,
        clause=event.clause,
        raised_by=event.raised_by,
        due=instant_text(event.due),
        deliveries=msgspec.json.encode(event.deliveries).decode(),
        state=DutyState.OPEN.value,
        stated="",
        signature="",
        at=instant_text(at),
        seq=seq,
    )


def acknowledged(connection: Connection, event: DutyAcknowledged, at: datetime) -> None:
    """Its debtor took note of it."""
    row = _standing(connection, event)
    if row.state is not DutyState.OPEN:
        raise MoveRefusedError("DutyAcknowledged", event.duty, f"it is `{row.state}`")
    if event.by != row.assignee:
        raise MoveRefusedError("DutyAcknowledged", event.duty, "it is not theirs")
    _move(connection, event.duty, DutyState.ACKNOWLEDGED, at)


def fulfilled(connection: Connection, event: DutyFulfilled, at: datetime) -> None:
    """It is done, says whoever has to say so; deletion is certified after it was done."""
    row = _standing(connection, event)
    if row.state is DutyState.FULFILLED:
        raise MoveRefusedError("DutyFulfilled", event.duty, f"it is `{row.state}`")
    if event.by != row.fulfilled_by:
        raise MoveRefusedError("DutyFulfilled", event.duty, "it is not theirs to say so")
    if waits_for(row, duty_rows(connection, row.licence)) is not None:
        raise MoveRefusedError("DutyFulfilled", event.duty, "another duty comes before it")
    _move(connection, event.duty, DutyState.FULFILLED, at, statement=event.statement, signature=event.signature)


def waits_for(duty: DutyRow, under_licence: Sequence[DutyRow]) -> DutyRow | None:
    """The duty of the same licence that has to be fulfilled before this one can be; nothing when none has to."""
    if duty.kind is not DutyKind.CERTIFY_DELETION:
        return None
    open_deletions = (
        each for each in under_licence if each.kind is DutyKind.DELETE and each.state is not DutyState.FULFILLED
    )
    return next(open_deletions, None)


def _standing(connection: Connection, event: DutyAcknowledged | DutyFulfilled) -> DutyRow:
    row = duty_row(connection, event.duty)
    if row is None:
        raise NotOnRecordError(event.duty)
    return row


def _move(
    connection: Connection, duty: str, reached: DutyState, at: datetime, *, statement: str = "", signature: str = ""
) -> None:
    connection.run(
        statements.MOVE_DUTY,
        of=duty,
        reached=reached.value,
        said=statement,
        signed=signature,
        moved=instant_text(at),
    )
