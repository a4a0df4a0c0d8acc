"""One dataset of a delivery, from its source to finished files: fetched, chosen, checked, transformed, written.

Batch by batch, so that memory does not grow with the dataset; file by file, so that a crash costs one file at most.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import pyarrow as pa

from connectors.kinds import Kind, schema
from connectors.spi import Checkpoint, CollectionId, ReadRequest
from gateway.exchange.deliver.grounds import Grounds
from gateway.exchange.deliver.part_state import FinishedShard, Tally, keep, kept
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.notices import ConsentCover
from gateway.exchange.ports import Ports
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.fetch import RECORD_ID, needed_columns
from gateway.exchange.read.keys import Keyed
from gateway.exchange.read.mask import leaving, visible_rows
from gateway.preparation.duplicates import SeenRecords
from gateway.preparation.pseudonyms import pseudonyms
from gateway.preparation.quality import QualityRule, filled, rules_of
from gateway.preparation.shards import ShardWriter
from gateway.preparation.standardise import standard
from gateway.preparation.visibility import hashes_of

_LICENCE_COLUMN = "licence_hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What packing one dataset needs."""

    delivery: str
    part: str
    permitted: Permitted
    cover: ConsentCover
    people: Keyed
    key: bytes
    """Of the licence."""
    workspace: Workspace
    shard_rows: int
    patience_s: float
    seen: Callable[[int], None]
    """Told how many rows were read."""

    @property
    def released(self) -> tuple[str, ...]:
        """The columns that leave, in the order of their kind."""
        chosen, kind = self.permitted.decision.columns, Kind(self.permitted.plan.dataset.record_kind)
        return tuple(
            name for name in schema(kind).names if name in chosen and name in self.permitted.description.columns
        )

    @property
    def grounds(self) -> Grounds:
        """What its rows are chosen and transformed by."""
        return Grounds.of(self.permitted, self.released)

    @property
    def rests_on(self) -> tuple[str, int]:
        """What a finished file must rest on to be kept: the digest of the grounds, and where the consents stand."""
        return self.grounds.document().digest, self.cover.known.epoch

    @property
    def rules(self) -> tuple[QualityRule, ...]:
        """What is checked: rules whose columns the source fills."""
        kind = Kind(self.permitted.plan.dataset.record_kind)
        return tuple(rule for rule in rules_of(kind) if rule.columns <= set(self.permitted.description.columns))

    @property
    def fetched(self) -> tuple[str, ...]:
        """What is read: what leaves, who is in it, what the terms and the rules look at, and the id."""
        wanted = {*needed_columns(self.permitted), RECORD_ID, *(name for rule in self.rules for name in rule.columns)}
        kind = Kind(self.permitted.plan.dataset.record_kind)
        return tuple(
            name for name in schema(kind).names if name in wanted and name in self.permitted.description.columns
        )


async def pack(packing: Packing, ports: Ports) -> tuple[FinishedShard, ...]:
    """Write the files of one dataset; what an earlier run finished on the same grounds and consents is kept.

    Raises:
        ConnectorError: the source cannot be read.
        OSError: a file cannot be written.
    """
    folder = packing.workspace.work(packing.part)
    done = await asyncio.to_thread(kept, folder)
    if any((each.grounds, each.epoch) != packing.rests_on for each in done):
        await asyncio.to_thread(packing.workspace.forget, packing.part)
        folder, done = packing.workspace.work(packing.part), ()
    packing.seen(sum(each.tally.fetched for each in done))
    if done and done[-1].last:
        return done
    with SeenRecords(folder / "seen.db", part=len(done)) as records:
        run = _Run(packing=packing, records=records, done=list(done))
        try:
            await _read(run, ports)
            await asyncio.to_thread(run.finish, last=True)
        finally:
            run.abandon()
    return tuple(run.done)


async def _read(run: "_Run", ports: Ports) -> None:
    packing, decision = run.packing, run.packing.permitted.decision
    dataset = packing.permitted.plan.dataset
    request = ReadRequest(
        collection=CollectionId(dataset.collection),
        columns=packing.fetched,
        where=decision.rows,
        after=Checkpoint(run.after) if run.after else None,
    )
    batches = ports.sources.read(dataset.source, request, patience_s=packing.patience_s)
    async with aclosing(batches) as reading:  # type: ignore[type-var]  # every reading is a generator
        async for each in reading:
            run.tally.fetched += each.fetched_rows
            run.tally.by_terms += each.fetched_rows - len(each.kept)
            await asyncio.to_thread(run.take, pa.Table.from_batches([each.batch.records]))
            packing.seen(each.fetched_rows)
            run.after = str(each.batch.checkpoint)
            if run.left == 0:
                return
            if run.full:
                await asyncio.to_thread(run.finish, last=False)


