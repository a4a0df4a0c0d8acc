"""The kit catches connectors that lie: what it never fails on, it never checked."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from typing_extensions import override

from connectors.errors import ConnectorConfigError
from connectors.platforms.memory import MemoryConnector, MemoryTable
from connectors.spi import (
    Accepted,
    Batch,
    Capabilities,
    Checkpoint,
    Collection,
    CollectionId,
    ConnectorContext,
    Health,
    HealthStatus,
    PlatformTerms,
    ReadRequest,
)
from connectors.testing.bench import Bench, a_context
from connectors.testing.suite import ConnectorConformance
from policies.predicate import EVERYTHING, Comparator, Compare

ROWS = [
    {
        "record_id": f"{number:064x}",
        "platform": "memory",
        "derived": False,
        "rater": f"member-{number % 5:04}",
        "rated": None if number % 4 == 0 else f"member-{number % 3:04}",
        "value": str(number - 8),
        "observed_at": "2020-01-01T00:00:00Z",
    }
    for number in range(18)
]
CONFIG = {"platform": "memory", "terms": {"source": "nowhere"}, "collections": {"r": {"kind": "Rating", "rows": ROWS}}}
EQUALITY = frozenset({Comparator.EQ})


@dataclass(frozen=True, kw_only=True)
class Wrapped:
    """The honest connector, with one thing changed."""

    honest: MemoryConnector
    claims: Capabilities = field(default_factory=lambda: Capabilities(resume=True))
    described: Callable[[Collection], Collection] = lambda collection: collection
    split: Callable[[ReadRequest], Accepted] | None = None
    changed: Callable[[int, Batch], Batch | None] = lambda _, batch: batch
    request: Callable[[ReadRequest], ReadRequest] = lambda request: request
    answer: HealthStatus = HealthStatus.REACHABLE
    hosts: frozenset[str] = frozenset()

    @property
    def platform(self) -> str:
        return self.honest.platform

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:
        return [self.described(replace(each, capabilities=self.claims)) for each in await self.honest.describe(context)]

    def negotiate(self, request: ReadRequest) -> Accepted:
        return self.split(request) if self.split else self.honest.negotiate(request)

    async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        number = 0
        async for batch in self.honest.read(replace(accepted, request=self.request(accepted.request)), context):
            found = self.changed(number, batch)
            number += 1
            if found is not None:
                yield found

    async def health(self, context: ConnectorContext) -> Health:
        return Health(status=self.answer)


@pytest.fixture
def honest() -> MemoryConnector:
    return MemoryConnector.parse_config(CONFIG)


@asynccontextmanager
async def a_bench(connector: Any) -> AsyncIterator[Bench]:
    async with a_context(connector, batch_rows=7) as context:
        yield Bench(connector=connector, context=context)


async def fails(check: Callable[..., Any], connector: Any, *more: Any) -> bool:
    """Whether a check fails for this connector; it must hold for the honest one."""
    async with a_bench(connector.honest) as bench:
        await check(bench, *more)
    async with a_bench(connector) as bench:
        try:
            await check(bench, *more)
        except (AssertionError, pytest.fail.Exception):
            return True
    return False


def pushes_everything(honest: MemoryConnector) -> Callable[[ReadRequest], Accepted]:
    def split(request: ReadRequest) -> Accepted:
        return replace(honest.negotiate(request), pushed=request.where, residual=EVERYTHING)

    return split


suite = ConnectorConformance()


async def test_filter_that_is_claimed_but_not_applied(honest: MemoryConnector) -> None:
    liar = Wrapped(honest=honest, claims=Capabilities(filters={"rater": EQUALITY}), split=pushes_everything(honest))

    assert await fails(suite.test_claimed_filters_are_exact_at_the_source, liar)


async def test_filter_that_is_claimed_but_left(honest: MemoryConnector) -> None:
    liar = Wrapped(honest=honest, claims=Capabilities(filters={"rater": EQUALITY}))

    assert await fails(suite.test_claimed_filters_are_pushed_down, liar)


async def test_filter_that_is_applied_but_not_claimed(honest: MemoryConnector) -> None:
    liar = Wrapped(honest=honest, split=pushes_everything(honest))

    assert await fails(suite.test_what_is_not_claimed_is_left_to_the_engine, liar)
    assert await fails(suite.test_the_engine_answers_every_filter_rightly, liar)


async def test_rows_that_are_lost_when_the_filter_looks_at_another_column(honest: MemoryConnector) -> None:
    def losing(_: int, batch: Batch) -> Batch:
        kept = 0 if batch.records.schema.names == ["source_id", "record_id"] else batch.records.num_rows
        return replace(batch, records=batch.records.slice(0, kept))

    liar = Wrapped(honest=honest, changed=losing)

    assert await fails(suite.test_columns_of_a_filter_need_not_be_asked_for, liar)


async def test_part_of_a_filter_that_is_lost(honest: MemoryConnector) -> None:
    def split(request: ReadRequest) -> Accepted:
        kept = Compare(column="derived", comparator=Comparator.EQ, value=False)
        return replace(honest.negotiate(request), residual=kept)

    liar = Wrapped(honest=honest, claims=Capabilities(filters={"rater": EQUALITY}), split=split)

    assert await fails(suite.test_claimed_filters_are_exact_at_the_source, liar)


async def test_limit_that_is_claimed_but_not_applied(honest: MemoryConnector) -> None:
    assert await fails(suite.test_limit_gives_the_first_rows, Wrapped(honest=honest, claims=Capabilities(limit=True)))


async def test_limit_that_is_applied_before_the_filter(honest: MemoryConnector) -> None:
    class Cutting(Wrapped):
        @override
        async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
            async for batch in self.honest.read(accepted, context):
                yield replace(batch, records=batch.records.slice(0, accepted.request.limit))
                if accepted.request.limit is not None:
                    return

    assert await fails(suite.test_limit_loses_no_row_that_a_filter_keeps, Cutting(honest=honest))


class Counted:
    def __init__(self, *steps: int) -> None:
        self._steps: Iterator[int] = iter(steps)

    def count(self) -> int:
        return next(self._steps)


async def test_projection_that_is_claimed_but_not_done(honest: MemoryConnector) -> None:
    liar = Wrapped(honest=honest, claims=Capabilities(project=True))

    async with a_bench(liar) as bench:
        await suite.test_projection_is_honoured(bench, Counted(0, 100, 110))
        with pytest.raises(AssertionError):
            await suite.test_projection_is_honoured(bench, Counted(0, 100, 200))
        with pytest.raises(pytest.skip.Exception):
            await suite.test_projection_is_honoured(bench, None)


async def test_resume_that_begins_anew(honest: MemoryConnector) -> None:
    liar = Wrapped(honest=honest, request=lambda request: replace(request, after=None))

    assert await fails(suite.test_resume_from_every_checkpoint_gives_the_rest, liar)
    assert await fails(suite.test_foreign_checkpoint_is_refused, liar)


async def test_checkpoint_that_is_given_twice(honest: MemoryConnector) -> None:
    def same(_: int, batch: Batch) -> Batch:
        return replace(batch, checkpoint=Checkpoint("1"))

    assert await fails(suite.test_every_batch_has_a_checkpoint_of_its_own, Wrapped(honest=honest, changed=same))


async def test_checkpoint_that_names_a_person(honest: MemoryConnector) -> None:
    def naming(_: int, batch: Batch) -> Batch:
        return replace(batch, checkpoint=Checkpoint(f"after {batch.records.column('rater')[-1].as_py()}"))

    assert await fails(suite.test_checkpoints_and_references_name_nobody, Wrapped(honest=honest, changed=naming))


async def test_source_that_is_too_small_to_be_checked(honest: MemoryConnector) -> None:
    def first_only(number: int, batch: Batch) -> Batch | None:
        return batch if number == 0 else None

    assert await fails(suite.test_the_kit_sees_more_than_one_batch, Wrapped(honest=honest, changed=first_only))


@pytest.mark.requirement("R68")
async def test_columns_of_the_wrong_type(honest: MemoryConnector) -> None:
    def plain(_: int, batch: Batch) -> Batch:
        index = batch.records.schema.get_field_index("rater")
        records = batch.records.set_column(index, "rater", pa.nulls(batch.records.num_rows, pa.int64()))
        return replace(batch, records=records)

    assert await fails(suite.test_batches_have_the_schema_of_the_kind, Wrapped(honest=honest, changed=plain))


@pytest.mark.requirement("R68")
async def test_columns_that_were_not_declared(honest: MemoryConnector) -> None:
    def hiding(collection: Collection) -> Collection:
        return replace(collection, columns=tuple(name for name in collection.columns if name != "value"))

    assert await fails(suite.test_undeclared_columns_are_empty, Wrapped(honest=honest, described=hiding))


@pytest.mark.requirement("R68")
@pytest.mark.parametrize("missing", ["record_id", "platform", "rated"])
async def test_collections_without_what_a_record_needs(honest: MemoryConnector, missing: str) -> None:
    def hiding(collection: Collection) -> Collection:
        return replace(collection, columns=tuple(name for name in collection.columns if name != missing))

    assert await fails(
        suite.test_every_collection_has_an_id_a_platform_and_its_people, Wrapped(honest=honest, described=hiding)
    )


@pytest.mark.parametrize(
    "terms",
    [
        PlatformTerms(),
        PlatformTerms(source="x", share_alike=True),
        PlatformTerms(source="x", record_licences=("CC BY-SA",)),
    ],
)
async def test_terms_with_gaps(honest: MemoryConnector, terms: PlatformTerms) -> None:
    def silent(collection: Collection) -> Collection:
        return replace(collection, terms=terms)

    assert await fails(suite.test_terms_are_complete, Wrapped(honest=honest, described=silent))


def with_column(name: str, values: Callable[[int], Any], kind: pa.DataType) -> Callable[[int, Batch], Batch]:
    def change(_: int, batch: Batch) -> Batch:
        if name not in batch.records.schema.names:
            return batch
        index = batch.records.schema.get_field_index(name)
        field = batch.records.schema.field(index)
        array = pa.array([values(row) for row in range(batch.records.num_rows)], kind).cast(field.type)
        return replace(batch, records=batch.records.set_column(index, field, array))

    return change


async def test_licence_that_was_not_declared(honest: MemoryConnector) -> None:
    change = with_column("licence_hint", lambda _: "https://licence.example/", pa.string())

    assert await fails(suite.test_licences_of_records_are_among_the_declared, Wrapped(honest=honest, changed=change))


async def test_platform_of_somebody_else(honest: MemoryConnector) -> None:
    change = with_column("platform", lambda _: "other", pa.string())

    assert await fails(
        suite.test_platform_and_derivation_are_told_of_every_record, Wrapped(honest=honest, changed=change)
    )


@pytest.mark.parametrize("year", [1969, 51_000 % 9999])
async def test_times_in_another_unit(honest: MemoryConnector, year: int) -> None:
    change = with_column("observed_at", lambda _: datetime(year, 1, 1, tzinfo=UTC), pa.timestamp("us", "UTC"))

    assert await fails(suite.test_times_are_plausible, Wrapped(honest=honest, changed=change))


@pytest.mark.parametrize("values", [lambda row: f"{row % 2:064x}", lambda row: f"plain key {row}"])
async def test_record_ids_that_are_no_hashes_of_their_own(honest: MemoryConnector, values: Any) -> None:
    change = with_column("record_id", values, pa.string())

    assert await fails(suite.test_record_ids_are_hashes_that_stay, Wrapped(honest=honest, changed=change))


async def test_description_that_changes(honest: MemoryConnector) -> None:
    titles = iter(("one", "two"))

    def changing(collection: Collection) -> Collection:
        return replace(collection, title=next(titles))

    assert await fails(suite.test_description_is_stable, Wrapped(honest=honest, described=changing))


async def test_columns_in_another_order(honest: MemoryConnector) -> None:
    def ordering(request: ReadRequest) -> ReadRequest:
        return replace(request, columns=tuple(sorted(request.columns)))

    connector = Wrapped(honest=honest, request=ordering)

    async with a_bench(connector) as bench:
        with pytest.raises(Exception, match="columns"):
            await suite.test_columns_come_as_asked_and_in_that_order(bench)


async def test_unknown_collection_that_is_accepted(honest: MemoryConnector) -> None:
    def split(request: ReadRequest) -> Accepted:
        return honest.negotiate(replace(request, collection=CollectionId("r")))

    assert await fails(suite.test_unknown_collection_is_refused, Wrapped(honest=honest, split=split))


async def test_reads_that_share_a_state(honest: MemoryConnector) -> None:
    taken: list[int] = []

    def once(number: int, batch: Batch) -> Batch | None:
        taken.append(number)
        return batch if len(taken) <= 3 else None

    assert await fails(suite.test_reads_at_once_do_not_disturb_each_other, Wrapped(honest=honest, changed=once))


async def test_task_that_outlives_its_read(honest: MemoryConnector) -> None:
    left: list[asyncio.Task[None]] = []

    def spawning(_: int, batch: Batch) -> Batch:
        left.append(asyncio.create_task(asyncio.sleep(30)))
        return batch

    assert await fails(suite.test_cancelled_read_ends_and_leaves_nothing, Wrapped(honest=honest, changed=spawning))
    for task in left:
        task.cancel()


async def test_way_out_beside_the_context(honest: MemoryConnector) -> None:
    connector = Wrapped(honest=honest, hosts=frozenset({"forum.example"}))

    assert await fails(suite.test_the_context_is_the_only_way_out, connector)


async def test_health_that_is_wrong(honest: MemoryConnector) -> None:
    connector = Wrapped(honest=honest, answer=HealthStatus.UNREACHABLE)

    assert await fails(suite.test_health_of_a_source_that_answers, connector)


class Telling(ConnectorConformance):
    factory = MemoryConnector
    secrets = frozenset({"member-0003"})


async def test_secret_among_the_records(honest: MemoryConnector, caplog: pytest.LogCaptureFixture) -> None:
    async with a_bench(honest) as bench:
        await suite.test_secrets_are_told_nowhere(bench, caplog)
        with pytest.raises(AssertionError):
            await Telling().test_secrets_are_told_nowhere(bench, caplog)


class AlwaysUp(ConnectorConformance):
    factory = MemoryConnector


async def test_source_that_claims_to_be_up_when_down(honest: MemoryConnector) -> None:
    async with a_bench(honest) as bench:
        with pytest.raises(AssertionError):
            await AlwaysUp().test_health_of_a_source_that_is_down(CONFIG)
        with pytest.raises(pytest.fail.Exception):
            await AlwaysUp().test_source_that_is_down_gives_errors_of_the_contract(CONFIG, bench)
        for check in (
            AlwaysUp().test_health_of_a_source_that_is_down(None),
            AlwaysUp().test_source_that_is_down_gives_errors_of_the_contract(None, bench),
        ):
            with pytest.raises(pytest.skip.Exception):
                await check


class Lenient(MemoryConnector):
    @classmethod
    @override
    def parse_config(cls, config: Mapping[str, Any]) -> MemoryConnector:
        return MemoryConnector.parse_config({name: value for name, value in config.items() if name in CONFIG})


class Talkative(MemoryConnector):
    @classmethod
    @override
    def parse_config(cls, config: Mapping[str, Any]) -> MemoryConnector:
        raise ConnectorConfigError(f"wrong: {dict(config)}")


@pytest.mark.parametrize("factory", [Lenient, Talkative])
async def test_configuration_that_is_not_checked_or_repeated(factory: Any) -> None:
    class Lying(ConnectorConformance):
        pass

    Lying.factory = factory

    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await Lying().test_unknown_key_of_the_configuration_is_refused(CONFIG)


async def test_another_version_of_the_contract() -> None:
    class Old(ConnectorConformance):
        pass

    Old.factory = type("OldConnector", (), {"api": 0})

    with pytest.raises(AssertionError):
        Old().test_is_written_for_this_version_of_the_contract()


async def test_left_read_that_cannot_be_repeated() -> None:
    table = MemoryConnector.parse_config(CONFIG).tables[CollectionId("r")]

    class Once(MemoryConnector):
        @override
        async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
            rows = self.tables[CollectionId("r")].rows
            self.tables[CollectionId("r")] = MemoryTable(kind=table.kind, rows=rows.slice(1))  # type: ignore[index]  # on purpose
            async for batch in super().read(accepted, context):
                yield batch

    async with a_bench(Once(platform="memory", tables={CollectionId("r"): table})) as bench:
        with pytest.raises(AssertionError):
            await suite.test_read_that_is_left_early_can_be_repeated(bench)
