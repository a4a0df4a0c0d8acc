"""The real clock: read here and handed to everything else."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one place where the real clock is read
