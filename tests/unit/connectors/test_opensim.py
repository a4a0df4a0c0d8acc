import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.engine import EngineContext, Limits, deadline_after, describe, health
from connectors.errors import (
    BadResponseError,
    CheckpointInvalidError,
    CollectionNotFoundError,
    SourceUnavailableError,
)
from connectors.kinds import Kind, schema
from connectors.platforms.opensim import OpenSimConnector, statements
from connectors.platforms.opensim.mapping import COLLECTIONS, FRIENDS, PROFILES
from connectors.spi import CollectionId, HealthStatus
from policies.predicate import EVERYTHING, And, AnyOf, Comparator, Compare, IsNull, Predicate
from tests.testkit.sources import a_context, a_request, drain, rows_of

NOBODY = "00000000-0000-0000-0000-000000000000"
ADA, BRAM = "6f1ff78b-16af-5920-92fd-303ea10585cc", "fcafb23f-7986-5ffd-8732-abb5a94aa059"
VISITOR = "5883379e-10b2-5460-ba6d-9cadfa934d8f;http://far.example:8002/;Nils Foreign"


@pytest.fixture
async def context() -> AsyncIterator[EngineContext]:
    async with a_context(limits=Limits(batch_rows=2)) as context:
        yield context


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "grid.db"


def write(path: Path, script: str) -> OpenSimConnector:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    return OpenSimConnector.parse_config({"path": str(path), "platform": "grid"})


