"""Writes the database of an invented grid, in the tables that OpenSimulator would keep."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.demo.world.invention import Inventor

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
_AVATARS: Final = 2000
_PAIRS_EACH: Final = 4
_DECADE_FROM: Final = 1_400_000_000
_DECADE_TO: Final = 1_715_000_000
_NOW: Final = 1_731_000_000
_REGIONS: Final = 40

_SCHEMA: Final = f"""
CREATE TABLE UserAccounts (
    PrincipalID CHAR(36) PRIMARY KEY, ScopeID CHAR(36) NOT NULL, FirstName VARCHAR(64) NOT NULL,
    LastName VARCHAR(64) NOT NULL, Email VARCHAR(64), ServiceURLs TEXT, Created INT,
    UserLevel INTEGER NOT NULL DEFAULT 0, UserFlags INTEGER NOT NULL DEFAULT 0,
    UserTitle VARCHAR(64) NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1);
CREATE TABLE userprofile (
    useruuid VARCHAR(36) PRIMARY KEY, profilePartner VARCHAR(36) NOT NULL, profileAllowPublish BINARY(1) NOT NULL,
    profileMaturePublish BINARY(1) NOT NULL, profileURL VARCHAR(255) NOT NULL, profileLanguages TEXT NOT NULL,
    profileAboutText TEXT NOT NULL);
CREATE TABLE Friends (
    PrincipalID CHAR(36) NOT NULL, Friend VARCHAR(255) NOT NULL, Flags VARCHAR(16) NOT NULL DEFAULT '0',
    Offered VARCHAR(32) NOT NULL DEFAULT '0', PRIMARY KEY (PrincipalID, Friend));
CREATE TABLE GridUser (
    UserID VARCHAR(255) PRIMARY KEY, HomeRegionID CHAR(36) NOT NULL DEFAULT '{_NOBODY}',
    LastRegionID CHAR(36) NOT NULL DEFAULT '{_NOBODY}', LastPosition CHAR(64) NOT NULL DEFAULT '<0,0,0>',
    Online CHAR(5) NOT NULL DEFAULT 'False', Login CHAR(16) NOT NULL DEFAULT '0', Logout CHAR(16) NOT NULL DEFAULT '0');
CREATE TABLE Presence (
    UserID VARCHAR(255) NOT NULL, RegionID CHAR(36) NOT NULL, SessionID CHAR(36) PRIMARY KEY,
    SecureSessionID CHAR(36) NOT NULL, LastSeen TIMESTAMP);
CREATE TABLE inventoryitems (
    inventoryID VARCHAR(36) PRIMARY KEY, assetID VARCHAR(36), assetType INTEGER, inventoryName VARCHAR(64),
    avatarID VARCHAR(36) NOT NULL, creatorID VARCHAR(128), creationDate INTEGER DEFAULT 2000,
    salePrice INTEGER DEFAULT 0);
CREATE INDEX inventoryitems_avatarid ON inventoryitems (avatarID);
"""
_THINGS: Final = (
    (0, "Weathered slate"),
    (1, "Rain on a tin roof"),
    (3, "Landing by the old pier"),
    (5, "Patched travelling coat"),
    (6, "Folding lantern"),
    (7, "Notes for the harvest fair"),
    (10, "Door that remembers"),
    (13, "Walking shape"),
    (20, "Bow of thanks"),
    (49, "Ferry hull"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What was written."""

    accounts: tuple[str, ...]
    """Ids of the local accounts; the first one has a profile, friends, a visit and an inventory."""
    profiles: int
    friends: int
    visits: int
    presences: int
    assets: int


def write_grid(path: Path, seed: int, *, avatars: int = _AVATARS) -> Grid:
    """Write the database; an older file of this name is replaced at the end, in one step.

    Args:
        path: the SQLite file to write.
        seed: the same seed writes the same rows.
        avatars: how many accounts; at least 20.
    """
    inventor = Inventor.of(seed, "grid")
    accounts = tuple(inventor.uuid() for _ in range(avatars))
    regions = tuple(inventor.uuid() for _ in range(_REGIONS))
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished)) as database, database:
        database.executescript(_SCHEMA)
        profiles = _insert(database, "UserAccounts", 11, _accounts(inventor, accounts))
        _insert(database, "userprofile", 7, _profiles(inventor, accounts))
        friends = _insert(database, "Friends", 4, _friends(inventor, accounts))
        visits = _insert(database, "GridUser", 7, _visits(inventor, accounts, regions))
        presences = _insert(database, "Presence", 5, _presences(inventor, accounts, regions))
        assets = _insert(database, "inventoryitems", 8, _assets(inventor, accounts))
    unfinished.replace(path)
    return Grid(
        accounts=accounts, profiles=profiles, friends=friends, visits=visits, presences=presences, assets=assets
    )


