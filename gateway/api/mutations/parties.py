"""Mutations of parties: invite somebody to register a key."""

from typing import Annotated

import strawberry

from gateway.api.enums import PartyKind
from gateway.api.mutations.payload import IDEMPOTENCY, INPUT, Info, Payload, attempt
from gateway.exchange import commands
from gateway.exchange.invite import invite_party
from graph.journal.events import PartyKind as Kind


@strawberry.input(description="Whom to invite.")
class InvitePartyInput:
    """Whom to invite."""

    kind: PartyKind = strawberry.field(description="Who it is; decides which scopes it may hold.")
    party: strawberry.ID | None = strawberry.field(
        default=None, description="A known party that gets another key; without it a new party is made."
    )
    platform: str | None = strawberry.field(
        default=None, description="The platform that the party speaks for, or has an account on."
    )
    account: str | None = strawberry.field(
        default=None, description="The person's account there; kept as a keyed hash only."
    )
    token_lifetime: int | None = strawberry.field(
        default=None, description="Shorter life of the party's access tokens, in seconds, 1 to 600."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY)


@strawberry.type(description="What inviting gave.")
class InvitePartyPayload(Payload):
    """What inviting gave."""

    invitation: str | None = strawberry.field(
        description="The secret to hand over; good for one registration, and shown only here."
    )
    party: strawberry.ID | None = strawberry.field(description="The party that the invitation is for.")


@strawberry.type(description="Mutations of parties.")
class PartyMutation:
    """Mutations of parties."""

    @strawberry.mutation(description="Invite somebody to register a key. Scope `platform:operate`.")
    async def invite_party(self, info: Info, given: Annotated[InvitePartyInput, INPUT]) -> InvitePartyPayload | None:
        """Invite somebody."""
        view, errors = await attempt(
            info,
            invite_party,
            lambda: commands.InviteParty(
                kind=Kind[given.kind.name],
                party=given.party,
                platform=given.platform or "",
                account=given.account or "",
                token_lifetime_s=given.token_lifetime,
                idempotency_key=given.idempotency_key,
            ),
        )
        return InvitePartyPayload(
            invitation=None if view is None else view.invitation,
            party=None if view is None else strawberry.ID(view.party),
            user_errors=errors,
        )
