"""Derives a reputation score per rated person: the mean of the ratings received."""

from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from connectors.platforms.trust_ledger.lines import Place, read_lines

METHOD: Final = "arithmetic mean of all ratings received, rounded to nine decimal places"
_LINES: Final = 65_536
_NANO: Final = 10**9
_BILLIONTH: Final = pa.scalar(Decimal("0.000000001"), pa.decimal128(10, 9))
_TIME: Final = pl.Datetime("us", "UTC")


def derive(path: Path) -> pa.Table:
    """One row per rated person, in the order of their ids as text.

    Returns:
        ``subject`` (text), ``value`` (decimal, nine places), ``count``, ``observed_at`` (the last rating received).

    Raises:
        ConnectorError: see ``read_lines``.
    """
    place, parts = Place(), []
    while (lines := read_lines(path, place, _LINES)).end != place:
        place = lines.end
        frame = pl.DataFrame({"subject": lines.rated, "rating": lines.rating, "time": lines.time})
        parts.append(
            frame.group_by("subject").agg(
                total=pl.col("rating").cast(pl.Int64).sum(), count=pl.len().cast(pl.Int64), last=pl.col("time").max()
            )
        )
    if not parts:
        return _table(pl.DataFrame(schema={"subject": pl.String, "nano": pl.Int64, "count": pl.Int64, "last": _TIME}))
    sums = pl.concat(parts).group_by("subject").agg(pl.col("total").sum(), pl.col("count").sum(), pl.col("last").max())
    # WHY: in whole numbers, half up, so that every machine derives the same digits.
    nano = (2 * _NANO * pl.col("total") + pl.col("count")) // (2 * pl.col("count"))
    return _table(sums.with_columns(nano=nano).sort("subject"))


def _table(scores: pl.DataFrame) -> pa.Table:
    found = scores.select("subject", "nano", "count", "last").to_arrow()
    units = found.column("nano").cast(pa.decimal128(19, 0))
    return pa.table(
        {
            "subject": found.column("subject"),
            "value": pc.call_function("multiply", [units, _BILLIONTH]).cast(pa.decimal128(38, 9)),
            "count": found.column("count"),
            "observed_at": found.column("last"),
        }
    )
