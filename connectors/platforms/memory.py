"""The reference connector: tables in memory. Copy this file to start a connector of your own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import msgspec
import pyarrow as pa

from connectors import checkpoints
from connectors.config import TermsConfig, parse, terms
from connectors.errors import CollectionNotFoundError, ConnectorConfigError
from connectors.kinds import KINDS, Kind
from connectors.records import assemble
from connectors.spi import (
    API_VERSION,
    Accepted,
    Batch,
    Capabilities,
    Collection,
    CollectionId,
    ConnectorContext,
    Health,
    HealthStatus,
    PlatformTerms,
    ReadRequest,
)
from policies.predicate import EVERYTHING


class _CollectionConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Kind
    rows: tuple[dict[str, Any], ...]


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    platform: str
    collections: dict[str, _CollectionConfig]
    terms: TermsConfig = TermsConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTable:
    """One collection: rows of a kind, in columns that are a subset of the kind's."""

    kind: Kind
    rows: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConnector:
    """Pushes nothing down: the engine filters, projects and limits."""

    api: ClassVar[int] = API_VERSION
    platform: str
    tables: Mapping[CollectionId, MemoryTable]
    terms: PlatformTerms = field(default_factory=PlatformTerms)
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse_config(cls, config: Mapping[str, Any]) -> "MemoryConnector":
        """Keys: ``platform``; ``collections``, by id: ``kind`` and ``rows`` (column to value); ``terms``.

        Times are RFC 3339 texts, amounts texts or integers.

        Raises:
            ConnectorConfigError: a key is missing, unknown or has a wrong value.
        """
        parsed = parse(_Config, config, "memory")
        return cls(
            platform=parsed.platform,
            tables={CollectionId(name): _table(name, each) for name, each in parsed.collections.items()},
            terms=terms(PlatformTerms(), parsed.terms),
        )

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:  # noqa: ARG002  # part of the contract
        """One collection per table."""
        return [
            Collection(
                id=name,
                kind=table.kind,
                columns=tuple(table.rows.column_names),
                title=name,
                description=f"{table.kind} records held in memory.",
                terms=self.terms,
                capabilities=Capabilities(resume=True),
            )
            for name, table in self.tables.items()
        ]

    def negotiate(self, request: ReadRequest) -> Accepted:
        """Takes nothing: the whole filter stays for the engine."""
        table = self._table(request.collection)
        return Accepted(request=request, kind=table.kind, pushed=EVERYTHING, residual=request.where)

    async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        """The rows in the table's own order; a resume point is the number of rows passed."""
        request = accepted.request
        table = self._table(request.collection)
        mark = checkpoints.fingerprint(table.kind, table.rows.num_rows)
        (start,) = checkpoints.read(request.after, request.collection, mark) if request.after else (0,)
        for first in range(start, table.rows.num_rows, context.batch_rows):
            part = table.rows.slice(first, context.batch_rows)
            columns = {name: part.column(name) for name in request.columns if name in part.column_names}
            yield Batch(
                records=assemble(table.kind, request.columns, columns, part.num_rows),
                checkpoint=checkpoints.write(request.collection, mark, first + part.num_rows),
                source_ref=f"{self.platform}/{request.collection}#{first}",
            )

    async def health(self, context: ConnectorContext) -> Health:  # noqa: ARG002  # part of the contract
        """Memory is always there."""
        return Health(status=HealthStatus.REACHABLE)

    def _table(self, collection: CollectionId) -> MemoryTable:
        try:
            return self.tables[collection]
        except KeyError:
            raise CollectionNotFoundError(collection) from None


def _table(name: str, config: _CollectionConfig) -> MemoryTable:
    used = {column for row in config.rows for column in row}
    columns = [each for each in KINDS[config.kind] if each.name in used]
    unknown = used - {each.name for each in columns}
    if unknown:
        raise ConnectorConfigError(f"collection `{name}`: `{min(unknown)}` is no column of kind `{config.kind}`")
    arrays = {}
    for each in columns:
        try:
            arrays[each.name] = _array([row.get(each.name) for row in config.rows], each.type)
        except (pa.ArrowException, InvalidOperation, TypeError):
            raise ConnectorConfigError(f"collection `{name}`: a value of `{each.name}` is not a {each.type}") from None
    return MemoryTable(kind=config.kind, rows=pa.table(arrays))


def _array(values: Sequence[Any], wanted: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(wanted):
        return pa.array(values, pa.string()).cast(wanted)
    if pa.types.is_decimal(wanted):
        return pa.array([None if each is None else Decimal(str(each)) for each in values], wanted)
    if pa.types.is_dictionary(wanted):
        return pa.array(values, wanted.value_type).dictionary_encode()
    return pa.array(values, wanted)
