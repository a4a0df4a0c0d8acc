"""Reducers of licences. What expires is not recorded: it follows from the end of the licence and the clock."""

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import LicenceFinalised, LicenceRenewed, LicenceResumed, LicenceRevoked, LicenceSuspended
from graph.sql.connection import Connection
from graph.sql.statements import licences as statements
from graph.times import instant_text
from policies.model import LicenceStatus


def granted(connection: Connection, event: LicenceFinalised, seq: int) -> None:
    """A new licence, in force."""
    if connection.row(statements.STATE, of=event.licence) is not None:
        raise MoveRefusedError("LicenceFinalised", event.licence, "the licence is there already")
    connection.run(
        statements.ADD_LICENCE,
        licence=event.licence,
        negotiation=event.negotiation,
        agreement=event.agreement,
        version=event.version,
        policy=event.policy,
        dataset=event.dataset,
        assigner=event.assigner,
        assignee=event.assignee,
        state=LicenceStatus.ACTIVE.value,
        valid_until=instant_text(event.valid_until) if event.valid_until else "",
        first_delivery="",
        released_columns="[]",
        seq=seq,
    )


def renewed(connection: Connection, event: LicenceRenewed) -> None:
    """A newer agreement takes the place of the last; days run anew, and what was released stays released."""
    row = connection.row(statements.STATE_AND_AGREEMENT, of=event.licence)
    if row is None:
        raise NotOnRecordError(event.licence)
    state, version, agreement = row
    if state != LicenceStatus.ACTIVE:
        raise MoveRefusedError("LicenceRenewed", event.licence, f"it is `{state}`")
    if (event.version, event.previous) != (version + 1, agreement):
        raise MoveRefusedError("LicenceRenewed", event.licence, f"its version is {version}")
    connection.run(
        statements.SET_AGREEMENT,
        of=event.licence,
        negotiated=event.negotiation,
        agreed=event.agreement,
        agreed_version=event.version,
        agreed_policy=event.policy,
        ends=instant_text(event.valid_until) if event.valid_until else "",
    )


def suspended(connection: Connection, event: LicenceSuspended) -> None:
    """Paused by the licensor."""
    _move(connection, event, {LicenceStatus.ACTIVE}, LicenceStatus.SUSPENDED)


def resumed(connection: Connection, event: LicenceResumed) -> None:
    """In force again, by the licensor."""
    _move(connection, event, {LicenceStatus.SUSPENDED}, LicenceStatus.ACTIVE)


def revoked(connection: Connection, event: LicenceRevoked) -> None:
    """Ended for good, by either side."""
    _move(connection, event, {LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED}, LicenceStatus.TERMINATED)


def _move(
    connection: Connection,
    event: LicenceSuspended | LicenceResumed | LicenceRevoked,
    allowed: set[LicenceStatus],
    reached: LicenceStatus,
) -> None:
    row = connection.row(statements.STATE_AND_PARTIES, of=event.licence)
    if row is None:
        raise NotOnRecordError(event.licence)
    state, assigner, assignee = row
    if state not in allowed:
        raise MoveRefusedError(type(event).__name__, event.licence, f"it is `{state}`")
    if event.by != assigner and not (isinstance(event, LicenceRevoked) and event.by == assignee):
        raise MoveRefusedError(type(event).__name__, event.licence, "it is not theirs to move")
    connection.run(statements.SET_STATE, of=event.licence, reached=reached.value)
