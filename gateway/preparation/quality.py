"""What a record must be like to be passed on: rules per kind, on whole columns, and what each column holds.

A rule that a row breaks blocks the package; a value that is missing breaks no rule and is counted as missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """``low`` is at most ``high``, wherever both have a value."""

    name: str
    low: str
    high: str
    told: str
    """For people: what a good row is like."""

    @property
    def columns(self) -> frozenset[str]:
        """What the rule compares."""
        return frozenset({self.low, self.high})

    def broken(self, rows: pa.Table) -> pa.BooleanArray:
        """One value per row, never null; nothing is broken where a column is missing."""
        if not self.columns <= set(rows.column_names):
            return pa.array([False] * rows.num_rows, pa.bool_())
        above = pc.greater(rows[self.low], rows[self.high])
        return pc.fill_null(above, fill_value=False).combine_chunks()


_SCALE: Final = (
    QualityRule(name="value-not-below-scale", low="scale_min", high="value", told="a value is on its scale"),
    QualityRule(name="value-not-above-scale", low="value", high="scale_max", told="a value is on its scale"),
    QualityRule(name="scale-in-order", low="scale_min", high="scale_max", told="a scale begins before it ends"),
)
RULES: Final[Mapping[Kind, tuple[QualityRule, ...]]] = {
    Kind.RATING: _SCALE,
    Kind.REPUTATION_SCORE: _SCALE,
    Kind.INTERACTION: (
        QualityRule(
            name="times-in-order", low="started_at", high="ended_at", told="what happens begins before it ends"
        ),
    ),
    Kind.TELEMETRY_SAMPLE: (
        QualityRule(
            name="window-in-order", low="window_start", high="window_end", told="a measurement begins before it ends"
        ),
    ),
}
"""Kinds that are not named have none."""


def rules_of(kind: Kind) -> tuple[QualityRule, ...]:
    """The rules that records of a kind must keep."""
    return RULES.get(kind, ())


def filled(rows: pa.Table) -> Mapping[str, int]:
    """How many rows have a value, per column."""
    return {name: rows.num_rows - rows[name].null_count for name in rows.column_names}
