"""The root of all errors that have a stable code, and the errors of policies themselves.

An error takes facts, keeps them as attributes and builds its message: lower case, no full stop, input in backticks.
Every ``code`` has a page, ``docs/errors/<CODE>.md``.
"""

from typing import ClassVar


class CodedError(Exception):
    """An error with a stable code and a message that is safe to show to the caller."""

    code: ClassVar[str]
    """Stable, SCREAMING_SNAKE_CASE; documented in ``docs/errors``."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do about it; one sentence, or empty."""


class PolicyError(CodedError):
    """A policy was refused at intake or registration."""

    def __init__(self, message: str, *, pointer: str = "", hint: str = "") -> None:
        super().__init__(f"{message}, at `{pointer}`" if pointer else message, hint=hint)
        self.pointer = pointer
        """JSON pointer (RFC 6901) to the refused place; empty when it is the whole document."""
