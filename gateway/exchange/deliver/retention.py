"""How long the files of deliveries stay on the disk, and removing those that nobody may have any more.

What is removed follows from the record, the clock and the settings alone: whatever a crash left is found by the next
round, and nothing of it goes on record, since no right of anybody changes with it.
"""

import asyncio
from pathlib import Path

import structlog

from gateway.exchange.deliver.ending import end_sealed
from gateway.exchange.deliver.errors import DeliveryRefusedError, DeliveryRemovedError
from gateway.exchange.deliver.plan import plan_of
from gateway.exchange.deliver.prepare import decide_again
from gateway.exchange.deliver.workspace import Workspace, delivery_of
from gateway.exchange.ports import PackingLimits, Ports
from graph.journal.rows import DeliveryRow, DeliveryState
from graph.journal.view import View
from policies.errors import CodedError

_log = structlog.get_logger("gateway.exchange")


def require_kept(ports: Ports, row: DeliveryRow) -> None:
    """Return when the files of a package are still kept for whoever may have them.

    Raises:
        DeliveryRemovedError: they are not: the time after its receipt is over.
    """
    if row.state is not DeliveryState.RECEIVED:
        return
    # WHY: the time may have been shorter when the files were removed.
    if _time_is_over(ports, row) or not Workspace.of(ports.packing.folder, row.delivery).folder.exists():
        raise DeliveryRemovedError(row.delivery)


async def remove_unneeded(ports: Ports) -> None:
    """Remove the files that nobody may have any more, delivery by delivery; what fails is tried again the next time.

    Removed are the files of deliveries that have failed, that were signed for long enough ago, and those under a
    licence that ended; a package of which nothing has left ends with that, and its units are free.
    """
    for folder in await asyncio.to_thread(_folders, ports.packing):
        delivery = delivery_of(folder)
        progress = ports.preparations.progress(delivery)
        if progress is not None and progress.writing:
            continue
        try:
            await _remove_if_unneeded(ports, delivery)
        except (CodedError, OSError) as problem:
            _log.warning("delivery.unremoved", delivery=delivery, problem=str(problem))


async def _remove_if_unneeded(ports: Ports, delivery: str) -> None:
    row, refused = await ports.journal.view(lambda view: _found(ports, delivery, view))
    if row is None:
        return
    if refused is not None and row.state is DeliveryState.READY:
        await end_sealed(ports, row, refused.reason)
    elif refused is not None or row.state is DeliveryState.FAILED or _time_is_over(ports, row):
        await asyncio.to_thread(Workspace.of(ports.packing.folder, delivery).remove)


def _found(ports: Ports, delivery: str, view: View) -> tuple[DeliveryRow | None, DeliveryRefusedError | None]:
    """The delivery, and why it can never leave again."""
    row = view.delivery(delivery)
    if row is None or not (row.state is DeliveryState.READY or row.state.has_left):
        return row, None
    try:
        decide_again(ports, row, plan_of(row.plan, view), view)
    except DeliveryRefusedError as refused:
        return row, refused if refused.for_good else None
    return row, None


def _time_is_over(ports: Ports, row: DeliveryRow) -> bool:
    return row.state is DeliveryState.RECEIVED and ports.clock() >= row.at + ports.packing.kept


def _folders(packing: PackingLimits) -> list[Path]:
    return sorted(packing.folder.iterdir()) if packing.folder.is_dir() else []
