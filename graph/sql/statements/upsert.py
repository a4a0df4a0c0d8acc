"""Inserting, or replacing what stands under the same key."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import Insert, insert


def insert_new(table: Table) -> Insert:
    """All columns by name; refused when the key is there already."""
    return insert(table)


def insert_missing(table: Table) -> Insert:
    """All columns by name; nothing happens when the key is there already."""
    return insert(table).on_conflict_do_nothing()


def upsert(table: Table, **changes: Any) -> Insert:
    """All columns by name; when the key is there already, ``changes`` are made, or every other column is replaced."""
    statement = insert(table)
    replaced = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changes or replaced)
