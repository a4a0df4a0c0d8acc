"""Builds batches of a kind from what a platform gives."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

import pyarrow as pa

from connectors.errors import BadResponseError
from connectors.kinds import Kind, schema
from connectors.spi import CollectionId

Values: TypeAlias = pa.Array | pa.ChunkedArray | str | bool | int
"""The values of a column: one per row, or one for all rows."""


def assemble(kind: Kind, columns: tuple[str, ...], values: Mapping[str, Values], rows: int) -> pa.RecordBatch:
    """A batch with exactly these columns, in their order and of the kind's types.

    Args:
        kind: the kind.
        columns: columns of the kind.
        values: by column; a column that is absent is null throughout, one that is not asked for is left out.
        rows: how many rows there are.

    Raises:
        BadResponseError: a value does not fit the column's type.
    """
    target = schema(kind, columns)
    arrays = []
    for field in target:
        try:
            arrays.append(_array(values.get(field.name), field.type, rows))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            # WHY: the library's message quotes the value.
            raise BadResponseError(f"a value of column `{field.name}` cannot be read as {field.type}") from None
    return pa.RecordBatch.from_arrays(arrays, schema=target)


def record_ids(platform: str, collection: CollectionId, keys: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The ids of records: SHA-256, in hex, over platform, collection and the platform's own key; null without a key."""
    # INVARIANT: neither a platform nor a collection has a NUL in its name, so that no two keys meet in one digest.
    start = sha256(f"{platform}\0{collection}\0".encode())

    def identify(key: str | None) -> str | None:
        if key is None:
            return None
        digest = start.copy()
        digest.update(key.encode())
        return digest.hexdigest()

    return pa.array([identify(key) for key in keys.to_pylist()], pa.string())


def _array(values: Values | None, wanted: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, wanted)
    if isinstance(values, str | bool | int):
        return _constant(values, wanted, rows)
    plain = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if plain.type == wanted:
        return plain
    if pa.types.is_dictionary(wanted):
        return plain.cast(wanted.value_type).dictionary_encode().cast(wanted)
    return plain.cast(wanted)


def _constant(value: str | bool | int, wanted: pa.DataType, rows: int) -> pa.Array:  # noqa: FBT001  # a value, not a switch
    if pa.types.is_dictionary(wanted):
        return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, wanted.index_type), rows), pa.array([value]))
    return pa.repeat(pa.scalar(value).cast(wanted), rows)
