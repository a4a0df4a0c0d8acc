"""Reads an SQLite file: every call opens it read-only, asks one statement and closes it; for worker threads."""

from pathlib import Path
from typing import Final

import pyarrow as pa
from adbc_driver_manager import Error, OperationalError
from adbc_driver_sqlite import dbapi

from connectors.errors import BadResponseError, SourceUnavailableError
from connectors.platforms.opensim.statements import Statement

_TABLES = Statement(
    sql="SELECT lower(m.name) AS t, lower(c.name) AS c FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c"
    " WHERE m.type = 'table'"
)
_PATIENCE: Final = "PRAGMA busy_timeout = 1000"
"""Milliseconds to wait for whoever writes."""
_VERSION = Statement(sql="SELECT schema_version AS v FROM pragma_schema_version")


def tables(path: Path) -> dict[str, frozenset[str]]:
    """The columns of every table, all names in lower case.

    Raises:
        ConnectorError: see ``query``.
    """
    found: dict[str, set[str]] = {}
    for row in query(path, _TABLES, rows=1 << 16).to_pylist():
        found.setdefault(row["t"], set()).add(row["c"])
    return {table: frozenset(columns) for table, columns in found.items()}


def schema_version(path: Path) -> int:
    """A number that changes when a table is changed, and when row ids may have changed.

    Raises:
        ConnectorError: see ``query``.
    """
    return int(query(path, _VERSION, rows=1)["v"][0].as_py())


def query(path: Path, statement: Statement, *, rows: int) -> pa.Table:
    """The whole answer to a statement.

    Args:
        path: the file.
        statement: what to ask.
        rows: as many rows as the answer can have; the driver settles the types of the columns over so many.

    Raises:
        SourceUnavailableError: the file is not there, cannot be opened, or is locked.
        BadResponseError: it is no database, or not one of this form.
    """
    if not path.is_file():
        raise SourceUnavailableError("the database file is not there")
    try:
        with dbapi.connect(f"{path.absolute().as_uri()}?mode=ro") as connection, connection.cursor() as cursor:
            cursor.execute(_PATIENCE)
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(max(rows, 1))})
            cursor.execute(statement.sql, statement.parameters or None)
            return cursor.fetch_arrow_table()
    except Error as problem:
        # WHY: the driver tells a lock that it meets while preparing by its text only.
        if isinstance(problem, OperationalError) or "database is locked" in str(problem):
            raise SourceUnavailableError("the database cannot be opened, or is locked") from None
        # WHY: without the driver's message, which quotes the statement.
        raise BadResponseError("the file is not an OpenSimulator database in SQLite, or is damaged") from None