def _insert(database: sqlite3.Connection, table: str, width: int, rows: Iterator[tuple[str | int | None, ...]]) -> int:
    statement = f"INSERT INTO {table} VALUES ({', '.join('?' * width)})"  # noqa: S608  # the names are ours
    return database.executemany(statement, rows).rowcount


def _accounts(inventor: Inventor, accounts: tuple[str, ...]) -> Iterator[tuple[str | int | None, ...]]:
    for number, account in enumerate(accounts):
        first, last = inventor.name()
        if number == 1:
            first, last = "ada", "amberley"
        if number == 2:  # noqa: PLR2004  # these two differ in case only
            first, last = "Ada", "Amberley"
        created = 0 if number == 3 else inventor.chance.randint(_DECADE_FROM, _DECADE_TO)  # noqa: PLR2004  # as above
        level = inventor.chance.choices((0, 200, -1), (98, 1, 1))[0]
        email = f"avatar{number}@mail.example"
        active = 0 if inventor.happens(0.02) else 1
        yield account, _NOBODY, first, last, email, "", created, level, 0, "", active


def _profiles(inventor: Inventor, accounts: tuple[str, ...]) -> Iterator[tuple[str | int | None, ...]]:
    for number, account in enumerate(accounts):
        if number and inventor.happens(0.15):
            continue
        about = "" if number and inventor.happens(0.4) else inventor.sentences(3)
        if inventor.happens(0.05):
            about += f" Write to avatar{number}@mail.example."
        if inventor.happens(0.05):
            about += " \N{SPARKLES} שלום \N{BELL}"
        yield account, _NOBODY, int(number == 0 or inventor.happens(0.7)), 0, "", "English", about
    # WHY: real grids keep profiles of accounts that are gone.
    yield inventor.uuid(), _NOBODY, 1, 0, "", "English", inventor.sentence()


def _friends(inventor: Inventor, accounts: tuple[str, ...]) -> Iterator[tuple[str | int | None, ...]]:
    weights = inventor.ranks(len(accounts), 0.9)
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < _PAIRS_EACH * len(accounts):
        one, other = inventor.chance.choices(accounts, cum_weights=weights, k=2)
        if one != other:
            pairs.setdefault((min(one, other), max(one, other)))
    for one, other in pairs:
        yield one, other, _rights(inventor), "0"
        if not inventor.happens(0.002):
            yield other, one, _rights(inventor), "0"
    for number in range(len(pairs) // 33):
        first, last = inventor.name()
        secret = f"{inventor.chance.getrandbits(32):08x}"
        visitor = f"{inventor.uuid()};http://far{number % 7}.example:8002/;{first} {last};{secret}"
        yield inventor.chance.choice(accounts), visitor, _rights(inventor), "0"


def _rights(inventor: Inventor) -> str:
    rights = 1 if inventor.happens(0.8) else inventor.chance.randint(0, 7)
    return str(rights).ljust(16) if inventor.happens(0.1) else str(rights)


def _visits(
    inventor: Inventor, accounts: tuple[str, ...], regions: tuple[str, ...]
) -> Iterator[tuple[str | int | None, ...]]:
    weights = inventor.ranks(len(regions), 1.0)
    for account in accounts:
        region = inventor.chance.choices(regions, cum_weights=weights)[0]
        login = inventor.chance.randint(_DECADE_TO, _NOW)
        online = inventor.happens(0.02)
        logout = 0 if online else login + 1 + int(inventor.chance.expovariate(1 / 2400))
        yield account, region, region, "<128,128,22>", str(online), str(login).ljust(16), str(logout)


def _presences(
    inventor: Inventor, accounts: tuple[str, ...], regions: tuple[str, ...]
) -> Iterator[tuple[str | int | None, ...]]:
    for account in inventor.chance.sample(accounts, max(len(accounts) // 50, 10)):
        minute, second = divmod(inventor.chance.randrange(3600), 60)
        seen = f"2024-11-08 09:{minute:02}:{second:02}"
        yield account, inventor.chance.choice(regions), inventor.uuid(), inventor.uuid(), seen


def _assets(inventor: Inventor, accounts: tuple[str, ...]) -> Iterator[tuple[str | int | None, ...]]:
    makers = inventor.chance.sample(accounts, len(accounts) // 10)
    for account in accounts:
        for _ in range(inventor.chance.randint(1, 5)):
            code, name = inventor.chance.choice(_THINGS)
            maker = account if inventor.happens(0.2) else inventor.chance.choice(makers)
            made = inventor.chance.randint(_DECADE_FROM, _DECADE_TO)
            yield inventor.uuid(), inventor.uuid(), code, name, account, maker, made, 0
