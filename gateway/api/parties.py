"""Parties: who is who, and who the caller is."""

from typing import Self

import strawberry

from gateway.api.context import Context
from gateway.api.enums import PartyKind
from gateway.api.relay import Node
from gateway.auth.principal import Principal
from gateway.exchange.views import PartyView

Info = strawberry.Info[Context, None]


@strawberry.type(description="A party: an owner, a developer, or another role. Nothing personal is shown of it.")
class Party(Node):
    """A party."""

    kind: PartyKind = strawberry.field(description="Who it is.")
    scopes: list[str] | None = strawberry.field(
        default=None, description="Scopes of the caller's own token; nothing for other parties."
    )

    @classmethod
    def of(cls, view: PartyView) -> Self:
        """The party as the schema shows it."""
        return cls(id=strawberry.ID(view.party), kind=PartyKind[view.kind.name])

    @classmethod
    def of_principal(cls, principal: Principal) -> Self:
        """The caller."""
        return cls(
            id=strawberry.ID(principal.party),
            kind=PartyKind[principal.kind.name],
            scopes=sorted(principal.scopes),
        )


@strawberry.type(description="The root fields about parties.")
class PartyQuery:
    """The root fields about parties."""

    @strawberry.field(description="Who the token says the caller is.")
    def viewer(self, info: Info) -> Party | None:
        """The caller."""
        return Party.of_principal(info.context.principal)
