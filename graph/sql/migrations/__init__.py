"""How a database gets to the present tables, when the journal opens."""

from typing import Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from graph.errors import DatabaseUrlError

NEWEST: Final = "0005"
"""The newest revision in ``versions``; a test compares the two."""


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision.

    Raises:
        DatabaseUrlError: the file is no database, cannot be written, or was left by a newer version.
    """
    if _revision(engine) == NEWEST:
        return
    # WHY: Alembic takes long to import, and a database is nearly always at the newest revision.
    from graph.sql.migrations.upgrade import upgrade  # noqa: PLC0415

    upgrade(engine)


def _revision(engine: Engine) -> str:
    """The database's revision; empty when it has no tables yet."""
    try:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")
    except OperationalError:
        return ""
    except DatabaseError as error:
        raise DatabaseUrlError(str(error.orig)) from error