def insert(path: Path, table: str, *rows: tuple[Any, ...]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # a test's own table


def a_where(column: str, value: Any, comparator: Comparator = Comparator.EQ) -> Compare:
    return Compare(column=column, comparator=comparator, value=value)


FRIENDS_TABLE = "CREATE TABLE friends (PrincipalID TEXT, Friend TEXT COLLATE NOCASE, Flags TEXT);"
ACCOUNTS_TABLE = "CREATE TABLE useraccounts (PrincipalID TEXT, FirstName TEXT, LastName TEXT, Created);"
PROFILE_TABLE = "CREATE TABLE userprofile (useruuid TEXT, profileAllowPublish BINARY(1), profileAboutText TEXT);"
VISITS_TABLE = "CREATE TABLE GridUser (UserID TEXT, LastRegionID TEXT, Login CHAR(16), Logout CHAR(16));"
ITEMS_TABLE = """CREATE TABLE inventoryitems (inventoryID TEXT, avatarID TEXT, creatorID TEXT, inventoryName TEXT,
    assetType INTEGER, creationDate INTEGER);"""


async def test_only_collections_with_their_tables_and_people_are_described(context: EngineContext, path: Path) -> None:
    connector = write(
        path, ACCOUNTS_TABLE + "CREATE TABLE friends (PrincipalID, Flags); CREATE VIEW presence AS SELECT 1;"
    )

    (profiles,) = await describe(connector, context, deadline_after(5))

    assert profiles.id == "profiles"
    assert "about" not in profiles.columns
    assert "about" not in profiles.capabilities.filters
    assert {"record_id", "platform", "derived", "display_name", "created_at"} <= set(profiles.columns)


async def test_missing_columns_are_not_promised(context: EngineContext, path: Path) -> None:
    connector = write(path, "CREATE TABLE Friends (PrincipalID, Friend);")
    insert(path, "friends", (ADA, BRAM))

    (friends,) = await describe(connector, context, deadline_after(5))
    found = rows_of(await drain(connector, a_request("weight", "to_subject", collection="friends"), context))

    assert "weight" not in friends.columns
    assert found == [{"weight": None, "to_subject": BRAM}]


async def test_filter_over_a_missing_column_keeps_nothing(context: EngineContext, path: Path) -> None:
    connector = write(path, "CREATE TABLE Friends (PrincipalID, Friend);")
    insert(path, "friends", (ADA, BRAM))

    assert await drain(connector, a_request("weight", collection="friends", where=a_where("weight", 1)), context) == []


async def test_reading_a_missing_table_is_refused(context: EngineContext, path: Path) -> None:
    connector = write(path, ACCOUNTS_TABLE)

    with pytest.raises(CollectionNotFoundError):
        await drain(connector, a_request("weight", collection="friends"), context)


async def test_about_is_delivered_only_of_those_who_publish(context: EngineContext, path: Path) -> None:
    connector = write(path, ACCOUNTS_TABLE + PROFILE_TABLE)
    published = (1, "1", b"\x01", b"1", "True")
    hidden = (0, "0", b"\x00", b"0", "False", None)
    for number, publish in enumerate((*published, *hidden)):
        insert(path, "useraccounts", (str(number), "A", "B", 1))
        insert(path, "userprofile", (str(number), publish, f"about {number}"))
    insert(path, "useraccounts", ("without profile", "A", "B", 1))

    found = rows_of(await drain(connector, a_request("about", collection="profiles"), context))

    assert [row["about"] for row in found] == [f"about {n}" for n in range(5)] + [None] * 7


@pytest.mark.requirement("R69")
async def test_secrets_of_visitors_are_cut_off(context: EngineContext, path: Path) -> None:
    connector = write(path, FRIENDS_TABLE)
    insert(
        path,
        "friends",
        (ADA, f"{VISITOR};s3cret", "7"),
        (ADA, f"{VISITOR};s3cret;and;more", "7".ljust(16)),
        (f"{VISITOR};s3cret", VISITOR, "many"),
        (ADA, "a;b", ""),
    )

    found = rows_of(
        await drain(
            connector, a_request("source_id", "from_subject", "to_subject", "weight", collection="friends"), context
        )
    )

    assert [row["to_subject"] for row in found] == [VISITOR, VISITOR, VISITOR, "a;b"]
    assert [row["from_subject"] for row in found] == [ADA, ADA, VISITOR, ADA]
    assert [row["weight"] for row in found] == [Decimal(7), Decimal(7), None, None]
    assert "s3cret" not in str(found)


async def test_subject_filter_meets_what_is_delivered(context: EngineContext, path: Path) -> None:
    connector = write(path, FRIENDS_TABLE)
    insert(path, "friends", (ADA, f"{VISITOR};s3cret", "1"), (ADA, VISITOR.upper(), "1"), (BRAM, BRAM, "1"))

    async def matching(where: Predicate) -> int:
        return len(rows_of(await drain(connector, a_request("kind", collection="friends", where=where), context)))

    assert await matching(a_where("to_subject", VISITOR)) == 1
    assert await matching(a_where("to_subject", f"{VISITOR};s3cret")) == 0
    assert await matching(AnyOf(column="from_subject", values=(ADA, "nobody"))) == 2
    assert await matching(And(parts=(a_where("from_subject", ADA), a_where("to_subject", VISITOR)))) == 1


async def test_times_and_what_is_not_set(context: EngineContext, path: Path) -> None:
    connector = write(path, VISITS_TABLE)
    insert(
        path,
        "GridUser",
        (ADA, ADA, "1731000000".ljust(16), "1731000060"),
        (BRAM, NOBODY, "0", "0".ljust(16)),
        (f"{VISITOR}", ADA, "soon", "-5"),
    )

    found = rows_of(
        await drain(
            connector, a_request("actor", "place_ref", "started_at", "ended_at", collection="griduser"), context
        )
    )

    start = datetime(2024, 11, 7, 17, 20, tzinfo=UTC)
    assert found[0] == {"actor": ADA, "place_ref": ADA, "started_at": start, "ended_at": start.replace(minute=21)}
    assert found[1] == {"actor": BRAM, "place_ref": None, "started_at": None, "ended_at": None}
    assert found[2]["started_at"] is None


async def test_items_have_kinds_and_makers(context: EngineContext, path: Path) -> None:
    connector = write(path, ITEMS_TABLE)
    insert(
        path,
        "inventoryitems",
        ("i1", ADA, BRAM, "Boat", 6, 1500000000),
        ("i2", ADA, NOBODY, "", 3, 2000),
        ("i3", NOBODY, "", None, 99, None),
    )

    columns = ("owner", "creator", "asset_kind", "media_type", "name", "created_at")
    found = rows_of(await drain(connector, a_request(*columns, collection="assets"), context))

    assert [row["asset_kind"] for row in found] == ["item", "place", "file"]
    assert [row["media_type"] for row in found][2] == "application/octet-stream"
    assert [row["creator"] for row in found] == [BRAM, None, None]
    assert [row["owner"] for row in found] == [ADA, ADA, None]
    assert [row["name"] for row in found] == ["Boat", "", None]
    assert [row["created_at"] is None for row in found] == [False, True, True]


async def test_type_of_a_column_may_differ_from_row_to_row(context: EngineContext, path: Path) -> None:
    connector = write(path, ACCOUNTS_TABLE)
    insert(path, "useraccounts", ("1", None, None, None), ("2", 7, b"x", "1500000000"), ("3", "c", "d", 1500000000))

    found = rows_of(await drain(connector, a_request("display_name", "created_at", collection="profiles"), context))

    assert [row["display_name"] for row in found] == [None, "7 x", "c d"]
    assert [row["created_at"] is None for row in found] == [True, False, False]


async def test_text_that_is_not_unicode_is_a_bad_response(context: EngineContext, path: Path) -> None:
    connector = write(path, ITEMS_TABLE)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO inventoryitems VALUES ('i', 'a', 'b', CAST(x'ff41' AS TEXT), 6, 1)")

    with pytest.raises(BadResponseError):
        await drain(connector, a_request("name", collection="assets"), context)


async def test_time_beyond_every_calendar_is_a_bad_response(context: EngineContext, path: Path) -> None:
    connector = write(path, ACCOUNTS_TABLE)
    insert(path, "useraccounts", ("1", "a", "b", 2**62))

    with pytest.raises(BadResponseError, match="created_at"):
        await drain(connector, a_request("created_at", collection="profiles"), context)


async def test_resume_point_is_void_after_row_ids_may_have_changed(context: EngineContext, path: Path) -> None:
    connector = write(path, ITEMS_TABLE)
    insert(path, "inventoryitems", *((str(n), ADA, BRAM, "x", 6, 1) for n in range(5)))
    first = (await drain(connector, a_request("name", collection="assets"), context))[0]
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM inventoryitems WHERE inventoryID = '0'")
        database.commit()
        database.execute("VACUUM")

    with pytest.raises(CheckpointInvalidError):
        await drain(connector, a_request("name", collection="assets", after=first.batch.checkpoint), context)


async def test_file_that_is_no_database(context: EngineContext, path: Path) -> None:
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    connector = OpenSimConnector.parse_config({"path": str(path)})

    with pytest.raises(BadResponseError):
        await describe(connector, context, deadline_after(5))
    assert (await health(connector, context, deadline_after(5))).status is HealthStatus.UNREACHABLE


@pytest.mark.slow
async def test_locked_database_is_unavailable(context: EngineContext, path: Path) -> None:
    connector = write(path, ITEMS_TABLE)
    locking = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "d.execute('BEGIN EXCLUSIVE'); print(flush=True); input()"
    )
    # WHY: locks hold between processes; two copies of SQLite in one process do not see each other's.
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", locking, str(path), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    await other.stdout.readline()
    with pytest.raises(SourceUnavailableError):
        await describe(connector, context, deadline_after(30))
    await other.communicate(b"\n")


