"""Every denial: its code, its recorded event, and not one call to the source."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.spi import AiUse
from gateway.auth.errors import ScopeMissingError
from gateway.exchange.lookup import licence as find_licence
from gateway.exchange.read.expired import refuse_expired
from gateway.exchange.read.model import ReadCommand, SourceStatus, Stage
from graph.journal.events import AccessDenied, AccessRecorded, LicenceSuspended
from policies.model import ColumnMode, LicenceStatus, Transform
from policies.predicate import Comparator, Compare
from policies.terms import Rate
from policies.vocabulary import EVALUATE, FINE_TUNE, PER_QUERY, PER_RECORD, REDACT_TEXT, Iri
from tests.testkit.clock import NOON
from tests.testkit.reading import DEVELOPER, MARKETING, OWNER, RESEARCH, TERMS, Exchange, a_read, an_exchange

MODEL = Iri("https://models.example/m1")


async def assert_denied(exchange: Exchange, command: ReadCommand, code: str, *, stage: Stage = Stage.DECIDE) -> None:
    result = await exchange.one(command)

    (report,) = result.sources
    assert report.status is SourceStatus.REFUSED
    assert report.problem is not None
    assert (report.problem.code, report.problem.stage) == (code, stage)
    assert result.rows.num_rows == 0
    assert exchange.sources.reads == []
    event = await exchange.last()
    assert isinstance(event, AccessDenied)
    assert (event.code, event.stage, event.access) == (code, stage.value, report.problem.decision)


@pytest.mark.requirement("R2")
async def test_a_column_that_is_not_licensed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, columns=frozenset({"rated", "value"}))
        licence = await exchange.licence(await exchange.dataset(), terms)

        await assert_denied(exchange, a_read(licence), "COLUMN_NOT_LICENSED")

        event = await exchange.last()
        assert isinstance(event, AccessDenied)
        assert event.clause.startswith(exchange.licences[licence].agreement)


async def test_sorting_by_a_column_that_is_not_licensed_is_refused_even_when_columns_may_be_left_out(
    tmp_path: Path,
) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, columns=frozenset({"rated", "value"}))
        licence = await exchange.licence(await exchange.dataset(), terms)
        where = Compare(column="rater", comparator=Comparator.EQ, value="ann")

        await assert_denied(
            exchange, a_read(licence, columns=("value",), where=where, mode=ColumnMode.OMIT), "COLUMN_NOT_LICENSED"
        )


@pytest.mark.requirement("R69", "R70")
async def test_a_purpose_that_is_not_licensed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        await assert_denied(exchange, a_read(licence, purpose=MARKETING), "PURPOSE_NOT_LICENSED")


@pytest.mark.requirement("R70")
async def test_a_purpose_that_nobody_knows(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        await assert_denied(exchange, a_read(licence, purpose="https://example.org/fun"), "PURPOSE_NOT_LICENSED")


@pytest.mark.requirement("R70")
async def test_an_action_that_is_not_licensed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        await assert_denied(exchange, a_read(licence, action=EVALUATE), "ACTION_NOT_LICENSED")


@pytest.mark.requirement("R2")
async def test_a_dataset_that_no_named_licence_covers(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        await exchange.dataset()

        await assert_denied(exchange, a_read(), "DATASET_NOT_LICENSED")


@pytest.mark.requirement("R2", "R69")
async def test_a_licence_of_somebody_else_counts_as_not_named(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), assignee=OWNER)

        await assert_denied(exchange, a_read(licence), "DATASET_NOT_LICENSED")


async def test_two_licences_for_one_dataset_are_ambiguous_and_never_united(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        first = await exchange.licence(dataset, replace(TERMS, columns=frozenset({"rater"})))
        second = await exchange.licence(dataset, replace(TERMS, columns=frozenset({"rated", "value"})))

        await assert_denied(exchange, a_read(first, second), "LICENCE_AMBIGUOUS", stage=Stage.PLAN)


async def test_an_empty_quota(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, max_records=3))
        assert (await exchange.one(a_read(licence))).rows.num_rows == 3
        exchange.sources.reads.clear()

        await assert_denied(exchange, a_read(licence), "LICENCE_QUOTA_EXCEEDED")


async def test_a_used_up_number_of_queries(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, max_queries=1))
        await exchange.one(a_read(licence))
        exchange.sources.reads.clear()

        await assert_denied(exchange, a_read(licence), "LICENCE_QUOTA_EXCEEDED")


async def test_a_revoked_licence(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        await exchange.revoke(licence)

        await assert_denied(exchange, a_read(licence), "LICENCE_TERMINATED")


async def test_a_paused_licence(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        await exchange.append(LicenceSuspended(licence=licence, by=OWNER))

        await assert_denied(exchange, a_read(licence), "LICENCE_SUSPENDED")


async def test_a_licence_that_has_run_out(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, valid_until=NOON + timedelta(days=1))
        licence = await exchange.licence(await exchange.dataset(), terms)
        exchange.clock.advance(86_400)

        await assert_denied(exchange, a_read(licence), "LICENCE_EXPIRED")


async def test_days_count_from_the_first_delivery(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, days=2))
        exchange.clock.advance(5 * 86_400)
        assert (await exchange.one(a_read(licence))).rows.num_rows == 4
        exchange.clock.advance(2 * 86_400 + 1)
        exchange.sources.reads.clear()

        result = await exchange.one(a_read(licence))

        assert result.sources[0].status is SourceStatus.REFUSED
        assert exchange.sources.reads == []


async def test_the_end_of_a_licence_is_known_from_its_first_delivery_on(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, days=2))
        reader = exchange.principal(licence)
        exchange.clock.advance(5 * 86_400)
        before = await find_licence(exchange.ports, reader, licence)
        delivered = exchange.clock()
        await exchange.one(a_read(licence))
        exchange.clock.advance(2 * 86_400)
        after = await find_licence(exchange.ports, reader, licence)
        exchange.clock.advance(1)
        over = await find_licence(exchange.ports, reader, licence)

        assert (before.valid_until, before.state) == (None, LicenceStatus.ACTIVE)
        assert (after.valid_until, after.state) == (delivered + timedelta(days=2), LicenceStatus.ACTIVE)
        assert (over.valid_until, over.state) == (after.valid_until, LicenceStatus.EXPIRED)


@pytest.mark.requirement("R34")
async def test_a_token_for_another_version_is_stale(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        principal = exchange.principal(licence)
        grant = replace(principal.grants[licence], version=7)

        result = await exchange.one(a_read(licence), replace(principal, grants={licence: grant}))

        assert result.sources[0].problem is not None
        assert result.sources[0].problem.code == "LICENCE_STALE"
        assert exchange.sources.reads == []


@pytest.mark.parametrize(
    ("narrowed", "code"),
    [
        ({"actions": frozenset({EVALUATE})}, "ACTION_NOT_LICENSED"),
        ({"privileges": frozenset({MARKETING})}, "PURPOSE_NOT_LICENSED"),
    ],
)
async def test_what_the_client_gave_up_stays_given_up(tmp_path: Path, narrowed: dict[str, Any], code: str) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        result = await exchange.one(a_read(licence), exchange.principal(licence, **narrowed))

        assert result.sources[0].problem is not None
        assert result.sources[0].problem.code == code


@pytest.mark.parametrize(
    ("ai_use", "code"),
    [
        (AiUse.CONTESTED, "PLATFORM_TERMS_UNDECIDED"),
        (AiUse.UNKNOWN, "PLATFORM_TERMS_UNDECIDED"),
        (AiUse.FORBIDDEN, "PLATFORM_TERMS_FORBID"),
    ],
)
async def test_platform_terms_that_do_not_allow_it(tmp_path: Path, ai_use: AiUse, code: str) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(ai_use=ai_use))

        await assert_denied(exchange, a_read(licence), code)


@pytest.mark.parametrize(
    ("ai_use", "allowed", "code"),
    [
        (AiUse.CONTESTED, True, ""),
        (AiUse.ALLOWED, False, "PLATFORM_TERMS_FORBID"),
        (AiUse.FORBIDDEN, True, "PLATFORM_TERMS_FORBID"),
    ],
)
async def test_what_was_decided_settles_open_terms_and_opens_no_forbidden_ones(
    tmp_path: Path, ai_use: AiUse, code: str, *, allowed: bool
) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset(ai_use=ai_use)
        licence = await exchange.licence(dataset)
        await exchange.decide_terms(dataset, allowed=allowed)

        if code:
            await assert_denied(exchange, a_read(licence), code)
        else:
            assert (await exchange.one(a_read(licence))).rows.num_rows == 4


@pytest.mark.parametrize("model", [None, "https://models.example/other"])
async def test_a_model_that_is_not_licensed(tmp_path: Path, model: str | None) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, models=frozenset({MODEL}))
        licence = await exchange.licence(await exchange.dataset(), terms)

        await assert_denied(exchange, a_read(licence, model=model), "CONSTRAINT_NOT_MET")


async def test_the_licensed_model(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, models=frozenset({MODEL}))
        licence = await exchange.licence(await exchange.dataset(), terms)

        assert (await exchange.one(a_read(licence, model=MODEL))).rows.num_rows == 4


@pytest.mark.requirement("R7")
async def test_a_transform_that_cannot_be_done(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, transforms={"rater": Transform(term=REDACT_TEXT)})
        licence = await exchange.licence(await exchange.dataset(), terms)

        await assert_denied(exchange, a_read(licence), "TRANSFORM_UNSUPPORTED")


DEAR = 9 * 10**15
"""Micro-units: of what the record can hold, nearly all."""


@pytest.mark.parametrize(("unit", "rows"), [(PER_RECORD, 1), (PER_QUERY, 4)])
async def test_a_price_that_can_be_booked(tmp_path: Path, unit: Iri, rows: int) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, price=Rate(amount_micro=DEAR, currency="EUR", unit=unit))
        licence = await exchange.licence(await exchange.dataset(), terms)

        assert (await exchange.one(a_read(licence, first=rows))).sources[0].price_micro == DEAR


async def test_a_price_beyond_what_can_be_booked(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, price=Rate(amount_micro=DEAR, currency="EUR", unit=PER_RECORD))
        licence = await exchange.licence(await exchange.dataset(), terms)

        await assert_denied(exchange, a_read(licence, first=2), "PRICE_UNBOOKABLE")


async def test_a_price_beyond_what_can_be_booked_does_not_hold_back_another_dataset(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dear = replace(TERMS, price=Rate(amount_micro=DEAR, currency="EUR", unit=PER_RECORD))
        kept = await exchange.licence(await exchange.dataset())
        lost = await exchange.licence(await exchange.dataset(), dear)

        first, second = await exchange.read(a_read(kept, field="kept"), a_read(lost, field="lost"))

        assert (first.rows.num_rows, second.rows.num_rows) == (4, 0)
        assert second.sources[0].status is SourceStatus.REFUSED
        denied = [event for event in await exchange.events() if isinstance(event, AccessDenied)]
        assert [(event.licence, event.code) for event in denied] == [(lost, "PRICE_UNBOOKABLE")]


async def test_an_ethics_decision_that_is_missing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, ethics=True))

        await assert_denied(exchange, a_read(licence), "DUTY_NOT_FULFILLED")


@pytest.mark.requirement("R70")
async def test_a_token_without_the_scope_reads_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        with pytest.raises(ScopeMissingError):
            await exchange.one(a_read(licence), replace(exchange.principal(licence), scopes=frozenset()))

        assert exchange.sources.reads == []


async def test_an_expired_token_leaves_a_trace(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        await refuse_expired(exchange.ports, exchange.principal(licence), (a_read(licence),))

        event = await exchange.last()
        assert isinstance(event, AccessDenied)
        assert (event.code, event.stage, event.licence) == ("TOKEN_EXPIRED", "authenticate", licence)
        assert exchange.sources.reads == []


async def test_one_denied_field_does_not_touch_the_other(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        denied, answered = await exchange.read(
            a_read(licence, field="denied", purpose=MARKETING), a_read(licence, field="answered")
        )

        assert denied.rows.num_rows == 0
        assert answered.rows.num_rows == 4
        recorded = [event for event in await exchange.events() if isinstance(event, AccessRecorded)]
        assert [(each.party, each.purpose, each.action) for each in recorded] == [(DEVELOPER, RESEARCH, Iri(FINE_TUNE))]
