"""Alembic, run without any file of settings."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from graph.errors import DatabaseUrlError
from graph.sql.engine import IMMEDIATE


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision, in one transaction; of several processes one does it.

    Raises:
        DatabaseUrlError: the file is no database, cannot be written, or was left by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def missing(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs("head", revision)  # noqa: SLF001  # what alembic's own `upgrade` calls; no public name

    try:
        with (
            engine.connect().execution_options(**{IMMEDIATE: True}) as connection,
            connection.begin(),
            EnvironmentContext(config, script, fn=missing) as environment,
        ):
            environment.configure(connection=connection)
            environment.run_migrations()
    except DBAPIError as error:
        raise DatabaseUrlError(str(error.orig)) from error
    except CommandError as error:
        raise DatabaseUrlError("its tables belong to a newer version") from error
