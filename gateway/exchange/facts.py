"""What a policy may know of a dataset: its declaration, as the policy core reads it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import pyarrow as pa

from connectors.kinds import KINDS, Kind
from gateway.exchange.description import description_of
from graph.journal.rows import DatasetRow
from graph.journal.view import View
from policies.model import ColumnFacts, DatasetFacts
from policies.vocabulary import Iri, ValueKind

_KEPT: Final = 1024


def facts_of(dataset: DatasetRow) -> DatasetFacts:
    """The facts of a dataset; the same value for every dataset that declares the same."""
    return _facts(Kind(dataset.record_kind), dataset.platform, dataset.lawful_basis)


def column_facts(kind: Kind) -> Mapping[str, ColumnFacts]:
    """What every dataset of the kind declares of its columns, by name."""
    return {
        each.name: ColumnFacts(
            name=each.name, type=value_kind(each.type), category=Iri(each.category), sensitivity=each.sensitivity.value
        )
        for each in KINDS[kind]
    }


def present_columns(dataset: DatasetRow, view: View) -> Mapping[str, ColumnFacts]:
    """The columns that the source of a published dataset fills, by name.

    Raises:
        JournalCorruptError: its description is not there.
    """
    facts = column_facts(Kind(dataset.record_kind))
    return {name: facts[name] for name in description_of(dataset, view).columns}


def value_kind(kind: pa.DataType) -> ValueKind:
    """What a column of an Arrow type holds.

    Raises:
        TypeError: No canonical column has such a type.
    """
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return ValueKind.TEXT
    if pa.types.is_timestamp(kind):
        return ValueKind.DATE_TIME
    if pa.types.is_decimal(kind):
        return ValueKind.DECIMAL
    if pa.types.is_boolean(kind):
        return ValueKind.BOOLEAN
    if pa.types.is_integer(kind):
        return ValueKind.INTEGER
    raise TypeError(f"columns of the Arrow type `{kind}` have no meaning in policies")


@lru_cache(maxsize=_KEPT)
def _facts(kind: Kind, platform: str, lawful_basis: str) -> DatasetFacts:
    return DatasetFacts(columns=column_facts(kind), platform=platform, lawful_basis=Iri(lawful_basis))
