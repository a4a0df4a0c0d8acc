"""From the claims of a signed token to a principal; every member has one type, or the token is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gateway.auth.errors import TokenFault, UnauthenticatedError
from gateway.auth.principal import Grant, Principal
from gateway.auth.profile import DETAIL_TYPE, DETAILS_MAX, LIFETIME_MAX_S
from graph.journal.events import PartyKind

_DETAIL_MEMBERS: Final = frozenset(
    {"type", "identifier", "locations", "licence_version", "terms_digest", "actions", "privileges"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """What is kept of a verified token: no part of its text."""

    principal: Principal
    issued: int
    """Seconds since the epoch."""
    expires: int
    """Seconds since the epoch; from then on the token is over."""


def claims_of(claims: Mapping[str, Any], *, issuer: str, audience: str) -> TokenClaims:
    """Read the claims; times are read but not yet compared with the clock.

    Raises:
        UnauthenticatedError: Another issuer or audience, or a claim that is missing or has a wrong type.
    """
    if claims.get("iss") != issuer:
        raise UnauthenticatedError(TokenFault.ISSUER)
    # WHY: a list is refused even if it holds the audience: a token for two places can be carried from one to the other.
    if claims.get("aud") != audience:
        raise UnauthenticatedError(TokenFault.AUDIENCE)
    # WHY: a token that is bound to a key must be proven, and this verifier checks no proofs.
    if "cnf" in claims:
        raise UnauthenticatedError(TokenFault.CLAIMS)
    issued, expires = _whole(claims, "iat"), _whole(claims, "exp")
    if not 0 < expires - issued <= LIFETIME_MAX_S:
        raise UnauthenticatedError(TokenFault.CLAIMS)
    _text(claims, "jti")
    return TokenClaims(
        principal=Principal(
            party=_text(claims, "sub"),
            kind=_kind(claims),
            client=_text(claims, "client_id"),
            scopes=frozenset(_text(claims, "scope").split()),
            grants=dict(_grants(claims, audience)),
            expires_at=datetime.fromtimestamp(expires, UTC),
        ),
        issued=issued,
        expires=expires,
    )


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise UnauthenticatedError(TokenFault.CLAIMS)
    return value


def _whole(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise UnauthenticatedError(TokenFault.CLAIMS)
    return value


def _texts(members: Mapping[str, Any], name: str) -> frozenset[str] | None:
    if name not in members:
        return None
    values = members[name]
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise UnauthenticatedError(TokenFault.CLAIMS)
    return frozenset(values)


def _kind(claims: Mapping[str, Any]) -> PartyKind:
    """The one role of the party (RFC 9068 2.2.3.1)."""
    match claims.get("roles"):
        case [str(role)] if role in PartyKind.__members__:
            return PartyKind(role)
        case _:
            raise UnauthenticatedError(TokenFault.CLAIMS)


def _grants(claims: Mapping[str, Any], audience: str) -> Iterator[tuple[str, Grant]]:
    details = claims.get("authorization_details", [])
    if not isinstance(details, list) or len(details) > DETAILS_MAX:
        raise UnauthenticatedError(TokenFault.CLAIMS)
    seen: set[str] = set()
    for detail in details:
        if not isinstance(detail, dict) or detail.keys() - _DETAIL_MEMBERS or detail.get("type") != DETAIL_TYPE:
            raise UnauthenticatedError(TokenFault.CLAIMS)
        licence = _text(detail, "identifier")
        if licence in seen or detail.get("locations") != [audience]:
            raise UnauthenticatedError(TokenFault.CLAIMS)
        seen.add(licence)
        yield (
            licence,
            Grant(
                licence=licence,
                version=_whole(detail, "licence_version"),
                policy=_text(detail, "terms_digest"),
                actions=_texts(detail, "actions"),
                privileges=_texts(detail, "privileges"),
            ),
        )
