"""GraphQL over HTTP, strictly: what is not exactly a GraphQL request is refused with one code."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from gateway.api.limits import Limits
from tests.testkit.api import METADATA_URL, RESPONSE_TYPE, served

AUTH = {"authorization": "Bearer developer"}
JSON = {"content-type": "application/json"}
ME = b'{"query": "{ viewer { id kind scopes } }"}'


async def test_a_query_is_answered_in_the_type_that_was_asked_for() -> None:
    app = served()

    modern = await app.http.post("/graphql", content=ME, headers={**AUTH, **JSON, "accept": RESPONSE_TYPE})
    plain = await app.http.post("/graphql", content=ME, headers={**AUTH, **JSON, "accept": "application/json"})
    silent = await app.http.post("/graphql", content=ME, headers={**AUTH, **JSON, "accept": "*/*"})

    assert modern.headers["content-type"] == f"{RESPONSE_TYPE}; charset=utf-8"
    assert plain.headers["content-type"] == silent.headers["content-type"] == "application/json; charset=utf-8"
    assert modern.status_code == plain.status_code == 200
    assert modern.json()["data"]["viewer"]["kind"] == "LLM_DEVELOPER"
    assert modern.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { ", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($p: Iri!) { ratings(licences: [], purpose: $p) { nodes { id } } }", "VARIABLES_INVALID"),
        ("query a { __typename } query b { __typename }", "OPERATION_NOT_FOUND"),
        ("subscription { x }", "SUBSCRIPTION_UNSUPPORTED"),
        ("{ __schema { types { name } } }", "INTROSPECTION_REFUSED"),
    ],
)
async def test_a_refused_document_is_400_without_data_in_the_newer_type_and_200_in_the_older(
    query: str, code: str
) -> None:
    app = served()
    body = json.dumps({"query": query}).encode()

    modern = await app.http.post("/graphql", content=body, headers={**AUTH, **JSON, "accept": RESPONSE_TYPE})
    plain = await app.http.post("/graphql", content=body, headers={**AUTH, **JSON, "accept": "application/json"})

    assert (modern.status_code, plain.status_code) == (400, 200)
    assert modern.json() == plain.json()
    assert "data" not in modern.json()
    assert modern.json()["errors"][0]["extensions"]["code"] == code
    assert modern.json()["errors"][0]["extensions"]["documentation"].endswith(f"/errors/{code}")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/jsonp",
        "foo/application/json",
        "application/json; charset=latin-1",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ],
)
async def test_other_content_types_are_refused(content_type: str) -> None:
    app = served()

    answer = await app.http.post("/graphql", content=ME, headers={**AUTH, "content-type": content_type})

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["extensions"]["code"] == "MEDIA_TYPE_UNSUPPORTED"


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", "Application/JSON; charset=UTF-8"]
)
async def test_json_in_utf_8_is_accepted_however_it_is_written(content_type: str) -> None:
    answer = await served().http.post("/graphql", content=ME, headers={**AUTH, "content-type": content_type})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting"),
        (b'"text"', "JSON object"),
        (b'[{"query": "{ viewer { id } }"}]', "batches"),
        (b"\xff\xfe{}", "Unicode"),
        (b'{"query": "\\ud800"}', "Unicode"),
        (b'{"query": "{ a }", "query": "{ b }"}', "twice"),
        (b'{"query": "{ a }", "variables": {"a": {"b": 1, "b": 2}}}', "twice"),
        (b'{"query": "{ a }", "variables": {"a": NaN}}', "NaN"),
        (b'{"query": "{ a }", "variables": {"a": ' + b"9" * 5000 + b"}}", "digits"),
        (b'{"query": "{ a }", "variables": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}", "nested"),
        (b"[" * 100_000, "nested"),
        (b'{"query": 7}', "query"),
        (b'{"query": "  "}', "query"),
        (b"{}", "query"),
        (b'{"query": "{ a }", "variables": []}', "variables"),
        (b'{"query": "{ a }", "operationName": 1}', "operationName"),
        (b'{"query": "{ a }", "extensions": "x"}', "extensions"),
        (b'{"query": "{ a }", "documentId": "x"}', "documentId"),
    ],
)
async def test_a_body_that_is_not_one_plain_request_is_refused_with_400(body: bytes, problem: str) -> None:
    answer = await served().http.post("/graphql", content=body, headers={**AUTH, **JSON})

    (error,) = answer.json()["errors"]
    assert answer.status_code == 400
    assert error["extensions"]["code"] in {"JSON_INVALID", "GRAPHQL_REQUEST_INVALID"}
    assert problem in error["message"]


@pytest.mark.parametrize("member", ["variables", "operationName", "extensions"])
async def test_members_may_be_null(member: str) -> None:
    body = json.dumps({"query": "{ __typename }", member: None}).encode()

    answer = await served().http.post("/graphql", content=body, headers={**AUTH, **JSON})

    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_body_is_413_also_when_its_size_is_not_declared(chunked: bool) -> None:
    app = served(limits=Limits(body_bytes=1000))
    body = b'{"query": "' + b"#" * 2000 + b'"}'

    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    content = stream() if chunked else body
    answer = await app.http.post("/graphql", content=content, headers={**AUTH, **JSON})

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
async def test_production_serves_post_alone(method: str) -> None:
    answer = await served().http.request(method, "/graphql?query={viewer{id}}", headers=AUTH)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_a_body_that_does_not_come_is_408() -> None:
    app = served(limits=Limits(body_s=0.05))

    async def stream() -> AsyncIterator[bytes]:
        yield b'{"query": '
        await asyncio.sleep(5)

    answer = await app.http.post("/graphql", content=stream(), headers={**AUTH, **JSON})

    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_SLOW"


async def test_an_answer_that_nobody_accepts_is_406() -> None:
    answer = await served().http.post("/graphql", content=ME, headers={**AUTH, **JSON, "accept": "text/html"})

    assert answer.status_code == 406
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_without_a_token_the_challenge_says_where_to_get_one() -> None:
    answer = await served().http.post("/graphql", content=ME, headers=JSON)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{METADATA_URL}"'
    assert answer.json()["errors"][0]["extensions"] | {"documentation": ""} == {
        "code": "UNAUTHENTICATED",
        "hint": "get a new token from the token endpoint",
        "stage": "authenticate",
        "reason": "missing",
        "documentation": "",
    }


async def test_a_wrong_token_is_named_invalid() -> None:
    answer = await served().http.post("/graphql", content=ME, headers={**JSON, "authorization": "Bearer forged"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


async def test_the_dev_profile_serves_queries_by_get_and_the_ide_but_no_mutation() -> None:
    app = served(dev=True)

    query = await app.http.get("/graphql", params={"query": "{ viewer { id } }", "variables": "{}"}, headers=AUTH)
    mutation = await app.http.get(
        "/graphql",
        params={"query": 'mutation { resumeLicence(input: {licence: "x", code: "X"}) { userErrors { code } } }'},
        headers=AUTH,
    )
    twice = await app.http.get("/graphql?query={a}&query={b}", headers=AUTH)
    ide = await app.http.get("/graphql", headers={"accept": "text/html"})

    assert query.json()["data"]["viewer"]["id"] == "urn:muniment:party:dev"
    assert mutation.status_code == 405
    assert twice.status_code == 400
    assert ide.headers["content-type"].startswith("text/html")


async def test_suggestions_are_made_in_the_dev_profile_only() -> None:
    production = await served().query("{ viever { id } }")
    dev = await served(dev=True).query("{ viever { id } }")

    assert "Did you mean" not in production.text
    assert "Did you mean" in dev.text
