"""A clock that stands still until it is told to move."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class FrozenClock:
    """Call it for the present; ``advance`` moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; a negative number turns it back."""
        self.now += timedelta(seconds=seconds)
