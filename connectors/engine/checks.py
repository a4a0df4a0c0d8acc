"""What the engine does not take on trust from a connector."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, assert_never

import pyarrow as pa

from connectors.errors import BadResponseError, ColumnNotFoundError, ConnectorBrokenError, FilterInvalidError
from connectors.kinds import Kind, column
from connectors.spi import Collection
from policies.predicate import And, AnyOf, Compare, IsNull, Not, Or, Predicate, Scalar, Unknown

_LARGEST: Final = 10**38
"""Beyond every value that a column can have."""


def check_columns(kind: Kind, columns: tuple[str, ...]) -> None:
    """Every column belongs to the kind.

    Raises:
        ColumnNotFoundError: one does not.
    """
    for name in columns:
        if column(kind, name) is None:
            raise ColumnNotFoundError(name, kind)


def check_filter(kind: Kind, where: Predicate) -> None:
    """Every value of a filter is of the type of the column that it is compared with.

    Columns that the kind lacks are passed over: what is said of them is unknown.

    Raises:
        FilterInvalidError: a value is of another type.
    """
    for name, value in _comparisons(where):
        found = column(kind, name)
        # WHY: columnar engines compare different types by turning both into text, which keeps rows at random.
        if found is not None and not _comparable(value, found.type):
            raise FilterInvalidError(name, str(found.type))


def _comparisons(predicate: Predicate) -> Iterator[tuple[str, Scalar]]:
    match predicate:
        case Compare(column=name, value=value):
            yield name, value
        case AnyOf(column=name, values=values):
            yield from ((name, value) for value in values)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(part=part):
            yield from _comparisons(part)
        case IsNull() | Unknown():
            return
        case _:
            assert_never(predicate)


def _comparable(value: Scalar, wanted: pa.DataType) -> bool:
    if pa.types.is_timestamp(wanted):
        return isinstance(value, datetime) and value.tzinfo is not None
    if pa.types.is_boolean(wanted):
        return isinstance(value, bool)
    if pa.types.is_decimal(wanted) or pa.types.is_integer(wanted):
        return isinstance(value, int | Decimal) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST
    return isinstance(value, str)


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
