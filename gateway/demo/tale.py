"""The steps of the story in their order, and how one run of them goes."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp

from gateway.demo import (
    step_1_open,
    step_2_request,
    step_3_negotiate,
    step_4_agree,
    step_5_query,
    step_6_refuse,
    step_7_outage,
    step_8_withdraw,
    step_9_audit,
    step_10_prepare,
    step_11_deliver,
    step_12_report,
    step_13_audit,
    step_14_take_down,
    step_15_renew,
)
from gateway.demo.errors import DemoError, StepFailedError
from gateway.demo.facts import StepFacts, Told
from gateway.demo.story import Story
from policies.errors import CodedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story."""

    number: int
    title: str
    tell: Callable[[Story], Awaitable[Told]]


STEPS: Final[tuple[Step, ...]] = tuple(
    Step(number=number, title=module.TITLE, tell=module.tell)
    for number, module in enumerate(
        (
            step_1_open,
            step_2_request,
            step_3_negotiate,
            step_4_agree,
            step_5_query,
            step_6_refuse,
            step_7_outage,
            step_8_withdraw,
            step_9_audit,
            step_10_prepare,
            step_11_deliver,
            step_12_report,
            step_13_audit,
            step_14_take_down,
            step_15_renew,
        ),
        start=1,
    )
)
"""The story."""


async def tell(story: Story, done: list[StepFacts], steps: Sequence[Step] = STEPS) -> None:
    """Tell every step; ``done`` grows as they come out well.

    Raises:
        StepFailedError: a step did not come out as it must; names it.
        DemoError: a program of the demo ended.
    """
    for step in steps:
        story.narrator.step(step.number, step.title)
        began = time.perf_counter()
        try:
            told = await step.tell(story)
        except DemoError as problem:
            raise StepFailedError(step.number, step.title, problem.message) from problem
        except CodedError as problem:
            raise StepFailedError(step.number, step.title, f"{problem.code}: {problem.message}") from problem
        except TimeoutError as problem:
            raise StepFailedError(step.number, step.title, "it took too long") from problem
        except aiohttp.ClientError as problem:
            raise StepFailedError(step.number, step.title, f"a program did not answer: {problem}") from problem
        except (KeyError, TypeError, IndexError, StopIteration, StopAsyncIteration) as problem:
            # WHY: an answer of another shape than the schema's is a failed step like any other, not a traceback.
            raise StepFailedError(step.number, step.title, f"an answer has another form: {problem!r}") from problem
        facts = StepFacts(
            number=step.number, title=step.title, told=told, elapsed_ms=round((time.perf_counter() - began) * 1000)
        )
        done.append(facts)
        story.narrator.told(facts)
