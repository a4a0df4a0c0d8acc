"""The verifier: one list of checks, from the raw header to the principal."""

from collections.abc import Sequence
from typing import Final

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet
from prometheus_client import Counter

from gateway.auth.bearer.cache import TokenCache
from gateway.auth.bearer.claims import TokenClaims, claims_of
from gateway.auth.bearer.header import key_id_of, token_of
from gateway.auth.errors import TokenExpiredError, TokenFault, UnauthenticatedError
from gateway.auth.principal import Principal
from gateway.auth.profile import ALGORITHM, Clock
from gateway.auth.strict import StrictDecoder

REFUSED: Final = Counter(
    "muniment_tokens_refused", "Requests refused for want of an acceptable access token.", ["reason"]
)
AHEAD_S: Final = 10
"""How far ahead of this clock a token may have been issued. The end of a token has no leeway."""


class Verifier:
    """Accepts the tokens of one issuer for one audience.

    Refusals are counted by reason and never journaled: whoever holds no genuine token must not be able to write. The
    one exception is for the caller to make: ``TokenExpiredError`` names the principal of a genuine token.
    """

    def __init__(self, *, issuer: str, audience: str, keys: KeySet, clock: Clock, cached: int = 4096) -> None:
        """Make a verifier.

        Args:
            issuer: compared as a string, exactly.
            audience: identifier of the GraphQL endpoint; compared as a string, exactly.
            keys: public keys of the issuer.
            clock: gives the present, aware UTC.
            cached: how many verified tokens are remembered.
        """
        self._issuer = issuer
        self._audience = audience
        self._keys = {key.kid: key for key in keys}
        self._clock = clock
        self._cache = TokenCache(configuration=f"{issuer} {audience} {sorted(map(str, self._keys))}", capacity=cached)

    async def verify(self, authorization: str | Sequence[str] | None) -> Principal:
        """Tell who calls.

        Args:
            authorization: value of the ``Authorization`` header; all values, when the request holds several.

        Raises:
            UnauthenticatedError: There is no acceptable token; ``reason`` says why.
            TokenExpiredError: The token is genuine, but over.
        """
        try:
            return self._principal(token_of(authorization))
        except UnauthenticatedError as refusal:
            REFUSED.labels(reason=refusal.reason.value).inc()
            raise

    def _principal(self, token: str) -> Principal:
        now = self._clock().timestamp()
        claims = self._cache.get(token, int(now))
        if claims is None:
            claims = self._verified(token)
            if claims.issued > now + AHEAD_S:
                raise UnauthenticatedError(TokenFault.NOT_YET)
            if now < claims.expires:
                self._cache.put(token, claims, int(now))
        if now >= claims.expires:
            raise TokenExpiredError(claims.principal)
        return claims.principal

    def _verified(self, token: str) -> TokenClaims:
        key = self._keys.get(key_id_of(token))
        if key is None:
            raise UnauthenticatedError(TokenFault.KEY)
        try:
            decoded = jwt.decode(token, key, algorithms=[ALGORITHM], decoder_cls=StrictDecoder)
        except BadSignatureError:
            raise UnauthenticatedError(TokenFault.SIGNATURE) from None
        except JoseError:
            raise UnauthenticatedError(TokenFault.CLAIMS) from None
        return claims_of(decoded.claims, issuer=self._issuer, audience=self._audience)
