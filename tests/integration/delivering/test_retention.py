"""How long files stay: as long as somebody may have them, and some days after the receipt."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from gateway.exchange.agreements import AgreementPolicies
from gateway.exchange.deliver.errors import DeliveryNotReadyError, DeliveryRefusedError, DeliveryRemovedError
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.preparations import BackgroundPreparations
from gateway.exchange.deliver.presented import DeliveryView
from gateway.exchange.deliver.progress import PreparationStage, Progress
from gateway.exchange.deliver.retention import remove_unneeded
from gateway.exchange.deliver.workspace import Workspace
from graph.errors import JournalCorruptError
from graph.journal.events import DeliveryAcknowledged, DeliveryFailed, LicenceSuspended
from graph.journal.rows import DeliveryState
from graph.journal.view import View
from policies.model import Policy, Usage
from tests.testkit.delivering import LICENSED, SHARD, fetched, ordered, prepared, seen, usage
from tests.testkit.reading import DEVELOPER, OWNER, Exchange, an_exchange

WEEK = timedelta(days=7)


async def received(exchange: Exchange, licence: str) -> DeliveryView:
    """A package that was fetched and signed for."""
    view = await prepared(exchange, licence, rows=2)
    await fetched(exchange, view)
    await exchange.append(
        DeliveryAcknowledged(delivery=view.delivery, by=DEVELOPER, manifest=view.manifest or "", key="k", signature="s")
    )
    return view


def kept(exchange: Exchange, view: DeliveryView) -> bool:
    """Whether anything of it is on the disk."""
    return Workspace.of(exchange.ports.packing.folder, view.delivery).folder.exists()


async def test_files_that_were_signed_for_go_when_their_time_is_over(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view, waiting = await received(exchange, licence), await prepared(exchange, licence, rows=2)
        before = len(await exchange.events())

        exchange.clock.advance(WEEK.total_seconds() - 1)
        await remove_unneeded(exchange.ports)
        assert await fetched(exchange, view, SHARD)

        exchange.clock.advance(1)
        await remove_unneeded(exchange.ports)

        assert (kept(exchange, view), kept(exchange, waiting)) == (False, True)
        assert (await seen(exchange, view)).state is DeliveryState.RECEIVED
        assert len(await exchange.events()) == before


@pytest.mark.parametrize("swept", [True, False])
async def test_what_is_not_kept_any_more_is_to_be_ordered_again(tmp_path: Path, *, swept: bool) -> None:
    """Whether its files are gone already or not; a download that was opened before is told the same."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await received(exchange, licence)
        exchange.clock.advance(WEEK.total_seconds() - 60)
        opened = await opened_delivery(exchange.ports, exchange.principal(), view.delivery)
        exchange.clock.advance(60)
        if swept:
            await remove_unneeded(exchange.ports)

        with pytest.raises(DeliveryRemovedError) as removed:
            await opened_delivery(exchange.ports, exchange.principal(), view.delivery)
        with pytest.raises(DeliveryRemovedError):
            await Outgoing(exchange.ports).find(view.delivery.rsplit(":", 1)[-1], SHARD, f"Bearer {opened.token}")

        assert (removed.value.code, removed.value.http_status) == ("DELIVERY_REMOVED", 410)
        assert "prepareDelivery" in removed.value.hint


async def test_a_longer_time_does_not_bring_files_back(tmp_path: Path) -> None:
    """After a restart with another setting: what was removed is told as removed, not as damaged."""
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await received(exchange, licence)
        exchange.clock.advance(WEEK.total_seconds())
        await remove_unneeded(exchange.ports)
        exchange.ports = replace(exchange.ports, packing=replace(exchange.ports.packing, kept=4 * WEEK))

        with pytest.raises(DeliveryRemovedError):
            await fetched(exchange, view, SHARD)


