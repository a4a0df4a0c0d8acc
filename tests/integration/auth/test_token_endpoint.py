"""Tokens: what they hold, how long they live, whom they are given to, and every way not to get one."""

import asyncio
import base64
import json
import logging
import threading
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from starlette.applications import Starlette

from gateway.auth.errors import TokenExpiredError
from gateway.auth.server.routes import authorization_server
from graph.journal.events import PartyKind
from graph.sql.operational import Client
from tests.integration.auth.world import ASSERTION_TYPE, Actor, World, refusal, wish
from tests.testkit.tokens import AUDIENCE, ISSUER, b64, signed

UNAUTHENTICATED = (401, "invalid_client", "CLIENT_UNAUTHENTICATED")
REPLAYED = (401, "invalid_client", "ASSERTION_REPLAYED")
MALFORMED = (400, "invalid_request", "OAUTH_REQUEST_INVALID")


async def test_a_registered_client_gets_a_token_that_the_verifier_accepts(world: World) -> None:
    developer = await world.actor()

    response = await world.ask(developer, scope="graph:query licence:request")

    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    principal = await world.verifier.verify(f"Bearer {answer['access_token']}")
    assert (principal.party, principal.client) == (developer.party, developer.client)
    assert principal.kind is PartyKind.LLM_DEVELOPER
    assert principal.scopes == {"graph:query", "licence:request"} == set(answer["scope"].split())
    assert principal.grants == {}


async def test_trap_a4_a13_the_token_names_its_key_and_its_type(world: World) -> None:
    token = await world.token(await world.actor())

    header = json.loads(decoded(token.split(".")[0]))
    assert header == {"typ": "at+jwt", "alg": "ES256", "kid": world.keys.keys[0].kid}


async def test_trap_a5_the_token_is_for_the_graphql_endpoint_of_the_configured_address(world: World) -> None:
    developer = await world.actor()
    response = await world.http.post(
        "/as/token",
        data={
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": world.assertion(developer),
        },
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
    )

    claims = json.loads(decoded(response.json()["access_token"].split(".")[1]))
    assert (claims["iss"], claims["aud"]) == (ISSUER, AUDIENCE)
    assert claims["exp"] - claims["iat"] == 600
    assert claims["sub"] == developer.party


async def test_no_two_tokens_are_alike(world: World) -> None:
    developer = await world.actor()

    assert len({await world.token(developer) for _ in range(3)}) == 3


async def test_scopes_are_cut_down_to_what_the_party_may_hold(world: World) -> None:
    response = await world.ask(await world.actor(), scope="graph:query platform:operate audit:read")

    assert response.json()["scope"] == "graph:query"


async def test_a_party_that_may_hold_nothing_of_the_scope_gets_no_token(world: World) -> None:
    response = await world.ask(await world.actor(PartyKind.AUDITOR), scope='platform:operate "é')

    assert refusal(response) == (400, "invalid_scope", "SCOPE_INVALID")
    assert response.json()["error_description"].isascii()
    assert '"' not in response.json()["error_description"]


async def test_trap_a3_a_client_with_a_short_lifetime_gets_short_tokens_that_end(world: World) -> None:
    hurried = await world.actor(lifetime_s=1)

    response = await world.ask(hurried)

    token = f"Bearer {response.json()['access_token']}"
    assert response.json()["expires_in"] == 1
    assert (await world.verifier.verify(token)).party == hurried.party
    world.clock.advance(1)
    with pytest.raises(TokenExpiredError) as refused:
        await world.verifier.verify(token)
    assert refused.value.principal.client == hurried.client


@pytest.mark.parametrize("lifetime_s", [0, 601, 864_000])
async def test_trap_a3_no_lifetime_of_a_client_makes_a_token_live_longer_than_ten_minutes(
    world: World, lifetime_s: int
) -> None:
    response = await world.ask(await world.actor(lifetime_s=lifetime_s))

    assert response.json()["expires_in"] == 600


async def test_trap_a14_a_client_with_a_p256_key_signs_with_es256(world: World) -> None:
    actor = world.kept(ECKey.generate_key("P-256", auto_kid=True))

    assert (await world.ask(actor)).status_code == 200


async def test_trap_a14_an_assertion_signed_with_rs256_is_refused(world: World) -> None:
    developer = await world.actor()
    rsa = RSAKey.generate_key(2048)
    now = int(world.clock().timestamp())
    claims = {"iss": developer.client, "sub": developer.client, "aud": ISSUER, "jti": "1", "iat": now, "exp": now + 60}

    response = await world.ask(developer, signed(rsa, {"alg": "RS256"}, json.dumps(claims).encode()))

    assert refusal(response) == UNAUTHENTICATED


