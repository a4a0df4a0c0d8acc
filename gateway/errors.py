"""The root of the gateway's own errors, and the codes of every package in one place."""

from typing import ClassVar, Final

from policies.errors import CodedError


class GatewayError(CodedError):
    """A request could not be served; the message is safe to show to the caller."""

    http_status: ClassVar[int] = 400
    """Status when the whole HTTP request fails with it."""


_SHOWN: Final = 100
"""Characters of a text of somebody else that a message repeats."""


def shortened(text: str, most: int = _SHOWN) -> str:
    """A text of somebody else, as a message may repeat it: on one line, and not all of a long one."""
    return printable(text if len(text) <= most else f"{text[:most]}…")


def printable(text: str) -> str:
    """The text with what cannot be printed written as in Python, so that it moves no cursor and hides nothing."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


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
