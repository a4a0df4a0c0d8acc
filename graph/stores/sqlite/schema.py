"""Tables of the graph in SQLite, and the connection that knows them."""

import sqlite3
from pathlib import Path
from typing import Final

SHAPE: Final = 1
"""Number of the tables' shape. A file of another shape is emptied: the projector fills it again from the journal."""

_TABLES: Final = (
    """CREATE TABLE watermark(
        tenant TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, leaf TEXT NOT NULL) WITHOUT ROWID""",
    # WHY: ``nid`` rises with the order in which nodes are named, because rows are written in that order.
    """CREATE TABLE node(
        nid INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, seq INTEGER NOT NULL,
        at TEXT NOT NULL, changed INTEGER NOT NULL, counted_to INTEGER NOT NULL DEFAULT -1, properties TEXT NOT NULL,
        UNIQUE(tenant, id))""",
    "CREATE INDEX node_label ON node(tenant, label, nid)",
    """CREATE TABLE edge(
        src INTEGER NOT NULL, type INTEGER NOT NULL, dst INTEGER NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY(src, type, dst)) WITHOUT ROWID""",
    "CREATE INDEX edge_in ON edge(dst, type, src, seq)",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, making the tables when they are not there or of another shape."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=True)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    # WHY: not FULL: what a power loss takes from a projection, the projector brings back.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32768")
    if _shape(connection) == SHAPE:
        return
    connection.execute("BEGIN IMMEDIATE")
    if _shape(connection) != SHAPE:
        for table in ("edge", "node", "watermark"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SHAPE}")
    connection.execute("COMMIT")


def _shape(connection: sqlite3.Connection) -> int:
    (shape,) = connection.execute("PRAGMA user_version").fetchone()
    return int(shape)