async def test_trap_a14_an_assertion_is_good_once(world: World) -> None:
    developer = await world.actor()
    assertion = world.assertion(developer)
    assert (await world.ask(developer, assertion)).status_code == 200

    assert refusal(await world.ask(developer, assertion)) == REPLAYED


async def test_trap_a14_of_many_that_use_one_assertion_at_once_one_gets_a_token(world: World) -> None:
    developer = await world.actor()
    assertion = world.assertion(developer)

    responses = await asyncio.gather(*(world.ask(developer, assertion) for _ in range(8)))

    assert sorted(response.status_code for response in responses) == [200] + [401] * 7


async def test_the_same_jti_of_two_clients_is_no_replay(world: World) -> None:
    one, two = await world.actor(), await world.actor()

    responses = [await world.ask(each, world.assertion(each, jti="same")) for each in (one, two)]

    assert [response.status_code for response in responses] == [200, 200]


async def test_an_assertion_cannot_be_replayed_at_the_very_end_of_its_life(world: World) -> None:
    developer = await world.actor()
    assertion = world.assertion(developer)
    await world.ask(developer, assertion)

    world.clock.advance(59.999)

    assert refusal(await world.ask(developer, assertion)) == REPLAYED
    world.clock.advance(0.001)
    assert refusal(await world.ask(developer, assertion)) == UNAUTHENTICATED


async def test_a_refused_assertion_is_not_used_up(world: World) -> None:
    developer = await world.actor()
    now = int(world.clock().timestamp())
    early = world.assertion(developer, iat=now + 40, exp=now + 100)
    assert refusal(await world.ask(developer, early)) == UNAUTHENTICATED

    world.clock.advance(10)

    assert (await world.ask(developer, early)).status_code == 200


@pytest.mark.parametrize(
    "audience",
    [
        None,
        ISSUER + "/token",
        ISSUER + "/",
        "https://gw.example",
        AUDIENCE,
        "https://other.example/as",
        [ISSUER],
        [ISSUER, "https://other.example/as"],
        {"is": ISSUER},
    ],
    ids=str,
)
async def test_trap_a11_the_audience_is_the_issuer_as_one_string(world: World, audience: object) -> None:
    developer = await world.actor()

    assert refusal(await world.ask(developer, world.assertion(developer, aud=audience))) == UNAUTHENTICATED


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": None},
        {"iss": "urn:muniment:client:other"},
        {"sub": None},
        {"sub": ["a"]},
        {"sub": "urn:muniment:client:other"},
        {"sub": "' or 1=1 --"},
        {"sub": "\u0000"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 129},
        {"jti": "a b"},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"exp": None},
        {"exp": "later"},
        {"exp": True},
        {"exp": -1},
        {"exp": 1e308},
        {"nbf": "now"},
    ],
    ids=str,
)
async def test_an_assertion_with_a_claim_missing_or_wrong_is_refused(world: World, changed: dict[str, Any]) -> None:
    developer = await world.actor()

    assert refusal(await world.ask(developer, world.assertion(developer, **changed))) == UNAUTHENTICATED


@pytest.mark.parametrize(
    ("issued", "expires", "begins", "good"),
    [
        (0, 60, None, True),
        (0, 300, None, True),
        (8, 68, 8, True),
        (0, 301, None, False),
        (-60, 0, None, False),
        (-360, -300, None, False),
        (61, 121, None, False),
        (0, 60, 61, False),
    ],
)
async def test_an_assertion_is_for_this_moment(
    world: World, issued: int, expires: int, begins: int | None, good: bool
) -> None:
    developer = await world.actor()
    now = int(world.clock().timestamp())
    nbf = None if begins is None else now + begins

    response = await world.ask(developer, world.assertion(developer, iat=now + issued, exp=now + expires, nbf=nbf))

    assert response.status_code == (200 if good else 401)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "at+jwt"},
        {"typ": "muniment-agreement+jws"},
        {"typ": "dpop+jwt"},
        {"kid": "another"},
        {"jku": "https://evil.example/keys"},
        {"crit": ["exp"]},
    ],
    ids=str,
)
async def test_an_assertion_with_a_foreign_header_is_refused(world: World, header: dict[str, object]) -> None:
    developer = await world.actor()

    assert refusal(await world.ask(developer, world.assertion(developer, header=header))) == UNAUTHENTICATED


@pytest.mark.parametrize("typ", [None, "jwt", "client-authentication+jwt"])
async def test_an_assertion_may_state_its_type_and_its_key(world: World, typ: str | None) -> None:
    developer = await world.actor()

    response = await world.ask(
        developer, world.assertion(developer, header={"typ": typ, "kid": developer.key.thumbprint()})
    )

    assert response.status_code == 200


