"""What is owed after rows have left."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.context import Context
from gateway.api.enums import DutyKind, DutyState
from gateway.api.parties import Party
from gateway.api.relay import Node
from gateway.exchange.duties.fulfil import duty_statement
from gateway.exchange.views import DutyView


@strawberry.type(
    description="What is owed under a licence after rows have left: a take-down, deletion, its certificate, a payment."
)
class Duty(Node):
    """What is owed under a licence."""

    kind: DutyKind = strawberry.field(description="What has to be done.")
    state: DutyState = strawberry.field(description="How far it has come.")
    overdue: bool = strawberry.field(description="True when it is not fulfilled and its time is over.")
    licence: strawberry.ID = strawberry.field(description="The licence.")
    owner: Party = strawberry.field(description="Its licensor.")
    developer: Party = strawberry.field(description="Its licensee, who owes it.")
    clause: str | None = strawberry.field(
        description="Uid of the obligation in the agreement; nothing when it follows from the law or from the price."
    )
    deliveries: list[strawberry.ID] = strawberry.field(description="The packages that it is about.")
    due: datetime = strawberry.field(description="Until when.")
    signature: str | None = strawberry.field(
        description="Compact JWS under the statement that it is fulfilled; nothing until then."
    )
    at: datetime = strawberry.field(description="When its state was reached.")

    @strawberry.field(
        description="What is signed when it is fulfilled, JSON, byte for byte: every delivery with its manifest,"
        " answers, rows, and of a payment what is due."
    )
    async def statement(self, info: strawberry.Info[Context, None]) -> str | None:
        """What is signed when it is fulfilled."""
        return await duty_statement(info.context.ports, info.context.principal, self.id)

    @classmethod
    def of(cls, view: DutyView) -> Self:
        """The duty as the schema shows it."""
        return cls(
            id=strawberry.ID(view.duty),
            kind=DutyKind[view.kind.name],
            state=DutyState[view.state.name],
            overdue=view.overdue,
            licence=strawberry.ID(view.licence),
            owner=Party.of(view.owner),
            developer=Party.of(view.developer),
            clause=view.clause,
            deliveries=[strawberry.ID(each) for each in view.deliveries],
            due=view.due,
            signature=view.signature,
            at=view.at,
        )
