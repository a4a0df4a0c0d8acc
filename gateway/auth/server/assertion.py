"""Client authentication by ``private_key_jwt`` (RFC 7523), stricter than the library it builds on.

An assertion is for one request of one client to one server: one audience, a short life, a ``jti`` that is never
accepted twice. The key that signs it also signs agreements; the ``typ`` of the header keeps the two apart.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey
from joserfc.util import urlsafe_b64decode
from typing_extensions import override

from gateway.auth import strict
from gateway.auth.errors import AssertionReplayedError, ClientUnauthenticatedError
from gateway.auth.profile import Clock
from gateway.auth.server.client import RegisteredClient
from graph.sql.operational import ReplayCache

METHOD: Final = "private_key_jwt"
AHEAD_S: Final = 30
"""How far ahead of this clock an assertion may have been made."""
LIFETIME_MAX_S: Final = 300
_BYTES_MAX: Final = 4096
_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_JTI: Final = re.compile(r"[!-~]{1,128}")
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_TYPES: Final = (None, "jwt", "client-authentication+jwt")


class ClientAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # authlib has no types
    """The method ``private_key_jwt`` for Authlib's core; called with a look-up of clients and a ``TokenRequest``."""

    CLIENT_AUTH_METHOD = METHOD

    def __init__(self, *, issuer: str, replay: ReplayCache, clock: Clock) -> None:
        super().__init__(leeway=0)
        self._issuer = issuer
        self._replay = replay
        self._clock = clock

    @override
    def extract_assertion(self, assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Header and claims, before anything is verified: they only say whose key to use."""
        if len(assertion) > _BYTES_MAX or not _COMPACT.fullmatch(assertion):
            raise ClientUnauthenticatedError
        first, second, _ = assertion.split(".")
        try:
            header = strict.loads(urlsafe_b64decode(first.encode()))
            claims = strict.loads(urlsafe_b64decode(second.encode()))
        except ValueError:
            raise ClientUnauthenticatedError from None
        if not isinstance(header, dict) or not isinstance(claims, dict) or header.keys() - _HEADER:
            raise ClientUnauthenticatedError
        kind = header.get("typ")
        if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
            raise ClientUnauthenticatedError
        return header, claims

    @override
    def resolve_client_public_key(self, client: RegisteredClient) -> Key:
        """The one key that the client registered."""
        return client.key

    @override
    def process_assertion_claims(self, assertion: str, resolve_key: Key) -> Mapping[str, Any]:
        """Verify signature and claims, and use the assertion up.

        Raises:
            ClientUnauthenticatedError: It is not genuine, or not for this server and moment.
            AssertionReplayedError: It is genuine, and was used before.
        """
        # WHY: the algorithm follows from the registered key alone; what the header says is only compared with it. A key
        # that fits neither algorithm proves nothing.
        algorithm = "Ed25519" if isinstance(resolve_key, OKPKey) else "ES256"
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=[algorithm], decoder_cls=strict.StrictDecoder)
        except JoseError:
            raise ClientUnauthenticatedError from None
        if token.header.get("kid", resolve_key.thumbprint()) != resolve_key.thumbprint():
            raise ClientUnauthenticatedError
        self.verify_claims(token.claims)
        return token.claims

    @override
    def verify_claims(self, claims: Mapping[str, Any]) -> None:
        """Compare the claims with this server, this client and the clock; the ``jti`` comes last.

        Raises:
            ClientUnauthenticatedError: One of them does not fit.
            AssertionReplayedError: All fit, but the ``jti`` was used before.
        """
        now = self._clock().timestamp()
        issued, expires, begins = (_seconds(claims, name) for name in ("iat", "exp", "nbf"))
        jti = claims.get("jti")
        fits = (
            claims.get("iss") == claims.get("sub")
            # WHY: one string, not a list that also holds it: an assertion made for two servers could be carried over.
            and claims.get("aud") == self._issuer
            and issued is not None
            and expires is not None
            and now < expires <= issued + LIFETIME_MAX_S
            and issued <= now + AHEAD_S
            and ("nbf" not in claims or (begins is not None and begins <= now + AHEAD_S))
            and isinstance(jti, str)
            and _JTI.fullmatch(jti) is not None
        )
        if not fits:
            raise ClientUnauthenticatedError
        until = datetime.fromtimestamp(float(expires or 0), UTC) + timedelta(seconds=1)
        if not self._replay.insert_once(f"{claims['sub']} {jti}", until):
            raise AssertionReplayedError


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate, or ``None`` when there is none of a sane size."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 40:
        return None
    return float(value)