@pytest.mark.requirement("R72")
async def test_an_assertion_signed_by_another_key_is_refused_like_one_of_an_unknown_client(world: World) -> None:
    developer, other = await world.actor(), await world.actor()
    forged = world.assertion(Actor(party="", client=developer.client, key=other.key))
    unknown = world.assertion(Actor(party="", client="urn:muniment:client:none", key=other.key))

    first, second = await world.ask(developer, forged), await world.ask(developer, unknown)

    assert refusal(first) == refusal(second) == UNAUTHENTICATED
    assert first.json() == second.json()
    assert "www-authenticate" not in first.headers


@pytest.mark.requirement("R72")
async def test_a_client_that_was_shut_out_gets_no_token(world: World) -> None:
    developer = await world.actor()
    assert world.ports.clients.set_active(developer.client, active=False)

    assert refusal(await world.ask(developer)) == UNAUTHENTICATED


async def test_a_kept_key_of_another_kind_proves_nothing(world: World) -> None:
    actor = world.kept(OKPKey.generate_key("Ed448"))
    assertion = world.assertion(actor, header={"alg": "Ed448"})

    assert refusal(await world.ask(actor, assertion)) == UNAUTHENTICATED


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_an_assertion_without_a_real_signature_is_refused(world: World, algorithm: str) -> None:
    developer = await world.actor()
    genuine = world.assertion(developer).split(".")[1]
    header = b64(json.dumps({"alg": algorithm}).encode())
    if algorithm == "HS256":
        secret = OctKey.import_key(str(developer.key.as_dict(private=False)["x"]))
        forged = signed(secret, {"alg": "HS256"}, decoded(genuine))
    else:
        forged = f"{header}.{genuine}.AA"

    assert refusal(await world.ask(developer, forged)) == UNAUTHENTICATED


@pytest.mark.parametrize(
    "assertion",
    [
        "x",
        "a.b",
        "a.b.c",
        "a.b.c=",
        b64(b"[]") + "." + b64(b"{}") + ".AA",
        b64(b"{}") + "." + b64(b"[]") + ".AA",
        b64(b"{}") + "." + b64(b"{}") + ".AA",
        b64(b'{"alg":"Ed25519","alg":"none"}') + "." + b64(b"{}") + ".AA",
        b64(b'{"typ":7}') + "." + b64(b"{}") + ".AA",
        b64(b'{"typ":["jwt"]}') + "." + b64(b"{}") + ".AA",
        b64(b'{"typ":{}}') + "." + b64(b"{}") + ".AA",
        b64(b"{}") + "." + b64(b'{"sub":"a","sub":"b"}') + ".AA",
        b64(b"{}") + "." + b64(b"[" * 2500) + ".AA",
        b64(b"{}") + "." + b64(b'{"sub":"\\ud800"}') + ".AA",
        "a" * 5000 + ".b.c",
        "é.b.c",
    ],
    ids=lambda text: text[:30],
)
async def test_what_is_no_assertion_is_refused(world: World, assertion: str) -> None:
    assert refusal(await world.ask(await world.actor(), assertion)) == UNAUTHENTICATED


async def test_trap_j3_an_assertion_with_repeated_claims_is_refused(world: World) -> None:
    developer = await world.actor()
    claims = decoded(world.assertion(developer).split(".")[1]).decode()
    twice = claims[:-1] + ', "jti": "other"}'

    response = await world.ask(developer, signed(developer.key, {"alg": "Ed25519"}, twice.encode()))

    assert refusal(response) == UNAUTHENTICATED


async def test_trap_a10_more_than_one_means_of_client_authentication_is_refused(world: World) -> None:
    developer = await world.actor()
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": world.assertion(developer),
    }

    with_basic = await world.http.post("/as/token", data=form, headers={"Authorization": "Basic YTpi"})
    with_secret = await world.http.post("/as/token", data={**form, "client_secret": "x"})

    assert refusal(with_basic) == refusal(with_secret) == MALFORMED
    assert (await world.http.post("/as/token", data=form)).status_code == 200


