"""Checks of what a connector says of itself, and of the form of what it delivers."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors.errors import CollectionNotFoundError, ConnectorConfigError
from connectors.kinds import schema, subject_columns
from connectors.spi import API_VERSION, CollectionId, ConnectorFactory, ReadRequest
from connectors.testing.bench import Bench, every_column, rows_of, table_of
from connectors.testing.rules import Level, rule
from policies.predicate import EVERYTHING

_CANARY: Final = "canary-8f1d"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_PLAUSIBLE: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class DescriptionChecks:
    """Bronze: the connector can be loaded, and its records have the declared form."""

    factory: ClassVar[type[ConnectorFactory]]

    @rule("B02", Level.BRONZE)
    def test_is_written_for_this_version_of_the_contract(self) -> None:
        assert self.factory.api == API_VERSION

    @rule("B16", Level.BRONZE)
    async def test_unknown_key_of_the_configuration_is_refused(self, config: Mapping[str, Any]) -> None:
        with pytest.raises(ConnectorConfigError) as refused:
            self.factory.parse_config({**config, "no_such_key": _CANARY})

        assert "no_such_key" in refused.value.message
        assert _CANARY not in refused.value.message + refused.value.hint

    @rule("B03", Level.BRONZE)
    async def test_terms_are_complete(self, bench: Bench) -> None:
        for collection in await bench.collections():
            terms = collection.terms

            assert terms.source or terms.attribution, f"`{collection.id}` names neither source nor attribution"
            assert not terms.share_alike or terms.attribution, "sharing alike without saying how to attribute"
            assert all(each.startswith("https://") for each in terms.record_licences)

    @rule("G11", Level.GOLD)
    async def test_licences_of_records_are_among_the_declared(self, bench: Bench) -> None:
        for collection in await bench.collections():
            found = {row["licence_hint"] for row in await bench.rows(collection, columns=("licence_hint",))}

            assert found - {None} <= set(collection.terms.record_licences), collection.id

    @rule("B04", Level.BRONZE)
    async def test_every_collection_has_an_id_a_platform_and_its_people(self, bench: Bench) -> None:
        collections = await bench.collections()

        assert collections
        for collection in collections:
            assert {"record_id", "platform"} <= set(collection.columns), collection.id
            assert set(subject_columns(collection.kind)) <= set(collection.columns), collection.id
            assert collection.title
            assert collection.description

    @rule("B05", Level.BRONZE)
    async def test_batches_have_the_schema_of_the_kind(self, bench: Bench) -> None:
        for collection in await bench.collections():
            for batch in await bench.batches(collection):
                assert batch.records.schema.equals(schema(collection.kind), check_metadata=False), collection.id
                assert 0 < batch.records.num_rows <= bench.context.batch_rows
                batch.records.validate(full=True)

    @rule("B05", Level.BRONZE)
    async def test_columns_come_as_asked_and_in_that_order(self, bench: Bench) -> None:
        for collection in await bench.collections():
            everything = await bench.rows(collection)
            for columns in (tuple(reversed(every_column(collection.kind))), ("derived",), ("record_id",)):
                found = await bench.rows(collection, columns=columns)

                assert found == [{name: row[name] for name in columns} for row in everything], collection.id
                assert all(tuple(row) == columns for row in found)

    @rule("B06", Level.BRONZE)
    async def test_undeclared_columns_are_empty(self, bench: Bench) -> None:
        for collection in await bench.collections():
            table = table_of(collection, await bench.batches(collection))
            for name in set(table.column_names) - set(collection.columns):
                assert table.column(name).null_count == table.num_rows, f"`{collection.id}` fills `{name}`"

    @rule("B06", Level.BRONZE)
    async def test_platform_and_derivation_are_told_of_every_record(self, bench: Bench) -> None:
        for collection in await bench.collections():
            rows = await bench.rows(collection, columns=("platform", "derived"))

            assert rows, f"give the kit a source with records in `{collection.id}`"
            assert {row["platform"] for row in rows} == {bench.connector.platform}
            assert None not in {row["derived"] for row in rows}

    @rule("B07", Level.BRONZE)
    async def test_times_are_plausible(self, bench: Bench) -> None:
        for collection in await bench.collections():
            table = table_of(collection, await bench.batches(collection))
            for field in table.schema:
                if pa.types.is_timestamp(field.type) and table.column(field.name).null_count < table.num_rows:
                    span = pc.call_function("min_max", [table.column(field.name)]).as_py()

                    assert _PLAUSIBLE[0] < span["min"], f"`{field.name}` of `{collection.id}`"
                    assert span["max"] < _PLAUSIBLE[1], f"`{field.name}` of `{collection.id}`"

    @rule("G10", Level.GOLD)
    async def test_record_ids_are_hashes_that_stay(self, bench: Bench) -> None:
        for collection in await bench.collections():
            first = [row["record_id"] for row in await bench.rows(collection, columns=("record_id",))]
            second = [row["record_id"] for row in rows_of(await bench.batches(collection))]

            assert first == second
            assert len(set(first)) == len(first)
            assert all(_HASH.fullmatch(each) for each in first)

    @rule("G06", Level.GOLD)
    async def test_description_is_stable(self, bench: Bench) -> None:
        assert await bench.collections() == await bench.collections()

    @rule("B01", Level.BRONZE)
    async def test_unknown_collection_is_refused(self, bench: Bench) -> None:
        request = ReadRequest(collection=CollectionId("no-such-collection"), columns=("platform",), where=EVERYTHING)

        with pytest.raises(CollectionNotFoundError):
            bench.connector.negotiate(request)
