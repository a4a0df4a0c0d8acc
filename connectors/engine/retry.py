"""The one place where an attempt at a source is repeated."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from connectors.errors import RateLimitedError, RetriableConnectorError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often and how patiently a source is asked again."""

    attempts: int = 4
    """Attempts in all, the first included."""
    base_s: float = 0.1
    """Pause before the second attempt; doubles each time, and as much again at random is added."""
    cap_s: float = 2.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How to wait; tests give one that returns at once."""

    async def call(self, attempt: Callable[[], Awaitable[T]], *, budget_s: float) -> T:
        """Attempt until it succeeds, fails for good, or trying again would end after the budget.

        Raises:
            ConnectorError: that of the last attempt.
        """
        retrying = AsyncRetrying(
            sleep=self._pause,
            retry=retry_if_exception_type(RetriableConnectorError),
            stop=stop_after_attempt(self.attempts) | stop_before_delay(budget_s),
            wait=self._wait,
            reraise=True,
        )
        return await retrying(attempt)

    async def _pause(self, seconds: float) -> None:
        await self.sleep(seconds)

    def _wait(self, state: RetryCallState) -> float:
        pause = wait_exponential_jitter(multiplier=self.base_s, max=self.cap_s, jitter=self.base_s)(state)
        problem = state.outcome.exception() if state.outcome else None
        # WHY: not capped; a source that asks for longer than the budget fails at once instead of being pestered.
        return max(pause, problem.retry_after_s) if isinstance(problem, RateLimitedError) else pause
