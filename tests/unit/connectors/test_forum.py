import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from connectors.engine import EngineContext, Limits, deadline_after, describe, health
from connectors.errors import BadResponseError, CheckpointInvalidError, PagingStuckError
from connectors.platforms.forum import ForumConnector
from connectors.platforms.forum.mapping import LICENCES
from connectors.spi import AiUse, HealthStatus
from policies.predicate import Comparator, Compare
from tests.testkit.forum import Served, a_served_forum, served
from tests.testkit.sources import a_context, a_request, drain, rows_of

LOCAL = "127.0.0.1"


@pytest.fixture
async def context() -> AsyncIterator[EngineContext]:
    async with a_context(LOCAL, limits=Limits(batch_rows=5)) as context:
        yield context


def a_connector(source: Served) -> ForumConnector:
    return ForumConnector.parse_config({"base_url": source.url})


def a_scripted(answers: Sequence[bytes | Mapping[str, Any]], endpoint: str = "badges") -> web.Application:
    """Page n gets the n-th answer; after the last one, that again."""
    app = web.Application()

    async def page(request: web.Request) -> web.Response:
        answer = answers[min(int(request.query["page"]), len(answers)) - 1]
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        return web.Response(body=body)

    app.router.add_get(f"/{endpoint}", page)
    return app


def badges(*ids: int, more: bool = False) -> Mapping[str, Any]:
    return {"items": [{"badge_id": each, "user_id": 7} for each in ids], "has_more": more}


async def read(app: web.Application, context: EngineContext, *columns: str, collection: str = "badges") -> list[Any]:
    async with served(app) as source:
        return rows_of(await drain(a_connector(source), a_request(*columns, collection=collection), context))


@pytest.mark.requirement("R69")
async def test_only_needed_fields_are_asked_for(context: EngineContext) -> None:
    async with a_served_forum() as source:
        where = Compare(column="score", comparator=Comparator.GT, value=0)
        await drain(a_connector(source), a_request("observed_at", collection="utterances", where=where), context)

    fields = {url.path: url.query["fields"] for url in source.asked}
    assert fields == {"/posts": "post_id,creation_date,score", "/comments": "comment_id,creation_date,score"}


@pytest.mark.requirement("R68")
async def test_reputation_is_a_score_with_its_scale(context: EngineContext) -> None:
    app = a_scripted([{"items": [{"user_id": 2**62, "reputation": 101}], "has_more": False}], "users")
    columns = ("subject", "value", "scale_min", "scale_max", "count", "metric", "derived")

    (found,) = await read(app, context, *columns, collection="reputation")

    assert found == {
        "subject": str(2**62),
        "value": 101,
        "scale_min": 1,
        "scale_max": None,
        "count": None,
        "metric": "reputation",
        "derived": False,
    }


@pytest.mark.parametrize(
    ("said", "date", "licence"),
    [
        ("CC BY-SA 2.5", "2020-01-01T00:00:00Z", LICENCES[0]),
        ("CC BY-SA 3.0", "2020-01-01T00:00:00Z", LICENCES[1]),
        ("CC BY-SA 4.0", "2010-01-01T00:00:00Z", LICENCES[2]),
        ("all rights reserved", "2020-01-01T00:00:00Z", None),
        (None, "2011-04-07T23:59:59.999Z", LICENCES[0]),
        (None, "2011-04-08T00:00:00Z", LICENCES[1]),
        (None, "2018-05-01T23:59:59.999Z", LICENCES[1]),
        (None, "2018-05-02T00:00:00Z", LICENCES[2]),
        (None, None, None),
    ],
)
async def test_licence_of_a_row_is_what_it_says_or_its_date(
    context: EngineContext, said: str | None, date: str | None, licence: str | None
) -> None:
    post = {"post_id": 1, "content_license": said, "creation_date": date}
    app = a_scripted([{"items": [post], "has_more": False}], "posts")
    app.router.add_get("/comments", _empty)

    (found,) = await read(app, context, "licence_hint", collection="utterances")

    assert found == {"licence_hint": licence}


async def _empty(_: web.Request) -> web.Response:
    return web.json_response({"items": [], "has_more": False})


@pytest.mark.requirement("R68")
async def test_threads_and_answers(context: EngineContext) -> None:
    posts = [{"post_id": 1}, {"post_id": 2, "parent_id": 1, "owner_id": 5}]
    app = a_scripted([{"items": posts, "has_more": False}], "posts")
    app.router.add_get("/comments", _one_comment)

    columns = ("source_id", "author", "thread_ref", "reply_to", "text_format")
    found = await read(app, context, *columns, collection="utterances")

    assert [tuple(row.values()) for row in found] == [
        ("post:1", None, "post:1", None, "html"),
        ("post:2", "5", "post:1", "post:1", "html"),
        ("comment:1", "6", "post:2", "post:2", "markdown"),
    ]


