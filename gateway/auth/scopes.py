"""What a token can be good for, and which kind of party may hold what.

A scope opens a group of operations; it never opens a datum. Whether a row leaves is decided by the licence alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from graph.journal.events import PartyKind


class Scope(StrEnum):
    """The closed list of scopes; the values are what travels in ``scope`` of requests and tokens."""

    GRAPH_QUERY = "graph:query"
    """Browse the catalogue, and read records under the licences that the token names."""
    LICENCE_REQUEST = "licence:request"
    """Ask owners for licences."""
    LICENCE_NEGOTIATE = "licence:negotiate"
    """Take part in one's own negotiations: counter, accept, reject, sign."""
    LICENCE_DECIDE = "licence:decide"
    """Decide as an owner: offers, delegated signing, suspending, resuming and revoking licences."""
    USAGE_REPORT = "usage:report"
    """Report what licensed records were used for."""
    AUDIT_READ = "audit:read"
    """Read the whole record: every access and all provenance, never protected values."""
    ETHICS_REVIEW = "ethics:review"
    """See and decide the cases put before the ethics board."""
    PLATFORM_OPERATE = "platform:operate"
    """Invite parties and run the gateway; opens neither records nor decisions of owners."""
    DATA_PUBLISH = "data:publish"
    """Publish datasets and decide the terms of the platform they come from."""
    CONSENT_GIVE = "consent:give"
    """Record consents, withdraw them, object to use."""


ALL_SCOPES: Final = frozenset(Scope)

_OWNER: Final = frozenset(
    {
        Scope.GRAPH_QUERY,
        Scope.LICENCE_NEGOTIATE,
        Scope.LICENCE_DECIDE,
        Scope.DATA_PUBLISH,
        Scope.CONSENT_GIVE,
    }
)

SCOPES_OF: Final[Mapping[PartyKind, frozenset[Scope]]] = MappingProxyType(
    {
        PartyKind.AVATAR_OWNER: _OWNER,
        PartyKind.CONTENT_CREATOR: _OWNER,
        PartyKind.BUSINESS: _OWNER,
        PartyKind.ADVERTISER: _OWNER,
        PartyKind.PLATFORM_DEVELOPER: _OWNER,
        PartyKind.INFRASTRUCTURE_PROVIDER: _OWNER,
        PartyKind.LLM_DEVELOPER: frozenset(
            {Scope.GRAPH_QUERY, Scope.LICENCE_REQUEST, Scope.LICENCE_NEGOTIATE, Scope.USAGE_REPORT}
        ),
        PartyKind.DATA_SUBJECT: frozenset({Scope.GRAPH_QUERY, Scope.CONSENT_GIVE}),
        PartyKind.AUDITOR: frozenset({Scope.GRAPH_QUERY, Scope.AUDIT_READ}),
        PartyKind.ETHICS_BOARD: frozenset({Scope.GRAPH_QUERY, Scope.ETHICS_REVIEW}),
        PartyKind.OPERATOR: frozenset({Scope.GRAPH_QUERY, Scope.PLATFORM_OPERATE}),
    }
)
"""The most that a party of each kind may hold: separate hands, so an operator cannot decide for an owner."""


def narrowed(asked: str | None, kind: PartyKind) -> frozenset[Scope]:
    """The scopes a token gets: what was asked for, cut down to what the kind of party may hold.

    Args:
        asked: Space-separated, as RFC 6749 3.3 writes it. ``None`` or blank asks for everything the kind may hold.
            Scopes nobody knows are left out like those the kind may not hold.
        kind: Of the party that asks.
    """
    names = frozenset((asked or "").split())
    allowed = SCOPES_OF[kind]
    return frozenset(scope for scope in allowed if not names or scope.value in names)


def spelled(scopes: frozenset[Scope]) -> str:
    """As RFC 6749 3.3 writes it, in alphabetical order."""
    return " ".join(sorted(scopes))
