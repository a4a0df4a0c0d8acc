"""Mutations of the ethics board."""

from typing import Annotated

import strawberry

from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.oversight import EthicsCase
from gateway.exchange import commands
from gateway.exchange.decide_ethics_case import decide_ethics_case


@strawberry.input(description="The board's decision of a case.")
class DecideEthicsCaseInput:
    """The board's decision of a case."""

    case: strawberry.ID = strawberry.field(description="The case.")
    approved: bool = strawberry.field(description="The decision.")
    reason: str = strawberry.field(description="Why; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What deciding gave.")
class DecideEthicsCasePayload(Payload):
    """What deciding gave."""

    case: EthicsCase | None = strawberry.field(description="The case as it is now; nothing when there are mistakes.")


@strawberry.type(description="Mutations of the ethics board.")
class EthicsMutation:
    """Mutations of the ethics board."""

    @strawberry.mutation(description="Approve or refuse a sensitive use. Scope `ethics:review`.")
    async def decide_ethics_case(
        self, info: Info, given: Annotated[DecideEthicsCaseInput, INPUT]
    ) -> DecideEthicsCasePayload | None:
        """Approve or refuse a sensitive use."""
        view, errors = await attempt(
            info,
            decide_ethics_case,
            lambda: commands.DecideEthicsCase(
                case=given.case,
                approved=given.approved,
                reason=given.reason,
                idempotency_key=given.idempotency_key,
            ),
        )
        return DecideEthicsCasePayload(case=shown(view, EthicsCase.of), user_errors=errors)
