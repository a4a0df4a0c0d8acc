"""A package from the order to the receipt: units held, rows chosen and checked, files sealed, booked, signed for."""

import asyncio
import errno
import json
import os
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors.errors import SourceUnavailableError
from connectors.kinds import Kind
from connectors.platforms.memory import MemoryTable
from gateway.auth.errors import DeliveryTokenForeignError, DeliveryTokenRefusedError
from gateway.exchange import commands
from gateway.exchange.deliver import ending, pack, refusals
from gateway.exchange.deliver import prepare as preparing
from gateway.exchange.deliver.acknowledge import acknowledge_delivery
from gateway.exchange.deliver.cancel import cancel_delivery
from gateway.exchange.deliver.errors import (
    DeliveryDamagedError,
    DeliveryImpossibleError,
    DeliveryNotReadyError,
    DeliveryReceiptInvalidError,
    DeliveryRefusedError,
    PeopleChangedError,
    TooManyDeliveriesError,
)
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.presented import DeliveryView, deliveries, delivery
from gateway.exchange.deliver.release import Release
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.errors import InputInvalidError, NotFoundError
from gateway.exchange.lookup import licence
from gateway.exchange.ports import PackingLimits
from graph.errors import JournalWriteError
from graph.journal.documents import subjects_of
from graph.journal.events import (
    AccessDenied,
    AccessRecorded,
    AccessWithheld,
    DeliveryFailed,
    DeliveryOrdered,
    LicenceResumed,
    LicenceSuspended,
)
from graph.journal.journal import Journal
from graph.journal.rows import DeliveryState
from graph.party import PartyKind
from graph.signing import DELIVERY_RECEIPT_TYP, SigningKey, sign
from graph.sql.operational import Client
from policies.model import Transform, Usage
from policies.vocabulary import ISO3166, PSEUDONYMISE
from tests.testkit.clock import NOON
from tests.testkit.delivering import (
    LICENSED,
    SHARD,
    contents,
    fetched,
    ordered,
    package,
    prepared,
    prepared_again,
    seen,
    usage,
)
from tests.testkit.reading import (
    CONSENT,
    DEVELOPER,
    MARKETING,
    OWNER,
    PEOPLE,
    PLATFORM,
    Exchange,
    a_read,
    an_exchange,
    ratings,
    table,
)


@pytest.mark.requirement("R25")
async def test_an_order_becomes_a_sealed_package(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.READY, None)
        (item,) = view.items
        assert (item.columns, item.rows, item.dropped) == (("rater", "rated", "value"), 4, 1)
        folder = package(exchange, view)
        shard = folder / "data" / "01-bazaar-rating" / "00000.parquet"
        rows = pq.read_table(shard)
        assert rows["value"].to_pylist() == [Decimal(3), Decimal(-2), Decimal(10), Decimal(1)]
        assert "ann" not in rows["rater"].to_pylist()
        metadata = rows.schema.metadata
        row = exchange.licences[licence]
        assert metadata[b"agreement_id"].decode() == row.agreement
        assert metadata[b"policy_sha256"].decode() == row.policy.removeprefix("sha-256:")
        assert metadata[b"delivery_id"].decode() == view.delivery
        manifest = json.loads((folder / "manifest.json").read_bytes())
        assert {each["path"] for each in manifest["files"]} == {
            str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
        } - {"manifest.json", "manifest.jws"}
        assert await usage(exchange, licence) == [Usage(reserved=50)]


async def test_the_first_byte_books_what_is_in_the_package_and_the_next_ones_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)

        await fetched(exchange, view)
        await fetched(exchange, view, "data/01-bazaar-rating/00000.parquet")

        (access,) = [each for each in await exchange.events() if isinstance(each, AccessRecorded)]
        assert (access.delivery, access.rows, access.units) == (view.delivery, 4, 4)
        assert (access.price_micro, access.currency, access.withheld) == (40_000, "EUR", 1)
        assert await usage(exchange, licence) == [Usage(used=4)]
        again = await delivery(exchange.ports, exchange.principal(licence), view.delivery)
        assert (again.state, again.items[0].access) == (DeliveryState.RELEASED, access.access)


