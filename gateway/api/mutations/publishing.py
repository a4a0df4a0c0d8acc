"""Mutations of licensors about their datasets: publish, settle platform terms, offer."""

from typing import Annotated

import strawberry

from gateway.api.catalogue import Dataset, Offer
from gateway.api.enums import ACTION_IRIS, RowScope, UseAction
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.mutations.policy_input import PolicyInput
from gateway.exchange import commands
from gateway.exchange.decide_platform_terms import decide_platform_terms
from gateway.exchange.publish_dataset import publish_dataset
from gateway.exchange.publish_offer import publish_offer
from graph.journal.events import RowScope as Rows
from policies.vocabulary import Iri

_RESULT = "The dataset as it is now; nothing when there are mistakes."


@strawberry.input(description="Which collection to publish, and how.")
class PublishDatasetInput:
    """Which collection to publish."""

    source: str = strawberry.field(description="Id of a configured source.")
    collection: str = strawberry.field(description="Id of one of its collections.")
    rows: RowScope = strawberry.field(description="Which of its rows.")
    lawful_basis: Iri = strawberry.field(description="Lawful basis, of the Data Privacy Vocabulary.")
    sensitive: bool = strawberry.field(description="True: an ethics board decides before a request may be answered.")
    account: str | None = strawberry.field(
        default=None, description="The licensor's own account, for `OWN`; kept as a keyed hash only."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="A reasoned decision about what a platform's own terms leave open.")
class DecidePlatformTermsInput:
    """A reasoned decision about platform terms."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    action: UseAction = strawberry.field(description="The use that is decided.")
    allowed: bool = strawberry.field(description="The decision.")
    reason: str = strawberry.field(description="Why; kept where it can be erased, shown to auditors only.")
    source: str = strawberry.field(description="Where the terms stand.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="Terms under which to offer a dataset.")
class PublishOfferInput:
    """Terms under which to offer a dataset."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    policy: PolicyInput = strawberry.field(description="The terms.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What publishing a dataset gave.")
class PublishDatasetPayload(Payload):
    """What publishing a dataset gave."""

    dataset: Dataset | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What deciding platform terms gave.")
class DecidePlatformTermsPayload(Payload):
    """What deciding platform terms gave."""

    dataset: Dataset | None = strawberry.field(description=_RESULT)


@strawberry.type(description="What publishing an offer gave.")
class PublishOfferPayload(Payload):
    """What publishing an offer gave."""

    offer: Offer | None = strawberry.field(description="The offer; nothing when there are mistakes.")


@strawberry.type(description="Mutations of licensors about their datasets.")
class PublishingMutation:
    """Mutations of licensors about their datasets."""

    @strawberry.mutation(description="Put a source's collection into the catalogue. Scope `data:publish`.")
    async def publish_dataset(
        self, info: Info, given: Annotated[PublishDatasetInput, INPUT]
    ) -> PublishDatasetPayload | None:
        """Put a collection into the catalogue."""
        view, errors = await attempt(
            info,
            publish_dataset,
            lambda: commands.PublishDataset(
                source=given.source,
                collection=given.collection,
                rows=Rows[given.rows.name],
                lawful_basis=given.lawful_basis,
                sensitive=given.sensitive,
                account=given.account or "",
                idempotency_key=given.idempotency_key,
            ),
        )
        return PublishDatasetPayload(dataset=shown(view, Dataset.of), user_errors=errors)

    @strawberry.mutation(
        description="Settle, with a reason, what the platform's own terms leave open. Scope `data:publish`."
    )
    async def decide_platform_terms(
        self, info: Info, given: Annotated[DecidePlatformTermsInput, INPUT]
    ) -> DecidePlatformTermsPayload | None:
        """Settle what the platform's own terms leave open."""
        view, errors = await attempt(
            info,
            decide_platform_terms,
            lambda: commands.DecidePlatformTerms(
                dataset=given.dataset,
                action=ACTION_IRIS[given.action],
                allowed=given.allowed,
                reason=given.reason,
                source=given.source,
                idempotency_key=given.idempotency_key,
            ),
        )
        return DecidePlatformTermsPayload(dataset=shown(view, Dataset.of), user_errors=errors)

    @strawberry.mutation(description="Offer a dataset under terms. Scope `licence:decide`.")
    async def publish_offer(self, info: Info, given: Annotated[PublishOfferInput, INPUT]) -> PublishOfferPayload | None:
        """Offer a dataset under terms."""
        view, errors = await attempt(
            info,
            publish_offer,
            lambda: commands.PublishOffer(
                dataset=given.dataset, policy=given.policy.value(), idempotency_key=given.idempotency_key
            ),
        )
        return PublishOfferPayload(offer=shown(view, Offer.of), user_errors=errors)
