"""What changes between masking and commit: nothing leaves that should not, and what was withheld is on record."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.exchange.ports import Ports
from gateway.exchange.read.model import SourceStatus, Stage
from graph.journal.entries import Entry, Outcome
from graph.journal.events import AccessRecorded, AccessWithheld
from graph.journal.journal import Journal
from tests.testkit.reading import CONSENT, TERMS, Exchange, a_read, an_exchange


@dataclass
class Barrier:
    """Stands before the journal; when a release arrives, something else happens first."""

    journal: Journal
    before_release: list[Callable[[], Awaitable[Any]]]

    async def append(self, *entries: Entry) -> tuple[Outcome, ...]:
        release = any(isinstance(event, AccessRecorded) for entry in entries for event in entry.events)
        if release and self.before_release:
            await self.before_release.pop(0)()
        return await self.journal.append(*entries)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.journal, name)


def _barrier(exchange: Exchange) -> Barrier:
    barrier = exchange.ports.journal
    assert isinstance(barrier, Barrier)
    return barrier


def _behind_a_barrier(ports: Ports) -> Ports:
    return replace(ports, journal=cast("Journal", Barrier(ports.journal, [])))


async def test_a_withdrawal_after_masking_masks_once_more(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=_behind_a_barrier) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid")
        _barrier(exchange).before_release.append(lambda: exchange.withdraw("ann"))

        result = await exchange.one(a_read(licence))

        assert result.rows["rater"].to_pylist() == ["bob"]
        assert result.sources[0].status is SourceStatus.OK
        withheld, recorded = (await exchange.events())[-2:]
        assert isinstance(withheld, AccessWithheld)
        assert isinstance(recorded, AccessRecorded)
        assert recorded.rows == 1


async def test_a_second_withdrawal_withholds_everything(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=_behind_a_barrier) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent("ann", "bob", "cid")
        _barrier(exchange).before_release.extend([lambda: exchange.withdraw("ann"), lambda: exchange.withdraw("bob")])

        result = await exchange.one(a_read(licence))

        (report,) = result.sources
        assert report.status is SourceStatus.WITHHELD
        assert report.problem is not None
        assert (report.problem.code, report.problem.stage) == ("CONSENT_CHANGED", Stage.COMMIT)
        assert result.rows.num_rows == 0
        assert isinstance(await exchange.last(), AccessWithheld)
        assert not any(isinstance(event, AccessRecorded) for event in await exchange.events())


@pytest.mark.requirement("R8")
async def test_a_revocation_after_masking_withholds(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=_behind_a_barrier) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        _barrier(exchange).before_release.append(lambda: exchange.revoke(licence))

        result = await exchange.one(a_read(licence))

        (report,) = result.sources
        assert report.status is SourceStatus.WITHHELD
        assert report.problem is not None
        assert report.problem.code == "LICENCE_TERMINATED"
        assert result.rows.num_rows == 0
        event = await exchange.last()
        assert isinstance(event, AccessWithheld)
        assert event.access == report.problem.decision


async def test_a_dataset_whose_terms_change_after_masking_is_withheld(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=_behind_a_barrier) as exchange:
        dataset = await exchange.dataset()
        licence = await exchange.licence(dataset)
        _barrier(exchange).before_release.append(lambda: exchange.decide_terms(dataset, allowed=False))

        result = await exchange.one(a_read(licence))

        (report,) = result.sources
        assert report.problem is not None
        assert (report.status, report.problem.code) == (SourceStatus.WITHHELD, "VERSION_CONFLICT")
        assert result.rows.num_rows == 0
        assert isinstance(await exchange.last(), AccessWithheld)


async def test_a_dataset_that_is_withheld_does_not_hold_back_another(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, wrap=_behind_a_barrier) as exchange:
        lost = await exchange.licence(await exchange.dataset())
        kept = await exchange.licence(await exchange.dataset())
        _barrier(exchange).before_release.append(lambda: exchange.revoke(lost))

        first, second = await exchange.read(a_read(lost, field="lost"), a_read(kept, field="kept"))

        assert (first.rows.num_rows, second.rows.num_rows) == (0, 4)


async def test_a_quota_is_never_over_run_by_simultaneous_reads(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, max_records=10))

        results = await asyncio.gather(*(exchange.one(a_read(licence, first=3)) for _ in range(12)))

        released = sum(result.rows.num_rows for result in results)
        usage = await exchange.ports.journal.view(lambda view: view.usage(licence))
        assert released <= 10
        assert sum(each.used for each in usage.values()) == released
        recorded = [event for event in await exchange.events() if isinstance(event, AccessRecorded)]
        assert sum(event.rows for event in recorded) == released


async def test_one_query_that_is_left_is_given_once(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(TERMS, max_queries=1))

        results = await asyncio.gather(*(exchange.one(a_read(licence)) for _ in range(5)))

        assert sum(1 for result in results if result.rows.num_rows) == 1


APART = replace(TERMS, not_together=frozenset({frozenset({"rater", "rated"})}))


async def test_two_fields_of_one_operation_complete_no_joint_set(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), APART)

        first, second = await exchange.read(
            a_read(licence, field="a", columns=("rater", "value")), a_read(licence, field="b", columns=("rated",))
        )

        assert first.rows.num_rows == 4
        (report,) = second.sources
        assert report.problem is not None
        assert (report.status, report.problem.code) == (SourceStatus.WITHHELD, "COLUMNS_NOT_TOGETHER")
        assert second.rows.num_rows == 0
        assert isinstance(await exchange.last(), AccessWithheld)


async def test_simultaneous_reads_complete_no_joint_set(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), APART)

        await asyncio.gather(*(exchange.one(a_read(licence, columns=(name,))) for name in ("rater", "rated") * 3))

        row = await exchange.ports.journal.view(lambda view: view.licence(licence))
        assert row is not None
        assert len(row.released_columns & {"rater", "rated"}) == 1
