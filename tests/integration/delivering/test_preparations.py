"""Preparing in the background: one after the other, on after a restart, again when the record could not be written."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.exchange.deliver import preparations
from gateway.exchange.deliver.preparations import BackgroundPreparations
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.deliver.presented import DeliveryView
from gateway.exchange.deliver.progress import PreparationStage
from gateway.exchange.deliver.retention import remove_unneeded
from gateway.exchange.ports import Ports
from graph.errors import JournalWriteError
from graph.journal.events import DeliveryFailed
from graph.journal.rows import DeliveryState
from tests.testkit.delivering import LICENSED, ordered, package, prepared, seen
from tests.testkit.reading import Exchange, an_exchange


@asynccontextmanager
async def running(ports: Ports) -> AsyncIterator[None]:
    assert isinstance(ports.preparations, BackgroundPreparations)
    task = asyncio.create_task(ports.preparations.run(ports))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_done(exchange: Exchange, *views: DeliveryView) -> list[DeliveryState]:
    for _ in range(500):
        states = [(await seen(exchange, each)).state for each in views]
        if DeliveryState.PREPARING not in states:
            return states
        await asyncio.sleep(0.01)
    raise AssertionError("they were not prepared")


async def test_what_is_ordered_is_prepared_in_its_turn(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        first = await ordered(exchange, licence, rows=2)
        assert first.progress is not None
        assert first.progress.stage is PreparationStage.WAITING

        async with running(exchange.ports):
            second = await ordered(exchange, licence, rows=2)

            assert await until_done(exchange, first, second) == [DeliveryState.READY] * 2

        await asyncio.sleep(0)
        assert exchange.ports.preparations.progress(first.delivery) is None


async def test_what_an_earlier_process_left_is_prepared_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparations, "_PAGE", 1)
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        left = [await ordered(exchange, licence, rows=2) for _ in range(3)]
        restarted = replace(exchange.ports, preparations=BackgroundPreparations())

        async with running(restarted):
            assert await until_done(exchange, *left) == [DeliveryState.READY] * 3


async def test_what_was_left_is_found_also_when_the_record_could_not_be_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        left = await ordered(exchange, licence, rows=2)
        restarted = replace(exchange.ports, preparations=BackgroundPreparations())
        failures, unfinished = [JournalWriteError("it is locked")], preparations._unfinished

        async def failing_first(ports: Ports) -> list[str]:
            if failures:
                raise failures.pop()
            return await unfinished(ports)

        monkeypatch.setattr(preparations, "_unfinished", failing_first)
        monkeypatch.setattr(preparations, "_PATIENCE_S", 0.0)

        async with running(restarted):
            assert await until_done(exchange, left) == [DeliveryState.READY]


async def test_preparations_tell_whether_they_run_and_what_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        preparer = exchange.ports.preparations
        assert isinstance(preparer, BackgroundPreparations)
        assert preparer.problem is not None
        view = await ordered(exchange, licence, rows=2)
        told: list[str | None] = []
        failures = [JournalWriteError("the disk is full")]

        async def failing_first(*given: object) -> None:
            told.append(preparer.problem)
            if failures:
                raise failures.pop()
            await prepare(*given)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(preparations, "prepare", failing_first)
        monkeypatch.setattr(preparations, "_PATIENCE_S", 0.0)

        async with running(exchange.ports):
            await until_done(exchange, view)
            await until(lambda: preparer.problem is None)

        assert told[0] is None
        assert "the disk is full" in str(told[1])
        assert preparer.problem is not None


async def test_files_that_nobody_may_have_are_removed_at_the_start_and_from_time_to_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that fails is followed by the next."""
    monkeypatch.setattr(preparations, "_ROUND_S", 0.01)
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        first, second = [await prepared(exchange, licence, rows=2) for _ in range(2)]
        await exchange.append(DeliveryFailed(delivery=first.delivery, code="CANCELLED"))
        failures = [OSError("it is away")]

        async def failing_first(ports: Ports) -> None:
            if failures:
                raise failures.pop()
            await remove_unneeded(ports)

        monkeypatch.setattr(preparations, "remove_unneeded", failing_first)

        async with running(exchange.ports):
            await until(lambda: not package(exchange, first).exists())
            assert package(exchange, second).exists()
            await exchange.append(DeliveryFailed(delivery=second.delivery, code="CANCELLED"))
            await until(lambda: not package(exchange, second).exists())


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not come true")


async def test_what_could_not_be_recorded_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        view = await ordered(exchange, licence, rows=2)
        failures = [JournalWriteError("the disk is full")]

        async def failing_first(*given: object) -> None:
            if failures:
                raise failures.pop()
            await prepare(*given)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(preparations, "prepare", failing_first)
        monkeypatch.setattr(preparations, "_PATIENCE_S", 0.0)

        async with running(exchange.ports):
            assert await until_done(exchange, view) == [DeliveryState.READY]
