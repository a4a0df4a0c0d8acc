"""What is asked of a policy: one access to one dataset, and what is declared of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from policies.model.rules import Value
from policies.vocabulary import Iri, ValueKind


class ColumnMode(StrEnum):
    """What to do when a selected column is not licensed."""

    REFUSE = "refuse"
    """Deny the whole read of that dataset."""
    OMIT = "omit"
    """Leave the column out, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What the dataset declares about one column."""

    name: str
    type: ValueKind
    """One of ``policies.vocabulary.COLUMN_TYPES``; a value of another type cannot be compared with it."""
    category: Iri
    """DPV personal-data category."""
    sensitivity: str
    """One of the closed list of ``connectors.kinds.Sensitivity``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """What a dataset declares about itself: all that a policy can be compiled against."""

    columns: Mapping[str, ColumnFacts]
    """Every column, by name."""
    platform: str
    lawful_basis: Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An actual value that is counted in a unit; compared with a bound in the same unit only."""

    number: int | Decimal
    unit: Iri


Actuals: TypeAlias = frozenset[Value | Quantity]
"""The actual values of one operand; none: nobody supplies it, and it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One access to one dataset, as a policy sees it."""

    party: Iri
    action: Iri
    target: Iri
    selected: frozenset[str]
    filtered: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    dataset: DatasetFacts
    values: Mapping[Iri, Actuals] = field(default_factory=dict)
    """By left operand, what the request declares (purpose, places, recipients, model) and what the plan will take
    (group size, quality, tokens, privacy budget); an operand that is not here is unknown."""
    rows: int
    """How many rows are asked for at most."""
    mode: ColumnMode = ColumnMode.REFUSE

    @property
    def consulted(self) -> frozenset[str]:
        """The columns that a filter or the order looks at; they count as read."""
        return self.filtered | self.ordered