async def _one_comment(_: web.Request) -> web.Response:
    return web.json_response({"items": [{"comment_id": 1, "post_id": 2, "owner_id": 6}], "has_more": False})


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        (b'{"items": [{"badge_id": 2', r"page 2 is not as declared.*truncated"),
        (b"<html>maintenance</html>", r"page 2 is not as declared.*byte 0"),
        (b"", "page 2 is not as declared"),
        (b'{"items": [{"badge_id": "two"}], "has_more": false}', r"\$\.items\[0\]\.badge_id"),
        (b'{"items": [{"user_id": 2}], "has_more": false}', "badge_id"),
        (b'{"items": null, "has_more": false}', r"\$\.items"),
        (b'{"has_more": false}', "items"),
        (b'{"ok": false, "error": "x"}', "items"),
        (b'{"items": [{"badge_id": 2, "name": "\xff"}], "has_more": false}', "UTF-8|utf-8|not as declared"),
        (b'{"items": [{"badge_id": 2, "name": "\\ud800"}], "has_more": false}', "not as declared"),
        (b'{"items": [{"badge_id": 2, "award_date": "secret day"}], "has_more": false}', "page 2.*issued_at"),
        (b'{"items": [{"badge_id": 1e400}], "has_more": false}', "page 2"),
    ],
)
async def test_broken_page_is_named_with_its_place(context: EngineContext, second: bytes, problem: str) -> None:
    app = a_scripted([badges(1, more=True), second])

    with pytest.raises(BadResponseError, match=problem) as failed:
        await read(app, context, "name", "issued_at")

    assert "`forum` at `/badges`" in failed.value.message
    assert "secret day" not in failed.value.message


async def test_number_beyond_the_column_is_a_bad_response(context: EngineContext) -> None:
    post = {"post_id": 1, "score": 2**63}

    with pytest.raises(BadResponseError, match="page 1"):
        await read(
            a_scripted([{"items": [post], "has_more": False}], "posts"), context, "score", collection="utterances"
        )


async def test_ids_beyond_all_floats_stay_whole(context: EngineContext) -> None:
    found = await read(a_scripted([badges(2**63 - 1, 10**30)]), context, "source_id")

    assert found == [{"source_id": "9223372036854775807"}, {"source_id": "1" + "0" * 30}]


@pytest.mark.parametrize(
    "answers",
    [
        [badges(1, 2, more=True)],
        [badges(1, 2, more=True), badges(3, more=True), badges(1, 2, more=True)],
        [badges(1, 2, more=True), badges(2, 3, more=False)],
        [badges(2, 1)],
        [badges(1, 1)],
        [badges(1, more=True), badges(more=True)],
    ],
)
async def test_pages_that_do_not_advance_end_the_read(
    context: EngineContext, answers: Sequence[Mapping[str, Any]]
) -> None:
    with pytest.raises(PagingStuckError, match="`forum` at `/badges`"):
        await read(a_scripted(answers), context, "name")


async def test_empty_page_in_the_middle_is_passed(context: EngineContext) -> None:
    answers = [badges(1, more=True), badges(more=True), badges(2, more=True), badges()]

    assert await read(a_scripted(answers), context, "source_id") == [{"source_id": "1"}, {"source_id": "2"}]


@pytest.mark.parametrize("size", [1, 3, 4, 10, 500])
async def test_resume_does_not_depend_on_the_size_of_pages(context: EngineContext, size: int) -> None:
    async with a_served_forum() as source, a_context(LOCAL, limits=Limits(batch_rows=size)) as other:
        connector = a_connector(source)
        request = a_request("source_id", collection="utterances")
        everything = rows_of(await drain(connector, request, context))
        for index, each in enumerate(await drain(connector, request, context)):
            rest = rows_of(await drain(connector, replace(request, after=each.batch.checkpoint), other))
            passed = len(rows_of((await drain(connector, request, context))[: index + 1]))

            assert rest == everything[passed:]


async def test_resume_after_a_short_last_page_finds_what_was_added(context: EngineContext) -> None:
    answers = [badges(1, 2, 3, 4, 5, more=True), badges(6, 7)]
    async with served(a_scripted(answers)) as source:
        connector = a_connector(source)
        last = (await drain(connector, a_request("source_id", collection="badges"), context))[-1]
        answers[1] = badges(6, 7, 8)

        rest = await drain(connector, a_request("source_id", collection="badges", after=last.batch.checkpoint), context)

    assert rows_of(rest) == [{"source_id": "8"}]


async def test_resume_point_of_another_forum_is_refused(context: EngineContext) -> None:
    async with a_served_forum() as source, a_served_forum() as other:
        first = (await drain(a_connector(source), a_request("name", collection="badges"), context))[0]
        request = a_request("name", collection="badges", after=first.batch.checkpoint)
        with pytest.raises(CheckpointInvalidError):
            await drain(a_connector(other), request, context)


async def test_resume_reads_no_page_before(context: EngineContext) -> None:
    async with a_served_forum() as source:
        connector = a_connector(source)
        everything = await drain(connector, a_request("source_id", collection="utterances"), context)
        last_post = everything[4]
        source.asked.clear()

        rest = await drain(
            connector, a_request("source_id", collection="utterances", after=last_post.batch.checkpoint), context
        )

    assert rows_of(rest) == rows_of(everything[5:])
    assert next((url.path, url.query["page"]) for url in source.asked) == ("/posts", "5")
    assert [url.query["page"] for url in source.asked if url.path == "/comments"] == ["1", "2", "3", "4", "5"]


async def test_terms_are_contested_and_shared_alike(context: EngineContext) -> None:
    async with a_served_forum() as source:
        collections = await describe(a_connector(source), context, deadline_after(5))

    assert {each.terms.ai_use for each in collections} == {AiUse.CONTESTED}
    assert all(each.terms.share_alike and each.terms.attribution for each in collections)
    assert all(each.terms.record_licences == LICENCES for each in collections)


async def test_stopped_forum_is_unreachable(context: EngineContext) -> None:
    async with a_served_forum() as source:
        connector = a_connector(source)

    assert (await health(connector, context, deadline_after(5))).status is HealthStatus.UNREACHABLE
