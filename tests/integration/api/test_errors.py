"""What a caller sees of a failure: coded errors as they are, everything else masked, and nothing executed twice."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from gateway.api.error_map import MOST_ERRORS
from gateway.api.http import GraphQLEndpoint
from gateway.api.limits import Limits
from gateway.auth.errors import ScopeMissingError
from gateway.exchange.read.pipeline import run
from tests.testkit.api import METADATA_URL, PURPOSE, KnownTokens, MemoryRead, a_principal, served


def ratings(selection: str = "nodes { id }", arguments: str = "", key: str = "ratings") -> str:
    return f'{key}: ratings(licences: ["l"], purpose: "{PURPOSE}" {arguments}) {{ {selection} }}'


async def test_a_failure_of_one_field_is_masked_logged_and_leaves_the_others() -> None:
    app = served(ports=None)

    with capture_logs() as logs:
        answer = await app.query("{ viewer { id } catalogue { nodes { id } } }")

    (error,) = answer.json()["errors"]
    (log,) = logs
    assert answer.json()["data"] == {"viewer": {"id": "urn:muniment:party:dev"}, "catalogue": None}
    assert error["path"] == ["catalogue"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["incident"] == log["incident"]
    assert "NoneType" not in answer.text
    assert "NoneType" in str(log["exc_info"])


async def test_a_refusal_of_the_whole_read_is_told_at_every_record_field() -> None:
    app = served(MemoryRead(failure=ScopeMissingError("graph:query")))

    answer = await app.query("{" + ratings(key="a") + ratings(key="b") + "}")

    assert [error["path"] for error in answer.json()["errors"]] == [["a"], ["b"]]
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"SCOPE_MISSING"}


async def test_a_missing_scope_of_the_real_read_path_is_told_the_same_way() -> None:
    nobody = a_principal()
    app = served(
        engine_read=run,
        principals={
            "nobody": nobody.__class__(
                party=nobody.party, kind=nobody.kind, client="c", scopes=frozenset(), expires_at=nobody.expires_at
            )
        },
    )

    answer = await app.query("{" + ratings() + "}", token="nobody")

    assert answer.json()["errors"][0]["extensions"]["scope"] == "graph:query"


async def test_more_record_fields_than_allowed_are_refused_before_anything_is_read() -> None:
    app = served(limits=Limits(record_fields=2))

    answer = await app.query("{" + "".join(ratings(key=key) for key in "abc") + "}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_MANY_ROOT_FIELDS"
    assert app.read.runs == []


async def test_a_null_for_a_required_argument_fails_its_field() -> None:
    app = served()

    answer = await app.query("query ($first: Int = 5) {" + ratings(arguments="first: $first") + "}", {"first": None})

    assert answer.json()["data"] == {"ratings": None}
    assert answer.json()["errors"][0]["path"] == ["ratings"]
    assert app.read.runs == []


@pytest.mark.parametrize(
    "arguments",
    [
        "where: {or: null}",
        "where: {value: null}",
        "orderBy: [{column: VALUE}, {column: VALUE, direction: DESC}]",
        "where: {rater: {in: [" + ", ".join(f'"{number}"' for number in range(1001)) + "]}}",
    ],
)
async def test_filters_and_orders_that_cannot_be_used_are_refused(arguments: str) -> None:
    app = served()

    answer = await app.query("{" + ratings(arguments=arguments) + "}")

    assert answer.json()["errors"][0]["extensions"]["code"] == "FILTER_INVALID"
    assert app.read.runs == []


async def test_parts_that_hold_together_may_be_written_as_a_list() -> None:
    app = served()

    await app.query("{" + ratings(arguments='where: {and: [{rater: {eq: "a"}}, {rated: {lt: "b"}}]}') + "}")

    ((command,),) = app.read.runs
    assert len(command.where.parts) == 2  # type: ignore[union-attr]  # a conjunction


async def test_the_named_operation_is_executed_and_no_other() -> None:
    app = served()
    text = "query one { viewer { id } } query two { viewer { kind } }"

    two = await app.query(text, operationName="two")
    three = await app.query(text, operationName="three")

    assert two.json()["data"] == {"viewer": {"kind": "LLM_DEVELOPER"}}
    assert three.json()["errors"][0]["extensions"]["code"] == "OPERATION_NOT_FOUND"


async def test_introspection_is_open_to_its_scope_and_in_the_dev_profile() -> None:
    text = '{ __schema { queryType { name } } __type(name: "Rating") { kind } }'

    operator = await served().query(text, token="operator")
    dev = await served(dev=True).query(text)

    assert (
        operator.json()["data"]
        == dev.json()["data"]
        == {
            "__schema": {"queryType": {"name": "Query"}},
            "__type": {"kind": "OBJECT"},
        }
    )


async def test_many_errors_are_cut_to_a_bounded_list() -> None:
    answer = await served().query("{ " + " ".join(f"x{number}" for number in range(19)) + " }")

    assert 0 < len(answer.json()["errors"]) <= MOST_ERRORS


async def test_an_expired_token_that_asks_for_no_records_leaves_no_trace() -> None:
    app = served()

    answer = await app.query("{ viewer { id } }", token="expired")

    assert answer.status_code == 401
    assert app.read.expired == []


async def test_an_expired_token_is_refused_even_when_its_trace_cannot_be_kept() -> None:
    app = served(MemoryRead(failure=RuntimeError("disk full")))

    with capture_logs() as logs:
        answer = await app.query("{" + ratings() + "}", token="expired")

    assert answer.status_code == 401
    assert [log["event"] for log in logs] == ["incident"]


class BrokenTokens:
    async def verify(self, _authorization: object) -> Any:
        raise RuntimeError("secret")


async def test_a_failure_outside_of_execution_is_masked_too() -> None:
    app = served()
    endpoint = GraphQLEndpoint(engine=app.engine, verifier=BrokenTokens(), limits=Limits(), metadata_url=METADATA_URL)

    with capture_logs():
        status, body = await call(endpoint, [{"type": "http.request", "body": b"{}", "more_body": False}])

    assert status == 500
    assert b"INTERNAL" in body
    assert b"secret" not in body


async def test_a_caller_that_hangs_up_is_no_incident() -> None:
    app = served()
    tokens = KnownTokens({"t": a_principal()})
    endpoint = GraphQLEndpoint(engine=app.engine, verifier=tokens, limits=Limits(), metadata_url=METADATA_URL)

    with capture_logs() as logs:
        status, _ = await call(endpoint, [{"type": "http.disconnect"}])

    assert status == 400
    assert logs == []


async def test_a_value_that_json_cannot_hold_is_an_incident_and_not_half_an_answer() -> None:
    app = served(MemoryRead(columns={"rater": ["ann"]}))
    execute = app.engine.execute

    async def with_a_set(*arguments: Any, **options: Any) -> Any:
        answer = await execute(*arguments, **options)
        return answer.__class__(data={"x": {1, 2}}, executed=True)

    object.__setattr__(app.engine, "execute", with_a_set)

    with capture_logs():
        answer = await app.query("{ viewer { id } }")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"


async def call(endpoint: GraphQLEndpoint, messages: list[Message]) -> tuple[int, bytes]:
    """One raw ASGI request with a good token."""
    sent: list[Message] = []
    waiting = iter(messages)

    async def receive() -> Message:
        await asyncio.sleep(0)
        return next(waiting)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"authorization", b"Bearer t")]
    scope: Scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await endpoint(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]
