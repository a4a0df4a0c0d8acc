"""A predicate as a Polars expression, with the same three truth values: null stands for unknown."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, assert_never

import polars as pl

from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Scalar, Unknown

_DIGITS: Final = 38


def to_polars(predicate: Predicate) -> pl.Expr:  # noqa: PLR0911  # one case per kind of predicate
    """The expression whose ``true`` rows are those to keep; ``filter`` drops both ``false`` and null.

    Columns are named as in the predicate. Decimals are compared exactly, times as UTC.
    """
    match predicate:
        case Compare(column=column, comparator=comparator, value=value):
            return _compare(pl.col(column), comparator, value)
        case AnyOf(column=column, values=values):
            return _any_of(pl.col(column), values)
        case IsNull(column=column):
            return pl.col(column).is_null()
        case And(parts=parts):
            return pl.all_horizontal(pl.lit(value=True), *(to_polars(part) for part in parts))
        case Or(parts=parts):
            return pl.any_horizontal(pl.lit(value=False), *(to_polars(part) for part in parts))
        case Not(part=part):
            return ~to_polars(part)
        case Unknown():
            return pl.lit(None, dtype=pl.Boolean)
        case _:
            assert_never(predicate)


def _compare(column: pl.Expr, comparator: Comparator, value: Scalar) -> pl.Expr:
    bound = _literal(value)
    match comparator:
        case Comparator.EQ:
            return column == bound
        case Comparator.LT:
            return column < bound
        case Comparator.LTE:
            return column <= bound
        case Comparator.GT:
            return column > bound
        case Comparator.GTE:
            return column >= bound
        case _:
            assert_never(comparator)


def _any_of(column: pl.Expr, values: tuple[Scalar, ...]) -> pl.Expr:
    if values and all(isinstance(value, str) for value in values):
        return column.is_in(list(values))
    nothing = pl.when(column.is_not_null()).then(pl.lit(value=False))
    return pl.any_horizontal(nothing, *(column == _literal(value) for value in values))


def _literal(value: Scalar) -> pl.Expr:
    match value:
        case datetime():
            return pl.lit(value.astimezone(UTC), dtype=pl.Datetime("us", "UTC"))
        case Decimal():
            return _decimal(value)
        case _:
            return pl.lit(value)


def _decimal(value: Decimal) -> pl.Expr:
    """The exact value; null, which compares as unknown, when it does not fit into 38 digits."""
    scale = max(0, -int(value.as_tuple().exponent))
    fits = len(f"{value.copy_abs():f}".replace(".", "").lstrip("0")) <= _DIGITS and scale <= _DIGITS
    return pl.lit(value if fits else None, dtype=pl.Decimal(_DIGITS, min(scale, _DIGITS)))
