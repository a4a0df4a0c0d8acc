from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.engine import EngineContext, Limits, deadline_after, fetch
from connectors.errors import CheckpointInvalidError, MalformedRecordError, SourceUnavailableError
from connectors.platforms.trust_ledger import TrustLedgerConnector
from connectors.platforms.trust_ledger.lines import Place, read_lines
from connectors.platforms.trust_ledger.scores import derive
from tests.testkit.sources import a_context, a_request, drain, rows_of

LINES = ["6,2,4,1289241912", "6,5,2,1289241942", "1,15,-1,1289243140", "4,3,7,1289245277", "13,16,8,1289254254"]


@pytest.fixture
async def context() -> AsyncIterator[EngineContext]:
    async with a_context(limits=Limits(batch_rows=2)) as context:
        yield context


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join(LINES) + "\n")
    return path


def a_connector(path: Path) -> TrustLedgerConnector:
    return TrustLedgerConnector.parse_config({"path": str(path), "platform": "bazaar"})


@pytest.mark.requirement("R68")
async def test_lines_are_ratings(context: EngineContext, ledger: Path) -> None:
    columns = ("rater", "rated", "value", "scale_min", "scale_max", "observed_at", "source_id", "derived")

    found = rows_of(await drain(a_connector(ledger), a_request(*columns), context))

    assert found[2] == {
        "rater": "1",
        "rated": "15",
        "value": Decimal(-1),
        "scale_min": Decimal(-10),
        "scale_max": Decimal(10),
        "observed_at": datetime(2010, 11, 8, 19, 5, 40, tzinfo=UTC),
        "source_id": "1,15",
        "derived": False,
    }
    assert len(found) == 5


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("6,2,4", "time"),
        ("6,2", "rating"),
        ("6,2,4,1289241912,9", "time"),
        ("", "rater"),
        ("x,2,4,1289241912", "rater"),
        ("-6,2,4,1289241912", "rater"),
        (",2,4,1289241912", "rater"),
        ("6,,4,1289241912", "rated"),
        ("6,2,0,1289241912", "rating"),
        ("6,2,11,1289241912", "rating"),
        ("6,2,-11,1289241912", "rating"),
        ("6,2,4.5,1289241912", "rating"),
        ("6,2,+4,1289241912", "rating"),
        ("6,2,04,1289241912", "rating"),
        ("6,2,4,yesterday", "time"),
        ("6,2,4,-5", "time"),
        ("6,2,4,1e9", "time"),
        ('"6,2",4,1289241912', "rater"),
        ('6,"2",4,1289241912', "rated"),
        ("6,2,4,128924191200", "time"),
        ("6,\0,4,1289241912", "rated"),
        ("6,2,4,12" + "0" * 300, "rater"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 4])
async def test_malformed_line_is_named_with_its_field(
    context: EngineContext, ledger: Path, line: str, field: str, before: int
) -> None:
    ledger.write_text("\n".join([*LINES[:before], line, *LINES[before:]]) + "\n")

    for collection in ("ratings", "reputation"):
        with pytest.raises(MalformedRecordError) as failed:
            await drain(a_connector(ledger), a_request("platform", collection=collection), context)

        assert (failed.value.file, failed.value.line, failed.value.field) == ("ledger.csv", before + 1, field)
        assert "yesterday" not in failed.value.message


async def test_byte_order_mark_is_passed_over_at_the_beginning_only(context: EngineContext, ledger: Path) -> None:
    mark = "\N{BYTE ORDER MARK}"
    ledger.write_text(mark + "\n".join(LINES))

    assert rows_of(await drain(a_connector(ledger), a_request("rater"), context))[0] == {"rater": "6"}

    ledger.write_text(f"\n{mark}".join(LINES))
    with pytest.raises(MalformedRecordError, match="line 2, field `rater`"):
        await drain(a_connector(ledger), a_request("rater"), context)


async def test_text_that_is_not_unicode_is_malformed(context: EngineContext, ledger: Path) -> None:
    ledger.write_bytes(b"6,2,4,1289241912\n6,\xff,4,1289241912\n")

    with pytest.raises(MalformedRecordError) as failed:
        await drain(a_connector(ledger), a_request("rated"), context)

    assert (failed.value.line, failed.value.field) == (2, "rated")


async def test_lines_before_a_malformed_one_are_delivered(context: EngineContext, ledger: Path) -> None:
    ledger.write_text("\n".join([*LINES, "broken"]))
    stream = fetch(a_connector(ledger), a_request("rater"), context, deadline_after(10))

    found = [await anext(stream), await anext(stream)]

    assert [row["rater"] for row in rows_of(found)] == ["6", "6", "1", "4"]
    with pytest.raises(MalformedRecordError):
        await anext(stream)


