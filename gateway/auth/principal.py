"""The caller of one operation: who it is, and what its token carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.auth.errors import ScopeMissingError
from graph.journal.events import PartyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One licence that the token names, as narrowed by the client and pinned when the token was issued.

    A grant only narrows: the live licence decides, and a licence that has another version or policy by now makes the
    token stale.
    """

    licence: str
    """IRI."""
    version: int
    """Of the licence when the token was issued."""
    policy: str
    """Hash of the agreement's policy then, ``sha-256:<hex>``."""
    actions: frozenset[str] | None = None
    """Action IRIs that the client restricted itself to; ``None``: no restriction of its own."""
    privileges: frozenset[str] | None = None
    """Purpose IRIs that the client restricted itself to; ``None``: no restriction of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """An authenticated party, acting through one client."""

    party: str
    """IRI."""
    kind: PartyKind
    client: str
    """Client id."""
    scopes: frozenset[str]
    """Values of ``gateway.auth.scopes.Scope``."""
    grants: Mapping[str, Grant] = field(default_factory=dict)
    """By licence IRI. Each is decided on its own; never a union."""
    expires_at: datetime
    """When the token ends, UTC."""

    def require(self, scope: str) -> None:
        """Pass when the token holds ``scope``.

        Raises:
            ScopeMissingError: It does not.
        """
        if scope not in self.scopes:
            raise ScopeMissingError(scope)
