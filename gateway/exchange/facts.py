"""What a policy may know of a dataset: its declaration, as the policy core reads it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from connectors.kinds import KINDS, Kind
from graph.journal.rows import DatasetRow
from policies.model import ColumnFacts, DatasetFacts
from policies.vocabulary import Iri

_KEPT: Final = 1024


def facts_of(dataset: DatasetRow) -> DatasetFacts:
    """The facts of a dataset; the same value for every dataset that declares the same."""
    return _facts(Kind(dataset.record_kind), dataset.platform, dataset.lawful_basis)


def column_facts(kind: Kind) -> Mapping[str, ColumnFacts]:
    """What every dataset of the kind declares of its columns, by name."""
    return {
        each.name: ColumnFacts(name=each.name, category=Iri(each.category), sensitivity=each.sensitivity.value)
        for each in KINDS[kind]
    }


@lru_cache(maxsize=_KEPT)
def _facts(kind: Kind, platform: str, lawful_basis: str) -> DatasetFacts:
    return DatasetFacts(columns=column_facts(kind), platform=platform, lawful_basis=Iri(lawful_basis))