async def test_database_is_never_written(context: EngineContext, path: Path) -> None:
    connector = write(path, ITEMS_TABLE)
    insert(path, "inventoryitems", ("i", ADA, BRAM, "x", 6, 1))
    before = path.read_bytes()
    path.chmod(0o400)

    await drain(connector, a_request("name", collection="assets"), context)

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_statement_names_only_the_columns_asked_for() -> None:
    statement = statements.page(
        PROFILES,
        frozenset({"subject", "display_name", "about", "p"}),
        ("display_name",),
        EVERYTHING,
        after=None,
        rows=5,
    )

    assert "profileAboutText" not in statement.sql
    assert "PrincipalID" not in statement.sql.split("FROM")[0]
    assert statement.parameters == (5,)


def test_values_are_parameters() -> None:
    where = a_where("subject", "'; DROP TABLE x; --")
    statement = statements.page(PROFILES, frozenset({"subject"}), ("subject",), where, after=7, rows=5)

    assert "DROP" not in statement.sql
    assert statement.parameters == (7, "'; DROP TABLE x; --", 5)


def test_filter_that_was_not_split_off_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="split"):
        statements.page(PROFILES, frozenset(), ("subject",), IsNull(column="about"), after=None, rows=5)


@pytest.mark.parametrize(
    ("where", "pushed"),
    [
        (a_where("weight", 7), True),
        (a_where("weight", Decimal("7.0")), True),
        (a_where("weight", Decimal("7.5")), False),
        (a_where("weight", Decimal("1e30")), False),
        (a_where("weight", Decimal("NaN")), False),
        (a_where("weight", 2**63), False),
        (a_where("weight", True), False),  # noqa: FBT003  # a value that must not count as 1
        (a_where("weight", "7"), False),
        (a_where("weight", 7, Comparator.GTE), True),
        (a_where("to_subject", "é"), True),
        (a_where("to_subject", "\ud800"), False),
        (a_where("to_subject", "a", Comparator.LT), False),
        (a_where("platform", "grid"), False),
        (AnyOf(column="to_subject", values=()), False),
        (AnyOf(column="to_subject", values=tuple(map(str, range(501)))), False),
        (AnyOf(column="to_subject", values=("a", 1)), False),
        (IsNull(column="weight"), False),
    ],
)
def test_only_exact_comparisons_are_pushed(where: Predicate, pushed: bool) -> None:  # the expectation
    expected = (where, EVERYTHING) if pushed else (EVERYTHING, where)

    assert statements.split(FRIENDS, where) == expected


def test_conjunction_is_split_by_its_parts() -> None:
    exact, inexact = a_where("weight", 7), IsNull(column="weight")

    assert statements.split(FRIENDS, And(parts=(inexact, exact))) == (exact, inexact)


@pytest.mark.requirement("R68")
@pytest.mark.parametrize("name", list(COLLECTIONS))
def test_every_mapped_column_belongs_to_the_kind(name: CollectionId) -> None:
    mapping = COLLECTIONS[name]

    assert set(mapping.fields) <= set(schema(mapping.kind).names)
    assert set(mapping.subjects) <= set(mapping.fields)
    assert isinstance(mapping.kind, Kind)
