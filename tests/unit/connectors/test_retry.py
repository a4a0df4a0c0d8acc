import pytest

from connectors.engine.retry import Retry
from connectors.errors import BadResponseError, ConnectorError, RateLimitedError, SourceUnavailableError
from tests.testkit.sources import Waits


class Attempts:
    def __init__(self, *problems: ConnectorError) -> None:
        self._problems = list(problems)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self._problems:
            raise self._problems.pop(0)
        return "answer"


async def test_transient_failures_are_repeated_after_growing_pauses() -> None:
    waits = Waits()
    attempts = Attempts(*(SourceUnavailableError("down") for _ in range(3)))

    assert await Retry(attempts=4, base_s=0.1, cap_s=9, sleep=waits).call(attempts, budget_s=60) == "answer"

    assert attempts.made == 4
    assert [0.1 * 2**n <= pause <= 0.1 * 2**n + 0.1 for n, pause in enumerate(waits.asked)] == [True] * 3


async def test_the_last_failure_is_told() -> None:
    attempts = Attempts(*(SourceUnavailableError(f"down {n}") for n in range(9)))

    with pytest.raises(SourceUnavailableError, match="down 2"):
        await Retry(attempts=3, sleep=Waits()).call(attempts, budget_s=60)


async def test_final_failures_are_not_repeated() -> None:
    attempts = Attempts(BadResponseError("no JSON"))

    with pytest.raises(BadResponseError):
        await Retry(sleep=Waits()).call(attempts, budget_s=60)

    assert attempts.made == 1


async def test_pause_is_capped() -> None:
    waits = Waits()

    with pytest.raises(SourceUnavailableError):
        await Retry(attempts=6, base_s=1, cap_s=2, sleep=waits).call(
            Attempts(*(SourceUnavailableError("down") for _ in range(6))), budget_s=60
        )

    assert max(waits.asked) == 2


async def test_a_pause_beyond_the_budget_ends_the_attempts() -> None:
    waits = Waits()
    attempts = Attempts(SourceUnavailableError("down"))

    with pytest.raises(SourceUnavailableError):
        await Retry(base_s=5, cap_s=9, sleep=waits).call(attempts, budget_s=1)

    assert waits.asked == []


async def test_the_source_decides_how_long_to_wait() -> None:
    waits = Waits()

    await Retry(base_s=0.1, cap_s=0.2, sleep=waits).call(Attempts(RateLimitedError("forum", 7)), budget_s=60)

    assert waits.asked == [7]


async def test_a_source_that_asks_for_too_long_fails_at_once() -> None:
    waits = Waits()

    with pytest.raises(RateLimitedError) as refused:
        await Retry(sleep=waits).call(Attempts(RateLimitedError("forum", 3600)), budget_s=5)

    assert refused.value.retry_after_s == 3600
    assert waits.asked == []
