"""The published data of real platforms, read by their connectors; none of it is printed, not even by a failure."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors.engine import EngineContext, Limits, deadline_after, describe
from connectors.kinds import KINDS
from connectors.platforms.forum import ForumConnector
from connectors.platforms.forum.mapping import LICENCES
from connectors.platforms.opensim import OpenSimConnector
from connectors.platforms.trust_ledger import TrustLedgerConnector
from connectors.spi import Connector
from gateway.demo.world.stack_exchange import read_forum
from tests.testkit.forum import a_served_forum
from tests.testkit.shared import shared
from tests.testkit.sources import a_context, a_request, drain


async def everything(connector: Connector, context: EngineContext) -> dict[str, pa.Table]:
    """All collections with all columns."""
    tables = {}
    for collection in await describe(connector, context, deadline_after(30)):
        request = a_request(*(each.name for each in KINDS[collection.kind]), collection=collection.id)
        fetched = await drain(connector, request, context, deadline_after(60))
        tables[str(collection.id)] = pa.Table.from_batches([each.batch.records for each in fetched])
    return tables


def count_of(table: pa.Table, name: str) -> dict[str | None, int]:
    found = table.column(name).combine_chunks()
    plain = found.dictionary_decode() if pa.types.is_dictionary(found.type) else found
    return {each["values"]: each["counts"] for each in plain.value_counts().to_pylist()}


@asynccontextmanager
async def a_published_forum(name: str) -> AsyncIterator[dict[str, pa.Table]]:
    forum = read_forum(shared(f"platforms/stack-exchange/{name}"))
    async with a_served_forum(forum) as source, a_context("127.0.0.1", limits=Limits()) as context:
        yield await everything(ForumConnector.parse_config({"base_url": source.url}), context)


@pytest.mark.slow
async def test_bicycles_meta_has_its_counts() -> None:
    async with a_published_forum("bicycles-meta") as tables:
        sizes = {name: table.num_rows for name, table in tables.items()}
        written = tables["utterances"]
        licences = count_of(written.slice(0, 1446), "licence_hint")
        formats = count_of(written, "text_format")
        nameless = written.slice(0, 1446).column("author").null_count, written.column("author").null_count
        ids = {name: len(table.column("record_id").unique()) for name, table in tables.items()}

    assert sizes == {"users": 2551, "reputation": 2551, "utterances": 1446 + 2448, "badges": 6585}
    assert formats == {"html": 1446, "markdown": 2448}
    assert licences == dict(zip(LICENCES, (279, 929, 238), strict=True))
    assert nameless == (41, 41 + 85)
    assert ids == sizes


@pytest.mark.slow
async def test_forum_without_licences_gets_them_by_date() -> None:
    async with a_published_forum("quantumcomputing") as tables:
        sizes = {name: table.num_rows for name, table in tables.items()}
        licences = count_of(tables["utterances"], "licence_hint")

    assert sizes == {"users": 3461, "reputation": 3461, "utterances": 1986 + 3413, "badges": 4671}
    assert set(licences) == set(LICENCES[1:])


@pytest.mark.slow
async def test_bitcoin_otc_has_its_counts() -> None:
    path = shared("platforms/bitcoin-otc/soc-sign-bitcoinotc.csv")
    async with a_context(limits=Limits()) as context:
        tables = await everything(TrustLedgerConnector.parse_config({"path": str(path)}), context)
    ratings, scores = tables["ratings"], tables["reputation"]
    positive = pc.call_function("sum", [pc.call_function("greater", [ratings.column("value"), pa.scalar(Decimal(0))])])
    raters, rated = (set(count_of(ratings, name)) for name in ("rater", "rated"))
    most = max(zip(scores.column("count").to_pylist(), scores.column("subject").to_pylist(), strict=True))

    assert ratings.num_rows == 35_592
    assert (len(raters), len(rated), len(raters | rated)) == (4814, 5858, 5881)
    assert round(positive.as_py() / 35_592, 4) == 0.8999
    assert scores.num_rows == 5858
    assert pc.call_function("sum", [scores.column("count")]).as_py() == 35_592
    assert most == (535, "35")
    assert {row["subject"]: row["value"] for row in scores.select(["subject", "value"]).to_pylist()}["3744"] == (
        Decimal("-8.333333333")
    )


async def test_grid_of_the_platform_itself(tmp_path: Path) -> None:
    path = tmp_path / "grid.db"
    with closing(sqlite3.connect(path)) as database:
        for name in ("schema/sqlite.sql", "seed.sql"):
            database.executescript(shared(f"platforms/opensim/{name}").read_text(encoding="utf-8"))
    connector = OpenSimConnector.parse_config({"path": str(path)})
    async with a_context(limits=Limits()) as context:
        described = {each.id for each in await describe(connector, context, deadline_after(10))}
        columns = ("subject", "display_name", "about", "created_at")
        (profiles,) = await drain(connector, a_request(*columns, collection="profiles"), context)
        (friends,) = await drain(connector, a_request("from_subject", "to_subject", collection="friends"), context)
        assets = await drain(connector, a_request("owner", collection="assets"), context)

    assert described == {"profiles", "friends", "assets"}
    assert profiles.fetched_rows == 8
    assert profiles.batch.records.column("created_at").null_count == 0
    assert friends.fetched_rows == 19
    assert max(each.count(";") for each in friends.batch.records.column("to_subject").to_pylist()) == 2
    assert assets == []
