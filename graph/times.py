"""Times as the record writes them: text, UTC, six decimals, ``Z``."""

from datetime import UTC, datetime

from graph.errors import EntryInvalidError


def instant_text(at: datetime) -> str:
    """A time as text; sorts as the times do.

    Raises:
        EntryInvalidError: the time has no offset.
    """
    if at.tzinfo is None:
        raise EntryInvalidError("a time without an offset")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The time that ``instant_text`` wrote."""
    return datetime.fromisoformat(text)
