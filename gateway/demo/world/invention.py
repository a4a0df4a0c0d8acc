"""Invents people, words and moments from a seed; nobody of them exists."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_FIRST_NAMES: Final = """
Ada Bram Chio Dara Eero Fenn Gail Hilde Ivo Jora Kesh Lune Mirre Nils Odo Pell Quin Runa Sive Tamsin Ulf Vesa Wim Xeni
Yorick Zuri Åsa Łukasz Øyvind Мира Олекса Юна Σοφία Νίκη Αλέξης
"""
_LAST_NAMES: Final = """
Amberley Birchwell Coppermoor Dunmarrow Elderfen Foxhollow Glenhaven Harrowgate Inkwell Juniper Kestrelby Larkspur
Mossgrove Nettlecombe Oakenshaw Pinecroft Quillfeather Ravenscar Silverbrook Thistledown Underhill Vinehart Willowmere
Yarrowby Зоряна Μελίσσα
"""
_FIRST: Final = tuple(_FIRST_NAMES.split())
_LAST: Final = tuple(_LAST_NAMES.split())
_OPENINGS: Final = (
    "I build",
    "We tend",
    "Mostly I repair",
    "For years I have drawn",
    "On quiet evenings I study",
    "My group keeps",
    "Anybody may borrow",
    "I write about",
)
_OBJECTS: Final = (
    "bridges over imaginary rivers",
    "gardens that follow the moon",
    "old signal towers",
    "maps of streets nobody walked",
    "a library of borrowed sounds",
    "boats for shallow water",
    "clocks without hands",
    "paper birds and their nests",
)
_CLOSINGS: Final = (
    "and share the plans freely.",
    "with more patience than skill.",
    "so that newcomers find a start.",
    "and answer every question once.",
    "because somebody has to.",
    "until the server sleeps.",
)


@dataclass(frozen=True, slots=True)
class Inventor:
    """A source of inventions; the same seed gives the same ones in the same order."""

    chance: random.Random

    @classmethod
    def of(cls, seed: int, subject: str) -> "Inventor":
        """An inventor for one part of the world, independent of the other parts."""
        return cls(chance=random.Random(f"{seed}/{subject}"))  # noqa: S311  # an invented world, not a secret

    def happens(self, probability: float) -> bool:
        """True so often."""
        return self.chance.random() < probability

    def name(self) -> tuple[str, str]:
        """First and last name."""
        return self.chance.choice(_FIRST), self.chance.choice(_LAST)

    def sentence(self) -> str:
        """Some words about themself."""
        return " ".join(self.chance.choice(words) for words in (_OPENINGS, _OBJECTS, _CLOSINGS))

    def sentences(self, most: int) -> str:
        """One to ``most`` sentences."""
        return " ".join(self.sentence() for _ in range(self.chance.randint(1, most)))

    def uuid(self) -> str:
        """A UUID of version 4."""
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def ranks(self, count: int, exponent: float) -> Sequence[float]:
        """Cumulative weights of ``count`` ranks with a heavy tail, for ``choices``."""
        total, found = 0.0, []
        for rank in range(1, count + 1):
            total += rank**-exponent
            found.append(total)
        return found
