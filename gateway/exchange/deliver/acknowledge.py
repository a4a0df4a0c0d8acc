"""Take the licensee's receipt for a delivery: its signature under what arrived."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, require_same, the
from gateway.exchange.commands import AcknowledgeDelivery
from gateway.exchange.deliver.errors import DeliveryNotReadyError, DeliveryReceiptInvalidError
from gateway.exchange.deliver.presented import DeliveryView, delivery_view, visible_delivery
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import read
from gateway.exchange.registered_keys import registered_key
from graph.errors import RecordError
from graph.journal.events import DeliveryAcknowledged
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DeliveryState
from graph.signing import DELIVERY_RECEIPT_TYP, thumbprint, verify


async def acknowledge_delivery(ports: Ports, principal: Principal, command: AcknowledgeDelivery) -> DeliveryView:
    """Record that the package arrived, whole, at its licensee.

    Raises:
        ScopeMissingError: Without ``graph:query``.
        NotFoundError: No delivery of the caller's has this IRI.
        DeliveryNotReadyError: Nothing of it has left yet, or it was acknowledged already.
        DeliveryReceiptInvalidError: The signature is not the caller's, or is under something else.
        SignatureRefusedError: The caller's client has no registered key.
        VersionConflictError: It changed meanwhile.
    """
    principal.require(Scope.GRAPH_QUERY)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        row = await read(ports, principal, lambda reading: visible_delivery(reading, command.delivery))
        if row.party != principal.party:
            raise NotFoundError("delivery", command.delivery)
        if row.state is not DeliveryState.RELEASED:
            raise DeliveryNotReadyError(row.delivery, row.state.value)
        key = registered_key(ports, principal)
        try:
            signed = verify(command.signature, key, typ=DELIVERY_RECEIPT_TYP)
        except RecordError as problem:
            raise DeliveryReceiptInvalidError(row.delivery, problem.message) from None
        if signed != {"delivery": row.delivery, "manifest": row.manifest}:
            raise DeliveryReceiptInvalidError(row.delivery, "another delivery or manifest was signed")
        event = DeliveryAcknowledged(
            delivery=row.delivery,
            by=principal.party,
            manifest=row.manifest,
            key=thumbprint(key),
            signature=command.signature,
        )
        draft = Draft(events=(event,), expected=(ExpectedVersion(stream=row.delivery, version=row.version),))
        recorded = await append(ports, principal, command, draft)
    delivery = the(recorded, DeliveryAcknowledged, command).delivery
    require_same(delivery, command.delivery, command)
    return await read(ports, principal, lambda reading: delivery_view(ports, reading, delivery))
