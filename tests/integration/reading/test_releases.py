"""What leaves: columns, rows and people as licensed and consented, booked, recorded, and with a receipt."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.errors import SourceTimeoutError, SourceUnavailableError
from gateway.exchange.read.model import DATASET, ID, LICENCE, OrderTerm, SourceStatus, Stage
from graph.journal.documents import subjects_of
from graph.journal.events import AccessRecorded, ObjectionRaised, RowScope
from policies.model import ColumnMode, Policy, Transform, Usage
from policies.predicate import AnyOf, Comparator, Compare
from policies.terms import Rate
from policies.vocabulary import PD, PER_QUERY, PER_RECORD, PSEUDONYMISE, RECORD_COUNT, Operator
from tests.testkit.policies import a_constraint, constrained
from tests.testkit.reading import CONSENT, PEOPLE, PLATFORM, TERMS, a_read, an_exchange, ratings


async def test_rows_without_a_named_person_never_leave(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        result = await exchange.one(a_read(licence))

        assert result.rows["rater"].to_pylist() == ["ann", "bob", "cid", "ann"]
        assert result.rows["value"].to_pylist() == [Decimal(3), Decimal(-2), Decimal(10), Decimal(1)]
        assert set(result.rows[LICENCE].to_pylist()) == {licence}
        assert set(result.rows[DATASET].to_pylist()) == set(exchange.datasets)
        assert not result.has_next


async def test_a_release_is_booked_recorded_and_has_a_receipt(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        price = Rate(amount_micro=1500, currency="EUR", unit=PER_RECORD)
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, max_records=10, price=price))

        result = await exchange.one(a_read(licence, first=3))

        (report,) = result.sources
        assert (report.status, report.rows, report.price_micro, report.currency) == (SourceStatus.OK, 3, 4500, "EUR")
        event = await exchange.last()
        assert isinstance(event, AccessRecorded)
        assert report.receipt is not None
        assert report.receipt.id == event.access
        assert (event.rows, event.units, event.price_micro, event.columns) == (3, 3, 4500, ("rated", "rater", "value"))
        usage = await exchange.ports.journal.view(lambda view: view.usage(licence))
        assert [each.used for each in usage.values()] == [3]


async def test_two_caps_on_one_counter_are_booked_once(tmp_path: Path) -> None:
    def capped_twice(policy: Policy) -> Policy:
        return constrained(policy, a_constraint(RECORD_COUNT, Operator.LTEQ, 5))

    async with an_exchange(tmp_path) as exchange:
        terms = replace(TERMS, max_records=100)
        licence = await exchange.licence(await exchange.dataset(), terms, amended=capped_twice)

        first, second = [await exchange.one(a_read(licence)) for _ in range(2)]

        usage = await exchange.ports.journal.view(lambda view: view.usage(licence))
        assert (first.rows.num_rows, second.rows.num_rows) == (4, 1), "the smaller one binds"
        assert list(usage.values()) == [Usage(used=5)]


async def test_a_price_per_query_is_charged_once(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        price = Rate(amount_micro=2_000_000, currency="EUR", unit=PER_QUERY)
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, price=price))

        (report,) = (await exchange.one(a_read(licence))).sources

        assert report.price_micro == 2_000_000


@pytest.mark.requirement("R69")
async def test_only_people_with_a_live_consent_are_shown_when_consent_is_the_basis(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        notice = await exchange.consent("ann", "bob", "cid")
        await exchange.withdraw("cid")

        result = await exchange.one(a_read(licence))

        assert result.rows.select(["rater", "rated"]).to_pylist() == [{"rater": "ann", "rated": "bob"}]
        event = await exchange.last()
        assert isinstance(event, AccessRecorded)
        assert event.notices == (notice,)
        assert (event.rows, event.withheld) == (1, 4)


async def test_a_basis_that_nobody_knows_asks_for_consent(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis="https://example.org/because"))

        result = await exchange.one(a_read(licence))

        assert result.rows.num_rows == 0


async def test_a_consent_for_another_purpose_does_not_count(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid", purposes=["https://w3id.org/dpv#Marketing"])

        assert (await exchange.one(a_read(licence))).rows.num_rows == 0


@pytest.mark.parametrize(
    "looking",
    [
        {"columns": ("rater", "metric"), "where": Compare(column="value", comparator=Comparator.GT, value=Decimal(0))},
        {"columns": ("rater", "metric"), "order": (OrderTerm(column="value"),)},
        {"columns": ("rater", "value")},
    ],
    ids=["filters", "sorts", "selects"],
)
async def test_a_consent_must_cover_every_column_that_a_read_looks_at(tmp_path: Path, looking: dict[str, Any]) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid", categories=[PD + "Identifying"])

        assert (await exchange.one(a_read(licence, columns=("rater", "metric")))).rows.num_rows == 4
        assert (await exchange.one(a_read(licence, **looking))).rows.num_rows == 0


async def test_a_licence_may_ask_for_consent_beyond_the_basis(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, consent=True))
        await exchange.consent("ann", "bob")

        assert (await exchange.one(a_read(licence))).rows["rater"].to_pylist() == ["ann"]


async def test_people_who_object_are_left_out(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        person = exchange.person("bob")
        await exchange.append(ObjectionRaised(platform=PLATFORM, subject=person, recorded_by=person))

        result = await exchange.one(a_read(licence))

        assert "bob" not in result.rows["rater"].to_pylist() + result.rows["rated"].to_pylist()
        assert result.rows.num_rows == 2


async def test_people_who_license_their_own_rows_leave_the_operators_dataset(tmp_path: Path) -> None:
    tables = {PLATFORM: {"ratings": ratings(("ann", "ann", 1), ("ann", "bob", 2), ("bob", "cid", 3))}}
    async with an_exchange(tmp_path, tables) as exchange:
        whole = await exchange.licence(await exchange.dataset())
        own = await exchange.licence(await exchange.dataset(rows=RowScope.OWN, account="ann"))

        of_operator = await exchange.one(a_read(whole))
        of_ann = await exchange.one(a_read(own))

        assert of_operator.rows["rater"].to_pylist() == ["bob"]
        assert of_ann.rows.select(["rater", "rated"]).to_pylist() == [{"rater": "ann", "rated": "ann"}]


@pytest.mark.requirement("R7", "R69")
async def test_columns_are_transformed_and_ids_are_opaque(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        hidden = {name: Transform(term=PSEUDONYMISE) for name in ("rater", "rated")}
        dataset = await exchange.dataset()
        licence = await exchange.licence(dataset, replace(TERMS, transforms=hidden))

        rows = (await exchange.one(a_read(licence, with_id=True))).rows

        raters, rated = rows["rater"].to_pylist(), rows["rated"].to_pylist()
        assert not set(raters + rated) & {"ann", "bob", "cid"}
        assert raters[0] == raters[3] == rated[2]
        assert len(set(rows[ID].to_pylist())) == 4
        assert not any(each.startswith("r") and len(each) == 2 for each in rows[ID].to_pylist())
        other = await exchange.licence(await exchange.dataset(), replace(TERMS, transforms=hidden))
        assert not set((await exchange.one(a_read(other))).rows["rater"].to_pylist()) & set(raters)


async def test_unlicensed_columns_may_be_left_out(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, columns=frozenset({"value"})))

        rows = (await exchange.one(a_read(licence, mode=ColumnMode.OMIT))).rows

        assert rows["rater"].null_count == rows.num_rows == 4
        assert rows["value"].null_count == 0


async def test_filters_of_the_query_and_of_the_licence_both_hold(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        where = Compare(column="value", comparator=Comparator.GT, value=Decimal(0))

        rows = (await exchange.one(a_read(licence, where=where))).rows
        none = (await exchange.one(a_read(licence, where=AnyOf(column="rater", values=())))).rows

        assert rows["value"].to_pylist() == [Decimal(3), Decimal(10), Decimal(1)]
        assert none.num_rows == 0


async def test_a_source_that_fails_costs_only_its_own_rows(tmp_path: Path) -> None:
    tables = {PLATFORM: {"ratings": PEOPLE}, "other": {"ratings": PEOPLE}}
    async with an_exchange(tmp_path, tables) as exchange:
        good = await exchange.licence(await exchange.dataset())
        bad = await exchange.licence(await exchange.dataset(platform="other"))
        exchange.sources.failure = SourceUnavailableError("`other` is away")
        exchange.sources.failing = "other"

        result = await exchange.one(a_read(good, bad))

        reports = {report.platform: report for report in result.sources}
        assert reports[PLATFORM].status is SourceStatus.OK
        assert reports["other"].status is SourceStatus.UNAVAILABLE
        assert reports["other"].problem is not None
        assert reports["other"].problem.stage is Stage.FETCH
        assert result.rows.num_rows == 4
        assert [each.licence for each in await exchange.events() if isinstance(each, AccessRecorded)] == [good]


async def test_a_source_that_fails_half_way_gives_a_part(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        exchange.sources.failure, exchange.sources.fail_after = SourceTimeoutError("too slow"), 1

        result = await exchange.one(a_read(licence))

        (report,) = result.sources
        assert (report.status, report.rows) == (SourceStatus.PARTIAL, 2)
        assert report.receipt is not None
        assert report.problem is not None
        assert report.problem.code == "SOURCE_TIMEOUT"


async def test_a_source_that_fails_half_way_gives_no_part_of_a_sorted_answer(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        exchange.sources.failure, exchange.sources.fail_after = SourceTimeoutError("too slow"), 1

        result = await exchange.one(a_read(licence, order=(OrderTerm(column="value"),)))

        (report,) = result.sources
        assert (report.status, report.rows) == (SourceStatus.TIMEOUT, 0)
        assert not any(isinstance(event, AccessRecorded) for event in await exchange.events())


async def test_a_slow_source_is_told_as_such(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        exchange.sources.failure = SourceTimeoutError("too slow")

        (report,) = (await exchange.one(a_read(licence))).sources

        assert report.status is SourceStatus.TIMEOUT


@pytest.mark.requirement("R69")
async def test_the_record_names_people_only_by_keyed_hashes(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        await exchange.one(a_read(licence, first=1))

        event = await exchange.last()

        assert isinstance(event, AccessRecorded)
        content = await exchange.ports.journal.view(lambda view: view.document(event.subjects))
        assert content is not None
        assert set(subjects_of(content)) == {exchange.person("ann"), exchange.person("bob")}
        assert b"ann" not in msgspec.json.encode(event)


async def test_an_operation_with_several_fields_is_one_commit(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        first, second = await exchange.read(a_read(licence, field="a"), a_read(licence, field="b"))

        assert first.rows.num_rows == second.rows.num_rows == 4
        receipts = [report.receipt for result in (first, second) for report in result.sources]
        assert all(receipts)
        places = [receipt.seq for receipt in receipts if receipt is not None]
        assert places[1] == places[0] + 1
