"""An invitation becomes a client once, and the party is on record before its client can act."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from gateway.auth.invitations import new_invitation
from gateway.auth.server import form
from graph.journal.events import PartyKind, PartyRegistered
from graph.signing import SigningKey
from tests.integration.auth.world import World, refusal

KEY = SigningKey.generate()
INVALID = (401, "invalid_token", "INVITATION_INVALID")


async def test_an_invited_party_registers_its_key_and_is_on_record(world: World) -> None:
    party, invitation = await world.invite(PartyKind.LLM_DEVELOPER, lifetime_s=120)

    response = await world.register(invitation, {"jwk": KEY.public_jwk, "client_name": "trainer 1"})

    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert answer == {
        "client_id": answer["client_id"],
        "client_id_issued_at": int(world.clock().timestamp()),
        "client_name": "trainer 1",
        "party": party,
        "kind": "LLM_DEVELOPER",
        "scope": "graph:query licence:negotiate licence:request usage:report",
        "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"],
        "jwks": {"keys": [{**KEY.public_jwk, "kid": KEY.thumbprint, "use": "sig"}]},
    }
    assert (await world.registrations())[-1] == PartyRegistered(
        party=party, kind=PartyKind.LLM_DEVELOPER, client=answer["client_id"], key=KEY.thumbprint
    )
    kept = world.ports.clients.find(answer["client_id"])
    assert kept is not None
    assert (kept.party, kept.token_lifetime_s, kept.active) == (party, 120, True)


@pytest.mark.requirement("R72")
async def test_an_invitation_is_good_once(world: World) -> None:
    _, invitation = await world.invite(PartyKind.AUDITOR)
    assert (await world.register(invitation, {"jwk": KEY.public_jwk})).status_code == 201

    again = await world.register(invitation, {"jwk": SigningKey.generate().public_jwk})

    assert refusal(again) == INVALID
    assert again.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert len(await world.registrations()) == 1


async def test_of_many_that_use_one_invitation_at_once_one_is_registered(world: World) -> None:
    _, invitation = await world.invite(PartyKind.BUSINESS)

    responses = await asyncio.gather(
        *(world.register(invitation, {"jwk": SigningKey.generate().public_jwk}) for _ in range(6))
    )

    assert sorted(response.status_code for response in responses) == [201] + [401] * 5
    assert len(await world.registrations()) == 1


async def test_an_invitation_ends(world: World) -> None:
    _, invitation = await world.invite(PartyKind.BUSINESS, valid_s=60)
    world.clock.advance(60)

    assert refusal(await world.register(invitation, {"jwk": KEY.public_jwk})) == INVALID


async def test_unknown_used_and_ended_invitations_look_alike(world: World) -> None:
    _, ended = await world.invite(PartyKind.BUSINESS, valid_s=60)
    _, used = await world.invite(PartyKind.BUSINESS)
    await world.register(used, {"jwk": KEY.public_jwk})
    world.clock.advance(60)

    answers = [await world.register(each, {"jwk": KEY.public_jwk}) for each in (ended, used, new_invitation())]

    assert [refusal(answer) for answer in answers] == [INVALID] * 3
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.requirement("R72")
@pytest.mark.parametrize("authorization", [None, "Basic YTpi", "Bearer"])
async def test_nobody_registers_without_an_invitation(world: World, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = await world.http.post("/as/register", json={"jwk": KEY.public_jwk}, headers=headers)

    assert refusal(response) == INVALID


@pytest.mark.parametrize(
    "metadata",
    [{"jwk": KEY.private_jwk()}, {"jwk": {"kty": "oct", "k": "AAAA"}}, {}, b"no json", b"{" + b" " * 70_000 + b"}"],
    ids=["private", "secret", "empty", "text", "large"],
)
async def test_refused_metadata_leave_the_invitation_good(world: World, metadata: dict[str, object] | bytes) -> None:
    _, invitation = await world.invite(PartyKind.LLM_DEVELOPER)

    response = await world.register(invitation, metadata)

    assert response.status_code == 400
    assert refusal(response)[1] in {"invalid_client_metadata", "invalid_request"}
    assert KEY.private_jwk()["d"] not in response.text
    assert (await world.register(invitation, {"jwk": KEY.public_jwk})).status_code == 201


async def test_a_registered_client_acts_at_once(world: World) -> None:
    auditor = await world.actor(PartyKind.AUDITOR)

    response: httpx2.Response = await world.ask(auditor)

    assert response.json()["scope"] == "audit:read graph:query"


async def test_a_body_that_does_not_come_uses_no_invitation_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "BODY_S_MAX", 0.05)
    _, invitation = await world.invite(PartyKind.AUDITOR)

    async def stream() -> AsyncIterator[bytes]:
        yield b'{"jwk": '
        await asyncio.sleep(5)

    response = await world.http.post(
        "/as/register", content=stream(), headers={"Authorization": f"Bearer {invitation}"}
    )

    assert refusal(response) == (400, "invalid_request", "OAUTH_REQUEST_INVALID")
    assert (await world.register(invitation, {"jwk": KEY.public_jwk})).status_code == 201
