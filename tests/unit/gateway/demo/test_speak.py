"""Asking the gateway: what is an answer, what a refusal, and what is neither."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest

from gateway.client import Answer, MunimentClient, Token
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.speak import ask, ask_in_part, mutate, mutate_refused, only_report, reports

pytestmark = pytest.mark.anyio

ERROR = {"message": "no", "extensions": {"code": "SCOPE_MISSING"}}
REFUSED = {"message": "no", "extensions": {"code": "COLUMN_NOT_LICENSED"}}


class ScriptedClient:
    """Gives one answer, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[Mapping[str, Any] | None] = []

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        licences: Iterable[str] = (),
        token: Token | None = None,
    ) -> Answer:
        assert query.startswith("# ")
        assert not list(licences)
        assert token is None
        self.asked.append(variables)
        return self._answer


def a_client(data: Mapping[str, Any] | None, *errors: Mapping[str, Any], status: int = 200) -> Any:
    return ScriptedClient(Answer(status=status, data=data, errors=errors))


def an_answer(*codes: str | None) -> Mapping[str, Any]:
    """One record field with a source report per code; none when it was answered."""
    problems = [{"problem": None if code is None else {"code": code}} for code in codes]
    return {"ratings": {"nodes": [], "sources": problems}, "viewer": {"id": "x"}}


async def test_answer_is_what_stands_under_data():
    client = a_client({"viewer": {"id": "x"}})

    assert await ask(cast("MunimentClient", client), "viewer") == {"viewer": {"id": "x"}}


@pytest.mark.parametrize("client", [a_client(None, ERROR, status=403), a_client({"viewer": None}, ERROR)])
async def test_errors_are_no_answer(client):
    with pytest.raises(UnexpectedAnswerError, match=r"`viewer` was answered with status .*SCOPE_MISSING: no"):
        await ask(client, "viewer")


async def test_answer_without_content_is_told_so():
    with pytest.raises(UnexpectedAnswerError, match="no content"):
        await ask(a_client(None, status=500), "viewer")


async def test_answer_in_part_may_have_the_errors_that_reports_tell():
    content = an_answer("COLUMN_NOT_LICENSED", None)

    assert await ask_in_part(a_client(content, REFUSED), "federated", {}, licences=()) == content


async def test_answer_in_part_may_not_have_errors_of_its_own():
    with pytest.raises(UnexpectedAnswerError, match="errors of its own"):
        await ask_in_part(a_client(an_answer(None), ERROR), "federated", {}, licences=())
    with pytest.raises(UnexpectedAnswerError, match="SCOPE_MISSING"):
        await ask_in_part(a_client(None, ERROR), "federated", {}, licences=())


async def test_mutation_carries_its_key_and_gives_its_payload():
    client = a_client({"publishOffer": {"offer": {"id": "o"}, "userErrors": []}})

    payload = await mutate(client, "publish_offer", "demo:offer", dataset="d")

    assert payload["offer"] == {"id": "o"}
    assert client.asked == [{"input": {"dataset": "d", "idempotencyKey": "demo:offer"}}]


REFUSAL = {"publishOffer": {"offer": None, "userErrors": [{"code": "PLATFORM_TERMS_UNDECIDED", "message": "open"}]}}


async def test_refused_mutation_is_told_with_its_code():
    with pytest.raises(UnexpectedAnswerError, match="refused with PLATFORM_TERMS_UNDECIDED: open"):
        await mutate(a_client(REFUSAL), "publish_offer", None)


async def test_mutation_that_must_be_refused_gives_the_refusal():
    assert (await mutate_refused(a_client(REFUSAL), "publish_offer", "k")).code == "PLATFORM_TERMS_UNDECIDED"

    done = a_client({"publishOffer": {"offer": {"id": "o"}, "userErrors": []}})
    with pytest.raises(UnexpectedAnswerError, match="was not refused"):
        await mutate_refused(done, "publish_offer", "k")


async def test_mutation_without_a_payload_is_told_so():
    with pytest.raises(UnexpectedAnswerError, match="without a payload"):
        await mutate(a_client({"publishOffer": None}), "publish_offer", None)


def test_reports_are_those_of_record_fields():
    assert len(list(reports(an_answer(None, "X")))) == 2
    assert only_report(an_answer("X"))["problem"]["code"] == "X"
    with pytest.raises(UnexpectedAnswerError, match="2 datasets answered"):
        only_report(an_answer(None, None))
