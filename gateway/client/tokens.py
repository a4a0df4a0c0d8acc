"""Getting access tokens by ``private_key_jwt`` and keeping them as long as they are good."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import orjson

from gateway.client.errors import GatewayAnswerError, IssuerMismatchError, TokenRefusedError
from gateway.client.transport import Transport
from graph.signing import SigningKey, sign

METADATA_PATH: Final = "/.well-known/oauth-authorization-server/as"
EARLY_S: Final = 30
"""A kept token is not used any more when it ends within this time."""
_ASSERTION_S: Final = 60
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_Wish: TypeAlias = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, and until when it is good. Its ``repr`` does not show it."""

    value: str = field(repr=False)
    scopes: frozenset[str]
    """What was granted: possibly less than was asked for."""
    licences: frozenset[str]
    """IRIs of the licences it is bound to."""
    expires_at: datetime
    """By the clock of this machine, UTC."""

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header."""
        return f"Bearer {self.value}"


class TokenSource:
    """Asks for tokens, and keeps each until half a minute before its end."""

    def __init__(
        self, transport: Transport, *, client_id: str, key: SigningKey, now: Callable[[], float] = time.time
    ) -> None:
        """Make a source; nothing is sent.

        Args:
            transport: to the gateway.
            client_id: as registered.
            key: as registered.
            now: seconds since the epoch.
        """
        self._transport = transport
        self._client_id = client_id
        self._key = key
        self._now = now
        self._issuer = transport.base_url + "/as"
        self._endpoint = ""
        self._kept: dict[_Wish, Token] = {}
        self._asking = asyncio.Lock()

    async def token(self, scopes: Iterable[str] = (), licences: Iterable[str] = ()) -> Token:
        """A token that is good for at least half a minute, or as long as the client's tokens live.

        Args:
            scopes: what it must open; nothing means all that the party may hold.
            licences: IRIs it must be bound to.

        Raises:
            TokenRefusedError: The server refused; ``reason`` is its code.
            IssuerMismatchError: The gateway calls itself by another address.
            ClientError: It could not be asked.
        """
        wish: _Wish = (frozenset(scopes), frozenset(licences))
        async with self._asking:
            kept = self._kept.get(wish)
            if kept is not None and kept.expires_at.timestamp() - self._now() > EARLY_S:
                return kept
            token = await self._ask(*wish)
            self._kept = {each: old for each, old in self._kept.items() if old.expires_at.timestamp() > self._now()}
            self._kept[wish] = token
            return token

    def forget(self) -> None:
        """Drop all kept tokens, so that the next ones know of changed licences."""
        self._kept.clear()

    async def _ask(self, scopes: frozenset[str], licences: frozenset[str]) -> Token:
        endpoint = await self._token_endpoint()
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        if scopes:
            fields["scope"] = " ".join(sorted(scopes))
        if licences:
            details = [{"type": "data_licence", "identifier": licence} for licence in sorted(licences)]
            fields["authorization_details"] = orjson.dumps(details).decode()
        asked = self._now()
        reply = await self._transport.post(
            endpoint, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if reply.status != 200:  # noqa: PLR2004 - HTTP status
            raise TokenRefusedError(reply.status, reply.content)
        return self._read(reply.content, asked=asked)

    def _read(self, content: Mapping[str, Any], *, asked: float) -> Token:
        match content:
            case {"access_token": str(value), "expires_in": int(lifetime_s), "token_type": str(kind), **rest} if (
                kind.lower() == "bearer"
            ):
                details: Sequence[Mapping[str, Any]] = rest.get("authorization_details") or ()
                return Token(
                    value=value,
                    scopes=frozenset(str(rest.get("scope", "")).split()),
                    licences=frozenset(str(detail.get("identifier", "")) for detail in details),
                    expires_at=datetime.fromtimestamp(asked + lifetime_s, UTC),
                )
            case _:
                raise GatewayAnswerError(self._issuer + "/token", 200, "the answer is no token")

    async def _token_endpoint(self) -> str:
        """Path of the token endpoint, as the server's metadata (RFC 8414) names it."""
        if not self._endpoint:
            reply = await self._transport.get(METADATA_PATH)
            if reply.status != 200:  # noqa: PLR2004 - HTTP status
                raise GatewayAnswerError(
                    self._transport.base_url + METADATA_PATH, reply.status, "no authorization server is described"
                )
            issuer, endpoint = reply.content.get("issuer"), str(reply.content.get("token_endpoint"))
            # WHY: an assertion is for the issuer that this client was told of, not for one that an answer names.
            if issuer != self._issuer or not endpoint.startswith(self._transport.base_url + "/"):
                raise IssuerMismatchError(self._transport.base_url, str(issuer))
            self._endpoint = endpoint.removeprefix(self._transport.base_url)
        return self._endpoint

    def _assertion(self) -> str:
        """One assertion for one request (RFC 7523)."""
        issued = int(self._now())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + _ASSERTION_S,
        }
        return sign(self._key, claims, typ="JWT")