async def test_what_a_licence_does_not_permit_is_not_ordered(tmp_path: Path) -> None:
    """The denial is on record, and no source was called."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        with pytest.raises(DeliveryImpossibleError) as refused:
            await ordered(exchange, licence, purpose=MARKETING)

        assert refused.value.reason == "PURPOSE_NOT_LICENSED"
        denied = await exchange.last()
        assert isinstance(denied, AccessDenied)
        assert (denied.code, denied.licence) == ("PURPOSE_NOT_LICENSED", licence)
        assert exchange.sources.reads == []
        assert not any(isinstance(each, DeliveryOrdered) for each in await exchange.events())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"licences": ()}, "licences"),
        ({"licences": ("a", "a")}, "licences"),
        ({"rows": 0}, "rows"),
        ({"place": "nowhere:at-all"}, "place"),
        ({"place": ISO3166 + "Germany"}, "place"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        with pytest.raises(InputInvalidError) as refused:
            await ordered(exchange, licence, **changes)

        assert refused.value.field == field


async def test_a_licence_that_is_not_the_callers_is_not_found(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED, assignee=OWNER)

        with pytest.raises(NotFoundError):
            await ordered(exchange, licence)


async def test_a_volume_bound_clips_what_is_held_and_what_leaves(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(LICENSED, max_records=3))

        view = await prepared(exchange, licence, rows=50)

        assert view.items[0].rows == 3
        assert await usage(exchange, licence) == [Usage(reserved=3)]
        with pytest.raises(DeliveryImpossibleError) as refused:
            await ordered(exchange, licence)
        assert refused.value.reason == "LICENCE_QUOTA_EXCEEDED"


async def test_an_order_that_is_cut_at_the_quota_says_so_and_so_does_its_report(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        cut = await exchange.licence(dataset, replace(LICENSED, max_records=3))
        whole = await exchange.licence(dataset, LICENSED)

        placed = await ordered(exchange, cut, whole, rows=50)
        view = await prepared_again(exchange, placed)

        for each in (placed, view):
            assert {item.licence: (item.asked, item.within_quota) for item in each.items} == {
                cut: (50, 3),
                whole: (50, 50),
            }
        told = "Only 3 of the 50 rows that were ordered are within the quota of the licence."
        assert (view.report or "").count("within the quota") == 1
        assert told in (view.report or "")
        assert told in (package(exchange, view) / "report.html").read_text()


async def test_a_quota_that_is_larger_than_the_dataset_cuts_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(LICENSED, max_records=40))

        view = await prepared(exchange, licence, rows=50)

        assert [(each.rows, each.asked, each.within_quota) for each in view.items] == [(4, 50, 40)]
        assert "within the quota" not in (view.report or "")


async def test_the_same_key_orders_once(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        first = await ordered(exchange, licence, idempotency_key="k")
        again = await ordered(exchange, licence, idempotency_key="k")

        assert first.delivery == again.delivery
        assert len([each for each in await exchange.events() if isinstance(each, DeliveryOrdered)]) == 1


async def test_files_are_bounded_and_a_stopped_preparation_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Killed after its first file, then run again: nothing doubled, nothing lost, every byte the same."""
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        whole = await prepared(exchange, licence, rows=50, idempotency_key="a")
        exchange.sources.failure, exchange.sources.fail_after = KeyboardInterrupt(), 2  # type: ignore[assignment]  # as a kill
        stopped = await ordered(exchange, licence, rows=50, idempotency_key="b")
        with pytest.raises(KeyboardInterrupt):
            await prepared_again(exchange, stopped)
        assert (await seen(exchange, stopped)).state is DeliveryState.PREPARING
        exchange.sources.failure = None
        before = len(exchange.sources.reads)

        again = await prepared_again(exchange, stopped)

        assert exchange.sources.reads[before].after is not None
        one, two = contents(package(exchange, whole)), contents(package(exchange, again))
        shards = [name for name in one if name.endswith(".parquet")]
        assert len(shards) == 2
        read = [pq.read_table(package(exchange, again) / name)["value"].to_pylist() for name in sorted(shards)]
        assert [value for part in read for value in part] == [Decimal(3), Decimal(-2), Decimal(10), Decimal(1)]
        assert set(one) == set(two)


def in_small_files(ports: Any) -> Any:
    limits: PackingLimits = ports.packing
    return replace(ports, packing=replace(limits, shard_rows=2))


