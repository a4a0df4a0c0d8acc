"""The root of the gateway's own errors, and the codes of every package in one place."""

from typing import ClassVar, Final

from policies.errors import CodedError


class GatewayError(CodedError):
    """A request could not be served; the message is safe to show to the caller."""

    http_status: ClassVar[int] = 400
    """Status when the whole HTTP request fails with it."""


_SHOWN: Final = 100
"""Characters of a caller's text that a message repeats."""


def shortened(text: str) -> str:
    """A text of a caller, as a message to them may repeat it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def coded_errors() -> dict[str, type[CodedError]]:
    """Every error class that has a code, by code; only of packages that are imported."""
    found: dict[str, type[CodedError]] = {}
    waiting: list[type[CodedError]] = [CodedError]
    while waiting:
        each = waiting.pop()
        waiting.extend(each.__subclasses__())
        code = each.__dict__.get("code")
        if isinstance(code, str):
            found[code] = each
    return found
