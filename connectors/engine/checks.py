"""What the engine does not take on trust from a connector."""

from collections.abc import Sequence

import pyarrow as pa

from connectors.errors import BadResponseError, ColumnNotFoundError, ConnectorBrokenError
from connectors.kinds import Kind, column
from connectors.spi import Collection


def check_columns(kind: Kind, columns: tuple[str, ...]) -> None:
    """Every column belongs to the kind.

    Raises:
        ColumnNotFoundError: one does not.
    """
    for name in columns:
        if column(kind, name) is None:
            raise ColumnNotFoundError(name, kind)


def check_batch(records: pa.RecordBatch, expected: pa.Schema) -> None:
    """A batch has exactly the expected columns, in order and of the right types, and its buffers are sound.

    Raises:
        BadResponseError: it has not.
    """
    if records.schema.names != expected.names:
        raise BadResponseError(
            f"a batch has the columns {', '.join(records.schema.names)}; asked were {', '.join(expected.names)}"
        )
    for found, wanted in zip(records.schema, expected, strict=True):
        if found.type != wanted.type:
            raise BadResponseError(f"column `{wanted.name}` came as {found.type}, not as {wanted.type}")
    try:
        # WHY: a database may hold text that is not UTF-8, and columnar code reads such text beyond its end.
        records.validate(full=True)
    except pa.ArrowInvalid:
        raise BadResponseError("a batch holds text that is not UTF-8, or is damaged otherwise") from None


def check_collections(collections: Sequence[Collection]) -> None:
    """Every collection has an id of its own and declares only columns of its kind.

    Raises:
        ConnectorBrokenError: one does not.
    """
    ids = [each.id for each in collections]
    for collection in collections:
        if ids.count(collection.id) > 1:
            raise ConnectorBrokenError(f"two collections are called `{collection.id}`")
        claimed = set(collection.columns) | set(collection.capabilities.filters)
        for name in sorted(claimed):
            if column(collection.kind, name) is None:
                raise ConnectorBrokenError(
                    f"collection `{collection.id}` declares `{name}`, which is no column of `{collection.kind}`"
                )
