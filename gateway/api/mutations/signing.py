"""Mutations of delegated signing: the gateway may sign for an owner, within bounds the owner has signed."""

from typing import Annotated

import strawberry

from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt, shown
from gateway.api.mutations.policy_input import PolicyInput, document
from gateway.api.policy_documents import PolicyDocument
from gateway.api.scalars import Json
from gateway.exchange import commands
from gateway.exchange.delegate_signing import delegate_signing, prepare_signing_key


@strawberry.input(description="For which dataset, and within which bounds, the gateway is to sign.")
class PrepareSigningKeyInput:
    """For which dataset and within which bounds."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    bounds: PolicyInput = strawberry.field(description="The least the owner accepts; never shown to others.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.input(description="The owner's signature over bounds and key.")
class DelegateSigningInput:
    """The owner's signature over bounds and key."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    bounds: Json = strawberry.field(description="The ODRL document that `prepareSigningKey` gave.")
    key_id: str = strawberry.field(description="The key that `prepareSigningKey` gave.")
    signature: str = strawberry.field(
        description="Compact JWS, typ `muniment-delegation+jws`, over `{bounds: hash, dataset, key}`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What preparing a key gave.")
class PrepareSigningKeyPayload(Payload):
    """What preparing a key gave."""

    key_id: str | None = strawberry.field(description="Thumbprint of the key that the gateway holds for the owner.")
    bounds: PolicyDocument | None = strawberry.field(description="The bounds as they are to be signed.")


@strawberry.type(description="What delegating gave.")
class DelegateSigningPayload(Payload):
    """What delegating gave."""

    key_id: str | None = strawberry.field(description="The key that signs from now on.")


@strawberry.type(description="Mutations of delegated signing.")
class SigningMutation:
    """Mutations of delegated signing."""

    @strawberry.mutation(
        description="Make the key that the gateway will hold for an owner and a dataset. Nothing is delegated yet. "
        "Scope `licence:decide`."
    )
    async def prepare_signing_key(
        self, info: Info, given: Annotated[PrepareSigningKeyInput, INPUT]
    ) -> PrepareSigningKeyPayload | None:
        """Make a key for an owner."""
        view, errors = await attempt(
            info,
            prepare_signing_key,
            lambda: commands.PrepareSigningKey(
                dataset=given.dataset, bounds=given.bounds.value(), idempotency_key=given.idempotency_key
            ),
        )
        return PrepareSigningKeyPayload(
            key_id=None if view is None else view.key_id,
            bounds=shown(view, lambda prepared: PolicyDocument.of(prepared.bounds)),
            user_errors=errors,
        )

    @strawberry.mutation(
        description="Delegate signing within bounds: requests inside of them are accepted and signed at once. "
        "Scope `licence:decide`."
    )
    async def delegate_signing(
        self, info: Info, given: Annotated[DelegateSigningInput, INPUT]
    ) -> DelegateSigningPayload | None:
        """Delegate signing within bounds."""
        key_id, errors = await attempt(
            info,
            delegate_signing,
            lambda: commands.DelegateSigning(
                dataset=given.dataset,
                bounds=document(given.bounds, "bounds"),
                key_id=given.key_id,
                signature=given.signature,
                idempotency_key=given.idempotency_key,
            ),
        )
        return DelegateSigningPayload(key_id=key_id, user_errors=errors)
