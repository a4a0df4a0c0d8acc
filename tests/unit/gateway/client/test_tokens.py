"""Tokens are asked for with fresh assertions, kept while they are good, and never shown."""

import asyncio
from typing import Any

import pytest

from gateway.client import MunimentClient
from gateway.client.errors import GatewayAnswerError, IssuerMismatchError, TokenRefusedError
from gateway.client.tokens import TokenSource
from gateway.client.transport import Transport
from graph.signing import SigningKey, verify
from tests.testkit.clock import FrozenClock
from tests.testkit.scripted_gateway import Said, ScriptedGateway, a_token_answer

ENDPOINT = "/as/token"
METADATA = "/.well-known/oauth-authorization-server/as"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def source(gateway: ScriptedGateway, key: SigningKey, clock: FrozenClock) -> Any:
    async with Transport(gateway.url, timeout_s=5, max_bytes=100_000) as transport:
        yield TokenSource(transport, client_id="urn:c", key=key, now=lambda: clock().timestamp())


async def test_a_token_says_what_it_is_good_for_and_until_when(
    gateway: ScriptedGateway, source: TokenSource, clock: FrozenClock
) -> None:
    details = [{"type": "data_licence", "identifier": "urn:l", "licence_version": 1}]
    gateway.says(ENDPOINT, Said.json(a_token_answer("secret", expires_in=60, authorization_details=details)))

    token = await source.token(["graph:query"], ["urn:l"])

    assert (token.value, token.authorization) == ("secret", "Bearer secret")
    assert token.scopes == {"graph:query"}
    assert token.licences == {"urn:l"}
    assert (token.expires_at - clock()).total_seconds() == 60
    assert "secret" not in repr(token)


async def test_every_assertion_is_new_short_and_for_this_server(
    gateway: ScriptedGateway, source: TokenSource, key: SigningKey, clock: FrozenClock
) -> None:
    await source.token()
    source.forget()
    await source.token()

    forms = [request.form for request in gateway.heard(ENDPOINT)]
    assert all(form.keys() == {"grant_type", "client_assertion_type", "client_assertion"} for form in forms)
    claims = [verify(form["client_assertion"], key.public_jwk, typ="JWT") for form in forms]
    now = int(clock().timestamp())
    for each in claims:
        assert each["iss"] == each["sub"] == "urn:c"
        assert each["aud"] == gateway.url + "/as"
        assert (each["iat"], each["exp"]) == (now, now + 60)
    assert claims[0]["jti"] != claims[1]["jti"]
    assert len(gateway.heard(METADATA)) == 1


async def test_a_token_is_kept_until_half_a_minute_before_its_end(
    gateway: ScriptedGateway, source: TokenSource, clock: FrozenClock
) -> None:
    gateway.says(ENDPOINT, *(Said.json(a_token_answer(value)) for value in ("one", "two")))
    assert (await source.token()).value == "one"
    clock.advance(569)
    assert (await source.token()).value == "one"

    clock.advance(1)

    assert (await source.token()).value == "two"


async def test_a_token_of_one_second_is_never_kept(gateway: ScriptedGateway, source: TokenSource) -> None:
    gateway.says(ENDPOINT, *(Said.json(a_token_answer(value, expires_in=1)) for value in ("one", "two")))

    assert [(await source.token()).value, (await source.token()).value] == ["one", "two"]


async def test_tokens_for_different_wishes_are_kept_apart_and_old_ones_dropped(
    gateway: ScriptedGateway, source: TokenSource, clock: FrozenClock
) -> None:
    gateway.says(ENDPOINT, *(Said.json(a_token_answer(str(number))) for number in range(9)))

    values = [(await source.token(licences=[licence])).value for licence in ("urn:a", "urn:b", "urn:a")]
    clock.advance(600)
    await source.token(["graph:query"])

    assert values == ["0", "1", "0"]
    assert len(source._kept) == 1
    assert gateway.heard(ENDPOINT)[-1].form["scope"] == "graph:query"


async def test_many_at_once_ask_for_one_token(gateway: ScriptedGateway, source: TokenSource) -> None:
    gateway.says(ENDPOINT, Said.json(a_token_answer("one")))

    tokens = await asyncio.gather(*(source.token() for _ in range(5)))

    assert {token.value for token in tokens} == {"one"}
    assert len(gateway.heard(ENDPOINT)) == 1


async def test_a_refusal_says_why_and_is_not_kept(gateway: ScriptedGateway, source: TokenSource) -> None:
    refusal = {"error": "invalid_client", "error_description": "used before", "code": "ASSERTION_REPLAYED"}
    gateway.says(ENDPOINT, Said.json(refusal, 401), Said.json(a_token_answer("one")))

    with pytest.raises(TokenRefusedError) as refused:
        await source.token()

    assert refused.value.code == "TOKEN_REFUSED"
    assert (refused.value.error, refused.value.reason) == ("invalid_client", "ASSERTION_REPLAYED")
    assert "used before" in refused.value.message
    assert (await source.token()).value == "one"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        a_token_answer("x", token_type="DPoP"),
        a_token_answer("x", expires_in="600"),
        {"access_token": 7, "token_type": "Bearer", "expires_in": 600},
    ],
    ids=["empty", "other type", "text", "number"],
)
async def test_an_answer_that_is_no_bearer_token_is_told(
    gateway: ScriptedGateway, source: TokenSource, answer: dict[str, object]
) -> None:
    gateway.says(ENDPOINT, Said.json(answer))

    with pytest.raises(GatewayAnswerError):
        await source.token()


@pytest.mark.parametrize(
    ("issuer", "endpoint"),
    [
        ("https://gw.example/as", "https://gw.example/as/token"),
        (None, None),
        ("{url}/as", "https://evil.example/token"),
        ("{url}/as/", "{url}/as/token"),
    ],
)
async def test_an_assertion_is_made_for_the_known_gateway_only(
    gateway: ScriptedGateway, source: TokenSource, issuer: str | None, endpoint: str | None
) -> None:
    said = {"issuer": issuer, "token_endpoint": endpoint}
    gateway.says(
        METADATA,
        Said.json({name: value.format(url=gateway.url) if value else value for name, value in said.items()}),
    )

    with pytest.raises(IssuerMismatchError):
        await source.token()

    assert not gateway.heard(ENDPOINT)


async def test_a_place_without_an_authorization_server_is_told(gateway: ScriptedGateway, source: TokenSource) -> None:
    gateway.says(METADATA, Said(status=404))

    with pytest.raises(GatewayAnswerError, match="no authorization server"):
        await source.token()


async def test_the_client_gives_and_forgets_tokens(gateway: ScriptedGateway, client: MunimentClient) -> None:
    first = await client.token()
    assert await client.token() is first

    client.forget_tokens()

    assert await client.token() is not first
