"""How a database gets to the present tables: Alembic, run when the journal opens, without any file of settings."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from graph.errors import DatabaseUrlError
from graph.sql.engine import IMMEDIATE

CONNECTION = "connection"
"""Attribute of the configuration under which ``env.py`` finds the connection to migrate."""


def migrate(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction; of several processes one does it.

    Raises:
        DatabaseUrlError: the file is no database, cannot be written, or was left by a newer version.
    """
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
