"""One range of bytes, as a request asks for it. Source: RFC 9110, sections 14.1 and 14.2."""

import re
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class RangeUnsatisfiableError(GatewayError):
    """The range begins beyond the end of the file."""

    code = "RANGE_UNSATISFIABLE"
    http_status = 416

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has `{size}` bytes; nothing is at that place", hint="ask for a range within it")
        self.size = size


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """Bytes ``start`` up to, not including, ``stop``."""

    start: int
    stop: int


def asked_range(header: str | None, size: int) -> ByteRange | None:
    """The range that a request asks for; nothing when it asks for the whole, for several ranges, or unclearly.

    Raises:
        RangeUnsatisfiableError: nothing of the file is in it.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise RangeUnsatisfiableError(size)
        return ByteRange(start=size - length, stop=size)
    start = int(first)
    if start >= size:
        raise RangeUnsatisfiableError(size)
    stop = min(int(last) + 1, size) if last else size
    return ByteRange(start=start, stop=stop) if start < stop else None
