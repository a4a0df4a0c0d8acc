"""Access tokens: RFC 9068, signed ES256, alive for one second to ten minutes."""

import secrets
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.auth.errors import DetailsInvalidError
from gateway.auth.profile import ALGORITHM, TOKEN_BYTES_MAX, TOKEN_TYPE, Clock
from gateway.auth.server.client import RegisteredClient


class AccessTokens:
    """The token generator of Authlib's core: makes the token and the answer around it."""

    def __init__(self, *, issuer: str, audience: str, keys: KeySet, longest_s: int, clock: Clock) -> None:
        """Make a generator.

        Args:
            issuer: of the tokens.
            audience: of the tokens; the one place they open.
            keys: exactly the active signing key.
            longest_s: what the gateway allows at most, in seconds.
            clock: gives the present, aware UTC.
        """
        (self._key,) = keys
        self._issuer = issuer
        self._audience = audience
        self._longest_s = longest_s
        self._clock = clock

    def __call__(self, *, client: RegisteredClient, scope: str | None, **_: Any) -> dict[str, Any]:
        """The answer to a token request of an authenticated client, with the details it was granted.

        Raises:
            ScopeInvalidError: The party may hold nothing of the scope.
            DetailsInvalidError: The token would be longer than what a verifier reads.
        """
        lifetime_s = client.lifetime_s(self._longest_s)
        allowed = client.get_allowed_scope(scope)
        # INVARIANT: whole seconds, rounded down, so that a token never outlives its lifetime.
        issued = int(self._clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client.party,
            "client_id": client.client_id,
            "iat": issued,
            "exp": issued + lifetime_s,
            "jti": secrets.token_urlsafe(16),
            "scope": allowed,
            "roles": [client.kind.value],
        }
        answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": lifetime_s, "scope": allowed}
        if client.details:
            claims["authorization_details"] = answer["authorization_details"] = client.details
        header = {"typ": TOKEN_TYPE, "alg": ALGORITHM, "kid": self._key.kid}
        token = jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])
        if len(token) > TOKEN_BYTES_MAX:
            raise DetailsInvalidError("a token for all of this would be too long; ask for fewer licences at once")
        return {"access_token": token, **answer}
