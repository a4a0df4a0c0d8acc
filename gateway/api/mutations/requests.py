"""Mutations of negotiations: ask, counter, accept, reject, sign."""

from typing import Annotated

import strawberry

from gateway.api.enums import ACTION_IRIS, UseAction
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.mutations.policy_input import PolicyInput, PriceInput
from gateway.api.requests import LicenceRequest
from gateway.exchange import commands
from gateway.exchange.accept import accept_offer
from gateway.exchange.agree import sign_agreement
from gateway.exchange.counter import counter_offer
from gateway.exchange.reject import reject_request
from gateway.exchange.request import request_licence
from graph.journal.events import TermReason
from policies.vocabulary import Iri

_RESULT = "The request as it is now; nothing when there are mistakes."
_REQUEST = "The licence request."


@strawberry.input(description="One dataset of a request.")
class RequestedItemInput:
    """One dataset of a request."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    columns: list[str] = strawberry.field(description="Canonical names of the columns that are wanted.")


@strawberry.input(description="What a developer asks for, of one owner or of several at once.")
class RequestLicenceInput:
    """What a developer asks for."""

    purpose: Iri = strawberry.field(description="What for.")
    action: UseAction = strawberry.field(description="What is to be done.")
    model: Iri | None = strawberry.field(default=None, description="For which model.")
    place: Iri | None = strawberry.field(default=None, description="Where: an ISO 3166 country IRI.")
    items: list[RequestedItemInput] = strawberry.field(description="The datasets; each becomes a request of its own.")
    max_records: int | None = strawberry.field(default=None, description="Records wanted in all, per dataset.")
    days: int | None = strawberry.field(default=None, description="Days from the first delivery.")
    price: PriceInput | None = strawberry.field(
        default=None, description="What is offered; without it the asked price."
    )
    adjusts: strawberry.ID | None = strawberry.field(
        default=None, description="A rejected request that this one adjusts."
    )
    message: str | None = strawberry.field(default=None, description="To the owners; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="An answer with terms of one's own.")
class CounterOfferInput:
    """An answer with terms of one's own."""

    request: strawberry.ID = strawberry.field(description=_REQUEST)
    policy: PolicyInput = strawberry.field(description="The terms.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Acceptance of the last terms as they stand.")
class AcceptOfferInput:
    """Acceptance of the last terms."""

    request: strawberry.ID = strawberry.field(description=_REQUEST)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Why one term is rejected.")
class TermReasonInput:
    """Why one term is rejected."""

    term: str = strawberry.field(description="The term.")
    code: str = strawberry.field(description="Why, machine-readable, in SCREAMING_SNAKE_CASE.")


@strawberry.input(description="A rejection, with a reason per term.")
class RejectRequestInput:
    """A rejection."""

    request: strawberry.ID = strawberry.field(description=_REQUEST)
    reasons: list[TermReasonInput] = strawberry.field(description="Why.")
    note: str | None = strawberry.field(default=None, description="To the other side; kept where it can be erased.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="A side's signature of the agreement.")
class SignAgreementInput:
    """A side's signature of the agreement."""

    request: strawberry.ID = strawberry.field(description=_REQUEST)
    signature: str = strawberry.field(
        description="Compact JWS, typ `muniment-agreement+jws`, over `{agreement: iri, policy: hash}`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What asking for licences gave.")
class RequestLicencePayload(Payload):
    """What asking for licences gave."""

    requests: list[LicenceRequest] | None = strawberry.field(
        description="One per dataset; nothing when there are mistakes."
    )


@strawberry.type(description="What a counter-offer gave.")
class CounterOfferPayload(Payload):
    """What a counter-offer gave."""

    request: LicenceRequest | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What accepting gave.")
class AcceptOfferPayload(Payload):
    """What accepting gave."""

    request: LicenceRequest | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What rejecting gave.")
class RejectRequestPayload(Payload):
    """What rejecting gave."""

    request: LicenceRequest | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What signing gave.")
class SignAgreementPayload(Payload):
    """What signing gave."""

    request: LicenceRequest | None = strawberry.field(description=_RESULT)


@strawberry.type(description="Mutations of negotiations.")
class RequestMutation:
    """Mutations of negotiations."""

    @strawberry.mutation(description="Ask one or several owners for licences. Scope `licence:request`.")
    async def request_licence(
        self, info: Info, given: Annotated[RequestLicenceInput, INPUT]
    ) -> RequestLicencePayload | None:
        """Ask for licences."""
        views, errors = await attempt(
            info,
            request_licence,
            lambda: commands.RequestLicence(
                purpose=given.purpose,
                action=ACTION_IRIS[given.action],
                items=tuple(
                    commands.RequestedItem(dataset=each.dataset, columns=tuple(each.columns)) for each in given.items
                ),
                model=given.model,
                place=given.place,
                max_records=given.max_records,
                days=given.days,
                price=None if given.price is None else given.price.offered(),
                adjusts=given.adjusts,
                message=given.message or "",
                idempotency_key=given.idempotency_key,
            ),
        )
        requests = shown(views, lambda found: [LicenceRequest.of(each) for each in found])
        return RequestLicencePayload(requests=requests, user_errors=errors)

    @strawberry.mutation(description="Answer with terms of one's own. Scope `licence:negotiate`.")
    async def counter_offer(self, info: Info, given: Annotated[CounterOfferInput, INPUT]) -> CounterOfferPayload | None:
        """Answer with terms of one's own."""
        view, errors = await attempt(
            info,
            counter_offer,
            lambda: commands.CounterOffer(
                negotiation=given.request, policy=given.policy.value(), idempotency_key=given.idempotency_key
            ),
        )
        return CounterOfferPayload(request=shown(view, LicenceRequest.of), user_errors=errors)

    @strawberry.mutation(
        description="Accept the last terms as they stand; whoever must answer may. Scope `licence:negotiate`."
    )
    async def accept_offer(self, info: Info, given: Annotated[AcceptOfferInput, INPUT]) -> AcceptOfferPayload | None:
        """Accept the last terms."""
        view, errors = await attempt(
            info,
            accept_offer,
            lambda: commands.AcceptOffer(negotiation=given.request, idempotency_key=given.idempotency_key),
        )
        return AcceptOfferPayload(request=shown(view, LicenceRequest.of), user_errors=errors)

    @strawberry.mutation(description="End the negotiation, with a reason per term. Scope `licence:negotiate`.")
    async def reject_request(
        self, info: Info, given: Annotated[RejectRequestInput, INPUT]
    ) -> RejectRequestPayload | None:
        """End the negotiation."""
        view, errors = await attempt(
            info,
            reject_request,
            lambda: commands.RejectRequest(
                negotiation=given.request,
                reasons=tuple(TermReason(term=each.term, code=each.code) for each in given.reasons),
                note=given.note or "",
                idempotency_key=given.idempotency_key,
            ),
        )
        return RejectRequestPayload(request=shown(view, LicenceRequest.of), user_errors=errors)

    @strawberry.mutation(
        description="Sign the agreement: the owner first, then the developer, whose signature makes the licence. "
        "Scope `licence:negotiate`."
    )
    async def sign_agreement(
        self, info: Info, given: Annotated[SignAgreementInput, INPUT]
    ) -> SignAgreementPayload | None:
        """Sign the agreement."""
        view, errors = await attempt(
            info,
            sign_agreement,
            lambda: commands.SignAgreement(
                negotiation=given.request, signature=given.signature, idempotency_key=given.idempotency_key
            ),
        )
        return SignAgreementPayload(request=shown(view, LicenceRequest.of), user_errors=errors)
