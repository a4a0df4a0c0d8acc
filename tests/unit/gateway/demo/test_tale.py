"""How the steps are told: in order, and with one clear error when one does not come out as it must."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from gateway.client import MunimentClient
from gateway.client.errors import GatewayTimeoutError
from gateway.demo.cast import Cast, Player, Role
from gateway.demo.errors import ProcessFailedError, StepFailedError, UnexpectedAnswerError
from gateway.demo.facts import StepFacts, Told
from gateway.demo.narrator import SilentNarrator
from gateway.demo.platforms import Platforms, World
from gateway.demo.served import ServedGateway
from gateway.demo.story import Learned, Story, require
from gateway.demo.tale import STEPS, Step, tell
from graph.signing import SigningKey

pytestmark = pytest.mark.anyio


@pytest.fixture
def story(tmp_path: Path) -> Story:
    gateway = ServedGateway(tmp_path)
    gateway.url = "http://127.0.0.1:9"
    return Story(
        folder=tmp_path,
        narrator=SilentNarrator(),
        gateway=gateway,
        platforms=Platforms(tmp_path, World(seed=1)),
        cast=Cast(gateway.url, tmp_path, AsyncExitStack()),
        learned=Learned(),
    )


def a_step(number: int, tell_it: Callable[[Story], Awaitable[Told]]) -> Step:
    return Step(number=number, title=f"Step {number}", tell=tell_it)


async def well(_: Story) -> Told:
    return Told(headline="well", facts={"rows": 1})


def failing(problem: BaseException) -> Callable[[Story], Awaitable[Told]]:
    async def fail(_: Story) -> Told:
        raise problem

    return fail


def test_the_story_has_steps_in_order_with_titles():
    assert [each.number for each in STEPS] == list(range(1, 16))
    assert all(each.title for each in STEPS)


def test_titles_fit_into_the_frame_of_a_narrow_terminal():
    assert [each.title for each in STEPS if len(each.title) > 68] == []


async def test_steps_are_told_in_order_with_their_time(story):
    done: list[StepFacts] = []

    await tell(story, done, [a_step(1, well), a_step(2, well)])

    assert [each.number for each in done] == [1, 2]
    assert all(each.elapsed_ms >= 0 for each in done)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (UnexpectedAnswerError("it should hold that rows left"), "it should hold that rows left"),
        (ProcessFailedError("forum", "is not running"), "the forum is not running"),
        (GatewayTimeoutError("http://x", 30), "GATEWAY_TIMEOUT"),
        (TimeoutError(), "it took too long"),
        (aiohttp.ClientConnectionError("refused"), "a program did not answer: refused"),
        (KeyError("nodes"), "an answer has another form: KeyError('nodes')"),
        (TypeError("'NoneType' object is not subscriptable"), "an answer has another form"),
    ],
)
async def test_failed_step_names_itself_and_the_reason(story, problem, reason):
    done: list[StepFacts] = []

    with pytest.raises(StepFailedError) as failed:
        await tell(story, done, [a_step(1, well), a_step(2, failing(problem)), a_step(3, well)])

    assert failed.value.code == "DEMO_STEP_FAILED"
    assert failed.value.number == 2
    assert "step 2 of the demo failed (Step 2)" in failed.value.message
    assert reason in failed.value.message
    assert [each.number for each in done] == [1]


async def test_cancelled_story_is_no_failed_step(story):
    with pytest.raises(asyncio.CancelledError):
        await tell(story, [], [a_step(1, failing(asyncio.CancelledError()))])


def test_claim_that_does_not_hold_is_told():
    require(["something"], "there is something")

    with pytest.raises(UnexpectedAnswerError, match="it should hold that there is something"):
        require([], "there is something")


async def test_roles_take_the_place_of_party_iris_in_texts(story):
    key = SigningKey.generate()
    client = MunimentClient(story.gateway.url, client_id="x", key=key)
    story.cast._players[Role.GRID] = Player(role=Role.GRID, party="urn:muniment:party:1", key=key, client=client)

    assert story.cast.named(None) is None
    assert story.cast.named("pay `urn:muniment:party:1`") == "pay `grid-operator`"
