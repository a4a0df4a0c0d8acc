"""Oversight: the ethics board's cases, and the log of accesses."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.decisions import Decision
from gateway.api.enums import AccessKind
from gateway.api.parties import Party
from gateway.api.relay import Node
from gateway.api.reports import Money, Receipt
from gateway.api.requests import LicenceRequest
from gateway.exchange.views import AccessView, EthicsCaseView
from policies.vocabulary import Iri


@strawberry.type(description="A case before the ethics board.")
class EthicsCase(Node):
    """A case before the ethics board."""

    licence_request: LicenceRequest = strawberry.field(description="The request that waits for it.")
    open: bool = strawberry.field(description="True while the board has not decided.")
    approved: bool | None = strawberry.field(description="What the board decided; nothing while it is open.")

    @classmethod
    def of(cls, view: EthicsCaseView) -> Self:
        """The case as the schema shows it."""
        return cls(
            id=strawberry.ID(view.case),
            licence_request=LicenceRequest.of(view.negotiation),
            open=view.open,
            approved=view.approved,
        )


@strawberry.type(description="One access to a dataset, as the journal has it: no record and no person is named.")
class Access(Node):
    """One recorded, denied or withheld access."""

    seq: int = strawberry.field(description="Its place in the journal.")
    at: datetime = strawberry.field(description="When it was recorded.")
    kind: AccessKind = strawberry.field(description="What it ended in.")
    licence: strawberry.ID | None = strawberry.field(description="The licence; nothing when none covered the dataset.")
    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    developer: Party = strawberry.field(description="Who asked.")
    purpose: Iri = strawberry.field(description="What for.")
    columns: list[str] | None = strawberry.field(description="Canonical columns that left.")
    rows: int = strawberry.field(description="Records that left; of a withheld access, those that did not.")
    charged: Money | None = strawberry.field(description="What it costs.")
    stage: str | None = strawberry.field(description="The step that stopped it.")
    code: str | None = strawberry.field(description="Why nothing left.")
    clause: str | None = strawberry.field(description="The rule that decided so.")
    receipt: Receipt | None = strawberry.field(description="Proof that it is recorded.")
    decision: Decision = strawberry.field(description="Which rule decided, what went in, what came out.")

    @classmethod
    def of(cls, view: AccessView) -> Self:
        """The access as the schema shows it."""
        problem = view.problem
        return cls(
            id=strawberry.ID(view.access),
            seq=view.seq,
            at=view.at,
            kind=AccessKind[view.kind],
            licence=None if view.licence is None else strawberry.ID(view.licence),
            dataset=strawberry.ID(view.dataset),
            developer=Party.of(view.developer),
            purpose=Iri(view.purpose),
            columns=list(view.columns),
            rows=view.rows,
            charged=Money.of(view.price_micro, view.currency),
            stage=None if problem is None else problem.stage.value,
            code=None if problem is None else problem.code,
            clause=(problem.clause or None) if problem is not None else None,
            receipt=None if view.receipt is None else Receipt.of(view.receipt),
            decision=Decision.of(view.decision),
        )
