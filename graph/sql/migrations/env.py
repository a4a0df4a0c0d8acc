"""Alembic's entry: migrate the connection that ``migrate`` opened, inside its transaction."""

from alembic import context

from graph.sql.migrations import CONNECTION
from graph.sql.tables import METADATA

context.configure(connection=context.config.attributes[CONNECTION], target_metadata=METADATA)
context.run_migrations()
