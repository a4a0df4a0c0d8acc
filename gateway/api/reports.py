"""What is said of each dataset of a read: status, receipt, price, problem."""

import base64
from datetime import datetime
from typing import Self

import strawberry

from gateway.api.enums import SourceStatus
from gateway.api.error_map import documentation
from gateway.api.scalars import BigInt
from gateway.exchange.read import model
from graph.journal.receipt import Receipt as SignedReceipt


@strawberry.type(description="An amount of money.")
class Money:
    """An amount of money."""

    amount_micro: BigInt = strawberry.field(description="In millionths of the currency unit.")
    currency: str = strawberry.field(description="ISO 4217 code.")

    @classmethod
    def of(cls, amount_micro: int, currency: str) -> Self | None:
        """The amount, or nothing when no currency is named: then nothing is charged."""
        return cls(amount_micro=BigInt(amount_micro), currency=currency) if currency else None


@strawberry.type(description="The gateway's signed promise that an access is in the journal.")
class Receipt:
    """The gateway's signed promise that an access is in the journal."""

    id: strawberry.ID = strawberry.field(description="IRI of the recorded access.")
    seq: int = strawberry.field(description="Its place in the journal, from 0; also its leaf in the tree.")
    leaf: str = strawberry.field(
        description="Hash of the leaf, base64, as in a proof; the signature is over it in hexadecimal."
    )
    at: datetime = strawberry.field(description="When it was recorded.")
    signature: str = strawberry.field(description="Compact JWS (Ed25519) over the other fields.")
    tree_size: int = strawberry.field(description="Size of the journal when the receipt was signed.")

    @classmethod
    def of(cls, receipt: SignedReceipt) -> Self:
        """The receipt as the schema shows it."""
        return cls(
            id=strawberry.ID(receipt.id),
            seq=receipt.seq,
            leaf=base64.b64encode(bytes.fromhex(receipt.leaf)).decode(),
            at=receipt.at,
            signature=receipt.signature,
            tree_size=receipt.tree_size,
        )


@strawberry.type(description="Why a dataset gave fewer records than asked, or none.")
class Problem:
    """Why a dataset gave fewer records than asked, or none."""

    code: str = strawberry.field(description="Stable code; each has a page in the documentation.")
    stage: str = strawberry.field(
        description="The step of the read that stopped it: plan, decide, fetch, mask or commit."
    )
    clause: str | None = strawberry.field(description="The deciding rule of the caller's own licence.")
    message: str = strawberry.field(description="For people; may change.")
    documentation: str = strawberry.field(description="Where the code is explained.")
    decision_id: strawberry.ID | None = strawberry.field(description="IRI of the recorded refusal.")

    @classmethod
    def of(cls, problem: model.Problem) -> Self:
        """The problem as the schema shows it."""
        return cls(
            code=problem.code,
            stage=problem.stage.value,
            clause=problem.clause or None,
            message=problem.message,
            documentation=documentation(problem.code),
            decision_id=strawberry.ID(problem.decision) if problem.decision else None,
        )


@strawberry.type(description="What one dataset gave to one field of the operation.")
class SourceReport:
    """What one dataset gave to one field of the operation."""

    source: str = strawberry.field(description="Id of the source.")
    platform: str = strawberry.field(description="The platform it reads.")
    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    licence: strawberry.ID | None = strawberry.field(
        description="The licence it was decided under; nothing when none fits."
    )
    status: SourceStatus = strawberry.field(description="How it fared.")
    rows: int = strawberry.field(description="Records released.")
    withheld: int = strawberry.field(description="Records fetched but left out: filter, consent, objection.")
    took_ms: int = strawberry.field(description="How long the source took, in milliseconds.")
    charged: Money | None = strawberry.field(description="What this release costs; nothing when it is free.")
    receipt: Receipt | None = strawberry.field(description="Proof of the recorded release; nothing when nothing left.")
    problem: Problem | None = strawberry.field(description="What went wrong; nothing when nothing did.")

    @classmethod
    def of(cls, report: model.SourceReport) -> Self:
        """The report as the schema shows it."""
        return cls(
            source=report.source,
            platform=report.platform,
            dataset=strawberry.ID(report.dataset),
            licence=strawberry.ID(report.licence) if report.licence else None,
            status=SourceStatus(report.status.value),
            rows=report.rows,
            withheld=report.withheld,
            took_ms=report.took_ms,
            charged=Money.of(report.price_micro, report.currency),
            receipt=Receipt.of(report.receipt) if report.receipt is not None else None,
            problem=Problem.of(report.problem) if report.problem is not None else None,
        )