@dataclass(slots=True, kw_only=True)
class _Run:
    """Writing the files of one dataset."""

    packing: Packing
    records: SeenRecords
    done: list[FinishedShard]
    tally: Tally = field(default_factory=Tally)
    after: str = field(init=False)
    _writer: ShardWriter | None = None

    def __post_init__(self) -> None:
        self.after = self.done[-1].after if self.done else ""

    @property
    def left(self) -> int:
        """How many rows may still leave."""
        written = sum(each.shard.rows for each in self.done) + (self._writer.rows if self._writer else 0)
        return self.packing.permitted.decision.limit - written

    @property
    def full(self) -> bool:
        """Whether the file has as many rows as a file should have."""
        return self._writer is not None and self._writer.rows >= self.packing.shard_rows

    def take(self, rows: pa.Table) -> None:
        """Choose, check, transform and write the rows of one batch."""
        packing, tally = self.packing, self.tally
        seen = rows.filter(visible_rows(packing.permitted, rows, packing.cover.known, packing.people))
        tally.by_people += rows.num_rows - seen.num_rows
        ids = seen[RECORD_ID].combine_chunks()
        new = seen.filter(self.records.new(ids, len(self.done)))
        tally.duplicates += seen.num_rows - new.num_rows
        chosen = new.slice(0, self.left).combine_chunks()
        self._check(chosen)
        subjects = packing.permitted.plan.dataset.subject_columns
        tally.people |= hashes_of([chosen[name] for name in subjects], packing.people)
        released = standard(leaving(chosen, packing.permitted, packing.key).select(list(packing.released)))
        tally.add(tally.filled, filled(released))
        if _LICENCE_COLUMN in released.column_names:
            counted = released[_LICENCE_COLUMN].value_counts().to_pylist()
            tally.add(tally.record_licences, {each["values"]: each["counts"] for each in counted if each["values"]})
        if released.num_rows:
            self._open().write(released)

    def finish(self, *, last: bool) -> None:
        """Close the file and write down what is known of it; of nothing, no file beside others."""
        packing = self.packing
        if self._writer is None and self.done:
            ended = self.done.pop()
            ended.tally.merge(self.tally)
            self._keep(replace(ended, after=self.after, last=last))
            return
        shard = self._open().finish()
        grounds, epoch = packing.rests_on
        self._writer = None
        finished = FinishedShard(
            shard=shard,
            tally=self.tally,
            after=self.after,
            last=last,
            epoch=epoch,
            notices=packing.cover.notices,
            grounds=grounds,
        )
        self._keep(finished)
        self.tally = Tally()

    def _keep(self, finished: FinishedShard) -> None:
        keep(self.packing.workspace.work(self.packing.part), len(self.done), finished)
        self.done.append(finished)

    def abandon(self) -> None:
        """Drop a file that was not finished."""
        if self._writer is not None:
            self._writer.abandon()

    def _check(self, rows: pa.Table) -> None:
        for rule in self.packing.rules:
            broken = rows.filter(rule.broken(rows))
            if broken.num_rows:
                ids = pseudonyms(self.packing.key, "record", broken[RECORD_ID].combine_chunks()).cast(pa.string())
                self.tally.note(rule.name, broken.num_rows, ids.to_pylist())

    def _open(self) -> ShardWriter:
        if self._writer is None:
            packing = self.packing
            kind = Kind(packing.permitted.plan.dataset.record_kind)
            licence = packing.permitted.licence
            self._writer = ShardWriter(
                packing.workspace.records(packing.part) / f"{len(self.done):05}.parquet",
                standard(schema(kind, packing.released).empty_table()).schema,
                {
                    "delivery_id": packing.delivery,
                    "agreement_id": licence.agreement,
                    "policy_sha256": licence.policy.removeprefix("sha-256:"),
                    "licence_id": licence.licence,
                },
            )
        return self._writer


def whole(finished: tuple[FinishedShard, ...]) -> Tally:
    """What was seen of all files together."""
    total = Tally()
    for each in finished:
        total.merge(each.tally)
    return total
