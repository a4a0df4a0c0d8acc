"""The codes and messages that callers write: their form, and how long they may be."""

import re
from typing import Final

from gateway.exchange.errors import InputInvalidError

MOST_MESSAGE: Final = 4_000
"""Characters of a message to the other side."""
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


def require_code(code: str, field: str) -> None:
    """Pass when a reason or an outcome is machine-readable.

    Raises:
        InputInvalidError: It is not.
    """
    if not _CODE.fullmatch(code):
        raise InputInvalidError(field, "expected SCREAMING_SNAKE_CASE, 2 to 64 characters")


def require_message(message: str) -> None:
    """Pass when a message to the other side is short enough.

    Raises:
        InputInvalidError: It is not.
    """
    if len(message) > MOST_MESSAGE:
        raise InputInvalidError("message", f"at most {MOST_MESSAGE} characters")
