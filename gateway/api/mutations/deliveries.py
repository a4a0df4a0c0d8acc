"""Mutations of deliveries: order, cancel, acknowledge."""

from typing import Annotated

import strawberry

from gateway.api.deliveries import Delivery
from gateway.api.enums import ACTION_IRIS, UseAction
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.exchange import commands
from gateway.exchange.deliver.acknowledge import acknowledge_delivery
from gateway.exchange.deliver.cancel import cancel_delivery
from gateway.exchange.deliver.order import order_delivery
from policies.vocabulary import Iri

_DELIVERY = "The delivery."


@strawberry.input(description="What is to be packed.")
class PrepareDeliveryInput:
    """What is to be packed."""

    licences: list[strawberry.ID] = strawberry.field(description="The licences; the token must name them.")
    purpose: Iri = strawberry.field(description="What for.")
    action: UseAction = strawberry.field(default=UseAction.FINE_TUNE, description="What is to be done with it.")
    place: Iri | None = strawberry.field(default=None, description="Where: an ISO 3166 country IRI.")
    model: Iri | None = strawberry.field(default=None, description="For which model: its IRI, as in the licence.")
    rows: int | None = strawberry.field(default=None, description="At most so many of each dataset; without it all.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="The licensee's receipt for a package that arrived.")
class AcknowledgeDeliveryInput:
    """The licensee's receipt."""

    delivery: strawberry.ID = strawberry.field(description=_DELIVERY)
    signature: str = strawberry.field(
        description="Compact JWS, typ `muniment-delivery-receipt+jws`, over `{delivery: iri, manifest: digest}`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="A package that is given up.")
class CancelDeliveryInput:
    """A package that is given up."""

    delivery: strawberry.ID = strawberry.field(description=_DELIVERY)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What cancelling gave.")
class CancelDeliveryPayload(Payload):
    """What cancelling gave."""

    delivery: Delivery | None = strawberry.field(
        description="The delivery as it is now; nothing when there are mistakes."
    )


@strawberry.type(description="What ordering gave.")
class PrepareDeliveryPayload(Payload):
    """What ordering gave."""

    delivery: Delivery | None = strawberry.field(description="The order; nothing when there are mistakes.")


@strawberry.type(description="What acknowledging gave.")
class AcknowledgeDeliveryPayload(Payload):
    """What acknowledging gave."""

    delivery: Delivery | None = strawberry.field(
        description="The delivery as it is now; nothing when there are mistakes."
    )


@strawberry.type(description="Mutations of deliveries.")
class DeliveryMutation:
    """Mutations of deliveries."""

    @strawberry.mutation(
        description="Order a package of everything that the licences give; it is prepared in the background, and its "
        "units are held. Scope `graph:query`."
    )
    async def prepare_delivery(
        self, info: Info, given: Annotated[PrepareDeliveryInput, INPUT]
    ) -> PrepareDeliveryPayload | None:
        """Order a package."""
        view, errors = await attempt(
            info,
            order_delivery,
            lambda: commands.PrepareDelivery(
                licences=tuple(given.licences),
                purpose=given.purpose,
                action=ACTION_IRIS[given.action],
                place=given.place or "",
                model=given.model or "",
                rows=given.rows,
                idempotency_key=given.idempotency_key,
            ),
        )
        return PrepareDeliveryPayload(delivery=shown(view, Delivery.of), user_errors=errors)

    @strawberry.mutation(description="Give up a package of which nothing has left. Scope `graph:query`.")
    async def cancel_delivery(
        self, info: Info, given: Annotated[CancelDeliveryInput, INPUT]
    ) -> CancelDeliveryPayload | None:
        """Give up a package."""
        view, errors = await attempt(
            info,
            cancel_delivery,
            lambda: commands.CancelDelivery(delivery=given.delivery, idempotency_key=given.idempotency_key),
        )
        return CancelDeliveryPayload(delivery=shown(view, Delivery.of), user_errors=errors)

    @strawberry.mutation(description="Sign for a package that arrived whole. Scope `graph:query`.")
    async def acknowledge_delivery(
        self, info: Info, given: Annotated[AcknowledgeDeliveryInput, INPUT]
    ) -> AcknowledgeDeliveryPayload | None:
        """Sign for a package."""
        view, errors = await attempt(
            info,
            acknowledge_delivery,
            lambda: commands.AcknowledgeDelivery(
                delivery=given.delivery, signature=given.signature, idempotency_key=given.idempotency_key
            ),
        )
        return AcknowledgeDeliveryPayload(delivery=shown(view, Delivery.of), user_errors=errors)
