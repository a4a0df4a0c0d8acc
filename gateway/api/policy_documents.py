"""Policies as the schema shows them: the enforced document, its hash, and the plain language made from it."""

from typing import Self

import strawberry

from gateway.api.enums import Wider
from gateway.api.scalars import Json
from gateway.exchange.views import PolicyView
from policies.difference import TermChange as Change


@strawberry.type(description="A policy: one source, shown as document, hash and plain language.")
class PolicyDocument:
    """One set of terms."""

    hash: str = strawberry.field(description="SHA-256 of the normal form, `sha-256:<hex>`; what both sides sign.")
    odrl: Json = strawberry.field(description="The ODRL 2.2 document that is enforced.")
    summary: list[str] = strawberry.field(
        description="The same terms in plain sentences; every term that can deny is named."
    )

    @classmethod
    def of(cls, view: PolicyView) -> Self:
        """The policy as the schema shows it."""
        return cls(hash=view.hash, odrl=Json(view.odrl), summary=list(view.summary))


@strawberry.type(description="One term that differs between two sets of terms.")
class TermChange:
    """One term that differs between two sets of terms."""

    term: str = strawberry.field(description="The term.")
    before: str | None = strawberry.field(description="Its value before; nothing when it was absent.")
    after: str | None = strawberry.field(description="Its value after; nothing when it is absent.")
    wider: Wider = strawberry.field(description="Which of the two permits more.")

    @classmethod
    def of(cls, change: Change) -> Self:
        """The change as the schema shows it."""
        return cls(term=change.term, before=change.before, after=change.after, wider=Wider[change.wider.name])
