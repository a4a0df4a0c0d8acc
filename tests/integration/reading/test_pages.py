"""Pages: together they give every visible row exactly once, in the order asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.kinds import Kind
from gateway.exchange.read.model import OrderTerm, Position, ReadCommand, SourceStatus
from tests.testkit.reading import CONSENT, PEOPLE, PLATFORM, Exchange, a_read, an_exchange, ratings

MANY = ratings(*((f"p{index % 7}", f"p{(index * 3) % 5}", (index * 37) % 21 - 10) for index in range(23)))
TWO = {PLATFORM: {"ratings": MANY}, "other": {"ratings": PEOPLE}}


async def _pages(exchange: Exchange, command: ReadCommand) -> list[tuple[object, ...]]:
    seen: list[tuple[object, ...]] = []
    after: Position | None = None
    for _ in range(100):
        result = await exchange.one(replace(command, after=after))
        rows = result.rows.select(list(command.columns))
        seen.extend(zip(*(rows[name].to_pylist() for name in command.columns), strict=True))
        assert rows.num_rows <= command.first
        assert len(result.positions) == rows.num_rows
        if not result.has_next:
            return seen
        after = result.positions[-1]
    raise AssertionError


@pytest.mark.parametrize("first", [1, 2, 3, 5, 7, 100])
@pytest.mark.parametrize("batch_rows", [1, 4, 50])
async def test_pages_give_every_row_once_in_the_sources_order(tmp_path: Path, first: int, batch_rows: int) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": MANY}}, batch_rows=batch_rows) as exchange:
        licence = await exchange.licence(await exchange.dataset())
        command = a_read(licence, first=first)

        seen = await _pages(exchange, command)

        expected = list(zip(*(MANY.rows[name].to_pylist() for name in command.columns), strict=True))
        assert seen == expected


@pytest.mark.parametrize("first", [1, 4, 100])
async def test_pages_over_two_datasets(tmp_path: Path, first: int) -> None:
    async with an_exchange(tmp_path, TWO) as exchange:
        licences = [await exchange.licence(await exchange.dataset(platform=name)) for name in TWO]

        seen = await _pages(exchange, a_read(*licences, first=first))

        assert len(seen) == 27
        assert sorted(seen) == sorted(await _pages(exchange, a_read(*licences, first=1000)))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("first", [1, 4, 100])
async def test_sorted_pages_over_two_datasets(tmp_path: Path, first: int, descending: bool) -> None:
    async with an_exchange(tmp_path, TWO) as exchange:
        licences = [await exchange.licence(await exchange.dataset(platform=name)) for name in TWO]
        order = (OrderTerm(column="value", descending=descending), OrderTerm(column="rater"))

        seen = await _pages(exchange, a_read(*licences, first=first, order=order))

        assert len(seen) == 27
        sign = -1 if descending else 1
        keys = [(sign * row[2], row[0]) for row in seen]  # type: ignore[operator]  # decimals
        assert keys == sorted(keys)


async def test_a_withdrawal_between_two_pages_loses_nobody_else(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": MANY}}) as exchange:
        licence = await exchange.licence(await exchange.dataset(basis=CONSENT))
        await exchange.consent(*(f"p{index}" for index in range(7)))
        first = await exchange.one(a_read(licence, first=5))
        await exchange.withdraw("p0")

        second = await exchange.one(a_read(licence, first=100, after=first.positions[-1]))

        expected = [
            pair
            for pair in list(zip(MANY.rows["rater"].to_pylist(), MANY.rows["rated"].to_pylist(), strict=True))[5:]
            if "p0" not in pair
        ]
        assert list(zip(second.rows["rater"].to_pylist(), second.rows["rated"].to_pylist(), strict=True)) == expected


async def test_sorting_too_many_rows_is_told_and_releases_nothing(tmp_path: Path) -> None:
    async with an_exchange(tmp_path, {PLATFORM: {"ratings": MANY}}, sort_rows=10) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        result = await exchange.one(a_read(licence, order=(OrderTerm(column="value"),)))

        (report,) = result.sources
        assert report.status is SourceStatus.UNAVAILABLE
        assert report.problem is not None
        assert report.problem.code == "SORT_TOO_LARGE"
        assert result.rows.num_rows == 0


async def test_sorting_by_a_column_that_one_source_lacks_puts_its_rows_last(tmp_path: Path) -> None:
    bare = ratings(("x", "y", 1))
    bare = replace(bare, rows=bare.rows.drop_columns(["value"]))
    tables = {PLATFORM: {"ratings": PEOPLE}, "other": {"ratings": bare}}
    async with an_exchange(tmp_path, tables) as exchange:
        licences = [await exchange.licence(await exchange.dataset(platform=name)) for name in tables]

        result = await exchange.one(a_read(*licences, order=(OrderTerm(column="value"),)))

        assert result.rows["rater"].to_pylist()[-1] == "x"
        assert result.rows["value"].to_pylist()[-1] is None


async def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    async with an_exchange(tmp_path) as exchange:
        licence = await exchange.licence(await exchange.dataset())

        result = await exchange.one(a_read(licence, kind=Kind.UTTERANCE, columns=("text",)))

        assert result.rows.num_rows == 0
        assert result.sources == ()
        assert exchange.sources.reads == []
