"""Licences and the agreements they rest on, and what their sides do with them."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.catalogue import Dataset
from gateway.api.duties import Duty
from gateway.api.enums import LicenceState
from gateway.api.parties import Party
from gateway.api.policy_documents import PolicyDocument
from gateway.api.relay import Node
from gateway.exchange.views import AgreementView, CounterView, LicenceView, SignatureView


@strawberry.type(description="One side's signature of an agreement.")
class Signature:
    """One side's signature of an agreement."""

    by: Party = strawberry.field(description="The side.")
    key_id: str = strawberry.field(description="Thumbprint of the key that signed (RFC 7638).")
    jws: str = strawberry.field(
        description="Compact JWS (Ed25519) over the agreement's IRI and the hash of its policy."
    )
    delegated: bool = strawberry.field(description="True when the gateway signed with a key the owner delegated to.")

    @classmethod
    def of(cls, view: SignatureView) -> Self:
        """The signature as the schema shows it."""
        return cls(by=Party.of(view.by), key_id=view.key_id, jws=view.jws, delegated=view.delegated)


@strawberry.type(description="The terms both sides accepted; immutable.")
class Agreement(Node):
    """The terms both sides accepted."""

    version: int = strawberry.field(description="Version, from 1; an amendment is a new one.")
    policy: PolicyDocument = strawberry.field(description="The terms.")
    signatures: list[Signature] = strawberry.field(description="The owner's and then the developer's.")

    @classmethod
    def of(cls, view: AgreementView) -> Self:
        """The agreement as the schema shows it."""
        return cls(
            id=strawberry.ID(view.agreement),
            version=view.version,
            policy=PolicyDocument.of(view.policy),
            signatures=[Signature.of(each) for each in view.signatures],
        )


@strawberry.type(description="How much of one cap of a licence is used.")
class CounterUsage:
    """How much of one cap is used."""

    counter: str = strawberry.field(description="The rule and what it counts.")
    used: int = strawberry.field(description="Units booked or reserved.")
    bound: int = strawberry.field(description="Units there are.")

    @classmethod
    def of(cls, view: CounterView) -> Self:
        """The usage as the schema shows it."""
        return cls(counter=view.counter, used=view.used, bound=view.bound)


@strawberry.type(description="A finalised agreement in force, with its state.")
class Licence(Node):
    """A finalised agreement, with its state."""

    state: LicenceState = strawberry.field(description="Its state now.")
    version: int = strawberry.field(description="Version of the agreement it rests on.")
    dataset: Dataset = strawberry.field(description="What is licensed.")
    owner: Party = strawberry.field(description="The licensor.")
    developer: Party = strawberry.field(description="The licensee.")
    agreement: Agreement = strawberry.field(description="The agreement it rests on.")
    valid_until: datetime | None = strawberry.field(
        description="When it ends. Days count from the first delivery: nothing until there was one, or without an end."
    )
    usage: list[CounterUsage] = strawberry.field(description="Its caps and how much of them is used.")
    duties: list[Duty] = strawberry.field(description="What is owed under it after rows have left, the oldest first.")

    @classmethod
    def of(cls, view: LicenceView) -> Self:
        """The licence as the schema shows it."""
        return cls(
            id=strawberry.ID(view.licence),
            state=LicenceState[view.state.name],
            version=view.version,
            dataset=Dataset.of(view.dataset),
            owner=Party.of(view.owner),
            developer=Party.of(view.developer),
            agreement=Agreement.of(view.agreement),
            valid_until=view.valid_until,
            usage=[CounterUsage.of(each) for each in view.usage],
            duties=[Duty.of(each) for each in view.duties],
        )
