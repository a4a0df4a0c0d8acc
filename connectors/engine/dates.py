"""How long a source asks to wait."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def seconds_until(headers: Mapping[str, str]) -> float:
    """Seconds that ``Retry-After`` asks for: a number, or a date measured against the source's own ``Date``.

    Returns:
        0 when the header is absent or cannot be read, or a date has no ``Date`` to be measured against.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        # WHY: against the source's own clock, so that a clock that is wrong on either side does no harm.
        until, now = (parsedate_to_datetime(each) for each in (text, headers.get("Date", "")))
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds())
