"""Reducers of parties."""

from graph.errors import MoveRefusedError
from graph.journal.events import PartyInvited, PartyRegistered
from graph.sql.connection import Connection
from graph.sql.statements import parties as statements


def invited(connection: Connection, event: PartyInvited) -> None:
    """A new party, or one more client for a known one: its kind stays, and so does the key it has."""
    known = connection.row(statements.PARTY_BY_IRI, party=event.party)
    client = key = subject = platform = ""
    if known is not None:
        _party, kind, client, key, subject, platform, _inviter = known
        _same_kind(event, kind)
    connection.run(
        statements.PUT_PARTY,
        party=event.party,
        kind=event.kind.value,
        client=client,
        key=key,
        subject=event.subject or subject,
        platform=event.platform or platform,
        invited_by=event.invited_by,
    )


def registered(connection: Connection, event: PartyRegistered) -> None:
    """The party's present client and key. Without an invitation (the first operator) the party begins here."""
    known = connection.row(statements.PARTY_BY_IRI, party=event.party)
    if known is None:
        connection.run(
            statements.PUT_PARTY,
            party=event.party,
            kind=event.kind.value,
            client=event.client,
            key=event.key,
            subject="",
            platform="",
            invited_by="",
        )
        return
    _same_kind(event, known[1])
    connection.run(statements.REGISTER, registering=event.party, client=event.client, key=event.key)


def _same_kind(event: PartyInvited | PartyRegistered, kind: str) -> None:
    if event.kind.value != kind:
        raise MoveRefusedError(type(event).__name__, event.party, f"the party is known as `{kind}`")
