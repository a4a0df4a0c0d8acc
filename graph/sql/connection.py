"""One database connection with prepared statements, and the transactions that the journal needs.

SQLAlchemy Core writes every statement and names every parameter; it is compiled once and then goes straight to the
driver. On the commit path this is an order of magnitude cheaper than executing the constructs one by one.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import ClauseElement, Engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from graph.errors import EntryInvalidError, JournalWriteError

Row: TypeAlias = tuple[Any, ...]

_DIALECT: Final = sqlite.dialect(paramstyle="named")
_BY_POSITION: Final = sqlite.dialect(paramstyle="qmark")


class Prepared:
    """A statement of SQLAlchemy Core, compiled; its bind parameters are what ``run`` and the others take by name."""

    # WHY: most statements are not needed at the start of a gateway, and compiling all of them would delay it.
    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def sql(self) -> str:
        """The text, its parameters by name."""
        return self._compiled.string

    @cached_property
    def constants(self) -> dict[str, Any]:
        """Values that stand in the statement itself."""
        return {name: bind.value for bind, name in self._compiled.bind_names.items() if not bind.required}

    @cached_property
    def many(self) -> str:
        """The same statement, its parameters in the order of the columns."""
        return self._statement.compile(dialect=_BY_POSITION).string

    @cached_property
    def _compiled(self) -> SQLCompiler:
        return cast("SQLCompiler", self._statement.compile(dialect=_DIALECT))


class Connection:
    """Belongs to one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._pooled = engine.raw_connection()
        self._cursor: sqlite3.Cursor = self._pooled.cursor()  # type: ignore[assignment]  # the driver's own

    def close(self) -> None:
        """Give the connection back; whatever was not committed is gone."""
        self._cursor.close()
        self._pooled.close()

    def run(self, statement: Prepared, **values: Any) -> int:
        """Execute once; gives the number of rows that changed.

        Raises:
            EntryInvalidError: the database refuses the values (a key that is there already, a missing value).
        """
        try:
            return self._execute(statement, values).rowcount
        except sqlite3.IntegrityError as error:
            raise EntryInvalidError(f"the registers refuse it ({error})") from error

    def many(self, statement: Prepared, rows: Iterable[Row]) -> None:
        """Insert many rows, each with all columns in their order; the statement holds no values of its own."""
        self._cursor.executemany(statement.many, rows)

    def row(self, statement: Prepared, **values: Any) -> Row | None:
        """The first row of the answer."""
        found: Row | None = self._execute(statement, values).fetchone()
        return found

    def rows(self, statement: Prepared, **values: Any) -> list[Row]:
        """The whole answer."""
        return self._execute(statement, values).fetchall()

    def stream(self, statement: Prepared, *, at_once: int = 1_000, **values: Any) -> Iterator[Row]:
        """The answer bit by bit; nothing else may be asked of this connection meanwhile."""
        self._execute(statement, values)
        while found := self._cursor.fetchmany(at_once):
            yield from found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Sole writer from the first statement on; durable when the block has ended well.

        Raises:
            JournalWriteError: the database could not write; nothing of the block is durable.
        """
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._cursor.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
        except sqlite3.Error as error:
            raise JournalWriteError(str(error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """One consistent state of the database for everything that is read in the block."""
        self._cursor.execute("BEGIN")
        try:
            yield
        finally:
            self._roll_back()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that leaves no trace when it raises."""
        self._cursor.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            # WHY: some failures (a full disk) end the transaction by themselves; rolling back again would hide them.
            if self._cursor.connection.in_transaction:
                self._cursor.execute("ROLLBACK TO attempt")
                self._cursor.execute("RELEASE attempt")
            raise
        self._cursor.execute("RELEASE attempt")

    def _execute(self, statement: Prepared, values: dict[str, Any]) -> sqlite3.Cursor:
        return self._cursor.execute(statement.sql, values | statement.constants if statement.constants else values)

    def _roll_back(self) -> None:
        if self._cursor.connection.in_transaction:
            self._cursor.execute("ROLLBACK")
