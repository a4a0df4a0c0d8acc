"""How a database gets to the present tables: Alembic, run when the journal opens, without any file of settings."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from graph.errors import DatabaseUrlError
from graph.sql.engine import IMMEDIATE

NEWEST: Final = "0001"
"""The newest revision; a test compares it with the modules in ``versions``."""
CONNECTION = "connection"
"""Attribute of the configuration under which ``env.py`` finds the connection to migrate."""


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction; of several processes one does it.

    Raises:
        DatabaseUrlError: the file is no database, cannot be written, or was left by a newer version.
    """
    if _revision(engine) == NEWEST:
        return
    # WHY: Alembic takes a third of a second to import, and a database is nearly always at the newest revision.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    try:
        with engine.connect().execution_options(**{IMMEDIATE: True}) as connection, connection.begin():
            config.attributes[CONNECTION] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise DatabaseUrlError(str(error.orig)) from error
    except CommandError as error:
        raise DatabaseUrlError("its tables belong to a newer version") from error


def _revision(engine: Engine) -> str:
    """The database's revision; empty when it has none yet.

    Raises:
        DatabaseUrlError: the file is no database.
    """
    try:
        with engine.connect() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or "")
    except OperationalError:
        return ""
    except DatabaseError as error:
        raise DatabaseUrlError(str(error.orig)) from error
