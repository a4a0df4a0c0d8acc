"""End a package that is sealed and can never leave: its units are free again, and its files are gone."""

import asyncio

from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.ports import Ports
from graph.journal.entries import Appended, Entry
from graph.journal.events import DeliveryFailed, Event
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DeliveryRow


async def end_sealed(ports: Ports, row: DeliveryRow, code: str, *beside: Event) -> bool:
    """Record that a READY delivery ends, and remove its files.

    Args:
        ports: journal, folder.
        row: as it was read.
        code: why.
        beside: what is recorded in front of it, or not at all.

    Returns:
        False when the delivery moved meanwhile: nothing was recorded, and nothing removed.
    """
    (outcome,) = await ports.journal.append(
        Entry(
            events=(*beside, DeliveryFailed(delivery=row.delivery, code=code)),
            guards=(ExpectedVersion(stream=row.delivery, version=row.version),),
        )
    )
    if isinstance(outcome, Appended):
        await asyncio.to_thread(Workspace.of(ports.packing.folder, row.delivery).remove)
        return True
    return False
