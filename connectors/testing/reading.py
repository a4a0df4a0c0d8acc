"""Checks of how a connector reads: resume, cancellation, deadlines, repetition."""

import asyncio
from contextlib import aclosing
from typing import Final

import pytest

from connectors.engine import deadline_after, fetch
from connectors.errors import CheckpointInvalidError, SourceTimeoutError
from connectors.kinds import subject_columns
from connectors.spi import Checkpoint, Collection
from connectors.testing.bench import Bench, rows_of
from connectors.testing.rules import Level, rule

_MOST_CHECKPOINTS: Final = 12
_TELLING: Final = 8
"""Characters an id must have, so that it is not found in any text by accident."""


class ReadingChecks:
    """Silver: reading can be interrupted anywhere, and goes on where it was."""

    @rule("S05", Level.SILVER)
    async def test_resume_from_every_checkpoint_gives_the_rest(self, bench: Bench) -> None:
        for collection in await bench.collections():
            batches = await bench.batches(collection)
            step = max(1, len(batches) // _MOST_CHECKPOINTS)
            for index in range(0, len(batches), step):
                rest = await bench.batches(collection, after=batches[index].checkpoint)

                assert rows_of(rest) == rows_of(batches[index + 1 :]), f"`{collection.id}` after batch {index}"

    @rule("S05", Level.SILVER)
    async def test_resume_does_not_depend_on_the_size_of_batches(self, bench: Bench) -> None:
        for collection in await bench.collections():
            batches = await bench.batches(collection)
            for size in (bench.context.batch_rows - 2, bench.context.batch_rows + 3):
                rest = await bench.resized(size).batches(collection, after=batches[0].checkpoint)

                assert rows_of(rest) == rows_of(batches[1:]), f"`{collection.id}` in batches of {size}"

    @rule("S05", Level.SILVER)
    async def test_the_kit_sees_more_than_one_batch(self, bench: Bench) -> None:
        for collection in await bench.collections():
            assert len(await bench.batches(collection)) > 1, f"give the kit more records in `{collection.id}`"

    @rule("S02", Level.SILVER)
    async def test_every_batch_has_a_checkpoint_of_its_own(self, bench: Bench) -> None:
        for collection in await bench.collections():
            checkpoints = [batch.checkpoint for batch in await bench.batches(collection)]

            assert len(set(checkpoints)) == len(checkpoints)

    @rule("B09", Level.BRONZE)
    async def test_checkpoints_and_references_name_nobody(self, bench: Bench) -> None:
        for collection in await bench.collections():
            people: set[str] = set()
            for batch in await bench.batches(collection):
                for name in subject_columns(collection.kind):
                    found = batch.records.column(name).to_pylist()
                    people |= {each for each in found if each is not None and len(each) >= _TELLING}
                told = f"{batch.checkpoint} {batch.source_ref}"

                assert not [person for person in people if person in told], collection.id

    @rule("S07", Level.SILVER)
    async def test_foreign_checkpoint_is_refused(self, bench: Bench) -> None:
        collections = await bench.collections()
        for collection in collections:
            own = (await bench.batches(collection))[0].checkpoint
            foreign = [(await bench.batches(each))[0].checkpoint for each in collections if each.id != collection.id]
            for wrong in (Checkpoint("nonsense"), Checkpoint(f"{own}:"), *foreign):
                with pytest.raises(CheckpointInvalidError):
                    await bench.batches(collection, after=wrong)

    @rule("S10", Level.SILVER)
    async def test_cancelled_read_ends_and_leaves_nothing(self, bench: Bench) -> None:
        for collection in await bench.collections():
            before = asyncio.all_tasks()
            began = asyncio.Event()
            task = asyncio.create_task(_read(bench, collection, began))
            await began.wait()
            task.cancel()
            async with asyncio.timeout(5):
                await asyncio.gather(task, return_exceptions=True)

            assert asyncio.all_tasks() == before

    @rule("S10", Level.SILVER)
    async def test_read_that_is_left_early_can_be_repeated(self, bench: Bench) -> None:
        for collection in await bench.collections():
            async with aclosing(
                fetch(bench.connector, bench.request(collection), bench.context, bench.deadline)
            ) as batches:
                first = await anext(batches)

            again = await bench.rows(collection)

            assert first.batch.records.to_pylist() == again[: first.batch.records.num_rows]

    @rule("S17", Level.SILVER)
    async def test_past_deadline_gives_a_timeout_and_no_row(self, bench: Bench) -> None:
        for collection in await bench.collections():
            with pytest.raises(SourceTimeoutError):
                await anext(fetch(bench.connector, bench.request(collection), bench.context, deadline_after(-1)))

    @rule("S15", Level.SILVER)
    async def test_reads_at_once_do_not_disturb_each_other(self, bench: Bench) -> None:
        for collection in await bench.collections():
            alone = await bench.rows(collection)
            together = await asyncio.gather(*(bench.rows(collection) for _ in range(3)))

            assert all(each == alone for each in together), collection.id


async def _read(bench: Bench, collection: Collection, began: asyncio.Event) -> None:
    async with aclosing(fetch(bench.connector, bench.request(collection), bench.context, bench.deadline)) as batches:
        async for _ in batches:
            began.set()
            await asyncio.sleep(0)
