"""Tokens that open one delivery for one client, for minutes: what a download sends instead of an access token.

HS256 under a key that never leaves the gateway: it issues them and it alone reads them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from gateway.auth.errors import DeliveryTokenForeignError, DeliveryTokenRefusedError
from gateway.auth.profile import TOKEN_BYTES_MAX, Clock
from gateway.auth.strict import StrictDecoder

DELIVERY_TOKEN_TYPE: Final = "delivery+jwt"  # noqa: S105  # a media type
LIFETIME: Final = timedelta(minutes=10)
_ALGORITHM: Final = "HS256"
_CLAIMS: Final = frozenset({"delivery", "party", "client", "exp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryToken:
    """A token as it is handed out."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Who fetches which delivery."""

    delivery: str
    party: str
    client: str


class DeliveryTokens:
    """Issues and reads the tokens of deliveries."""

    def __init__(self, *, key: bytes, clock: Clock) -> None:
        """Take the key.

        Args:
            key: 32 bytes, for this use only.
            clock: gives the present, aware UTC.
        """
        self._key = OctKey.import_key(key)
        self._clock = clock

    def issue(self, fetcher: Fetcher) -> DeliveryToken:
        """A token for ten minutes."""
        expires = (self._clock() + LIFETIME).replace(microsecond=0)
        claims: dict[str, Any] = {
            "delivery": fetcher.delivery,
            "party": fetcher.party,
            "client": fetcher.client,
            "exp": int(expires.timestamp()),
        }
        header = {"alg": _ALGORITHM, "typ": DELIVERY_TOKEN_TYPE}
        return DeliveryToken(
            text=jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM]), expires_at=expires.astimezone(UTC)
        )

    def read(self, authorization: str | None, delivery: str) -> Fetcher:
        """Who sends it, for this delivery.

        Args:
            authorization: the header of the request.
            delivery: IRI of what is asked for.

        Raises:
            DeliveryTokenRefusedError: it is missing, not ours, or its time is over.
            DeliveryTokenForeignError: it is good, for another delivery.
        """
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text or len(text) > TOKEN_BYTES_MAX:
            raise DeliveryTokenRefusedError("it is missing")
        try:
            token = jwt.decode(text, self._key, algorithms=[_ALGORITHM], decoder_cls=StrictDecoder)
        except (JoseError, ValueError):
            raise DeliveryTokenRefusedError("this gateway did not issue it") from None
        claims = token.claims
        if token.header.get("typ") != DELIVERY_TOKEN_TYPE or claims.keys() != _CLAIMS:
            raise DeliveryTokenRefusedError("it is another kind of token")
        if claims["exp"] <= self._clock().timestamp():
            raise DeliveryTokenRefusedError("its time is over")
        if claims["delivery"] != delivery:
            raise DeliveryTokenForeignError(delivery)
        return Fetcher(delivery=delivery, party=claims["party"], client=claims["client"])
