"""The client sends what it should, to whom it should, and names every failure."""

import asyncio

import pytest

from gateway.client import MunimentClient, Token
from gateway.client.errors import (
    AddressInvalidError,
    GatewayAnswerError,
    GatewayTimeoutError,
    GatewayUnreachableError,
    OperationFailedError,
    PagingStuckError,
    RegistrationRefusedError,
)
from graph.signing import SigningKey
from tests.testkit.clock import NOON
from tests.testkit.scripted_gateway import Said, ScriptedGateway

GRAPHQL = "/graphql"
TOKEN = Token(value="mine", scopes=frozenset(), licences=frozenset(), expires_at=NOON)


async def test_an_operation_is_sent_with_a_token_and_its_variables(
    gateway: ScriptedGateway, client: MunimentClient
) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {"viewer": {"id": "a"}}, "extensions": {"receipt": 1}}))

    answer = await client.execute("query($x: Int) { viewer { id } }", {"x": 1})

    assert answer.require() == {"viewer": {"id": "a"}}
    assert (answer.status, answer.errors, answer.codes, answer.extensions) == (200, (), (), {"receipt": 1})
    (request,) = gateway.heard(GRAPHQL)
    assert request.json == {"query": "query($x: Int) { viewer { id } }", "variables": {"x": 1}}
    assert request.headers["Authorization"] == "Bearer one"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"].startswith("application/graphql-response+json")


async def test_a_given_token_is_used_as_it_is(gateway: ScriptedGateway, client: MunimentClient) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {}}))

    await client.execute("{ a }", token=TOKEN)

    assert gateway.heard(GRAPHQL)[0].headers["Authorization"] == "Bearer mine"
    assert gateway.heard(GRAPHQL)[0].json == {"query": "{ a }"}
    assert not gateway.heard("/as/token")


async def test_the_licences_of_an_operation_are_those_of_its_token(
    gateway: ScriptedGateway, client: MunimentClient
) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {}}))

    await client.execute("{ a }", licences=["urn:b", "urn:a"])

    assert gateway.heard("/as/token")[0].form["authorization_details"] == (
        '[{"type":"data_licence","identifier":"urn:a"},{"type":"data_licence","identifier":"urn:b"}]'
    )


@pytest.mark.parametrize("status", [200, 401, 403])
async def test_errors_come_back_as_they_are_and_fail_only_on_request(
    gateway: ScriptedGateway, client: MunimentClient, status: int
) -> None:
    errors = [{"message": "no", "extensions": {"code": "SCOPE_MISSING"}}, {"message": "neither"}]
    gateway.says(GRAPHQL, Said.json({"data": None, "errors": errors}, status))

    answer = await client.execute("{ a }")

    assert answer.status == status
    assert answer.codes == ("SCOPE_MISSING", "")
    with pytest.raises(OperationFailedError) as failed:
        answer.require()
    assert failed.value.codes == ("SCOPE_MISSING", "")
    assert failed.value.status == status
    assert "no" in failed.value.message


async def test_an_answer_without_data_and_without_errors_is_none(
    gateway: ScriptedGateway, client: MunimentClient
) -> None:
    gateway.says(GRAPHQL, Said.json({"data": None}))

    with pytest.raises(OperationFailedError, match="no data"):
        (await client.execute("{ a }")).require()


@pytest.mark.parametrize(
    "said",
    [
        Said(status=502, body=b"<html>Bad Gateway</html>"),
        Said(body=b""),
        Said(body=b"[]"),
        Said(body=b'{"data":'),
        Said(body=b"{}"),
        Said(body=b'{"data": []}'),
        Said(body=b'{"errors": "many"}'),
        Said(body=b'{"errors": [1]}'),
        Said(status=307, body=b"", headers={"Location": "https://evil.example/graphql"}),
    ],
    ids=["html", "empty", "array", "torn", "no response", "listed data", "told errors", "counted errors", "redirect"],
)
async def test_what_is_no_graphql_answer_is_told(gateway: ScriptedGateway, client: MunimentClient, said: Said) -> None:
    gateway.says(GRAPHQL, said)

    with pytest.raises(GatewayAnswerError) as refused:
        await client.execute("{ a }", token=TOKEN)

    assert refused.value.status == said.status
    assert refused.value.address == gateway.url + GRAPHQL


async def test_an_answer_is_read_up_to_a_limit(gateway: ScriptedGateway, key: SigningKey) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {"text": "x" * 10_000}}))

    async with MunimentClient(gateway.url, client_id="c", key=key, max_bytes=5_000) as client:
        with pytest.raises(GatewayAnswerError, match="larger than 5000 bytes"):
            await client.execute("{ a }", token=TOKEN)


async def test_a_gateway_that_takes_too_long_is_told(gateway: ScriptedGateway, key: SigningKey) -> None:
    gateway.says(GRAPHQL, Said(delay_s=5))

    async with MunimentClient(gateway.url, client_id="c", key=key, timeout_s=0.05) as client:
        with pytest.raises(GatewayTimeoutError) as refused:
            await client.execute("{ a }", token=TOKEN)

    assert refused.value.timeout_s == 0.05


