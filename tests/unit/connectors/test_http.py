"""The way out: every fault of a source becomes one error of the contract, and no answer leaks into its message."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from yarl import URL

from connectors.engine import EngineContext, Limits, Retry, deadline_after
from connectors.engine.breaker import CircuitBreaker
from connectors.engine.http import redirected
from connectors.errors import (
    BadResponseError,
    CircuitOpenError,
    ConnectorError,
    HostNotAllowedError,
    RateLimitedError,
    ResponseTooLargeError,
    SourceForbiddenError,
    SourceTimeoutError,
    SourceUnavailableError,
)
from tests.testkit.faults import SECRET, Faults
from tests.testkit.forum import Served, served
from tests.testkit.sources import Waits, a_context

LOCAL = "127.0.0.1"


@pytest.fixture
async def faults() -> Faults:
    return Faults()


@pytest.fixture
async def source(faults: Faults) -> AsyncIterator[Served]:
    async with served(faults.app()) as source:
        yield source


@pytest.fixture
async def context() -> AsyncIterator[EngineContext]:
    async with a_context(LOCAL, limits=Limits(max_bytes=4000, silence_s=2)) as context:
        yield context


def requests_to(source: Served, path: str) -> int:
    return len([url for url in source.asked if url.path == path])


async def test_answer_is_body_and_headers(source: Served, context: EngineContext) -> None:
    answer = await context.http_get(f"{source.url}/fine", params={"page": "2", "q": "a b&c"})

    assert answer.body == b"fine"
    assert answer.headers["x-told"] == "yes"
    assert dict(source.asked[0].query) == {"page": "2", "q": "a b&c"}


async def test_burst_of_failures_is_survived(source: Served, context: EngineContext) -> None:
    assert (await context.http_get(f"{source.url}/burst")).body == b"after the burst"
    assert requests_to(source, "/burst") == 4


async def test_limit_is_waited_for_as_asked(source: Served) -> None:
    waits = Waits()
    async with a_context(LOCAL, retry=Retry(sleep=waits)) as context:
        answer = await context.http_get(f"{source.url}/limited")

    assert answer.body == b"after the limit"
    assert waits.asked == [3]


async def test_limit_beyond_the_deadline_fails_at_once(source: Served, context: EngineContext) -> None:
    with pytest.raises(RateLimitedError) as refused:
        await context.until(deadline_after(2)).http_get(f"{source.url}/limited")

    assert refused.value.retry_after_s == 3


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_transient_statuses_are_repeated(source: Served, context: EngineContext, status: int) -> None:
    with pytest.raises(SourceUnavailableError, match=str(status)):
        await context.http_get(f"{source.url}/status/{status}")

    assert requests_to(source, f"/status/{status}") == 4


@pytest.mark.parametrize("status", [400, 404, 410, 418])
async def test_final_statuses_are_not_repeated(source: Served, context: EngineContext, status: int) -> None:
    with pytest.raises(BadResponseError, match=str(status)):
        await context.http_get(f"{source.url}/status/{status}")

    assert requests_to(source, f"/status/{status}") == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_refusal_is_told_as_such(source: Served, context: EngineContext, status: int) -> None:
    with pytest.raises(SourceForbiddenError, match=str(status)):
        await context.http_get(f"{source.url}/status/{status}")


@pytest.mark.parametrize("status", [400, 401, 404, 503])
async def test_messages_hold_neither_the_answer_nor_the_query(
    source: Served, context: EngineContext, status: int
) -> None:
    with pytest.raises(ConnectorError) as failed:
        await context.http_get(f"{source.url}/status/{status}", params={"key": "canary-in-the-query"})

    assert SECRET not in failed.value.message
    assert "canary" not in failed.value.message


async def test_redirect_within_the_source_is_followed(source: Served, context: EngineContext) -> None:
    assert (await context.http_get(f"{source.url}/moved")).body == b"fine"


async def test_redirect_to_another_host_is_refused(source: Served, context: EngineContext) -> None:
    with pytest.raises(HostNotAllowedError) as refused:
        await context.http_get(f"{source.url}/leave")

    assert refused.value.host == "elsewhere.example"


async def test_redirect_to_another_scheme_is_refused(context: EngineContext) -> None:
    async with served(Faults(elsewhere=f"ftp://{LOCAL}/").app()) as source:
        with pytest.raises(HostNotAllowedError):
            await context.http_get(f"{source.url}/leave")


@pytest.mark.parametrize("path", ["/endless", "/nowhere", "/confused"])
async def test_redirects_that_lead_nowhere_end(source: Served, context: EngineContext, path: str) -> None:
    with pytest.raises(BadResponseError):
        await context.http_get(f"{source.url}{path}")

    assert len(source.asked) <= 4


async def test_host_outside_the_allow_list_is_never_asked(source: Served) -> None:
    async with a_context("forum.example") as context:
        with pytest.raises(HostNotAllowedError):
            await context.http_get(f"{source.url}/fine")

    assert source.asked == []


async def test_private_address_is_never_connected_to(source: Served) -> None:
    async with a_context(LOCAL, private=False) as context:
        with pytest.raises(HostNotAllowedError, match="not public"):
            await context.http_get(f"{source.url}/fine")

    assert source.asked == []


@pytest.mark.parametrize("path", ["/long", "/bomb"])
async def test_too_long_an_answer_is_cut_off(source: Served, context: EngineContext, path: str) -> None:
    with pytest.raises(ResponseTooLargeError) as refused:
        await context.http_get(f"{source.url}{path}")

    assert refused.value.max_bytes == 4000


@pytest.mark.parametrize("path", ["/cut", "/bad-gzip"])
async def test_damaged_answer_is_a_bad_response(source: Served, context: EngineContext, path: str) -> None:
    with pytest.raises(BadResponseError):
        await context.http_get(f"{source.url}{path}")


async def test_broken_connection_is_unavailable(source: Served, context: EngineContext) -> None:
    with pytest.raises(SourceUnavailableError):
        await context.http_get(f"{source.url}/broken")


async def test_closed_port_is_unavailable(context: EngineContext) -> None:
    with pytest.raises(SourceUnavailableError, match="cannot be reached"):
        await context.http_get(f"http://{LOCAL}:9/fine")


async def test_slow_drip_ends_at_the_deadline(source: Served, context: EngineContext) -> None:
    with pytest.raises(SourceTimeoutError):
        await context.until(deadline_after(0.1)).http_get(f"{source.url}/drip")


async def test_whole_answer_has_its_own_bound(source: Served) -> None:
    async with a_context(LOCAL, limits=Limits(answer_s=0.1), retry=Retry(attempts=1)) as context:
        with pytest.raises(SourceTimeoutError):
            await context.http_get(f"{source.url}/drip")


async def test_silence_ends_by_its_own_bound(source: Served) -> None:
    async with a_context(LOCAL, limits=Limits(silence_s=0.05), retry=Retry(attempts=1)) as context:
        with pytest.raises(SourceTimeoutError):
            await context.http_get(f"{source.url}/silent")


async def test_cancellation_is_no_failure_of_the_source(source: Served, context: EngineContext, faults: Faults) -> None:
    task = asyncio.create_task(context.http_get(f"{source.url}/silent"))
    await faults.silent_began.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not context.breaker.open


async def test_cancellation_during_a_pause_ends_the_read(source: Served) -> None:
    pausing = asyncio.Event()

    async def pause(_: float) -> None:
        pausing.set()
        await asyncio.sleep(30)

    async with a_context(LOCAL, retry=Retry(sleep=pause)) as context:
        task = asyncio.create_task(context.http_get(f"{source.url}/status/503"))
        await pausing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert requests_to(source, "/status/503") == 1


async def test_dead_source_is_left_alone(source: Served) -> None:
    async with a_context(LOCAL, breaker=CircuitBreaker(least=4)) as context:
        with pytest.raises(SourceUnavailableError):
            await context.http_get(f"{source.url}/status/503")
        with pytest.raises(CircuitOpenError):
            await context.http_get(f"{source.url}/fine")

    assert requests_to(source, "/fine") == 0


async def test_requests_at_once_are_bounded() -> None:
    running, most = 0, 0

    async def work(_: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return web.Response()

    app = web.Application()
    app.router.add_get("/slow", work)
    async with served(app) as source, a_context(LOCAL, limits=Limits(concurrency=2)) as context:
        await asyncio.gather(*(context.until(deadline_after(5)).http_get(f"{source.url}/slow") for _ in range(6)))

    assert most == 2


@pytest.mark.parametrize(
    ("source", "location", "allowed"),
    [
        ("https://forum.example/a", "http://forum.example/b", False),
        ("https://forum.example/a", "https://forum.example/b", True),
        ("https://forum.example/a", "//forum.example/b", True),
        ("http://forum.example/a", "https://forum.example/b", True),
        ("http://forum.example/a/b", "../c", True),
    ],
)
def test_redirect_never_weakens_the_scheme(source: str, location: str, allowed: bool) -> None:
    if allowed:
        assert redirected(URL(source), location).host == "forum.example"
    else:
        with pytest.raises(HostNotAllowedError, match="encryption"):
            redirected(URL(source), location)
