"""Give up a delivery of which nothing has left: its units are free again, and its files are gone."""

import asyncio
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, recorded_once, require_same, the
from gateway.exchange.commands import CancelDelivery
from gateway.exchange.deliver.errors import DeliveryNotReadyError
from gateway.exchange.deliver.presented import DeliveryView, delivery_view, visible_delivery
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from graph.journal.events import DeliveryFailed
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DeliveryState

CANCELLED: Final = "CANCELLED"


async def cancel_delivery(ports: Ports, principal: Principal, command: CancelDelivery) -> DeliveryView:
    """End a delivery that is prepared or waits.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: No delivery of the caller's has this IRI.
        DeliveryNotReadyError: It has left, or it has failed.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.GRAPH_QUERY)
    recorded = await recorded_once(ports, principal, command, lambda reading: _drafted(reading, command))
    ended = the(recorded, DeliveryFailed, command)
    require_same(ended.delivery, command.delivery, command)
    progress = ports.preparations.progress(ended.delivery)
    if progress is None or not progress.writing:
        # WHY: what is being written is removed by its preparation, which finds that there is nothing to record.
        await asyncio.to_thread(Workspace.of(ports.packing.folder, ended.delivery).remove)
    return await read(ports, principal, lambda reading: delivery_view(ports, reading, ended.delivery))


def _drafted(reading: Reading, command: CancelDelivery) -> Draft:
    row = visible_delivery(reading, command.delivery)
    if row.party != reading.reader.party:
        raise NotFoundError("delivery", command.delivery)
    if row.state not in {DeliveryState.PREPARING, DeliveryState.READY}:
        raise DeliveryNotReadyError(row.delivery, row.state.value)
    return Draft(
        events=(DeliveryFailed(delivery=row.delivery, code=CANCELLED),),
        expected=(ExpectedVersion(stream=row.delivery, version=row.version),),
    )
