"""An authorization server over HTTP with its real stores, and parties that use it well or badly."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import httpx2
from joserfc.jwk import ECKey, KeySet, OKPKey

from gateway.auth.bearer import Verifier
from gateway.auth.invitations import invitation_digest, new_invitation
from gateway.auth.server import public
from gateway.auth.server.ports import ServerPorts
from graph.journal.entries import Entry
from graph.journal.events import (
    AgreementSigned,
    AnsweredBy,
    Event,
    LicenceFinalised,
    LicenceRequested,
    LicenceRevoked,
    LicenceSuspended,
    OfferAccepted,
    PartyInvited,
    PartyKind,
    PartyRegistered,
)
from graph.journal.journal import Journal
from graph.journal.rows import LicenceRow
from graph.signing import SigningKey
from graph.sql.operational import Client, Invitation
from policies.model import LicenceStatus
from tests.testkit.clock import FrozenClock
from tests.testkit.events import POLICY, a_publication
from tests.testkit.tokens import AUDIENCE, ISSUER, signed

PUBLIC_URL: Final = "https://gw.example"
OPERATOR: Final = "urn:muniment:party:operator"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONG_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A registered party."""

    party: str
    client: str
    key: OKPKey | ECKey


@dataclass(slots=True, kw_only=True)
class World:
    """The server and everything around it."""

    http: httpx2.AsyncClient
    ports: ServerPorts
    journal: Journal
    keys: KeySet
    clock: FrozenClock

    @property
    def verifier(self) -> Verifier:
        """What the GraphQL endpoint would check tokens with."""
        return Verifier(issuer=ISSUER, audience=AUDIENCE, keys=public(self.keys), clock=self.clock)

    async def invite(self, kind: PartyKind, *, lifetime_s: int = LONG_S, valid_s: int = 3600) -> tuple[str, str]:
        """Party and invitation of somebody new."""
        party, text = self.ports.ids.new("party"), new_invitation()
        await self.journal.append(Entry(events=(PartyInvited(party=party, kind=kind, invited_by=OPERATOR),)))
        self.ports.invitations.add(
            invitation_digest(text),
            Invitation(
                party=party,
                kind=kind,
                token_lifetime_s=lifetime_s,
                subject="",
                platform="",
                invited_by=OPERATOR,
                expires_at=self.clock() + timedelta(seconds=valid_s),
            ),
        )
        return party, text

    async def register(self, invitation: str, metadata: Mapping[str, Any] | bytes) -> httpx2.Response:
        """Send a registration."""
        body = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
        headers = {"Authorization": f"Bearer {invitation}", "Content-Type": "application/json"}
        return await self.http.post("/as/register", content=body, headers=headers)

    async def actor(self, kind: PartyKind = PartyKind.LLM_DEVELOPER, *, lifetime_s: int = LONG_S) -> Actor:
        """Somebody who was invited and has registered."""
        key = SigningKey.generate()
        party, invitation = await self.invite(kind, lifetime_s=lifetime_s)
        response = await self.register(invitation, {"jwk": key.public_jwk})
        assert response.status_code == 201, response.text
        return Actor(party=party, client=response.json()["client_id"], key=OKPKey.import_key({**key.private_jwk()}))

    def kept(self, key: OKPKey | ECKey, *, party: str = "") -> Actor:
        """A developer's client that is simply there, with any kind of key, for a new party or for a known one."""
        client = Client(
            client=self.ports.ids.new("client"),
            party=party or self.ports.ids.new("party"),
            kind=PartyKind.LLM_DEVELOPER,
            name="",
            public_jwk={name: str(value) for name, value in key.as_dict(private=False).items()},
            token_lifetime_s=LONG_S,
            active=True,
            at=self.clock(),
        )
        self.ports.clients.add(client)
        return Actor(party=client.party, client=client.client, key=key)

    def assertion(self, actor: Actor, *, header: Mapping[str, Any] | None = None, **changed: Any) -> str:
        """A client assertion; ``None`` takes a claim away."""
        now = int(self.clock().timestamp())
        claims = {
            "iss": actor.client,
            "sub": actor.client,
            "aud": ISSUER,
            "jti": secrets.token_urlsafe(8),
            "iat": now,
            "exp": now + 60,
            **changed,
        }
        members = {"alg": "Ed25519" if isinstance(actor.key, OKPKey) else "ES256", "typ": "JWT", **(header or {})}
        content = {name: value for name, value in claims.items() if value is not None}
        return signed(
            actor.key,
            {name: value for name, value in members.items() if value is not None},
            json.dumps(content).encode(),
        )

    async def ask(self, actor: Actor, assertion: str | None = None, **fields: Any) -> httpx2.Response:
        """Send a token request; a list sends a parameter several times, ``None`` leaves one out."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(actor),
            **fields,
        }
        return await self.http.post(
            "/as/token", data={name: value for name, value in form.items() if value is not None}
        )

    async def token(self, actor: Actor, **fields: Any) -> str:
        """A token that must be given."""
        response = await self.ask(actor, **fields)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    async def licence(self, assignee: str, state: LicenceStatus = LicenceStatus.ACTIVE) -> LicenceRow:
        """A licence of this developer, agreed and signed event by event, in this state."""
        new = self.ports.ids.new
        owner = await self.actor(PartyKind.BUSINESS)
        dataset, negotiation, agreement, licence = map(new, ("dataset", "negotiation", "agreement", "licence"))
        ended = state is LicenceStatus.EXPIRED
        events: list[Event] = [
            replace(a_publication(), dataset=dataset, licensor=owner.party),
            LicenceRequested(
                negotiation=negotiation,
                request=new("request"),
                dataset=dataset,
                assigner=owner.party,
                assignee=assignee,
                policy=POLICY,
            ),
            OfferAccepted(negotiation=negotiation, by=owner.party, policy=POLICY, answered_by=AnsweredBy.OWNER),
            *(
                AgreementSigned(
                    negotiation=negotiation, agreement=agreement, policy=POLICY, by=by, key="k", signature="s"
                )
                for by in (owner.party, assignee)
            ),
            LicenceFinalised(
                negotiation=negotiation,
                licence=licence,
                agreement=agreement,
                version=1,
                policy=POLICY,
                dataset=dataset,
                assigner=owner.party,
                assignee=assignee,
                valid_until=self.clock() - timedelta(seconds=1) if ended else None,
            ),
        ]
        if state is LicenceStatus.SUSPENDED:
            events.append(LicenceSuspended(licence=licence, by=owner.party))
        if state is LicenceStatus.TERMINATED:
            events.append(LicenceRevoked(licence=licence, by=owner.party, code="ENDED"))
        await self.journal.append(Entry(events=tuple(events)))
        row = await self.journal.view(lambda view: view.licence(licence))
        assert row is not None
        assert row.state is state
        return row

    async def events(self) -> list[Event]:
        """Everything on record."""
        return [recorded.event for recorded in await self.journal.events()]

    async def registrations(self) -> list[PartyRegistered]:
        """Every registration on record."""
        return [event for event in await self.events() if isinstance(event, PartyRegistered)]


def wish(*licences: str, **members: Any) -> str:
    """The ``authorization_details`` for these licences."""
    return json.dumps([{"type": "data_licence", "identifier": licence, **members} for licence in licences])


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    """Status, protocol error and our code; refusals are never cached and hold no assertion."""
    body = response.json()
    assert response.headers["cache-control"] == "no-store"
    assert "eyJ" not in response.text
    assert body["error_description"]
    return response.status_code, body["error"], body["code"]
