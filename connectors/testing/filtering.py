"""Checks of what a connector claims to do itself, and of what it leaves to the engine; both are held against it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import pytest

from connectors.spi import Collection
from connectors.testing.bench import Bench, Row, every_column, rows_of
from connectors.testing.oracle import kept, probes
from connectors.testing.rules import Level, rule
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


class Traffic(Protocol):
    """Counts what a source gave out, to prove a claimed projection."""

    def count(self) -> int:
        """Bytes, values or calls up to now."""
        ...


class FilteringChecks:
    """Gold: filters, projection and limits are right wherever they are applied."""

    @rule("G01", Level.GOLD)
    async def test_claimed_filters_are_exact_at_the_source(self, bench: Bench) -> None:
        bench = bench.wide()
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for predicate in _comparisons(collection, everything, claimed=True):
                accepted = bench.connector.negotiate(bench.request(collection, predicate))
                found = rows_of(await bench.raw(accepted))
                expected = kept(predicate, everything)

                if accepted.residual == EVERYTHING:
                    assert found == expected, f"`{collection.id}`: {predicate}"
                else:
                    assert accepted.residual == predicate
                    assert kept(predicate, found) == expected

    @rule("G01", Level.GOLD)
    async def test_claimed_filters_are_pushed_down(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for name, comparators in collection.capabilities.filters.items():
                for value in [row[name] for row in everything if row[name] is not None][:1]:
                    for comparator in comparators:
                        predicate = Compare(column=name, comparator=comparator, value=value)
                        accepted = bench.connector.negotiate(bench.request(collection, predicate))

                        assert accepted.pushed == predicate, f"`{collection.id}` claims {name} {comparator}"
                        assert accepted.residual == EVERYTHING

    @rule("G01", Level.GOLD)
    async def test_what_is_not_claimed_is_left_to_the_engine(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for predicate in _comparisons(collection, everything, claimed=False):
                accepted = bench.connector.negotiate(bench.request(collection, predicate))

                assert accepted.residual == predicate, f"`{collection.id}` pushes what it does not claim"
                assert accepted.pushed == EVERYTHING

    @rule("G01", Level.GOLD)
    async def test_the_engine_answers_every_filter_rightly(self, bench: Bench) -> None:
        bench = bench.wide()
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for predicate in _shapes(collection, everything):
                found = await bench.rows(collection, predicate)

                assert found == kept(predicate, everything), f"`{collection.id}`: {predicate}"

    @rule("G01", Level.GOLD)
    async def test_columns_of_a_filter_need_not_be_asked_for(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            chosen = everything[len(everything) // 2]
            predicate = Compare(column="record_id", comparator=Comparator.EQ, value=chosen["record_id"])
            found = await bench.rows(collection, predicate, ("source_id",))

            assert found == [{"source_id": chosen["source_id"]}], collection.id

    @rule("G02", Level.GOLD)
    async def test_projection_is_honoured(self, bench: Bench, traffic: Traffic | None) -> None:
        for collection in await bench.collections():
            if not collection.capabilities.project:
                continue
            if traffic is None:
                pytest.skip("no traffic to measure: give the kit a fixture `traffic`")
            before = traffic.count()
            await bench.rows(collection)
            everything = traffic.count() - before
            await bench.rows(collection, columns=("derived",))

            assert traffic.count() - before - everything < everything, collection.id

    @rule("G03", Level.GOLD)
    async def test_limit_gives_the_first_rows(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for limit in (1, bench.context.batch_rows, bench.context.batch_rows + 1, len(everything) + 1):
                found = await bench.rows(collection, limit=limit)

                assert found == everything[: len(found)]
                assert len(found) >= min(limit, len(everything))
                if collection.capabilities.limit:
                    assert len(rows_of(await bench.batches(collection, limit=limit))) == min(limit, len(everything))

    @rule("G03", Level.GOLD)
    async def test_limit_loses_no_row_that_a_filter_keeps(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            last = Compare(column="record_id", comparator=Comparator.EQ, value=everything[-1]["record_id"])

            assert await bench.rows(collection, last, limit=1) == everything[-1:], collection.id


def _comparisons(collection: Collection, rows: Sequence[Row], *, claimed: bool) -> Iterator[Predicate]:
    for name in every_column(collection.kind):
        claims = collection.capabilities.filters.get(name, frozenset())
        for value in probes([row[name] for row in rows]):
            for comparator in Comparator:
                if (comparator in claims) is claimed:
                    yield Compare(column=name, comparator=comparator, value=value)
            if (Comparator.EQ in claims) is claimed:
                yield AnyOf(column=name, values=(value,))


def _shapes(collection: Collection, rows: Sequence[Row]) -> Iterator[Predicate]:
    """At least one filter per column, and the ways to combine them."""
    yield from (EVERYTHING, NOTHING, Unknown(reason="asked by the kit"), Not(part=Unknown(reason="asked by the kit")))
    single: list[Predicate] = []
    for name in every_column(collection.kind):
        yield IsNull(column=name)
        yield AnyOf(column=name, values=())
        yield Not(part=AnyOf(column=name, values=()))
        for value in list(probes([row[name] for row in rows]))[:1]:
            single.append(Compare(column=name, comparator=Comparator.GT, value=value))
            yield single[-1]
            yield Not(part=Compare(column=name, comparator=Comparator.EQ, value=value))
    yield And(parts=tuple(single[:3]))
    yield And(parts=(*single[:2], IsNull(column="licence_hint")))
    yield Or(parts=tuple(single[-3:]))
    yield Or(parts=(IsNull(column="source_id"), *single[:1]))
