"""The connector: describes the tables that are there, pushes exact filters, reads page by page."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import pyarrow as pa

from connectors import checkpoints
from connectors.config import TermsConfig, parse, terms
from connectors.errors import CollectionNotFoundError, ConnectorError
from connectors.kinds import KINDS
from connectors.platforms.opensim import database, statements
from connectors.platforms.opensim.mapping import COLLECTIONS, COMPARATORS, TableMapping
from connectors.records import Values, assemble, record_ids
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

_TERMS: Final = PlatformTerms(source="the terms of the grid's operator")
_CONSTANT: Final = ("platform", "derived")
# WHY: row ids may be negative, and resume points hold no negative numbers.
_SHIFT: Final = 2**63


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    platform: str = "opensim"
    terms: TermsConfig = TermsConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSimConnector:
    """Reads the database file of a grid."""

    api: ClassVar[int] = API_VERSION
    platform: str
    path: Path
    terms: PlatformTerms = field(default_factory=lambda: _TERMS)
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse_config(cls, config: Mapping[str, Any]) -> "OpenSimConnector":
        """Keys: ``path`` of the SQLite file; ``platform``, the grid's name (default ``opensim``); ``terms``.

        Raises:
            ConnectorConfigError: a key is missing, unknown or has a wrong value.
        """
        parsed = parse(_Config, config, "opensim")
        return cls(platform=parsed.platform, path=Path(parsed.path), terms=terms(_TERMS, parsed.terms))

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:  # noqa: ARG002  # part of the contract
        """The collections whose tables exist and name their people."""
        tables = await asyncio.to_thread(database.tables, self.path)
        return [
            Collection(
                id=mapping.id,
                kind=mapping.kind,
                columns=_columns(mapping, available),
                title=mapping.title,
                description=mapping.description,
                terms=self.terms,
                capabilities=Capabilities(
                    project=True,
                    filters={
                        name: COMPARATORS[each.form] for name, each in mapping.fields.items() if name in available
                    },
                    limit=True,
                    resume=True,
                ),
            )
            for mapping in COLLECTIONS.values()
            if (available := _available(mapping, tables)) is not None
        ]

    def negotiate(self, request: ReadRequest) -> Accepted:
        """Takes the comparisons that the database makes exactly as the engine does."""
        mapping = _mapping(request.collection)
        pushed, residual = statements.split(mapping, request.where)
        return Accepted(request=request, kind=mapping.kind, pushed=pushed, residual=residual)

    async def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        """Pages in the order of row ids; one statement and one connection each."""
        request = accepted.request
        mapping = _mapping(request.collection)
        available = _available(mapping, await asyncio.to_thread(database.tables, self.path))
        if available is None:
            raise CollectionNotFoundError(request.collection)
        mark = checkpoints.fingerprint(mapping.kind, await asyncio.to_thread(database.schema_version, self.path))
        after = None
        if request.after is not None:
            after = checkpoints.read(request.after, request.collection, mark)[0] - _SHIFT
        wanted = request.limit if accepted.residual == EVERYTHING else None
        while wanted is None or wanted > 0:
            rows = context.batch_rows if wanted is None else min(wanted, context.batch_rows)
            statement = statements.page(mapping, available, request.columns, accepted.pushed, after=after, rows=rows)
            table = await asyncio.to_thread(database.query, self.path, statement, rows=rows)
            if not table.num_rows:
                return
            start, after = after, table.column(statements.AT)[-1].as_py()
            yield Batch(
                records=assemble(
                    mapping.kind, request.columns, self._values(mapping, request.columns, table), table.num_rows
                ),
                checkpoint=checkpoints.write(request.collection, mark, after + _SHIFT),
                source_ref=f"{self.platform}/{request.collection}#{'' if start is None else start}",
            )
            if table.num_rows < rows:
                return
            wanted = None if wanted is None else wanted - table.num_rows

    async def health(self, context: ConnectorContext) -> Health:  # noqa: ARG002  # part of the contract
        """Whether the file can be opened and is a database."""
        try:
            tables = await asyncio.to_thread(database.tables, self.path)
        except ConnectorError as problem:
            return Health(status=HealthStatus.UNREACHABLE, detail=problem.message)
        return Health(status=HealthStatus.REACHABLE, detail=f"{len(tables)} tables")

    def _values(self, mapping: TableMapping, columns: tuple[str, ...], table: pa.Table) -> dict[str, Values]:
        values: dict[str, Values] = {"platform": self.platform, "derived": False}
        if "record_id" in columns:
            keys = table.column(statements.KEY).cast(pa.string())
            values["record_id"] = record_ids(self.platform, mapping.id, keys)
        names = [name for name in table.column_names if name not in {statements.AT, statements.KEY}]
        values.update({name: table.column(name) for name in names})
        return values


def _mapping(collection: CollectionId) -> TableMapping:
    try:
        return COLLECTIONS[collection]
    except KeyError:
        raise CollectionNotFoundError(collection) from None


def _available(mapping: TableMapping, tables: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Canonical columns and aliases of joins that the database has; nothing when it cannot offer the collection."""
    there = {alias: tables.get(table, frozenset()) for alias, table in mapping.aliases()}

    def has(uses: tuple[tuple[str, str], ...]) -> bool:
        return all(column in there[alias] for alias, column in uses)

    available = {name for name, each in mapping.fields.items() if there["a"] and has(each.uses)}
    if not has(mapping.key.uses) or not available.issuperset(mapping.subjects):
        return None
    return frozenset(available | {join.alias for join in mapping.joins if there[join.alias]})


def _columns(mapping: TableMapping, available: frozenset[str]) -> tuple[str, ...]:
    filled = available | {"record_id", *_CONSTANT}
    return tuple(each.name for each in KINDS[mapping.kind] if each.name in filled)
