"""Reducers of consents, objections and self-licensing. Every change moves the platform's epoch."""

from graph.errors import EntryInvalidError, NotOnRecordError
from graph.journal.documents import subjects_of
from graph.journal.events import ConsentsGiven, ConsentWithdrawn, ObjectionRaised
from graph.journal.reads.events import stored_document
from graph.sql.connection import Connection
from graph.sql.statements import consents as statements


def given(connection: Connection, event: ConsentsGiven, seq: int) -> None:
    """Every subject of the stored list has a live consent to the notice."""
    content = stored_document(connection, event.subjects)
    if content is None:
        raise NotOnRecordError(event.subjects)
    subjects = subjects_of(content)
    if len(subjects) != event.count:
        raise EntryInvalidError(f"`{event.count}` consents are given, `{len(subjects)}` subjects are listed")
    connection.run(statements.ADD_NOTICE, platform=event.platform, notice=event.notice, seq=seq)
    connection.many(
        statements.PUT_CONSENT,
        ((event.platform, event.notice, subject, 1, seq) for subject in subjects),
    )
    _advance(connection, event.platform)


def withdrawn(connection: Connection, event: ConsentWithdrawn, seq: int) -> None:
    """The subject's consent to one notice is dead, or to all notices of the platform."""
    if event.notice:
        connection.run(
            statements.PUT_CONSENT,
            platform=event.platform,
            notice=event.notice,
            subject=event.subject,
            live=0,
            seq=seq,
        )
    else:
        connection.run(statements.WITHDRAW_ALL, on_platform=event.platform, by_subject=event.subject, at_seq=seq)
    _advance(connection, event.platform)


def objection_raised(connection: Connection, event: ObjectionRaised, seq: int) -> None:
    """The subject's rows leave on no other basis than consent."""
    connection.run(statements.ADD_OBJECTION, platform=event.platform, subject=event.subject, seq=seq)
    _advance(connection, event.platform)


def self_licensed(connection: Connection, platform: str, subject: str, seq: int) -> None:
    """The subject licenses their own rows: no operator's dataset has them any more."""
    connection.run(statements.ADD_SELF_LICENSED, platform=platform, subject=subject, seq=seq)
    _advance(connection, platform)


def _advance(connection: Connection, platform: str) -> None:
    connection.run(statements.ADVANCE_EPOCH, platform=platform, epoch=1)
