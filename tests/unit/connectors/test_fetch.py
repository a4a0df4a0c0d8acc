"""The engine takes nothing on trust, keeps positions, and ends when it must."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from typing_extensions import override

from connectors.engine import EngineContext, deadline_after, describe, fetch, health
from connectors.errors import (
    BadResponseError,
    ColumnNotFoundError,
    ConnectorBrokenError,
    FilterInvalidError,
    PagingStuckError,
    SourceTimeoutError,
    SourceUnavailableError,
)
from connectors.kinds import Kind, schema
from connectors.spi import Accepted, Batch, Capabilities, Checkpoint, Collection, Health, HealthStatus, ReadRequest
from policies.predicate import (
    EVERYTHING,
    NOTHING,
    And,
    AnyOf,
    Comparator,
    Compare,
    IsNull,
    Not,
    Or,
    Predicate,
    Unknown,
)
from tests.testkit.sources import ScriptedConnector, a_batch, a_collection, a_context, a_request, drain, rows_of

ROWS = (
    {"rater": "a", "rated": "b", "value": Decimal(1)},
    {"rater": "b", "rated": "c", "value": None},
    {"rater": "c", "rated": "a", "value": Decimal(-3)},
    {"rater": None, "rated": "a", "value": Decimal("2.5")},
)


@pytest.fixture
async def context() -> AsyncIterator[EngineContext]:
    async with a_context() as context:
        yield context


async def two_batches(request: ReadRequest) -> AsyncIterator[Batch]:
    yield a_batch(ROWS[:2], request.columns, "1")
    yield a_batch(ROWS[2:], request.columns, "2")


def a_connector() -> ScriptedConnector:
    return ScriptedConnector(batches=two_batches)


async def test_rows_come_with_their_places(context: EngineContext) -> None:
    where = Not(part=IsNull(column="value"))

    first, second = await drain(a_connector(), a_request("rater", where=where), context)

    assert (first.kept.to_pylist(), first.fetched_rows, first.batch.checkpoint) == ([0], 2, "1")
    assert (second.kept.to_pylist(), second.fetched_rows, second.batch.checkpoint) == ([0, 1], 2, "2")
    assert first.kept.type == pa.uint32()
    assert rows_of([first, second]) == [{"rater": "a"}, {"rater": "c"}, {"rater": None}]


async def test_columns_of_the_filter_are_fetched_and_dropped(context: EngineContext) -> None:
    connector = a_connector()

    await drain(connector, a_request("rated", where=IsNull(column="rater")), context)

    assert connector.requests[0].columns == ("rated", "rater")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (And(parts=()), ["a", "b", "c", None]),
        (NOTHING, []),
        (Unknown(reason="nobody knows"), []),
        (Not(part=Unknown(reason="nobody knows")), []),
        (Compare(column="value", comparator=Comparator.GT, value=Decimal(0)), ["a", None]),
        (Compare(column="value", comparator=Comparator.LT, value=1), ["c"]),
        (Not(part=Compare(column="value", comparator=Comparator.GT, value=0)), ["c"]),
        (Compare(column="rater", comparator=Comparator.GTE, value="b"), ["b", "c"]),
        (AnyOf(column="rater", values=("a", "zz")), ["a"]),
        (AnyOf(column="rater", values=()), []),
        (Not(part=AnyOf(column="rater", values=())), ["a", "b", "c"]),
        (Compare(column="no_such_column", comparator=Comparator.EQ, value=1), []),
        (IsNull(column="no_such_column"), []),
        (AnyOf(column="no_such_column", values=(1,)), []),
        (Not(part=IsNull(column="no_such_column")), []),
        (Or(parts=(IsNull(column="rater"), IsNull(column="no_such_column"))), [None]),
    ],
)
async def test_filters_keep_only_what_is_true(context: EngineContext, where: Predicate, expected: list[str]) -> None:
    found = rows_of(await drain(a_connector(), a_request("rater", where=where), context))

    assert [row["rater"] for row in found] == expected


@pytest.mark.parametrize(
    "where",
    [
        Compare(column="value", comparator=Comparator.LT, value="text"),
        Compare(column="value", comparator=Comparator.LT, value=True),
        Compare(column="value", comparator=Comparator.LT, value=10**40),
        Compare(column="derived", comparator=Comparator.EQ, value=1),
        Compare(column="observed_at", comparator=Comparator.EQ, value="2020-01-01"),
        Compare(column="observed_at", comparator=Comparator.EQ, value=datetime(2020, 1, 1)),  # noqa: DTZ001  # refused
        Not(part=And(parts=(AnyOf(column="rater", values=("a", 1)),))),
        Or(parts=(IsNull(column="rater"), Compare(column="rater", comparator=Comparator.EQ, value=Decimal(1)))),
    ],
)
async def test_filter_of_another_type_is_refused_before_reading(context: EngineContext, where: Predicate) -> None:
    connector = a_connector()

    with pytest.raises(FilterInvalidError) as refused:
        await drain(connector, a_request("rater", where=where), context)

    assert refused.value.code == "SOURCE_FILTER_INVALID"
    assert connector.requests == []


@pytest.mark.parametrize(
    "where",
    [
        Compare(column="observed_at", comparator=Comparator.EQ, value=datetime(2020, 1, 1, tzinfo=UTC)),
        Compare(column="derived", comparator=Comparator.EQ, value=True),
        Compare(column="value", comparator=Comparator.EQ, value=10**30),
    ],
)
async def test_filter_of_the_right_type_is_applied(context: EngineContext, where: Predicate) -> None:
    assert rows_of(await drain(a_connector(), a_request("rater", where=where), context)) == []


async def test_unknown_column_is_refused_before_reading(context: EngineContext) -> None:
    connector = a_connector()

    with pytest.raises(ColumnNotFoundError) as refused:
        await drain(connector, a_request("nonsense"), context)

    assert refused.value.column == "nonsense"
    assert connector.requests == []


async def test_reading_ends_when_enough_rows_were_kept(context: EngineContext) -> None:
    found = await drain(a_connector(), a_request("rater", limit=2), context)

    assert [each.batch.checkpoint for each in found] == ["1"]


def a_wrong_batch(records: pa.RecordBatch) -> ScriptedConnector:
    async def batches(_: ReadRequest) -> AsyncIterator[Batch]:
        yield Batch(records=records, checkpoint=Checkpoint("1"), source_ref="wrong")

    return ScriptedConnector(batches=batches)


def invalid_text() -> pa.Array:
    return pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        (pa.record_batch({"rater": ["a"]}), "columns"),
        (pa.record_batch({"rated": ["a"], "rater": ["b"]}), "columns"),
        (pa.record_batch({"rater": ["a"], "source_id": pa.array([1])}), "column `rater` came as"),
        (pa.record_batch([pa.array(["a"]).dictionary_encode(), invalid_text()], ["rater", "source_id"]), "UTF-8"),
    ],
)
async def test_batch_that_is_not_as_asked_is_refused(
    context: EngineContext, records: pa.RecordBatch, problem: str
) -> None:
    with pytest.raises(BadResponseError, match=problem):
        await drain(a_wrong_batch(records), a_request("rater", "source_id"), context)


async def test_source_that_comes_back_to_a_checkpoint_is_stuck(context: EngineContext) -> None:
    async def batches(request: ReadRequest) -> AsyncIterator[Batch]:
        for checkpoint in ("1", "2", "1"):
            yield a_batch(ROWS, request.columns, checkpoint)

    with pytest.raises(PagingStuckError):
        await drain(ScriptedConnector(batches=batches), a_request("rater"), context)


async def test_source_that_begins_where_it_should_go_on_is_stuck(context: EngineContext) -> None:
    with pytest.raises(PagingStuckError):
        await drain(a_connector(), a_request("rater", after=Checkpoint("1")), context)


async def test_what_came_before_a_failure_stays_valid(context: EngineContext) -> None:
    async def batches(request: ReadRequest) -> AsyncIterator[Batch]:
        yield a_batch(ROWS, request.columns, "1")
        raise SourceUnavailableError("gone")

    stream = fetch(ScriptedConnector(batches=batches), a_request("rater"), context, deadline_after(5))
    async with aclosing(stream):
        assert (await anext(stream)).fetched_rows == 4
        with pytest.raises(SourceUnavailableError):
            await anext(stream)


async def test_slow_source_ends_at_the_deadline_and_is_closed(context: EngineContext) -> None:
    closed = False

    async def batches(request: ReadRequest) -> AsyncIterator[Batch]:
        nonlocal closed
        yield a_batch(ROWS, request.columns, "1")
        try:
            await asyncio.sleep(30)
        finally:
            closed = True

    stream = fetch(ScriptedConnector(batches=batches), a_request("rater"), context, deadline_after(0.05))
    async with aclosing(stream):
        await anext(stream)
        with pytest.raises(SourceTimeoutError):
            await anext(stream)

    assert closed


async def test_source_that_never_pauses_ends_at_the_deadline_too(context: EngineContext) -> None:
    with pytest.raises(SourceTimeoutError):
        await drain(a_connector(), a_request("rater"), context, deadline_after(-1))


async def test_leaving_early_closes_the_source(context: EngineContext) -> None:
    closed = False

    async def batches(request: ReadRequest) -> AsyncIterator[Batch]:
        nonlocal closed
        try:
            yield a_batch(ROWS, request.columns, "1")
            yield a_batch(ROWS, request.columns, "2")
        finally:
            closed = True

    async with aclosing(
        fetch(ScriptedConnector(batches=batches), a_request("rater"), context, deadline_after(5))
    ) as stream:
        await anext(stream)

    assert closed


class Plain:
    """An iterator that is no generator."""

    def __init__(self, batches: list[Batch]) -> None:
        self._batches = batches

    def __aiter__(self) -> "Plain":
        return self

    async def __anext__(self) -> Batch:
        if not self._batches:
            raise StopAsyncIteration
        return self._batches.pop()


async def test_iterator_without_close_is_accepted(context: EngineContext) -> None:
    connector = ScriptedConnector(batches=lambda request: Plain([a_batch(ROWS, request.columns, "1")]))

    assert len(await drain(connector, a_request("rater"), context)) == 1


async def test_description_is_checked(context: EngineContext) -> None:
    connector = a_connector()
    connector.described = [a_collection()]

    assert await describe(connector, context, deadline_after(5)) == connector.described


@pytest.mark.parametrize(
    "collections",
    [
        [a_collection(), a_collection()],
        [a_collection(columns=("rater", "nonsense"))],
        [a_collection(capabilities=Capabilities(filters={"nonsense": frozenset()}))],
    ],
)
async def test_description_that_contradicts_the_kind_is_refused(
    context: EngineContext, collections: list[Collection]
) -> None:
    connector = a_connector()
    connector.described = collections

    with pytest.raises(ConnectorBrokenError):
        await describe(connector, context, deadline_after(5))


async def test_health_is_what_the_source_says(context: EngineContext) -> None:
    assert await health(a_connector(), context, deadline_after(5)) == Health(status=HealthStatus.REACHABLE)


async def test_health_never_raises(context: EngineContext) -> None:
    connector = a_connector()
    connector.problem = SourceUnavailableError("gone")

    found = await health(connector, context, deadline_after(5))

    assert (found.status, found.detail) == (HealthStatus.UNREACHABLE, "gone")


async def test_health_of_a_source_that_is_left_alone(context: EngineContext) -> None:
    for _ in range(10):
        with pytest.raises(SourceUnavailableError), context.breaker.attempt():
            raise SourceUnavailableError("gone")

    assert (await health(a_connector(), context, deadline_after(5))).status is HealthStatus.UNREACHABLE


async def test_empty_batch_is_a_batch(context: EngineContext) -> None:
    connector = a_wrong_batch(_no_rows())

    (found,) = await drain(connector, a_request("rater", where=IsNull(column="value")), context)

    assert (found.fetched_rows, len(found.kept)) == (0, 0)


def _no_rows() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema(Kind.RATING, ("rater", "value")))


COMPOSED, DECOMPOSED = "ren\u00e9", "rene\u0301"
FORMS = ({"rater": "a", "rated": COMPOSED}, {"rater": "b", "rated": DECOMPOSED}, {"rater": "c", "rated": "bob"})


@dataclass(kw_only=True)
class PushingConnector(ScriptedConnector):
    """Takes the whole filter, and compares bytes."""

    @override
    def negotiate(self, request: ReadRequest) -> Accepted:
        return Accepted(request=request, kind=Kind.RATING, pushed=request.where, residual=EVERYTHING)


def a_source_of_bytes(*given: Mapping[str, Any]) -> PushingConnector:
    async def batches(request: ReadRequest) -> AsyncIterator[Batch]:
        yield a_batch(given[: request.limit], request.columns, "1")

    return PushingConnector(batches=batches)


@pytest.mark.parametrize("name", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("pushed", [True, False])
async def test_text_is_compared_in_every_form_wherever_it_was_compared_before(
    context: EngineContext, name: str, *, pushed: bool
) -> None:
    where = Not(part=Compare(column="rated", comparator=Comparator.EQ, value=name))
    listed = Or(parts=(AnyOf(column="rated", values=(name, "zoe")), IsNull(column="rater")))
    pushing = a_source_of_bytes(*FORMS)
    connector = pushing if pushed else ScriptedConnector(batches=pushing.batches)

    kept = rows_of(await drain(connector, a_request("rater", "rated", where=where), context))
    taken = rows_of(await drain(connector, a_request("rater", where=listed), context))

    assert kept == [{"rater": "c", "rated": "bob"}]
    assert taken == [{"rater": "a"}, {"rater": "b"}]


async def test_records_keep_the_form_that_they_came_in(context: EngineContext) -> None:
    where = Compare(column="rated", comparator=Comparator.EQ, value=COMPOSED)

    found = rows_of(await drain(a_source_of_bytes(*FORMS), a_request("rated", where=where), context))

    assert found == [{"rated": COMPOSED}, {"rated": DECOMPOSED}]


async def test_a_source_that_compared_text_does_not_count_to_the_limit(context: EngineContext) -> None:
    where = Not(part=Compare(column="rated", comparator=Comparator.EQ, value=COMPOSED))

    found = rows_of(await drain(a_source_of_bytes(*FORMS), a_request("rater", where=where, limit=1), context))

    assert found == [{"rater": "c"}]


async def test_a_source_that_compared_no_text_counts_to_the_limit(context: EngineContext) -> None:
    where = Compare(column="value", comparator=Comparator.GTE, value=0)
    connector = a_source_of_bytes(*ROWS[:2])

    await drain(connector, a_request("rater", where=where, limit=1), context)

    assert [each.limit for each in connector.requests] == [1]
