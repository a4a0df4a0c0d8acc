"""Cursors: signed places between two items of one list.

A cursor says where reading goes on, bound to the list it came from: the kind, the arguments and the party. It is
signed, so that nobody can make one up; one of another list, another party or another version is refused like a forged
one.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.api.errors import CursorInvalidError

VERSION: Final = 1
_MAC_BYTES: Final = 16
_LONGEST: Final = 16 * 1024


def plan_digest(*parts: Any) -> str:
    """Digest of what identifies a list: any nesting of texts, numbers, mappings and sequences; else their text."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorCodec:
    """Seals positions into cursors and opens them again."""

    key: bytes = field(repr=False)
    """At least 32 bytes; the same on every replica."""

    def seal(self, plan: str, position: Mapping[str, str]) -> str:
        """The cursor for ``position`` in the list with digest ``plan``."""
        payload = json.dumps(sorted(position.items()), separators=(",", ":")).encode()
        sealed = bytes((VERSION,)) + self._mac(plan, payload) + payload
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, plan: str, cursor: str) -> Mapping[str, str]:
        """The position a cursor stands for.

        Raises:
            CursorInvalidError: it was not made here, or not for the list with digest ``plan``.
        """
        if len(cursor) > _LONGEST or not cursor.isascii():
            raise CursorInvalidError
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise CursorInvalidError from None
        version, mac, payload = sealed[:1], sealed[1 : 1 + _MAC_BYTES], sealed[1 + _MAC_BYTES :]
        if version != bytes((VERSION,)) or not hmac.compare_digest(mac, self._mac(plan, payload)):
            raise CursorInvalidError
        return dict(json.loads(payload))

    def _mac(self, plan: str, payload: bytes) -> bytes:
        # INVARIANT: the digest has a fixed length, so the two parts cannot be shifted against each other.
        message = bytes((VERSION,)) + plan.encode() + payload
        return hmac.new(self.key, message, hashlib.sha256).digest()[:_MAC_BYTES]
