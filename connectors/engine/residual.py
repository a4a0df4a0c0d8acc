"""Applies to a batch what the source left of a filter."""

from dataclasses import dataclass
from typing import Final, assert_never

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from connectors.kinds import Kind, column
from policies.compile import to_polars
from policies.predicate import (
    EVERYTHING,
    And,
    AnyOf,
    Compare,
    IsNull,
    Not,
    Or,
    Predicate,
    Unknown,
    columns_of,
)

_PLACE: Final = "·place"
_VERDICT: Final = "·verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A compiled filter over batches of one kind."""

    predicate: Predicate
    columns: tuple[str, ...]
    """Columns of the kind that it looks at, sorted."""
    expression: pl.Expr | None
    """Nothing when every row is kept."""

    @classmethod
    def of(cls, predicate: Predicate, kind: Kind) -> "Residual":
        """Compile a filter, which passed ``check_filter``, once for all batches of a read."""
        decidable = decidable_on(predicate, kind)
        return cls(
            predicate=decidable,
            columns=tuple(sorted(columns_of(decidable))),
            expression=None if decidable == EVERYTHING else to_polars(decidable),
        )

    def kept(self, records: pa.RecordBatch) -> pa.Array:
        """Indexes of the rows for which the filter is true, ascending, as uint32."""
        places = pl.DataFrame({_PLACE: pl.Series(range(records.num_rows), dtype=pl.UInt32)})
        if self.expression is None:
            return places[_PLACE].to_arrow()
        judged = places.hstack(_frame(records, self.columns)).with_columns(self.expression.alias(_VERDICT))
        return judged.filter(pl.col(_VERDICT))[_PLACE].to_arrow()


def _frame(records: pa.RecordBatch, columns: tuple[str, ...]) -> pl.DataFrame:
    # WHY: as plain text, because the order of encoded text would be the order of its codes.
    plain = {
        name: pc.cast(records.column(name), pa.string())
        if pa.types.is_dictionary(records.schema.field(name).type)
        else records.column(name)
        for name in columns
    }
    return pl.DataFrame(plain)


def decidable_on(predicate: Predicate, kind: Kind) -> Predicate:
    """The filter with every term over a column that the kind lacks made unknown."""
    match predicate:
        case Compare(column=name) | AnyOf(column=name) | IsNull(column=name):
            return predicate if column(kind, name) else Unknown(reason=f"kind `{kind}` has no column `{name}`")
        case And(parts=parts):
            return And(parts=tuple(decidable_on(part, kind) for part in parts))
        case Or(parts=parts):
            return Or(parts=tuple(decidable_on(part, kind) for part in parts))
        case Not(part=part):
            return Not(part=decidable_on(part, kind))
        case Unknown():
            return predicate
        case _:
            assert_never(predicate)
