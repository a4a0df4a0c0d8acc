"""The preparation of one delivery: decide, read, check, seal; it can be stopped anywhere and begun again.

1. decide every licence anew, with what is known of people now       (``decide_again``)
2. read and write every dataset, batch by batch                      (``pack.py``)
3. consents changed meanwhile? that dataset once more                (``_outdated``)
4. a broken rule ends it: findings on record, no package             (``_refuse_broken``)
5. documents, manifest, signature; on record, units still held       (``seal.py``)
"""

import asyncio
import errno
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from connectors.errors import ConnectorError
from gateway.exchange.deliver.errors import (
    DeliveryRefusedError,
    PreparationFailedError,
    QualityCheckFailedError,
    StorageFullError,
)
from gateway.exchange.deliver.pack import Packing, pack, whole
from gateway.exchange.deliver.plan import DeliveryPlan, plan_of, read_plan
from gateway.exchange.deliver.progress import PreparationStage, Progress
from gateway.exchange.deliver.seal import Packed, seal
from gateway.exchange.deliver.units import held_units
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.ports import Ports
from gateway.exchange.read.commit import cover_of
from gateway.exchange.read.decide import Denied, Permitted, decide
from gateway.exchange.read.keys import RunKeys
from graph.journal.documents import Document
from graph.journal.entries import Appended, Entry
from graph.journal.events import DeliveryFailed, DeliveryPrepared
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DeliveryRow, DeliveryState
from graph.journal.view import View
from policies.errors import CodedError

FINDINGS: Final = "application/vnd.muniment.findings+json"
_ROUNDS: Final = 5
"""How often a dataset is read again because consents changed while it was read."""
_log = structlog.get_logger("gateway.exchange")

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A delivery that waits for its package, decided anew."""

    row: DeliveryRow
    plan: DeliveryPlan
    permitted: tuple[Permitted, ...]


async def prepare(ports: Ports, delivery: str, tell: Tell) -> None:
    """Prepare an ordered delivery; whatever comes of it is on record afterwards.

    Args:
        ports: journal, sources, keys, folder.
        delivery: IRI; one that is not being prepared is left alone.
        tell: is told how far it is.
    """
    workspace = Workspace.of(ports.packing.folder, delivery)
    try:
        await _prepare(ports, delivery, workspace, tell)
    except Exception as problem:  # noqa: BLE001  # an order that cannot be prepared must not stop those after it
        failure = _coded(problem)
        _log.warning(
            "delivery.failed",
            delivery=delivery,
            code=failure.code,
            problem=failure.message,
            exc_info=isinstance(failure, PreparationFailedError),
        )
        await _record_failure(ports, delivery, failure)
        await asyncio.to_thread(workspace.remove)


async def _prepare(ports: Ports, delivery: str, workspace: Workspace, tell: Tell) -> None:
    order = await ports.journal.view(lambda view: _order(ports, delivery, view))
    if order is None:
        return
    packed = await _packed(ports, order, workspace, tell)
    _refuse_broken(packed)
    total = sum(item.rows for item in order.plan.items)
    tell(Progress(stage=PreparationStage.SEALING, done=total, total=total))
    prepared, documents = await seal(ports, order.row, order.plan, packed, workspace)
    recorded = await _record(ports, order.row, prepared, documents)
    await asyncio.to_thread(workspace.tidy if recorded else workspace.remove)


def _order(ports: Ports, delivery: str, view: View) -> _Order | None:
    row = view.delivery(delivery)
    if row is None or row.state is not DeliveryState.PREPARING:
        return None
    plan = plan_of(row.plan, view)
    return _Order(row=row, plan=plan, permitted=decide_again(ports, row, plan, view))


def decide_again(ports: Ports, row: DeliveryRow, plan: DeliveryPlan, view: View) -> tuple[Permitted, ...]:
    """Decide every licence of a delivery as it stands now; its own units do not stand in its way.

    Raises:
        DeliveryRefusedError: one of them denies; of several, one that does so for good is named.
    """
    permitted: list[Permitted] = []
    refused: list[DeliveryRefusedError] = []
    for item in plan.items:
        held = held_units(row, item.licence, ports.policies.load(item.policy, view))
        outcome = decide(read_plan(item, plan, view), row.party, view, ports.policies, ports.clock(), held=held)
        if isinstance(outcome, Denied):
            problem = outcome.problem
            told = (problem.code, problem.message, problem.clause)
            refused.append(DeliveryRefusedError(row.delivery, item.licence, *told))
        else:
            permitted.append(outcome)
    if refused:
        raise next((each for each in refused if each.for_good), refused[0])
    return tuple(permitted)


async def _packed(ports: Ports, order: _Order, workspace: Workspace, tell: Tell) -> list[Packed]:
    """Every dataset, each as its people allow at one moment at the end of the reading."""
    packed: dict[str, Packed] = {}
    for _ in range(_ROUNDS):
        for number, each in enumerate(order.permitted):
            part = part_name(number, each)
            if part not in packed:
                packed[part] = await _pack_one(ports, order, each, part, workspace, tell)
        stale = await _outdated(ports, list(packed.values()))
        if not stale:
            return list(packed.values())
        for part in stale:
            del packed[part]
    raise DeliveryRefusedError(
        order.row.delivery,
        order.plan.items[0].licence,
        "CONSENT_CHANGED",
        "consents kept changing while it was prepared; order it again",
    )


async def _pack_one(
    ports: Ports, order: _Order, permitted: Permitted, part: str, workspace: Workspace, tell: Tell
) -> Packed:
    total = sum(item.rows for item in order.plan.items)
    done = 0

    def seen(rows: int) -> None:
        nonlocal done
        done += rows
        tell(Progress(stage=PreparationStage.READING, dataset=permitted.plan.dataset.dataset, done=done, total=total))

    keys = await RunKeys.of(ports, (permitted,))
    cover = await ports.journal.view(lambda view: cover_of(permitted, order.row.party, view))
    packing = Packing(
        delivery=order.row.delivery,
        part=part,
        permitted=permitted,
        cover=cover,
        people=keys.people(permitted),
        key=keys.licence(permitted),
        workspace=workspace,
        shard_rows=ports.packing.shard_rows,
        patience_s=ports.packing.patience_s,
        seen=seen,
    )
    finished = await pack(packing, ports)
    return Packed(
        part=part,
        permitted=permitted,
        columns=packing.released,
        grounds=packing.grounds,
        rules=packing.rules,
        finished=finished,
    )


async def _outdated(ports: Ports, packed: Sequence[Packed]) -> list[str]:
    """The datasets whose people changed their mind while they were read."""

    def found(view: View) -> list[str]:
        return [
            each.part
            for each in packed
            if view.consent_epoch(each.permitted.plan.dataset.platform) != each.finished[-1].epoch
        ]

    return await ports.journal.view(found)


def part_name(number: int, permitted: Permitted) -> str:
    """Name of a dataset's folder and record set; unique in the package."""
    dataset = permitted.plan.dataset
    kind = "".join(f"-{each.lower()}" if each.isupper() else each for each in dataset.record_kind).lstrip("-")
    platform = "".join(each if each.isalnum() and each.isascii() else "-" for each in dataset.platform.lower())
    return f"{number + 1:02}-{platform}-{kind}"


