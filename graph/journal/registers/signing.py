"""Reducers of agreements: two signatures, then a licence."""

from datetime import datetime

from graph.errors import MoveRefusedError
from graph.journal.events import AgreementSigned, LicenceFinalised, LicenceRenewed
from graph.journal.registers import licences
from graph.journal.registers.negotiations import standing
from graph.journal.rows import NegotiationRow, NegotiationState
from graph.sql.connection import Connection
from graph.sql.statements import negotiations as statements
from graph.times import instant_text


def signed(connection: Connection, event: AgreementSigned, seq: int, at: datetime) -> None:
    """The provider signs first, then the consumer signs the same."""
    row = standing(
        connection, event, event.negotiation, frozenset({NegotiationState.ACCEPTED, NegotiationState.AGREED})
    )
    if event.by != row.turn:
        raise MoveRefusedError("AgreementSigned", event.negotiation, "the other side must sign")
    first = row.state is NegotiationState.ACCEPTED
    if not first:
        _same(event, row)
    connection.run(
        statements.SIGNED,
        moving=event.negotiation,
        reached=(NegotiationState.AGREED if first else NegotiationState.VERIFIED).value,
        next_turn=row.assignee if first else "",
        signed=event.agreement,
        signed_policy=event.policy,
        moved_at=instant_text(at),
    )
    connection.run(
        statements.ADD_SIGNATURE,
        negotiation=event.negotiation,
        seq=seq,
        by=event.by,
        key=event.key,
        signature=event.signature,
        delegated=int(event.delegated),
        at=instant_text(at),
    )


def finalised(connection: Connection, event: LicenceFinalised, seq: int, at: datetime) -> None:
    """The agreement that both signed is in force, as a licence."""
    row = standing(connection, event, event.negotiation, frozenset({NegotiationState.VERIFIED}))
    _same(event, row)
    if row.renews:
        raise MoveRefusedError("LicenceFinalised", event.negotiation, "it renews a licence, and gives no new one")
    licences.granted(connection, event, seq)
    connection.run(statements.FINALISED, moving=event.negotiation, granted=event.licence, moved_at=instant_text(at))


def renewed(connection: Connection, event: LicenceRenewed, at: datetime) -> None:
    """The agreement that both signed takes the place of the licence's last one."""
    row = standing(connection, event, event.negotiation, frozenset({NegotiationState.VERIFIED}))
    _same(event, row)
    licences.renewed(connection, event)
    if (event.licence, event.version) != (row.renews, row.renews_version + 1):
        raise MoveRefusedError("LicenceRenewed", event.negotiation, "another licence, or version of it, was negotiated")
    connection.run(statements.FINALISED, moving=event.negotiation, granted=event.licence, moved_at=instant_text(at))


def _same(event: AgreementSigned | LicenceFinalised | LicenceRenewed, row: NegotiationRow) -> None:
    if (event.agreement, event.policy) != (row.agreement, row.agreement_policy):
        raise MoveRefusedError(type(event).__name__, event.negotiation, "it is about another agreement than was signed")
    if isinstance(event, AgreementSigned):
        return
    if (event.dataset, event.assigner, event.assignee) != (row.dataset, row.assigner, row.assignee):
        raise MoveRefusedError(type(event).__name__, event.negotiation, "dataset or parties are others than agreed")