async def test_a_gateway_that_is_not_there_is_told(key: SigningKey, unused_tcp_port: int) -> None:
    async with MunimentClient(f"http://127.0.0.1:{unused_tcp_port}", client_id="c", key=key) as client:
        with pytest.raises(GatewayUnreachableError) as refused:
            await client.execute("{ a }")

    assert refused.value.code == "GATEWAY_UNREACHABLE"
    assert str(unused_tcp_port) in refused.value.message


@pytest.fixture
async def unused_tcp_port() -> int:
    """A port that was free a moment ago."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


@pytest.mark.parametrize(
    "address",
    [
        "",
        "gw.example",
        "ftp://gw.example",
        "http://gw.example",
        "http://10.0.0.1:8040",
        "https://",
        "https://gw.example?x=1",
        "https://gw.example#x",
        "https://user:pw@gw.example",
        "https://gw.example:0",
        "https://gw.example:port",
        "https://[::1",
    ],
)
def test_tokens_are_not_sent_just_anywhere(address: str, key: SigningKey) -> None:
    with pytest.raises(AddressInvalidError):
        MunimentClient(address, client_id="c", key=key)


@pytest.mark.parametrize(
    "address", ["https://gw.example/", "http://localhost:8040", "http://127.0.0.1", "http://[::1]:8040"]
)
def test_https_and_this_machine_are_good_addresses(address: str, key: SigningKey) -> None:
    MunimentClient(address, client_id="c", key=key)


async def test_a_closed_client_opens_again(gateway: ScriptedGateway, client: MunimentClient) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {}}))
    await client.execute("{ a }")
    await client.close()
    await client.close()
    client.forget_tokens()

    assert (await client.execute("{ a }")).status == 200
    assert len(gateway.heard("/as/token")) == 2


def a_page(cursor: object, *, more: bool, field: str = "ratings") -> Said:
    return Said.json({"data": {field: {"nodes": [cursor], "pageInfo": {"hasNextPage": more, "endCursor": cursor}}}})


async def test_pages_follow_the_cursors_to_the_end(gateway: ScriptedGateway, client: MunimentClient) -> None:
    gateway.says(GRAPHQL, a_page("a", more=True), a_page("b", more=True), a_page("c", more=False))

    pages = [page async for page in client.pages("query", {"first": 1}, field="ratings", licences=["urn:a"])]

    assert [page["nodes"] for page in pages] == [["a"], ["b"], ["c"]]
    assert [request.json["variables"] for request in gateway.heard(GRAPHQL)] == [
        {"first": 1},
        {"first": 1, "after": "a"},
        {"first": 1, "after": "b"},
    ]


@pytest.mark.parametrize("cursor", ["a", None, 7])
async def test_cursors_that_do_not_go_on_are_told(
    gateway: ScriptedGateway, client: MunimentClient, cursor: object
) -> None:
    gateway.says(GRAPHQL, a_page("a", more=True), a_page(cursor, more=True))

    with pytest.raises(PagingStuckError) as stuck:
        async for _ in client.pages("query", field="ratings"):
            pass

    assert stuck.value.cursor == cursor
    assert len(gateway.heard(GRAPHQL)) == 2


async def test_a_field_that_is_no_connection_has_no_pages(gateway: ScriptedGateway, client: MunimentClient) -> None:
    gateway.says(GRAPHQL, Said.json({"data": {"ratings": None}}))

    with pytest.raises(PagingStuckError):
        async for _ in client.pages("query", field="ratings"):
            pass


async def test_a_key_is_registered_with_an_invitation(gateway: ScriptedGateway, key: SigningKey) -> None:
    gateway.says(
        "/as/register",
        Said.json({"client_id": "c", "party": "p", "kind": "AUDITOR", "scope": "audit:read graph:query"}, 201),
    )

    registration = await MunimentClient.register(gateway.url, "inv_1", key, name="auditor 1")

    assert (registration.client_id, registration.party, registration.kind) == ("c", "p", "AUDITOR")
    assert registration.scopes == {"audit:read", "graph:query"}
    (request,) = gateway.heard("/as/register")
    assert request.headers["Authorization"] == "Bearer inv_1"
    assert request.json == {
        "jwk": key.public_jwk,
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": "auditor 1",
    }
    assert key.private_jwk()["d"].encode() not in request.body


async def test_a_refused_registration_says_why(gateway: ScriptedGateway, key: SigningKey) -> None:
    gateway.says(
        "/as/register",
        Said.json({"error": "invalid_token", "error_description": "used", "code": "INVITATION_INVALID"}, 401),
    )

    with pytest.raises(RegistrationRefusedError) as refused:
        await MunimentClient.register(gateway.url, "inv_1", key)

    assert (refused.value.status, refused.value.error, refused.value.reason) == (
        401,
        "invalid_token",
        "INVITATION_INVALID",
    )
    assert "inv_1" not in refused.value.message


async def test_an_answer_that_is_no_registration_is_told(gateway: ScriptedGateway, key: SigningKey) -> None:
    gateway.says("/as/register", Said.json({"client_id": 7}, 201))

    with pytest.raises(GatewayAnswerError):
        await MunimentClient.register(gateway.url, "inv_1", key)
