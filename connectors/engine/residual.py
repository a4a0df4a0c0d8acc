"""Applies to a batch what the source left of a filter, and once more what it compared as text.

One text has several forms in Unicode, and a source compares bytes. What a term names must be found in every form, so
text is compared in normalisation form C (UAX 15), on both sides; records keep the form that they came in.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    Scalar,
    Unknown,
    columns_of,
    conjunction,
)

_FORM: Final = "NFC"
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
        decidable = _in_form(decidable_on(predicate, kind))
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
    return pl.DataFrame({name: _comparable(records.column(name)) for name in columns})


def _comparable(values: pa.Array) -> pa.Array:
    """Text plain and in the form in which it is compared; anything else as it is."""
    if pa.types.is_dictionary(values.type):
        # WHY: as plain text, because the order of encoded text would be the order of its codes.
        return pc.take(_comparable(values.dictionary), values.indices)
    if pa.types.is_string(values.type):
        return pc.utf8_normalize(values, form=_FORM)  # pyright: ignore[reportAttributeAccessIssue]  # made at its import
    return values


def compared_as_text(predicate: Predicate) -> Predicate:
    """The part of a filter that turns on text, which no source compares in every form."""
    parts = predicate.parts if isinstance(predicate, And) else (predicate,)
    return conjunction(*(part for part in parts if any(isinstance(value, str) for value in _values(part))))


def _values(predicate: Predicate) -> Iterator[Scalar]:
    match predicate:
        case Compare(value=value):
            yield value
        case AnyOf(values=values):
            yield from values
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _values(part)
        case Not(part=part):
            yield from _values(part)
        case IsNull() | Unknown():
            return
        case _:
            assert_never(predicate)


def _in_form(predicate: Predicate) -> Predicate:
    """The filter with every text that it compares with in the form in which text is compared."""
    match predicate:
        case Compare(value=value):
            return replace(predicate, value=_normal(value))
        case AnyOf(values=values):
            return replace(predicate, values=tuple(_normal(value) for value in values))
        case And(parts=parts) | Or(parts=parts):
            return replace(predicate, parts=tuple(_in_form(part) for part in parts))
        case Not(part=part):
            return Not(part=_in_form(part))
        case IsNull() | Unknown():
            return predicate
        case _:
            assert_never(predicate)


def _normal(value: Scalar) -> Scalar:
    return unicodedata.normalize(_FORM, value) if isinstance(value, str) else value


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
