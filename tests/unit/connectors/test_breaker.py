import asyncio

import pytest

from connectors.engine.breaker import CircuitBreaker
from connectors.errors import BadResponseError, CircuitOpenError, RateLimitedError, SourceUnavailableError


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SourceUnavailableError), breaker.attempt():
            raise SourceUnavailableError("down")


def succeed(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with breaker.attempt():
            pass


def an_open_breaker(clock: Seconds) -> CircuitBreaker:
    breaker = CircuitBreaker(now=clock, pause_s=10, least=4)
    fail(breaker, 4)
    return breaker


def test_it_opens_when_half_of_the_attempts_failed() -> None:
    breaker = CircuitBreaker(now=Seconds(), least=4)
    succeed(breaker, 2)
    fail(breaker)

    assert not breaker.open

    fail(breaker)

    assert breaker.open
    with pytest.raises(CircuitOpenError) as refused, breaker.attempt():
        pass
    assert refused.value.retry_after_s == pytest.approx(10)


def test_few_failures_do_not_open_it() -> None:
    breaker = CircuitBreaker(now=Seconds(), least=4)
    fail(breaker, 3)

    assert not breaker.open


def test_old_failures_are_forgotten() -> None:
    breaker = CircuitBreaker(now=Seconds(), least=4, share=0.9)
    succeed(breaker, 20)
    fail(breaker, 17)
    succeed(breaker, 20)
    fail(breaker, 3)

    assert not breaker.open


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Seconds()
    breaker = an_open_breaker(clock)
    clock.now += 10

    succeed(breaker)

    assert not breaker.open
    fail(breaker, 3)
    assert not breaker.open


def test_a_probe_that_fails_opens_it_again() -> None:
    clock = Seconds()
    breaker = an_open_breaker(clock)
    clock.now += 10
    fail(breaker)

    clock.now += 9

    with pytest.raises(CircuitOpenError), breaker.attempt():
        pass


def test_only_one_probe_at_a_time() -> None:
    clock = Seconds()
    breaker = an_open_breaker(clock)
    clock.now += 10

    with breaker.attempt(), pytest.raises(CircuitOpenError), breaker.attempt():
        pass


def test_a_cancelled_probe_lets_the_next_one_in() -> None:
    clock = Seconds()
    breaker = an_open_breaker(clock)
    clock.now += 10
    with pytest.raises(asyncio.CancelledError), breaker.attempt():
        raise asyncio.CancelledError

    succeed(breaker)

    assert not breaker.open


def test_an_answer_of_the_wrong_form_is_an_answer() -> None:
    breaker = CircuitBreaker(now=Seconds(), least=2)
    for _ in range(5):
        with pytest.raises(BadResponseError), breaker.attempt():
            raise BadResponseError("no JSON")

    assert not breaker.open


def test_a_source_that_asks_to_wait_is_alive() -> None:
    breaker = CircuitBreaker(now=Seconds(), least=2)
    for _ in range(5):
        with pytest.raises(RateLimitedError), breaker.attempt():
            raise RateLimitedError("forum", 1)

    assert not breaker.open
