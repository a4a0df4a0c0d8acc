"""The invented world: the same from the same seed, in the shape of real ones, and served as an API."""

import sqlite3
import statistics
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.demo.world.forum import STATS
from gateway.demo.world.forum_rows import FIELDS
from gateway.demo.world.grid import write_grid
from gateway.demo.world.invented_forum import generate_forum
from gateway.demo.world.ledger import write_ledger
from tests.testkit.forum import a_served_forum, a_small_forum


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_grid_is_the_same_from_the_same_seed(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("a.db", "b.db", "c.db"))
    one, two = write_grid(first, 7, avatars=50), write_grid(second, 7, avatars=50)
    write_grid(other, 8, avatars=50)

    assert one == two
    assert dump(first) == dump(second)
    assert dump(first) != dump(other)
    assert {each.name for each in tmp_path.iterdir()} == {"a.db", "b.db", "c.db"}


def test_grid_replaces_an_older_one_and_counts_rightly(tmp_path: Path) -> None:
    path = tmp_path / "grid.db"
    path.write_text("old")
    (tmp_path / "grid.db.unfinished").write_text("left over")
    grid = write_grid(path, 7, avatars=60)

    with closing(sqlite3.connect(path)) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # our own tables
            for table in ("UserAccounts", "Friends", "GridUser", "Presence", "inventoryitems")
        ]
        orphans = database.execute(
            "SELECT count(*) FROM userprofile WHERE useruuid NOT IN (SELECT PrincipalID FROM UserAccounts)"
        ).fetchone()

    assert counts == [grid.profiles, grid.friends, grid.visits, grid.presences, grid.assets]
    assert len(grid.accounts) == grid.profiles == 60
    assert orphans == (1,)


def test_ledger_has_the_shape_of_the_published_one(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "ledger.csv", 7)
    rows = [tuple(map(int, line.split(","))) for line in (tmp_path / "ledger.csv").read_text().splitlines()]

    values = [value for _, _, value, _ in rows]
    received = Counter(rated for _, rated, _, _ in rows)
    assert len(rows) == ledger.ratings == 35_592
    assert len(set(ledger.members)) == 5881
    assert {str(each) for row in rows for each in row[:2]} == set(ledger.members)
    assert sum(value > 0 for value in values) / len(values) == pytest.approx(0.90, abs=0.01)
    assert 0 not in values
    assert (min(values), max(values)) == (-10, 10)
    assert statistics.mean(values) == pytest.approx(1.0, abs=0.15)
    assert len({row[:2] for row in rows}) == len(rows)
    assert all(rater != rated for rater, rated, _, _ in rows)
    assert [time for *_, time in rows] == sorted(time for *_, time in rows)
    assert received.most_common(1)[0][1] > 50 * statistics.median(received.values())


def test_ledger_is_the_same_from_the_same_seed(tmp_path: Path) -> None:
    one, two = write_ledger(tmp_path / "a", 7), write_ledger(tmp_path / "b", 7)
    write_ledger(tmp_path / "c", 8)

    assert one == two
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_forum_is_the_same_from_the_same_seed_and_in_order() -> None:
    forum = generate_forum(7)

    assert forum == generate_forum(7)
    assert forum != generate_forum(8)
    assert len(forum.members) == len(forum.users)
    for endpoint, rows in forum.endpoints():
        keys = [row[FIELDS[endpoint][0]] for row in rows]
        assert keys == sorted(keys)
        assert {name for row in rows for name in row} <= set(FIELDS[endpoint])


def test_forum_has_three_licences_and_members_who_left() -> None:
    forum = generate_forum(7)

    assert len({row["content_license"] for row in forum.posts}) == 3
    assert any("owner_id" not in row for row in forum.posts)
    assert {row["post_id"] for row in forum.posts} >= {row["post_id"] for row in forum.comments}


async def ask(url: str, **parameters: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(url, params=parameters) as response:
        return response.status, await response.json() if response.content_type == "application/json" else {}


async def test_api_gives_pages_in_order() -> None:
    async with a_served_forum() as forum:
        _, first = await ask(f"{forum.url}/users", page="1", pagesize="20")
        _, last = await ask(f"{forum.url}/users", page="2", pagesize="20")
        _, beyond = await ask(f"{forum.url}/users", page="3", pagesize="20")

    assert [*first["items"], *last["items"]] == list(a_small_forum().users)
    assert (first["has_more"], last["has_more"]) == (True, False)
    assert (beyond["items"], beyond["has_more"], beyond["total"]) == ([], False, 24)


async def test_api_gives_only_the_fields_asked_for() -> None:
    async with a_served_forum() as forum:
        _, found = await ask(f"{forum.url}/posts", fields="post_id,score")

    assert {name for item in found["items"] for name in item} == {"post_id", "score"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("page", "0"), ("page", "x"), ("page", "-1"), ("pagesize", "1001"), ("pagesize", "٣"), ("fields", "password")],
)
async def test_api_refuses_what_it_does_not_know(name: str, value: str) -> None:
    async with a_served_forum() as forum:
        status, found = await ask(f"{forum.url}/users", **{name: value})

    assert status == 400
    assert found["error_message"] == name


async def test_api_tells_how_much_it_has() -> None:
    async with a_served_forum() as forum:
        _, found = await ask(f"{forum.url}/info")

    assert found == {"counts": {"users": 24, "posts": 24, "comments": 24, "badges": 24}}


async def test_api_tells_how_often_it_was_asked() -> None:
    async with a_served_forum() as forum:
        await ask(f"{forum.url}/users")
        await ask(f"{forum.url}/nothing-here")
        _, found = await ask(f"{forum.url}{STATS}")
        _, again = await ask(f"{forum.url}{STATS}")

    assert found == again == {"requests": 2}