async def test_a_secret_proves_nothing_here(world: World) -> None:
    form = {"grant_type": "client_credentials"}

    basic = await world.http.post("/as/token", data=form, headers={"Authorization": "Basic YTpi"})
    body = await world.http.post("/as/token", data={**form, "client_id": "a", "client_secret": "b"})

    assert refusal(basic) == refusal(body) == UNAUTHENTICATED
    assert basic.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("kind", ["urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "", None])
async def test_an_assertion_of_another_type_is_refused(world: World, kind: str | None) -> None:
    assert refusal(await world.ask(await world.actor(), client_assertion_type=kind)) == UNAUTHENTICATED


async def test_a_client_id_beside_the_assertion_must_be_its_own(world: World) -> None:
    developer = await world.actor()

    assert (await world.ask(developer, client_id=developer.client)).status_code == 200
    assert refusal(await world.ask(developer, client_id="urn:muniment:client:other")) == UNAUTHENTICATED


@pytest.mark.parametrize(
    "name", ["grant_type", "scope", "client_assertion", "client_assertion_type", "authorization_details", "unknown"]
)
async def test_trap_a16_a_repeated_parameter_is_refused(world: World, name: str) -> None:
    developer = await world.actor()
    good = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    value = good.get(name) or (world.assertion(developer) if name == "client_assertion" else "graph:query")

    assert refusal(await world.ask(developer, None, **{name: [value, value]})) == MALFORMED


@pytest.mark.parametrize("grant_type", ["authorization_code", "password", "", "refresh_token"])
async def test_other_grant_types_are_unknown(world: World, grant_type: str) -> None:
    response = await world.ask(await world.actor(), grant_type=grant_type)

    assert refusal(response) == (400, "unsupported_grant_type", "OAUTH_GRANT_UNSUPPORTED")


async def test_the_token_may_be_asked_for_this_place_and_no_other(world: World) -> None:
    developer = await world.actor()

    assert (await world.ask(developer, resource=AUDIENCE)).status_code == 200
    assert (await world.ask(developer, resource=[AUDIENCE, AUDIENCE])).status_code == 200
    for place in ("https://other.example/graphql", ISSUER, [AUDIENCE, "https://other.example"]):
        assert refusal(await world.ask(developer, resource=place)) == (400, "invalid_target", "OAUTH_TARGET_INVALID")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"grant_type":"client_credentials"}', "application/json"),
        (b"grant_type=client_credentials", "text/plain"),
        (b"grant_type=client_credentials", ""),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"grant_type", "application/x-www-form-urlencoded"),
        (b"&".join(b"p%d=1" % number for number in range(40)), "application/x-www-form-urlencoded"),
        (b"grant_type=" + b"a" * 70_000, "application/x-www-form-urlencoded"),
    ],
    ids=["json", "text", "none", "percent", "bytes", "no value", "many", "large"],
)
async def test_what_is_no_form_of_a_readable_size_is_refused(world: World, content: bytes, content_type: str) -> None:
    response = await world.http.post("/as/token", content=content, headers={"Content-Type": content_type})

    assert refusal(response) == MALFORMED


async def test_an_empty_form_asks_for_no_known_grant(world: World) -> None:
    response = await world.http.post(
        "/as/token", content=b"", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert refusal(response) == (400, "unsupported_grant_type", "OAUTH_GRANT_UNSUPPORTED")


async def test_parameters_in_the_address_are_refused(world: World) -> None:
    developer = await world.actor()

    response = await world.http.post(
        f"/as/token?client_assertion={world.assertion(developer)}", data={"grant_type": "client_credentials"}
    )

    assert refusal(response) == MALFORMED


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_the_token_endpoint_takes_posts_only(world: World, method: str) -> None:
    assert (await world.http.request(method, "/as/token")).status_code == 405


async def test_trap_a8_no_log_holds_a_token_or_an_assertion(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    developer = await world.actor()
    assertion = world.assertion(developer)

    await world.ask(developer, assertion)
    await world.ask(developer, assertion)
    await world.ask(developer, scope="platform:operate")

    printed = "".join(capfd.readouterr())
    assert "eyJ" not in caplog.text + printed


async def test_trap_a9_the_stores_are_called_in_worker_threads(world: World) -> None:
    developer = await world.actor()
    licence = await world.licence(developer.party)
    threads: list[threading.Thread] = []

    class Watched:
        """The real stores, and where they are called."""

        def find(self, client: str) -> Client | None:
            threads.append(threading.current_thread())
            return world.ports.clients.find(client)

        def insert_once(self, key: str, until: datetime) -> bool:
            threads.append(threading.current_thread())
            return world.ports.replay.insert_once(key, until)

    watched: Any = Watched()
    ports = replace(world.ports, clients=watched, replay=watched)
    app = Starlette(routes=authorization_server(ports, public_url="https://gw.example", keys=world.keys))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://gw.example") as http:
        response = await replace(world, http=http).ask(developer, authorization_details=wish(licence.licence))

    assert response.status_code == 200
    assert len(threads) == 2
    assert threading.current_thread() not in threads


async def test_trap_a15_a_server_with_two_signing_keys_is_not_started(world: World) -> None:
    two = KeySet([*world.keys.keys, ECKey.generate_key("P-256", auto_kid=True)])

    with pytest.raises(ValueError, match="too many values"):
        authorization_server(world.ports, public_url="https://gw.example", keys=two)


def decoded(segment: str) -> bytes:
    """The content of one part of a compact JWS."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
