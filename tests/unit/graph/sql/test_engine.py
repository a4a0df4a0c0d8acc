import sqlite3
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import bindparam, insert, make_url, select

from graph.errors import DatabaseUrlError, EntryInvalidError, JournalWriteError
from graph.sql.connection import Connection, Prepared
from graph.sql.engine import create_engine, database_file
from graph.sql.migrations import NEWEST, migrate, versions
from graph.sql.tables import DELIVERY_ITEM, DOCUMENT, METADATA, USAGE
from tests.testkit.record import a_database

ADD = Prepared(insert(DOCUMENT))
COUNT = Prepared(select(DOCUMENT.c.digest).order_by(DOCUMENT.c.digest))


def names(connection: Connection) -> list[str]:
    return [name for (name,) in connection.rows(COUNT)]


def add(connection: Connection, name: str) -> None:
    connection.run(ADD, digest=name, media_type="text/plain", content=b"")


def add_twice(connection: Connection, name: str, within: AbstractContextManager[None]) -> None:
    with within:
        add(connection, name)
        add(connection, name)


@pytest.mark.parametrize(
    "url",
    ["no url at all", "sqlite://", "sqlite:///:memory:", "postgresql://localhost/x", "sqlite+aiosqlite:////tmp/x"],
)
def test_a_journal_is_kept_in_a_file(url: str) -> None:
    with pytest.raises(DatabaseUrlError):
        create_engine(url)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUrlError, match="No such file"):
        create_engine(f"sqlite:///{tmp_path}/none/journal.db")


def test_the_file_is_for_its_owner_and_every_commit_is_durable(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/journal.db")

    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }

    assert database_file(engine.url) == tmp_path / "journal.db"
    assert (tmp_path / "journal.db").stat().st_mode & 0o777 == 0o600
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    engine.dispose()


def test_migrated_tables_are_those_that_the_code_knows(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/journal.db")
    migrate(engine)
    migrate(engine)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
    engine.dispose()
    without = {name for name, sql in rows if "WITHOUT ROWID" in sql}
    assert without == {
        table.name for table in METADATA.sorted_tables if table.dialect_options["sqlite"]["with_rowid"] is False
    }


def test_the_newest_revision_is_the_one_that_is_looked_for() -> None:
    revisions = [import_module(f"{versions.__name__}.{each.name}") for each in iter_modules(versions.__path__)]
    superseded = {each.down_revision for each in revisions}

    assert [each.revision for each in revisions if each.revision not in superseded] == [NEWEST]


def test_packages_of_before_the_upgrade_do_not_say_what_they_were_prepared_on(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    with engine.begin() as connection:
        connection.execute(insert(DELIVERY_ITEM), {each.name: 1 for each in DELIVERY_ITEM.columns})
        connection.exec_driver_sql("ALTER TABLE delivery_item DROP COLUMN grounds")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")

    migrate(engine)

    with engine.connect() as connection:
        assert connection.execute(select(DELIVERY_ITEM.c.grounds)).scalars().all() == [""]
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(DatabaseUrlError, match="newer version"):
        migrate(engine)
    engine.dispose()


def test_a_transaction_is_whole(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    connection = Connection(engine)
    with connection.transaction():
        add(connection, "kept")
        with pytest.raises(EntryInvalidError):
            add_twice(connection, "left out", connection.attempt())
        with connection.attempt():
            add(connection, "too")
    with pytest.raises(EntryInvalidError):
        add_twice(connection, "gone", connection.transaction())

    assert names(connection) == ["kept", "too"]
    connection.close()
    engine.dispose()


def test_a_key_that_is_there_is_refused(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    connection = Connection(engine)
    with connection.transaction():
        add(connection, "once")
        with pytest.raises(EntryInvalidError, match="the registers refuse it"):
            add(connection, "once")
    connection.close()
    engine.dispose()


@pytest.mark.parametrize("inside", [True, False])
def test_a_transaction_that_the_database_ended_itself_is_told_as_such(tmp_path: Path, *, inside: bool) -> None:
    """A full disk rolls back without being asked; the end of our block must not hide the failure."""
    engine = a_database(tmp_path)
    connection = Connection(engine)
    rollback = Prepared(select(DOCUMENT))
    rollback.sql = "ROLLBACK"
    full = Prepared(select(DOCUMENT))
    full.sql = "SELECT full"

    def work() -> None:
        with connection.transaction(), connection.attempt() if inside else nullcontext():
            connection.run(rollback)
            connection.run(full)

    with pytest.raises(JournalWriteError, match="no such column: full"):
        work()

    connection.close()
    engine.dispose()


def test_a_long_answer_comes_bit_by_bit(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    connection = Connection(engine)
    with connection.transaction():
        connection.many(ADD, ((f"{number}", "text/plain", b"") for number in range(5)))

    assert [name for (name,) in connection.stream(COUNT, at_once=2)] == list("01234")
    connection.close()
    engine.dispose()


def test_values_of_the_statement_itself_need_not_be_given(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    connection = Connection(engine)
    limited = Prepared(select(USAGE.c.used).where(USAGE.c.licence == bindparam("of"), USAGE.c.used == 1).limit(1))

    assert connection.row(limited, of="x") is None
    assert len(limited.constants) == 2 + ("OFFSET" in limited.sql)
    connection.close()
    engine.dispose()


def test_a_url_of_another_kind_names_no_file() -> None:
    assert database_file(make_url("sqlite:////tmp/x.db")) == Path("/tmp/x.db")  # noqa: S108  # nothing is written
    assert sqlite3.threadsafety == 3
