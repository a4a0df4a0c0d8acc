"""Choices read from bytes: one flat draw makes a whole case, which is fast and still shrinks to the plainest one."""

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class Tape:
    """Where the bytes are zero, or have run out, the first and plainest choice is made."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def byte(self) -> int:
        self._place += 1
        return self._content[self._place - 1] if self._place <= len(self._content) else 0

    @property
    def read(self) -> int:
        """How many bytes were asked for."""
        return self._place

    def chance(self, percent: float) -> bool:
        return self.byte() >= 256 - round(percent * 2.56)

    def number(self, low: int, high: int) -> int:
        """Both ends included; at most 256 numbers."""
        return low + (self.byte() * (high - low + 1) >> 8)

    def one_of(self, things: Sequence[Thing]) -> Thing:
        return things[self.byte() * len(things) >> 8]

    def some(self, things: Sequence[Thing], most: int) -> list[Thing]:
        """One of them at least, ``most`` at most, each once."""
        return list(dict.fromkeys(self.one_of(things) for _ in range(self.number(1, most))))

    def shuffled(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        left = list(things)
        return tuple(left.pop(self.number(0, len(left) - 1)) for _ in range(len(left)))