def _refuse_broken(packed: Sequence[Packed]) -> None:
    findings = [
        {
            "dataset": each.permitted.plan.dataset.dataset,
            "rule": rule.name,
            "told": rule.told,
            "rows": tally.broken[rule.name],
            "examples": tally.examples[rule.name],
        }
        for each in packed
        for tally in (whole(each.finished),)
        for rule in each.rules
        if rule.name in tally.broken
    ]
    if findings:
        broken = sum(int(str(each["rows"])) for each in findings)
        raise QualityCheckFailedError(broken, msgspec.json.encode(findings, order="deterministic").decode())


async def _record(
    ports: Ports, row: DeliveryRow, event: DeliveryPrepared | DeliveryFailed, documents: Sequence[Document]
) -> bool:
    """False when the delivery was ended meanwhile."""
    (outcome,) = await ports.journal.append(
        Entry(
            events=(event,),
            # WHY: of two gateways that prepare one delivery after a crash, one records it.
            guards=(ExpectedVersion(stream=row.delivery, version=row.version),),
            documents=tuple(documents),
        )
    )
    return isinstance(outcome, Appended)


async def _record_failure(ports: Ports, delivery: str, failure: CodedError) -> None:
    row = await ports.journal.view(lambda view: view.delivery(delivery))
    if row is None or row.state is not DeliveryState.PREPARING:
        return
    documents = (
        (Document(media_type=FINDINGS, content=failure.findings.encode()),)
        if isinstance(failure, QualityCheckFailedError)
        else ()
    )
    code = failure.reason if isinstance(failure, DeliveryRefusedError) else failure.code
    failed = DeliveryFailed(delivery=delivery, code=code, findings=documents[0].digest if documents else "")
    await _record(ports, row, failed, documents)


def _coded(problem: Exception) -> CodedError:
    match problem:
        case CodedError():
            return problem
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return StorageFullError()
        case sqlite3.OperationalError(sqlite_errorcode=sqlite3.SQLITE_FULL):
            # WHY: the memory of records seen is a file too, and may be what fills the disk.
            return StorageFullError()
        case OSError():
            return ConnectorError(str(problem))
        case _:
            return PreparationFailedError()
