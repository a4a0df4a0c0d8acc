"""The engine of the embedded database: one file, a write-ahead log, every commit on the disk when acknowledged."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.exc import ArgumentError

from graph.errors import DatabaseUrlError

__all__ = ["IMMEDIATE", "Engine", "create_engine", "database_file"]

IMMEDIATE: Final = "muniment_immediate"
"""Execution option: the connection's transactions are the sole writer from their beginning."""

_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    # INVARIANT: a commit that was acknowledged survives a crash; NORMAL would lose the newest ones.
    "PRAGMA synchronous = FULL",
    # WHY: what was erased from the vault must not stay readable in free pages.
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
)


def create_engine(url: str) -> Engine:
    """An engine for ``sqlite:////absolute/path/journal.db``; the file is made when absent, for its owner only.

    Raises:
        DatabaseUrlError: the URL is no URL, not of SQLite, or names no file.
    """
    parsed = _parsed(url)
    path = database_file(parsed)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise DatabaseUrlError(f"`{path}`: {error.strerror}") from error
    engine = _create_engine(parsed, pool_size=8, max_overflow=8)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def database_file(url: URL) -> Path:
    """The file that holds the database.

    Raises:
        DatabaseUrlError: there is none; several connections need one.
    """
    if not url.database or url.database == ":memory:":
        raise DatabaseUrlError("it names no file")
    return Path(url.database)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError("it is not a database URL") from error
    if parsed.get_backend_name() != "sqlite" or parsed.get_driver_name() != "pysqlite":
        raise DatabaseUrlError(f"`{parsed.drivername}` is not supported")
    return parsed


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # WHY: the driver's own transactions begin late and commit before schema changes; ours begin when we say so.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