async def test_windows_line_ends_and_a_missing_last_one(context: EngineContext, ledger: Path) -> None:
    ledger.write_bytes("\r\n".join(LINES).encode())

    found = rows_of(await drain(a_connector(ledger), a_request("rater", "observed_at"), context))

    assert [row["rater"] for row in found] == ["6", "6", "1", "4", "13"]


async def test_fractions_of_seconds_are_kept(context: EngineContext, ledger: Path) -> None:
    ledger.write_text("6,2,4,1289241911.72836\n")

    (found,) = rows_of(await drain(a_connector(ledger), a_request("observed_at"), context))

    assert found["observed_at"] == datetime(2010, 11, 8, 18, 45, 11, 728360, tzinfo=UTC)


async def test_empty_ledger_has_no_rows(context: EngineContext, ledger: Path) -> None:
    ledger.write_text("")

    assert await drain(a_connector(ledger), a_request("rater"), context) == []
    assert await drain(a_connector(ledger), a_request("value", collection="reputation"), context) == []


async def test_resume_survives_appended_lines(context: EngineContext, ledger: Path) -> None:
    first = (await drain(a_connector(ledger), a_request("rater"), context))[0]
    with ledger.open("a") as file:
        file.write("99,98,1,1289254255\n")

    rest = rows_of(await drain(a_connector(ledger), a_request("rater", after=first.batch.checkpoint), context))

    assert [row["rater"] for row in rest] == ["1", "4", "13", "99"]


async def test_resume_into_another_file_is_refused(context: EngineContext, ledger: Path) -> None:
    first = (await drain(a_connector(ledger), a_request("rater"), context))[0]
    ledger.write_text("\n".join(LINES[::-1]))

    with pytest.raises(CheckpointInvalidError):
        await drain(a_connector(ledger), a_request("rater", after=first.batch.checkpoint), context)


def test_place_within_a_line_is_refused(ledger: Path) -> None:
    with pytest.raises(CheckpointInvalidError):
        read_lines(ledger, Place(offset=3, line=0), 5)


async def test_derived_scores_are_void_after_any_change(context: EngineContext, ledger: Path) -> None:
    request = a_request("value", collection="reputation")
    first = (await drain(a_connector(ledger), request, context))[0]
    with ledger.open("a") as file:
        file.write("99,98,1,1289254255\n")

    with pytest.raises(CheckpointInvalidError):
        await drain(
            a_connector(ledger), a_request("value", collection="reputation", after=first.batch.checkpoint), context
        )


async def test_ledger_that_is_gone_is_unavailable(context: EngineContext, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError):
        await drain(a_connector(tmp_path / "absent"), a_request("value", collection="reputation"), context)


def test_unreadable_ledger_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError):
        read_lines(tmp_path, Place(), 5)


async def test_score_says_how_it_came_about(context: EngineContext, ledger: Path) -> None:
    ledger.write_text("1,9,3,100\n2,9,-1,300\n3,9,2,200\n9,1,-7,50\n")
    columns = ("subject", "metric", "value", "scale_min", "scale_max", "count", "method", "derived", "observed_at")

    one, nine = rows_of(await drain(a_connector(ledger), a_request(*columns, collection="reputation"), context))

    assert (one["subject"], one["value"], one["count"]) == ("1", Decimal(-7), 1)
    assert (nine["value"], nine["count"]) == (Decimal("1.333333333"), 3)
    assert nine["derived"] is True
    assert "mean" in nine["method"]
    assert (nine["metric"], nine["scale_min"], nine["scale_max"]) == ("trust", -10, 10)
    assert nine["observed_at"] == datetime(1970, 1, 1, 0, 5, tzinfo=UTC)


@settings(max_examples=40, deadline=None)
@given(
    ratings=st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(-10, 10).filter(bool), st.integers(0, 10**9)),
        min_size=1,
        max_size=40,
    )
)
def test_derived_scores_equal_the_naive_mean(
    tmp_path_factory: pytest.TempPathFactory, ratings: list[tuple[int, int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    path.write_text("".join(",".join(map(str, each)) + "\n" for each in ratings))
    received: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for _, rated, value, time in ratings:
        received[str(rated)].append((value, time))

    found = derive(path).to_pylist()

    assert [row["subject"] for row in found] == sorted(received)
    for row in found:
        values = [value for value, _ in received[row["subject"]]]
        exact = Decimal(sum(values)) / len(values) * 10**9 + Decimal("0.5")
        assert row["value"] == exact.to_integral_value(ROUND_FLOOR) / 10**9
        assert row["count"] == len(values)
        assert row["observed_at"].timestamp() == max(time for _, time in received[row["subject"]])