@pytest.mark.parametrize("kept", [True, False])
async def test_a_preparation_that_is_begun_again_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    """Killed when everything was written and nothing recorded; then again, with or without what was written."""
    async with an_exchange(tmp_path, wrap=in_small_files) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        placed = await ordered(exchange, licence, rows=50)

        async def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(preparing, "_record", killed)
            with pytest.raises(KeyboardInterrupt):
                await prepared_again(exchange, placed)
        first = contents(package(exchange, placed))
        if not kept:
            Workspace.of(exchange.ports.packing.folder, placed.delivery).remove()

        view = await prepared_again(exchange, placed)

        assert view.state is DeliveryState.READY
        assert len(first) == 9
        assert contents(package(exchange, view)) == first


async def test_people_who_did_not_consent_are_not_packed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        notice = await exchange.consent("ann", "bob")

        view = await prepared(exchange, licence, rows=50)
        await fetched(exchange, view)

        assert (view.items[0].rows, view.items[0].dropped) == (1, 4)
        access = next(each for each in await exchange.events() if isinstance(each, AccessRecorded))
        assert access.notices == (notice,)
        content = await exchange.ports.journal.view(lambda record: record.document(access.subjects))
        assert set(subjects_of(content or b"")) == {exchange.person("ann"), exchange.person("bob")}


