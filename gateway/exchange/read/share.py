"""How a field's datasets share the rows of one page.

Without ``orderBy`` datasets follow each other, in order of their ids. With it the datasets, each sorted, are merged.
In both cases what a page takes of a dataset is a beginning of its candidates, so that counting them is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from gateway.exchange.read.mask import Candidates, Release, sort_key
from gateway.exchange.read.model import ReadCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one page takes."""

    counts: tuple[int, ...]
    """Per dataset: how many of its candidates, from the first."""
    has_next: bool
    """True when candidates are left for a next page."""


def share(command: ReadCommand, chosen: Sequence[Candidates]) -> Share:
    """Count what each dataset contributes; never more than its decision's limit, never more than ``first`` in all."""
    bounds = [min(each.rows.num_rows, each.fetched.permitted.decision.limit) for each in chosen]
    if not chosen:
        return Share(counts=(), has_next=False)
    left = any(each.rows.num_rows > bound for each, bound in zip(chosen, bounds, strict=True))
    if command.order:
        owners = _merged([each.rows.slice(0, bound) for each, bound in zip(chosen, bounds, strict=True)], command)
        taken = owners[: command.first].to_list()
        counts = tuple(taken.count(index) for index in range(len(chosen)))
    else:
        counts_so_far: list[int] = []
        room = command.first
        for bound in bounds:
            counts_so_far.append(min(bound, room))
            room -= counts_so_far[-1]
        counts = tuple(counts_so_far)
    return Share(counts=counts, has_next=left or sum(bounds) > sum(counts))


def in_order(command: ReadCommand, releases: Sequence[Release]) -> pa.Array | None:
    """The order in which the concatenated releases are delivered; nothing: as they are."""
    if not command.order or not releases:
        return None
    tables = [release.candidates.rows.slice(0, release.table.num_rows) for release in releases]
    return _ranked(tables, command)["row"].to_arrow()


def _merged(tables: Sequence[pa.Table], command: ReadCommand) -> pl.Series:
    return _ranked(tables, command)["owner"]


def _ranked(tables: Sequence[pa.Table], command: ReadCommand) -> pl.DataFrame:
    """Rows of all tables in the order asked for; ties keep the order of datasets and of rows."""
    keys = [f"k{index}" for index in range(len(command.order))]
    frames = [
        pl.DataFrame(
            {
                "owner": pl.repeat(index, table.num_rows, dtype=pl.Int32, eager=True),
                **{key: sort_key(table, term.column) for key, term in zip(keys, command.order, strict=True)},
            }
        )
        for index, table in enumerate(tables)
    ]
    return (
        pl.concat(frames, how="vertical_relaxed")
        .with_row_index("row")
        .sort(keys, descending=[term.descending for term in command.order], nulls_last=True, maintain_order=True)
    )
