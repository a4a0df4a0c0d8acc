"""Reducers of reported runs and of concerns."""

from datetime import datetime

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import ConcernAnswered, ConcernClosed, ConcernFiled, RunReported
from graph.journal.reads.reports import concern_row
from graph.journal.rows import ConcernRow, ConcernState, DeliveryState
from graph.sql.connection import Connection
from graph.sql.statements import deliveries
from graph.sql.statements import licences as licence_statements
from graph.sql.statements import reports as statements
from graph.times import instant_text


def run_reported(connection: Connection, event: RunReported, seq: int, at: datetime) -> None:
    """A run on a delivery that its licensee has."""
    row = connection.row(deliveries.STATE_AND_PARTY, of=event.delivery)
    if row is None:
        raise NotOnRecordError(event.delivery)
    state, party, manifest = row
    if not DeliveryState(state).has_left:
        raise MoveRefusedError("RunReported", event.delivery, f"it is `{state}`")
    if (event.party, event.manifest) != (party, manifest):
        raise MoveRefusedError("RunReported", event.delivery, "it is not theirs, or its manifest is another one")
    connection.run(
        statements.ADD_RUN,
        run=event.run,
        party=event.party,
        delivery=event.delivery,
        model=event.model,
        action=event.action,
        purpose=event.purpose,
        started=instant_text(event.started),
        ended=instant_text(event.ended),
        facets=event.facets,
        code=event.code,
        at=instant_text(at),
        seq=seq,
    )


def concern_filed(connection: Connection, event: ConcernFiled, seq: int, at: datetime) -> None:
    """The licensor questions something under its licence."""
    row = connection.row(licence_statements.STATE_AND_PARTIES, of=event.licence)
    if row is None:
        raise NotOnRecordError(event.licence)
    if row[1] != event.by:
        raise MoveRefusedError("ConcernFiled", event.licence, "it is not theirs")
    connection.run(
        statements.ADD_CONCERN,
        concern=event.concern,
        about=event.about,
        licence=event.licence,
        state=ConcernState.OPEN.value,
        text=event.text,
        answer="",
        code="",
        at=instant_text(at),
        seq=seq,
    )


def concern_answered(connection: Connection, event: ConcernAnswered, at: datetime) -> None:
    """The licensee answers."""
    row = _standing(connection, event, frozenset({ConcernState.OPEN}))
    if event.by != row.assignee:
        raise MoveRefusedError("ConcernAnswered", event.concern, "it is not theirs to answer")
    _move(connection, row, ConcernState.ANSWERED, at, answer=event.text)


def concern_closed(connection: Connection, event: ConcernClosed, at: datetime) -> None:
    """The licensor closes it."""
    row = _standing(connection, event, frozenset({ConcernState.OPEN, ConcernState.ANSWERED}))
    if event.by != row.assigner:
        raise MoveRefusedError("ConcernClosed", event.concern, "it is not theirs to close")
    _move(connection, row, ConcernState.CLOSED, at, answer=row.answer, code=event.code)


def _standing(
    connection: Connection, event: ConcernAnswered | ConcernClosed, states: frozenset[ConcernState]
) -> ConcernRow:
    row = concern_row(connection, event.concern)
    if row is None:
        raise NotOnRecordError(event.concern)
    if row.state not in states:
        raise MoveRefusedError(type(event).__name__, event.concern, f"it is `{row.state}`")
    return row


def _move(
    connection: Connection, row: ConcernRow, reached: ConcernState, at: datetime, *, answer: str, code: str = ""
) -> None:
    connection.run(
        statements.MOVE_CONCERN,
        of=row.concern,
        reached=reached.value,
        said=answer,
        why=code,
        moved=instant_text(at),
    )