async def test_a_withdrawal_while_it_is_prepared_is_heeded(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await exchange.consent("ann", "bob", "cid")
        placed = await ordered(exchange, licence, rows=50)
        exchange.sources.before_next = lambda: exchange.withdraw("cid")

        view = await prepared_again(exchange, placed)

        assert (view.state, view.items[0].rows) == (DeliveryState.READY, 1)


async def test_a_withdrawal_before_the_first_byte_ends_the_delivery_and_frees_its_units(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await exchange.consent("ann", "bob")
        view = await prepared(exchange, licence, rows=50)
        await exchange.withdraw("bob")

        with pytest.raises(PeopleChangedError):
            await fetched(exchange, view)

        assert (await seen(exchange, view)).code == "DELIVERY_OUTDATED"
        assert not Workspace.of(exchange.ports.packing.folder, view.delivery).folder.exists()
        assert await usage(exchange, licence) == [Usage()]
        withheld = [each for each in await exchange.events() if isinstance(each, AccessWithheld)]
        assert [(each.code, each.rows) for each in withheld] == [("DELIVERY_OUTDATED", 1)]
        assert not any(isinstance(each, AccessRecorded) for each in await exchange.events())


async def test_a_withdrawal_by_somebody_else_does_not_stop_it(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await exchange.consent("ann", "bob")
        view = await prepared(exchange, licence, rows=50)
        await exchange.consent("cid")

        assert await fetched(exchange, view)


async def test_a_withdrawal_after_some_bytes_stops_the_others(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT), LICENSED)
        await exchange.consent("ann", "bob")
        view = await prepared(exchange, licence, rows=50)
        outgoing = Outgoing(exchange.ports)
        await fetched(exchange, view, outgoing=outgoing)
        await exchange.withdraw("ann")

        with pytest.raises(PeopleChangedError):
            await fetched(exchange, view, SHARD, outgoing)

        assert (await seen(exchange, view)).state is DeliveryState.RELEASED
        assert await usage(exchange, licence) == [Usage(used=1)]


async def test_a_revoked_licence_lets_nothing_out_and_ends_what_waits(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await exchange.revoke(licence)

        with pytest.raises(DeliveryRefusedError) as refused:
            await fetched(exchange, view)

        assert refused.value.reason == "LICENCE_TERMINATED"
        denied, ended = (await exchange.events())[-2:]
        assert isinstance(denied, AccessDenied)
        assert (denied.code, denied.licence) == ("LICENCE_TERMINATED", licence)
        assert ended == DeliveryFailed(delivery=view.delivery, code="LICENCE_TERMINATED")
        assert (await seen(exchange, view)).code == "LICENCE_TERMINATED"
        assert not Workspace.of(exchange.ports.packing.folder, view.delivery).folder.exists()
        assert await usage(exchange, licence) == [Usage()]


async def test_a_paused_licence_lets_nothing_out_and_ends_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await exchange.append(LicenceSuspended(licence=licence, by=OWNER, code="TEST"))

        with pytest.raises(DeliveryRefusedError):
            await fetched(exchange, view)

        await exchange.append(LicenceResumed(licence=licence, by=OWNER, code="TEST"))
        assert await fetched(exchange, view)


async def test_a_refusal_that_repeats_is_on_record_once_a_minute(tmp_path: Path) -> None:
    """Each is answered; another reason, or another delivery, is recorded for itself."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        one, two = [await prepared(exchange, licence, rows=2) for _ in range(2)]
        outgoing = Outgoing(exchange.ports)
        await fetched(exchange, one, outgoing=outgoing)

        async def refused(view: DeliveryView, times: int) -> int:
            """How many events that many refusals leave."""
            before = len(await exchange.events())
            answers = await asyncio.gather(
                *(fetched(exchange, view, outgoing=outgoing) for _ in range(times)), return_exceptions=True
            )
            assert [type(each) for each in answers] == [DeliveryRefusedError] * times
            return len(await exchange.events()) - before

        await exchange.append(LicenceSuspended(licence=licence, by=OWNER, code="TEST"))
        assert await refused(one, 20) == 1
        assert await refused(two, 20) == 1
        exchange.clock.advance(59)
        assert await refused(one, 5) == 0
        exchange.clock.advance(1)
        assert await refused(one, 5) == 1
        await exchange.revoke(licence)
        assert await refused(one, 5) == 1


async def test_a_licence_that_ends_in_the_moment_of_the_release_lets_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        booked = Release._booked

        async def revoked_first(*given: Any) -> bool:
            await exchange.revoke(licence)
            return await booked(*given)

        monkeypatch.setattr(Release, "_booked", revoked_first)
        with pytest.raises(DeliveryRefusedError, match="ended before the release"):
            await fetched(exchange, view)

        assert (await seen(exchange, view)).code == "LICENCE_TERMINATED"
        assert await usage(exchange, licence) == [Usage()]
        assert not any(isinstance(each, AccessRecorded) for each in await exchange.events())


async def test_days_that_end_in_the_moment_of_the_release_let_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), replace(LICENSED, days=1))
        await exchange.one(a_read(licence, columns=("value",), first=1))
        view = await prepared(exchange, licence, rows=3)
        booked = Release._booked

        async def too_late(*given: Any) -> bool:
            exchange.clock.advance(86_400 + 1)
            return await booked(*given)

        monkeypatch.setattr(Release, "_booked", too_late)
        with pytest.raises(DeliveryRefusedError) as refused:
            await fetched(exchange, view)

        denied = await exchange.last()
        assert isinstance(denied, AccessDenied | DeliveryFailed)
        assert (refused.value.reason, denied.code) == ("LICENCE_EXPIRED", "LICENCE_EXPIRED")
        assert sum(each.rows for each in await exchange.events() if isinstance(each, AccessRecorded)) == 1


async def test_a_refusal_is_on_record_also_when_the_delivery_was_given_up_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        await exchange.revoke(licence)
        end = ending.end_sealed

        async def cancelled_first(*given: Any) -> bool:
            command = commands.CancelDelivery(delivery=view.delivery)
            await cancel_delivery(exchange.ports, exchange.principal(), command)
            return await end(*given)

        monkeypatch.setattr(refusals, "end_sealed", cancelled_first)
        with pytest.raises(DeliveryRefusedError):
            await fetched(exchange, view)

        assert (await seen(exchange, view)).code == "CANCELLED"
        assert isinstance(await exchange.last(), AccessDenied)


async def test_a_refusal_that_could_not_be_recorded_is_recorded_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        outgoing = Outgoing(exchange.ports)
        await exchange.append(LicenceSuspended(licence=licence, by=OWNER, code="TEST"))

        async def failing(*_: object) -> None:
            raise JournalWriteError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(Journal, "append", failing)
            with pytest.raises(JournalWriteError):
                await fetched(exchange, view, outgoing=outgoing)
        with pytest.raises(DeliveryRefusedError):
            await fetched(exchange, view, outgoing=outgoing)

        assert isinstance(await exchange.last(), AccessDenied)


async def test_a_licence_that_ends_while_it_is_prepared_ends_the_preparation(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        placed = await ordered(exchange, licence, rows=50)
        await exchange.revoke(licence)

        view = await prepared_again(exchange, placed)

        assert (view.state, view.code) == (DeliveryState.FAILED, "LICENCE_TERMINATED")
        assert exchange.sources.reads == []
        assert await usage(exchange, licence) == [Usage()]
        with pytest.raises(DeliveryNotReadyError):
            await fetched(exchange, view)


@pytest.mark.requirement("R25")
async def test_rows_that_break_a_rule_block_the_package_and_are_named(tmp_path: Path) -> None:
    scaled = ratings_on_a_scale(("ann", "bob", 3), ("bob", "cid", 11), ("cid", "ann", -12))
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": scaled}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.FAILED, "QUALITY_CHECK_FAILED")
        assert [(each.rule, each.rows, len(each.examples)) for each in view.findings] == [
            ("value-not-below-scale", 1, 1),
            ("value-not-above-scale", 1, 1),
        ]
        assert not package(exchange, view).exists()
        assert await usage(exchange, licence) == [Usage()]


def ratings_on_a_scale(*rows: tuple[str, str, int]) -> Any:
    plain = ratings(*rows)
    columns = {name: plain.rows[name].to_pylist() for name in plain.rows.column_names}
    bounds = {"scale_min": [-10] * len(rows), "scale_max": [10] * len(rows)}
    return replace(plain, rows=table(Kind.RATING, {**columns, **bounds}))


async def test_a_record_that_comes_twice_leaves_once(tmp_path: Path) -> None:
    twice = replace(PEOPLE, rows=PEOPLE.rows.take([0, 1, 0, 2, 1]))
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": twice}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        view = await prepared(exchange, licence, rows=50)

        assert (view.items[0].rows, view.items[0].dropped) == (3, 2)
        assert "| records that came twice | 2 |" in (view.report or "")


async def test_a_source_that_is_away_ends_the_preparation_with_its_code(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        exchange.sources.failure = SourceUnavailableError("away")

        view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.FAILED, "SOURCE_UNAVAILABLE")
        assert await usage(exchange, licence) == [Usage()]


async def test_what_a_delivery_holds_is_shown_as_used(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        held = await exchange.licence(await exchange.dataset(), LICENSED)
        await ordered(exchange, held, rows=30)

        shown = await licence(exchange.ports, exchange.principal(), held)

        assert [(each.used, each.bound) for each in shown.usage] == [(30, 100)]


async def test_a_file_altered_under_its_old_time_and_size_is_not_served(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        outgoing, path = Outgoing(exchange.ports), package(exchange, view) / SHARD
        await fetched(exchange, view, SHARD, outgoing)
        before = path.stat()
        content = bytearray(path.read_bytes())
        content[100] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

        with pytest.raises(DeliveryDamagedError):
            await fetched(exchange, view, SHARD, outgoing)


def full_database() -> sqlite3.OperationalError:
    """What SQLite says when its file cannot grow."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        try:
            connection.execute("CREATE TABLE t (x)")
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
        except sqlite3.OperationalError as problem:
            return problem.with_traceback(None)
    raise AssertionError


@pytest.mark.parametrize(
    ("problem", "code"),
    [(full_database(), "STORAGE_FULL"), (ValueError("surprise"), "PREPARATION_FAILED")],
    ids=["full database", "surprise"],
)
async def test_whatever_goes_wrong_ends_one_order_and_the_next_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, code: str
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        def failing(*_: object) -> None:
            raise problem

        with monkeypatch.context() as patched:
            patched.setattr(pack, "keep", failing)
            view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.FAILED, code)
        assert not Workspace.of(exchange.ports.packing.folder, view.delivery).folder.exists()
        assert await usage(exchange, licence) == [Usage()]
        assert (await prepared(exchange, licence, rows=50)).state is DeliveryState.READY


async def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(pack, "keep", full)
        view = await prepared(exchange, licence, rows=50)

        assert (view.state, view.code) == (DeliveryState.FAILED, "STORAGE_FULL")
        assert not Workspace.of(exchange.ports.packing.folder, view.delivery).folder.exists()
        assert await usage(exchange, licence) == [Usage()]


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"x"), Path.unlink])
async def test_a_damaged_file_is_not_served_and_nothing_is_booked(tmp_path: Path, damage: Any) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        damage(package(exchange, view) / SHARD)

        with pytest.raises(DeliveryDamagedError):
            await fetched(exchange, view, SHARD)

        assert await usage(exchange, licence) == [Usage(reserved=50)]


