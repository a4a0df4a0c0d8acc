"""Time that passes between decision and commit: what a moment ended does not leave after it, and that is on record."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.exchange.read.model import ReadResult, SourceStatus
from gateway.exchange.read.pipeline import run
from graph.journal.events import AccessRecorded, AccessWithheld
from policies.model import Constraint, Policy, Target
from policies.vocabulary import DATE_TIME, Operator
from tests.testkit.clock import NOON
from tests.testkit.policies import a_constraint, a_prohibition
from tests.testkit.reading import OWNER, TERMS, Exchange, a_read, an_exchange

DAY = 86_400


async def raced(exchange: Exchange, licence: str, first: Callable[[], Awaitable[object]]) -> ReadResult:
    """What a read gives when something happens between its decision and its commit."""
    reader = replace(exchange.principal(licence), expires_at=exchange.clock() + timedelta(days=9))
    (result,) = await run(exchange.racing(first), reader, (a_read(licence, first=2),))
    return result


async def late(exchange: Exchange, licence: str, seconds: float) -> ReadResult:
    """What a read gives whose commit comes so much later."""

    async def later() -> None:
        exchange.clock.advance(seconds)

    return await raced(exchange, licence, later)


async def assert_withheld(exchange: Exchange, result: ReadResult, code: str) -> None:
    (report,) = result.sources
    assert report.problem is not None
    assert (report.status, report.problem.code) == (SourceStatus.WITHHELD, code)
    assert result.rows.num_rows == 0
    event = await exchange.last()
    assert isinstance(event, AccessWithheld)
    assert event.access == report.problem.decision


async def released(exchange: Exchange) -> int:
    return sum(event.rows for event in await exchange.events() if isinstance(event, AccessRecorded))


@pytest.mark.parametrize(("waited", "rows"), [(3600 - 1, 2), (3600, 2), (3600 + 1, 0), (DAY, 0)])
async def test_days_that_end_before_the_commit_withhold(tmp_path: Path, waited: int, rows: int) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, days=1))
        await exchange.one(a_read(licence, first=1))
        exchange.clock.advance(DAY - 3600)

        result = await late(exchange, licence, waited)

        assert result.rows.num_rows == rows
        assert await released(exchange) == 1 + rows
        if not rows:
            await assert_withheld(exchange, result, "LICENCE_EXPIRED")


@pytest.mark.parametrize(("waited", "rows"), [(DAY - 1, 2), (DAY, 0), (DAY + 1, 0)])
async def test_a_fixed_end_before_the_commit_withholds(tmp_path: Path, waited: int, rows: int) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, valid_until=NOON + timedelta(days=1))
        licence = await exchange.licence(await exchange.dataset(), terms)

        result = await late(exchange, licence, waited)

        assert result.rows.num_rows == rows
        if not rows:
            await assert_withheld(exchange, result, "LICENCE_EXPIRED")


async def test_days_begin_with_the_very_first_delivery_however_late_it_is(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, days=1))

        assert (await late(exchange, licence, 3 * DAY)).rows.num_rows == 2


async def test_days_that_another_read_began_meanwhile_withhold(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, days=1))

        async def overtaken() -> None:
            await exchange.one(a_read(licence, first=1))
            exchange.clock.advance(2 * DAY)

        result = await raced(exchange, licence, overtaken)

        await assert_withheld(exchange, result, "LICENCE_EXPIRED")
        assert await released(exchange) == 1


def prohibiting(*constraints: Constraint) -> Callable[[Policy], Policy]:
    """Everything is prohibited while the constraints hold."""

    def amended(policy: Policy) -> Policy:
        target = Target(source=policy.permissions[0].target.source)
        bar = a_prohibition(*constraints, assigner=OWNER, assignee=policy.assignee, target=target)
        return replace(policy, prohibitions=(*policy.prohibitions, bar))

    return amended


TOMORROW, IN_A_YEAR = NOON + timedelta(days=1), NOON + timedelta(days=365)


@pytest.mark.parametrize(("waited", "rows"), [(DAY - 1, 2), (DAY, 0), (DAY + 1, 0)])
async def test_a_prohibition_that_begins_before_the_commit_withholds(tmp_path: Path, waited: int, rows: int) -> None:
    from_then_on = a_constraint(DATE_TIME, Operator.GTEQ, TOMORROW)
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), amended=prohibiting(from_then_on))

        result = await late(exchange, licence, waited)

        assert result.rows.num_rows == rows
        if not rows:
            await assert_withheld(exchange, result, "PROHIBITED")


async def test_what_may_be_asked_again_says_so(tmp_path: Path) -> None:
    never = (a_constraint(DATE_TIME, Operator.LT, TOMORROW), a_constraint(DATE_TIME, Operator.GT, IN_A_YEAR))
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), amended=prohibiting(*never))

        await assert_withheld(exchange, await late(exchange, licence, DAY), "DECISION_OUTDATED")
        assert (await exchange.one(a_read(licence, first=2))).rows.num_rows == 2
