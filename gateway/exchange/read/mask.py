"""Step 5: from fetched rows to the rows and columns that may leave, vectorised.

Candidates are the rows that everybody in them allows, in the order of the answer; a release is the first of them, with
the columns of the decision and its transforms, and with the keyed hashes of the people in it.
"""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from connectors.kinds import Kind, schema
from gateway.exchange.notices import ConsentCover
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.fetch import PART, PLACE, RECORD_ID, Fetched
from gateway.exchange.read.keys import Keyed
from gateway.exchange.read.model import DATASET, ID, LICENCE, OrderTerm
from gateway.exchange.read.positions import Places, resume_at
from gateway.exchange.sensitivity import consent_is_basis
from gateway.preparation.pseudonyms import pseudonyms
from gateway.preparation.transforms import apply
from gateway.preparation.visibility import VisibilityRule, hashes_of, visible
from graph.journal.rows import ConsentSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The rows of one dataset that may be seen, in the order of the answer, still with every needed column."""

    fetched: Fetched
    rows: pa.Table
    cover: ConsentCover
    """What was known of the people when the rows were chosen."""
    dropped: int
    """Rows that were fetched but may not be seen."""
    before: int
    """Sorted rows that earlier pages delivered."""

    @property
    def permitted(self) -> Permitted:
        """What was decided for the dataset."""
        return self.fetched.permitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is to leave of one dataset, if the commit allows it."""

    candidates: Candidates
    table: pa.Table
    """Released columns, ``_id`` when asked, ``_dataset``, ``_licence``."""
    places: Places
    people: frozenset[str]

    @property
    def permitted(self) -> Permitted:
        """What was decided for the dataset."""
        return self.candidates.permitted


def rule_of(permitted: Permitted) -> VisibilityRule:
    """How the people of this dataset are decided, under this licence."""
    dataset = permitted.plan.dataset
    return VisibilityRule(
        scope=dataset.rows,
        consent_required=permitted.decision.consent_required or consent_is_basis(dataset),
        licensor_subject=dataset.licensor_subject,
    )


def visible_rows(permitted: Permitted, rows: pa.Table, known: ConsentSnapshot, keyed: Keyed) -> pa.BooleanArray:
    """One value per row: whether everybody in it allows it."""
    people = [rows[name].combine_chunks() for name in permitted.plan.dataset.subject_columns]
    return visible(people, rule_of(permitted), known, keyed, rows=rows.num_rows)


def candidates(fetched: Fetched, cover: ConsentCover, keyed: Keyed) -> Candidates:
    """Choose the rows that may be seen, and put them in order."""
    permitted = fetched.permitted
    command = permitted.plan.command
    seen = fetched.rows.filter(visible_rows(permitted, fetched.rows, cover.known, keyed))
    before = 0
    if command.order:
        _, before = resume_at(command.after, permitted.plan.dataset.dataset)
        seen = _sorted(seen, command.order)
        before = min(before, seen.num_rows)
    return Candidates(
        fetched=fetched,
        rows=seen.slice(before),
        cover=cover,
        dropped=fetched.dropped + fetched.rows.num_rows - seen.num_rows,
        before=before,
    )


def _sorted(rows: pa.Table, order: tuple[OrderTerm, ...]) -> pa.Table:
    keys = {f"k{index}": sort_key(rows, term.column) for index, term in enumerate(order)}
    ranked = (
        pl.DataFrame(keys)
        .with_row_index("row")
        .sort(list(keys), descending=[term.descending for term in order], nulls_last=True, maintain_order=True)
    )
    return rows.take(ranked["row"].to_arrow())


def sort_key(rows: pa.Table, name: str) -> pl.Series:
    """A column to sort by; all null when the source does not have it."""
    if name not in rows.column_names:
        return pl.repeat(None, rows.num_rows, dtype=pl.Null, eager=True)
    values = rows[name]
    plain = values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values
    return pl.Series(pl.from_arrow(plain))


def release(chosen: Candidates, count: int, key: bytes, keyed: Keyed) -> Release:
    """Take the first ``count`` candidates, and do to their columns what the licence asks.

    Args:
        chosen: the candidates of one dataset.
        count: how many rows of them leave at most.
        key: of the licence: for pseudonyms and opaque ids.
        keyed: account -> keyed hash.
    """
    permitted = chosen.fetched.permitted
    dataset = permitted.plan.dataset
    rows = chosen.rows.slice(0, count).combine_chunks()
    people = hashes_of([rows[name] for name in dataset.subject_columns], keyed)
    return Release(
        candidates=chosen,
        table=leaving(rows, permitted, key),
        places=_places(chosen, rows),
        people=people,
    )


def leaving(rows: pa.Table, permitted: Permitted, key: bytes) -> pa.Table:
    """The rows as they may leave: licensed columns, transformed; what is asked for and not licensed is empty."""
    command, decision = permitted.plan.command, permitted.decision
    kind = schema(Kind(permitted.plan.dataset.record_kind))
    columns: dict[str, pa.Array] = {}
    for name in command.columns:
        declared = kind.field(name).type
        if name not in decision.columns or name not in rows.column_names:
            columns[name] = pa.nulls(rows.num_rows, declared)
            continue
        values = _whole(rows[name])
        transform = decision.transforms.get(name)
        columns[name] = values if transform is None else apply(values, transform, key)
    if command.with_id:
        columns[ID] = pseudonyms(key, "record", _whole(rows[RECORD_ID])).cast(pa.string())
    columns[DATASET] = pa.array([permitted.plan.dataset.dataset] * rows.num_rows, pa.string())
    columns[LICENCE] = pa.array([permitted.licence.licence] * rows.num_rows, pa.string())
    return pa.table(columns)


def _whole(values: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        return values.unify_dictionaries().combine_chunks()
    return values.combine_chunks()


def _places(chosen: Candidates, rows: pa.Table) -> Places:
    if chosen.permitted.plan.command.order:
        return Places.ranks(chosen.before, rows.num_rows)
    return Places(
        checkpoints=chosen.fetched.checkpoints,
        parts=tuple(rows[PART].to_pylist()),
        rows=tuple(rows[PLACE].to_pylist()),
    )


def row_count(mask: pa.BooleanArray) -> int:
    """How many rows a mask keeps."""
    return int(pc.sum(mask).as_py() or 0)