async def test_a_flipped_byte_is_found_also_when_the_length_stays(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        outgoing = Outgoing(exchange.ports)
        await fetched(exchange, view, SHARD, outgoing)
        shard = package(exchange, view) / SHARD
        content = bytearray(shard.read_bytes())
        content[100] ^= 1
        shard.write_bytes(content)

        with pytest.raises(DeliveryDamagedError):
            await fetched(exchange, view, SHARD, outgoing)


async def test_the_seal_is_served_too_and_what_is_not_in_the_list_is_not(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)

        assert (await fetched(exchange, view, "manifest.jws")).count(b".") == 2
        for path in ("../journal.db", "data", "nothing"):
            with pytest.raises(NotFoundError):
                await fetched(exchange, view, path)


@pytest.mark.requirement("R26")
async def test_a_token_opens_its_own_delivery_for_ten_minutes(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        one = await prepared(exchange, licence, rows=2)
        two = await prepared(exchange, licence, rows=2)
        opened = await opened_delivery(exchange.ports, exchange.principal(), one.delivery)
        outgoing = Outgoing(exchange.ports)

        with pytest.raises(DeliveryTokenForeignError):
            await outgoing.find(two.delivery.rsplit(":", 1)[-1], SHARD, f"Bearer {opened.token}")
        for wrong in (None, "", "Basic x", "Bearer x", f"Bearer {opened.token}x"):
            with pytest.raises(DeliveryTokenRefusedError):
                await outgoing.find(one.delivery.rsplit(":", 1)[-1], SHARD, wrong)
        exchange.clock.advance(660)
        with pytest.raises(DeliveryTokenRefusedError, match="time is over"):
            await outgoing.find(one.delivery.rsplit(":", 1)[-1], SHARD, f"Bearer {opened.token}")


@pytest.mark.requirement("R26")
async def test_the_licensor_sees_what_it_gave_and_others_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        owner = exchange.principal(party=OWNER)

        told = await delivery(exchange.ports, owner, view.delivery)

        assert [each.licence for each in told.items] == [licence]
        assert told.report is None
        page = await deliveries(exchange.ports, owner, first=5)
        assert [each.delivery for each in page.items] == [view.delivery]
        with pytest.raises(NotFoundError):
            await delivery(exchange.ports, exchange.principal(party="urn:muniment:party:other"), view.delivery)
        with pytest.raises(NotFoundError):
            await opened_delivery(exchange.ports, owner, view.delivery)


@pytest.mark.requirement("R26")
async def test_the_licensee_signs_for_what_arrived(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        key = SigningKey.generate()
        register(exchange, key)
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=50)
        signed = sign(key, {"delivery": view.delivery, "manifest": view.manifest}, typ=DELIVERY_RECEIPT_TYP)
        command = commands.AcknowledgeDelivery(delivery=view.delivery, signature=signed, idempotency_key="r")
        with pytest.raises(DeliveryNotReadyError):
            await acknowledge_delivery(exchange.ports, exchange.principal(), command)
        await fetched(exchange, view)
        other = sign(key, {"delivery": view.delivery, "manifest": "x"}, typ=DELIVERY_RECEIPT_TYP)
        for wrong in (other, "x"):
            with pytest.raises(DeliveryReceiptInvalidError):
                await acknowledge_delivery(exchange.ports, exchange.principal(), replace(command, signature=wrong))
        with pytest.raises(NotFoundError):
            await acknowledge_delivery(exchange.ports, exchange.principal(party=OWNER), command)

        received = await acknowledge_delivery(exchange.ports, exchange.principal(), command)
        again = await acknowledge_delivery(exchange.ports, exchange.principal(), command)

        assert (received.state, again.state) == (DeliveryState.RECEIVED, DeliveryState.RECEIVED)
        assert await fetched(exchange, view, SHARD)


def register(exchange: Exchange, key: SigningKey) -> None:
    exchange.ports.clients.add(
        Client(
            client="client",
            party=DEVELOPER,
            kind=PartyKind.LLM_DEVELOPER,
            name="",
            public_jwk=key.public_jwk,
            token_lifetime_s=600,
            active=True,
            at=exchange.clock(),
        )
    )


@pytest.mark.requirement("R7")
async def test_planted_identifiers_are_not_found_in_a_package(tmp_path: Path) -> None:
    """Accounts, names, addresses and texts of everybody on the platform, sought in every byte and every value."""
    people = {name: f"{name}@mail.example {name}-the-avatar" for name in ("annalena77", "robertino", "cidonia")}
    columns: dict[str, list[Any]] = {
        "record_id": [f"r{index}" for index in range(3)],
        "subject": list(people),
        "display_name": [f"{name}-the-avatar" for name in people],
        "about": list(people.values()),
        "created_at": [NOON] * 3,
    }
    profiles = MemoryTable(kind=Kind.PROFILE, rows=table(Kind.PROFILE, columns))
    terms = replace(
        LICENSED,
        columns=frozenset({"subject", "created_at"}),
        transforms={"subject": Transform(term=PSEUDONYMISE)},
    )
    async with an_exchange(tmp_path, {PLATFORM: {"profiles": profiles}}) as exchange:
        licence = await exchange.licence(await exchange.dataset("profiles", kind=Kind.PROFILE), terms)

        view = await prepared(exchange, licence, rows=50)

        folder = package(exchange, view)
        planted = {word for name, text in people.items() for word in (name, *text.split())}
        values = {
            str(value)
            for path in folder.rglob("*.parquet")
            for column in pq.read_table(path).columns
            for value in column.to_pylist()
        }
        everything = b"\n".join(contents(folder).values())
        assert view.items[0].rows == 3
        assert [word for word in planted if word.encode() in everything or any(word in value for value in values)] == []
        assert "not licensed, and were not taken: record_id, display_name, about" in (view.report or "")


async def test_ten_packages_may_wait_and_one_that_is_given_up_makes_room(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        waiting = [await ordered(exchange, licence, rows=2) for _ in range(10)]
        with pytest.raises(TooManyDeliveriesError):
            await ordered(exchange, licence, rows=2)
        assert await usage(exchange, licence) == [Usage(reserved=20)]
        command = commands.CancelDelivery(delivery=waiting[0].delivery, idempotency_key="c")
        with pytest.raises(NotFoundError):
            await cancel_delivery(exchange.ports, exchange.principal(party=OWNER), command)

        cancelled = await cancel_delivery(exchange.ports, exchange.principal(), command)

        assert (cancelled.state, cancelled.code) == (DeliveryState.FAILED, "CANCELLED")
        assert await cancel_delivery(exchange.ports, exchange.principal(), command) == cancelled
        assert await usage(exchange, licence) == [Usage(reserved=18)]
        assert (await ordered(exchange, licence, rows=2)).state is DeliveryState.PREPARING
        assert (await prepared_again(exchange, waiting[0])).state is DeliveryState.FAILED


async def test_of_many_orders_at_once_ten_wait_and_the_others_are_refused(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)

        outcomes = await asyncio.gather(
            *(ordered(exchange, licence, rows=2) for _ in range(25)), return_exceptions=True
        )

        assert Counter(type(each).__name__ for each in outcomes) == {"DeliveryView": 10, "TooManyDeliveriesError": 15}
        assert await usage(exchange, licence) == [Usage(reserved=20)]


async def test_a_package_that_is_given_up_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was ready, or given up in the last moment of its preparation."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        ready = await prepared(exchange, licence, rows=2)
        placed = await ordered(exchange, licence, rows=2)
        for each in (ready, placed):
            await cancel_delivery(exchange.ports, exchange.principal(), commands.CancelDelivery(delivery=each.delivery))
        late = await ordered(exchange, licence, rows=2)
        record = preparing._record

        async def cancelled_first(*given: Any) -> bool:
            command = commands.CancelDelivery(delivery=late.delivery)
            await cancel_delivery(exchange.ports, exchange.principal(), command)
            return await record(*given)

        monkeypatch.setattr(preparing, "_record", cancelled_first)
        await prepared_again(exchange, late)

        assert [(await seen(exchange, each)).code for each in (ready, placed, late)] == ["CANCELLED"] * 3
        for each in (ready, placed, late):
            assert not Workspace.of(exchange.ports.packing.folder, each.delivery).folder.exists()
        with pytest.raises(DeliveryNotReadyError):
            await cancel_delivery(exchange.ports, exchange.principal(), commands.CancelDelivery(delivery=late.delivery))
