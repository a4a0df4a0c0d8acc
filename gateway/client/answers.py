"""The answer to one GraphQL operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.client.errors import OperationFailedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a partial answer has both ``data`` and ``errors``."""

    status: int
    """HTTP status."""
    data: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    """Each with ``message``, ``extensions.code`` and, if it is about a field, ``path``."""
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """``extensions.code`` of every error, or an empty text."""
        return tuple(str((error.get("extensions") or {}).get("code", "")) for error in self.errors)

    def require(self) -> Mapping[str, Any]:
        """The data of an answer without errors.

        Raises:
            OperationFailedError: There are errors, or there is no data.

        Example:
            >>> Answer(status=200, data={"viewer": None}).require()
            {'viewer': None}
        """
        if self.errors or self.data is None:
            raise OperationFailedError(self.errors, self.status)
        return self.data