async def test_what_waits_under_an_ended_licence_is_ended_without_being_asked_for(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        licence, paused = await exchange.licence(dataset, LICENSED), await exchange.licence(dataset, LICENSED)
        ended, waiting = await prepared(exchange, licence, rows=2), await prepared(exchange, paused, rows=2)
        await exchange.revoke(licence)
        await exchange.append(LicenceSuspended(licence=paused, by=OWNER, code="TEST"))

        await remove_unneeded(exchange.ports)

        assert await exchange.last() == DeliveryFailed(delivery=ended.delivery, code="LICENCE_TERMINATED")
        assert await usage(exchange, licence) == [Usage()]
        assert (kept(exchange, ended), kept(exchange, waiting)) == (False, True)
        assert (await seen(exchange, waiting)).state is DeliveryState.READY


async def test_of_two_licences_the_one_that_ended_counts(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        dataset = await exchange.dataset()
        paused, ended = await exchange.licence(dataset, LICENSED), await exchange.licence(dataset, LICENSED)
        view = await prepared(exchange, paused, ended, rows=2)
        await exchange.append(LicenceSuspended(licence=paused, by=OWNER, code="TEST"))
        await exchange.revoke(ended)

        with pytest.raises(DeliveryRefusedError) as refused:
            await fetched(exchange, view)

        assert (refused.value.licence, refused.value.reason) == (ended, "LICENCE_TERMINATED")
        assert not kept(exchange, view)


async def test_what_left_under_an_ended_licence_is_removed_and_refused(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await prepared(exchange, licence, rows=2)
        await fetched(exchange, view)
        await exchange.revoke(licence)

        await remove_unneeded(exchange.ports)

        assert not kept(exchange, view)
        with pytest.raises(DeliveryRefusedError) as refused:
            await fetched(exchange, view, SHARD)
        assert refused.value.reason == "LICENCE_TERMINATED"


async def test_what_a_crash_left_of_an_ended_delivery_is_removed(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        ended, placed = await prepared(exchange, licence, rows=2), await ordered(exchange, licence, rows=2)
        await exchange.append(DeliveryFailed(delivery=ended.delivery, code="CANCELLED"))
        Workspace.of(exchange.ports.packing.folder, placed.delivery).work("01-part")

        await remove_unneeded(exchange.ports)

        assert (kept(exchange, ended), kept(exchange, placed)) == (False, True)
        with pytest.raises(DeliveryNotReadyError):
            await fetched(exchange, ended)


async def test_what_is_being_written_is_left_to_its_preparation(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        placed = await ordered(exchange, licence, rows=2)
        Workspace.of(exchange.ports.packing.folder, placed.delivery).work("01-part")
        preparations = exchange.ports.preparations
        assert isinstance(preparations, BackgroundPreparations)
        preparations._tell(placed.delivery, Progress(stage=PreparationStage.READING))
        await exchange.append(DeliveryFailed(delivery=placed.delivery, code="CANCELLED"))

        await remove_unneeded(exchange.ports)

        assert kept(exchange, placed)


async def test_one_delivery_that_cannot_be_judged_does_not_keep_the_others(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        views = [await prepared(exchange, licence, rows=2) for _ in range(3)]
        await exchange.revoke(licence)
        exchange.ports = replace(exchange.ports, policies=FailingOnce())

        await remove_unneeded(exchange.ports)

        assert sum(kept(exchange, each) for each in views) == 1
        await remove_unneeded(exchange.ports)
        assert not any(kept(exchange, each) for each in views)


class FailingOnce(AgreementPolicies):
    """The policies of agreements; the first one asked for is unreadable."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = [JournalCorruptError("it is not there")]

    @override
    def load(self, digest: str, view: View) -> Policy:
        """The policy."""
        if self.failures:
            raise self.failures.pop()
        return super().load(digest, view)


async def test_what_no_delivery_on_record_owns_is_left_alone(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        await remove_unneeded(exchange.ports)
        notes = exchange.ports.packing.folder / "notes"
        notes.mkdir(parents=True)

        await remove_unneeded(exchange.ports)

        assert notes.exists()
