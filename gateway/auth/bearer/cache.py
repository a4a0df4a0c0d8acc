"""Verified tokens, remembered for a moment so that a busy client costs one signature check and not one per request."""

from collections import OrderedDict
from hashlib import sha256
from typing import Final

from gateway.auth.bearer.claims import TokenClaims

KEPT_S: Final = 60
"""A withdrawn signing key stops its tokens after at most this long."""


class TokenCache:
    """Claims by the digest of their token; the least recently used go first.

    Expiry and everything else that can change is judged again at every use; only the signature is not.
    """

    def __init__(self, *, configuration: str, capacity: int = 4096) -> None:
        """Make an empty cache.

        Args:
            configuration: what the verifier was told to accept; a cache never answers for another configuration.
            capacity: how many tokens are kept at most.
        """
        self._prefix = sha256(configuration.encode()).digest()
        self._capacity = capacity
        self._kept: OrderedDict[bytes, tuple[TokenClaims, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str, now: int) -> TokenClaims | None:
        """The claims of ``token``, when it was verified less than a minute before ``now`` (seconds)."""
        key = self._key(token)
        found = self._kept.get(key)
        if found is None:
            return None
        claims, until = found
        if now >= until:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return claims

    def put(self, token: str, claims: TokenClaims, now: int) -> None:
        """Remember that ``token`` was verified at ``now`` (seconds)."""
        self._kept[self._key(token)] = (claims, min(now + KEPT_S, claims.expires))
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def _key(self, token: str) -> bytes:
        return sha256(self._prefix + token.encode()).digest()
