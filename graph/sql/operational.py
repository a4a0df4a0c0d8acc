"""What runs the gateway and is neither journaled nor projected: clients, invitations, used assertions, held keys.

Callers see the Protocols. All calls are synchronous and durable when they return; call them from a worker thread.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from graph.party import PartyKind
from graph.sql.tables import CLIENT, HELD_KEY, INVITATION, REPLAY
from graph.times import instant, instant_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An OAuth client of a party, with the one key it authenticates with."""

    client: str
    party: str
    kind: PartyKind
    name: str
    """For people; may be empty."""
    public_jwk: Mapping[str, str]
    token_lifetime_s: int
    active: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the holder of a one-time token may register as."""

    party: str
    kind: PartyKind
    token_lifetime_s: int
    subject: str
    """Keyed subject hash of a person on a platform, or empty."""
    platform: str
    invited_by: str
    expires_at: datetime


class ClientStore(Protocol):
    """The registered clients."""

    def add(self, client: Client) -> bool:
        """Keep a new client; false, and nothing changed, when its id is taken."""
        ...

    def find(self, client: str) -> Client | None:
        """The client of this id, active or not."""
        ...

    def of_party(self, party: str) -> tuple[Client, ...]:
        """Every client of a party, oldest first."""
        ...

    def set_active(self, client: str, *, active: bool) -> bool:
        """Let a client in, or keep it out; false when there is no such client."""
        ...


class InvitationStore(Protocol):
    """The invitations that wait to be used; only digests of their tokens are kept."""

    def add(self, token_hash: str, invitation: Invitation) -> None:
        """Keep an invitation under the digest of its token."""
        ...

    def find(self, token_hash: str) -> Invitation | None:
        """The invitation, as long as it was not used and has not expired; it stays usable."""
        ...

    def take(self, token_hash: str) -> Invitation | None:
        """The invitation, used up by this call; of several callers one gets it."""
        ...


class ReplayCache(Protocol):
    """What may be accepted once only."""

    def insert_once(self, key: str, until: datetime) -> bool:
        """True for the first caller with this key; false for every other one until ``until`` has passed."""
        ...


class KeyStore(Protocol):
    """Private keys that the gateway holds: its own, and those of owners who delegated signing."""

    def find(self, name: str) -> Mapping[str, str] | None:
        """The private JWK of this name."""
        ...

    def keep(self, name: str, jwk: Mapping[str, str]) -> Mapping[str, str]:
        """Keep a key under a new name; gives the key that stands under it, which is the first that was kept."""
        ...


class SqlClientStore:
    """Clients in the journal's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, client: Client) -> bool:
        """Keep a new client; false, and nothing changed, when its id is taken."""
        row = {
            "client": client.client,
            "party": client.party,
            "kind": client.kind.value,
            "name": client.name,
            "jwk": json.dumps(dict(client.public_jwk)),
            "token_lifetime_s": client.token_lifetime_s,
            "active": int(client.active),
            "at": instant_text(client.at),
        }
        with self._engine.begin() as connection:
            return connection.execute(insert(CLIENT).values(row).on_conflict_do_nothing()).rowcount == 1

    def find(self, client: str) -> Client | None:
        """The client of this id, active or not."""
        with self._engine.connect() as connection:
            row = connection.execute(select(CLIENT).where(CLIENT.c.client == client)).one_or_none()
        return None if row is None else _client(row)

    def of_party(self, party: str) -> tuple[Client, ...]:
        """Every client of a party, oldest first."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(CLIENT).where(CLIENT.c.party == party).order_by(CLIENT.c.at, CLIENT.c.client)
            )
            return tuple(_client(row) for row in found)

    def set_active(self, client: str, *, active: bool) -> bool:
        """Let a client in, or keep it out; false when there is no such client."""
        with self._engine.begin() as connection:
            changed = connection.execute(update(CLIENT).where(CLIENT.c.client == client).values(active=int(active)))
            return changed.rowcount == 1


class SqlInvitationStore:
    """Invitations in the journal's database."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, token_hash: str, invitation: Invitation) -> None:
        """Keep an invitation under the digest of its token."""
        row = {
            "token_hash": token_hash,
            "party": invitation.party,
            "kind": invitation.kind.value,
            "token_lifetime_s": invitation.token_lifetime_s,
            "subject": invitation.subject,
            "platform": invitation.platform,
            "invited_by": invitation.invited_by,
            "expires_at": instant_text(invitation.expires_at),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(INVITATION).values(row))

    def find(self, token_hash: str) -> Invitation | None:
        """The invitation, as long as it was not used and has not expired; it stays usable."""
        with self._engine.connect() as connection:
            row = connection.execute(select(INVITATION).where(INVITATION.c.token_hash == token_hash)).one_or_none()
        return self._unexpired(row)

    def take(self, token_hash: str) -> Invitation | None:
        """The invitation, used up by this call; of several callers one gets it."""
        taking = delete(INVITATION).where(INVITATION.c.token_hash == token_hash).returning(*INVITATION.c)
        with self._engine.begin() as connection:
            row = connection.execute(taking).one_or_none()
        return self._unexpired(row)

    def _unexpired(self, row: Row[str | int] | None) -> Invitation | None:
        if row is None or instant(row.expires_at) <= self._clock():
            return None
        return Invitation(
            party=row.party,
            kind=PartyKind(row.kind),
            token_lifetime_s=row.token_lifetime_s,
            subject=row.subject,
            platform=row.platform,
            invited_by=row.invited_by,
            expires_at=instant(row.expires_at),
        )


class SqlReplayCache:
    """Used assertions in the journal's database; those that have expired anyway are forgotten."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def insert_once(self, key: str, until: datetime) -> bool:
        """True for the first caller with this key; false for every other one until ``until`` has passed."""
        adding = insert(REPLAY).values(key=key, until=instant_text(until)).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            connection.execute(delete(REPLAY).where(REPLAY.c.until < instant_text(self._clock())))
            return connection.execute(adding).rowcount == 1


class SqlKeyStore:
    """Held keys in the journal's database, whose file only its owner may read."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def find(self, name: str) -> Mapping[str, str] | None:
        """The private JWK of this name."""
        with self._engine.connect() as connection:
            found = connection.execute(select(HELD_KEY.c.jwk).where(HELD_KEY.c.name == name)).scalar_one_or_none()
        return None if found is None else json.loads(found)

    def keep(self, name: str, jwk: Mapping[str, str]) -> Mapping[str, str]:
        """Keep a key under a new name; gives the key that stands under it, which is the first that was kept."""
        adding = insert(HELD_KEY).values(name=name, jwk=json.dumps(dict(jwk)), at=instant_text(self._clock()))
        with self._engine.begin() as connection:
            connection.execute(adding.on_conflict_do_nothing())
            kept: Mapping[str, str] = json.loads(
                connection.execute(select(HELD_KEY.c.jwk).where(HELD_KEY.c.name == name)).scalar_one()
            )
        return kept


def _client(row: Row[str | int]) -> Client:
    return Client(
        client=row.client,
        party=row.party,
        kind=PartyKind(row.kind),
        name=row.name,
        public_jwk=json.loads(row.jwk),
        token_lifetime_s=row.token_lifetime_s,
        active=bool(row.active),
        at=instant(row.at),
    )
