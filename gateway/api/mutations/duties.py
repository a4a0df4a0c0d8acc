"""Mutations of duties: take note of one, fulfil one."""

from typing import Annotated

import strawberry

from gateway.api.duties import Duty
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.exchange import commands
from gateway.exchange.duties.fulfil import acknowledge_duty, fulfil_duty

_RESULT = "The duty as it is now; nothing when there are mistakes."


@strawberry.input(description="Which duty was taken note of.")
class AcknowledgeDutyInput:
    """Which duty was taken note of."""

    duty: strawberry.ID = strawberry.field(description="The duty.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="A signed statement that a duty is fulfilled.")
class FulfilDutyInput:
    """A signed statement that a duty is fulfilled."""

    duty: strawberry.ID = strawberry.field(description="The duty.")
    signature: str = strawberry.field(
        description="Compact JWS, typ `muniment-duty+jws`, over `{duty: iri, statement: sha-256 of the statement}`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What taking note gave.")
class AcknowledgeDutyPayload(Payload):
    """What taking note gave."""

    duty: Duty | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What fulfilling gave.")
class FulfilDutyPayload(Payload):
    """What fulfilling gave."""

    duty: Duty | None = strawberry.field(description=_RESULT)


@strawberry.type(description="Mutations of duties.")
class DutyMutation:
    """Mutations of duties."""

    @strawberry.mutation(description="Take note of a duty; the developer who owes it may. Scope `usage:report`.")
    async def acknowledge_duty(
        self, info: Info, given: Annotated[AcknowledgeDutyInput, INPUT]
    ) -> AcknowledgeDutyPayload | None:
        """Take note of a duty."""
        view, errors = await attempt(
            info,
            acknowledge_duty,
            lambda: commands.AcknowledgeDuty(duty=given.duty, idempotency_key=given.idempotency_key),
        )
        return AcknowledgeDutyPayload(duty=shown(view, Duty.of), user_errors=errors)

    @strawberry.mutation(
        description="Say that a duty is fulfilled: the developer who owes it (`usage:report`), of a payment the owner"
        " who got it (`licence:decide`)."
    )
    async def fulfil_duty(self, info: Info, given: Annotated[FulfilDutyInput, INPUT]) -> FulfilDutyPayload | None:
        """Say that a duty is fulfilled."""
        view, errors = await attempt(
            info,
            fulfil_duty,
            lambda: commands.FulfilDuty(
                duty=given.duty, signature=given.signature, idempotency_key=given.idempotency_key
            ),
        )
        return FulfilDutyPayload(duty=shown(view, Duty.of), user_errors=errors)
