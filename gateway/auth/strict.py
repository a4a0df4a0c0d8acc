"""JSON from outside, read once and strictly: what two readers could understand differently is refused."""

import json
from collections.abc import Callable
from typing import Any

from typing_extensions import override


class StrictDecoder(json.JSONDecoder):
    """Refuses repeated members, ``NaN`` and ``Infinity``, lone surrogates, and nesting beyond what Python can read.

    joserfc takes it as ``decoder_cls``. Every refusal is a ``ValueError``.
    """

    def __init__(self, **_: Any) -> None:
        super().__init__(object_pairs_hook=_unique, parse_constant=_refuse_constant)

    @override
    def decode(self, s: str, *args: Callable[..., Any]) -> Any:
        """Read one document.

        Raises:
            ValueError: It is not JSON, or not strict.
        """
        try:
            value = super().decode(s, *args)
            # WHY: an escaped lone surrogate is a text that no database and no UTF-8 answer can hold.
            json.dumps(value, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("nested too deeply") from None
        return value


def loads(text: bytes | str) -> Any:
    """Read one document in UTF-8.

    Raises:
        ValueError: It is not JSON in UTF-8, or not strict.
    """
    return StrictDecoder().decode(text.decode() if isinstance(text, bytes) else text)


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("a member is there twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not JSON")
