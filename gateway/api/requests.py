"""Licence requests: one negotiation each, as one of its sides sees it."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.catalogue import Dataset
from gateway.api.enums import NegotiationState
from gateway.api.licences import Agreement, Licence
from gateway.api.parties import Party
from gateway.api.policy_documents import PolicyDocument, TermChange
from gateway.api.relay import Node
from gateway.exchange.views import MessageView, NegotiationView
from graph.journal.events import ReviewHeld
from graph.journal.events import TermReason as Reason


@strawberry.type(description="One step of a negotiation.")
class NegotiationMessage:
    """One step of a negotiation."""

    at: datetime = strawberry.field(description="When it was recorded.")
    by: Party = strawberry.field(description="The side it came from.")
    kind: str = strawberry.field(description="Name of the recorded event, such as `OfferMade`.")
    answered_by: str | None = strawberry.field(description="The reviewer that acted; nothing when it is not an answer.")
    policy: str | None = strawberry.field(description="Hash of the terms it carries.")
    note: str | None = strawberry.field(
        description="What the side wrote; nothing when it wrote nothing or it was erased."
    )

    @classmethod
    def of(cls, view: MessageView) -> Self:
        """The message as the schema shows it."""
        return cls(
            at=view.at,
            by=Party.of(view.by),
            kind=view.kind,
            answered_by=view.answered_by,
            policy=view.policy,
            note=view.note,
        )


@strawberry.type(description="A reviewer waits for a person.")
class Hold:
    """A reviewer waits for a person."""

    reviewer: str = strawberry.field(description="Which reviewer waits.")
    code: str = strawberry.field(description="Why, machine-readable.")
    terms: list[str] = strawberry.field(description="Terms that are outside of the bounds, or unknown.")

    @classmethod
    def of(cls, held: ReviewHeld) -> Self:
        """The hold as the schema shows it."""
        return cls(reviewer=held.reviewer.value, code=held.code, terms=list(held.terms))


@strawberry.type(description="Why one term was rejected.")
class TermReason:
    """Why one term was rejected."""

    term: str = strawberry.field(description="The term.")
    code: str = strawberry.field(description="Why, machine-readable.")

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """The reason as the schema shows it."""
        return cls(term=reason.term, code=reason.code)


@strawberry.type(description="A request for a licence of one dataset, and what became of it.")
class LicenceRequest(Node):
    """One negotiation."""

    request: strawberry.ID = strawberry.field(description="The request as sent, possibly to several owners at once.")
    dataset: Dataset = strawberry.field(description="What is asked for.")
    owner: Party = strawberry.field(description="The licensor.")
    developer: Party = strawberry.field(description="The licensee to be.")
    state: NegotiationState = strawberry.field(description="State of the negotiation.")
    terms: PolicyDocument = strawberry.field(description="The last terms that were sent.")
    messages: list[NegotiationMessage] = strawberry.field(description="Every step, in order.")
    changes: list[TermChange] = strawberry.field(
        description="Difference between the last two sets of terms; of a request that adjusts another, since that one;"
        " of a renewal, since the agreement in force."
    )
    on_hold: Hold | None = strawberry.field(description="Who waits for a person, and why.")
    reasons: list[TermReason] = strawberry.field(description="Why it was rejected, per term.")
    adjusts: strawberry.ID | None = strawberry.field(description="The rejected request that this one adjusts.")
    renews: strawberry.ID | None = strawberry.field(description="The licence whose agreement it is to follow.")
    finding: strawberry.ID | None = strawberry.field(description="The concern or the run that it follows from.")
    agreement: Agreement | None = strawberry.field(description="From acceptance on: what is to be signed.")
    licence: Licence | None = strawberry.field(description="The licence, once both sides have signed.")
    your_turn: bool = strawberry.field(description="True when the caller must answer or sign next.")

    @classmethod
    def of(cls, view: NegotiationView) -> Self:
        """The request as the schema shows it."""
        return cls(
            id=strawberry.ID(view.negotiation),
            request=strawberry.ID(view.request),
            dataset=Dataset.of(view.dataset),
            owner=Party.of(view.owner),
            developer=Party.of(view.developer),
            state=NegotiationState[view.state],
            terms=PolicyDocument.of(view.terms),
            messages=[NegotiationMessage.of(each) for each in view.messages],
            changes=[TermChange.of(each) for each in view.changes],
            on_hold=None if view.hold is None else Hold.of(view.hold),
            reasons=[TermReason.of(each) for each in view.reasons],
            adjusts=None if view.adjusts is None else strawberry.ID(view.adjusts),
            renews=None if view.renews is None else strawberry.ID(view.renews),
            finding=None if view.finding is None else strawberry.ID(view.finding),
            agreement=None if view.agreement is None else Agreement.of(view.agreement),
            licence=None if view.licence is None else Licence.of(view.licence),
            your_turn=view.your_turn,
        )
