"""Writes an invented trust ledger in the shape of a published one: ``rater,rated,rating,time``, no header."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.demo.world.invention import Inventor

_MEMBERS: Final = 5881
_RATINGS: Final = 35_592
_FROM: Final = 1_289_241_911
_TO: Final = 1_453_684_323
_POSITIVE: Final = 0.90
_GOOD: Final = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), (640, 160, 75, 40, 45, 10, 8, 8, 4, 10))
_BAD: Final = ((-10, -9, -8, -7, -6, -5, -4, -3, -2, -1), (560, 3, 5, 4, 3, 40, 8, 25, 60, 290))
_TAIL: Final = 0.85
_NUMBERS_TO: Final = 6005


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was written."""

    members: tuple[str, ...]
    """Ids of everybody who rates or is rated; the first one receives the most ratings."""
    ratings: int


def write_ledger(path: Path, seed: int) -> Ledger:
    """Write the file; an older file of this name is replaced at the end, in one step.

    Args:
        path: the CSV file to write.
        seed: the same seed writes the same lines.
    """
    inventor = Inventor.of(seed, "ledger")
    members = tuple(str(each) for each in inventor.chance.sample(range(1, _NUMBERS_TO + 1), _MEMBERS))
    pairs = _pairs(inventor, members)
    values = _values(inventor, len(pairs))
    times = sorted(inventor.chance.randint(_FROM, _TO) for _ in pairs)
    lines = (
        f"{rater},{rated},{value},{time}\n" for (rater, rated), value, time in zip(pairs, values, times, strict=True)
    )
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("w", encoding="ascii", newline="") as file:
        file.writelines(lines)
    unfinished.replace(path)
    return Ledger(members=members, ratings=len(pairs))


def _pairs(inventor: Inventor, members: tuple[str, ...]) -> list[tuple[str, str]]:
    """Who rates whom, each pair once; everybody occurs, a few occur very often, and most ratings are returned."""
    pairs = dict.fromkeys(_introductions(inventor, members))
    weights = inventor.ranks(len(members), _TAIL)
    while len(pairs) < _RATINGS:
        rater, rated = inventor.chance.choices(members, cum_weights=weights, k=2)
        if rater == rated:
            continue
        pairs.setdefault((rater, rated))
        if len(pairs) < _RATINGS and inventor.happens(0.7):
            pairs.setdefault((rated, rater))
    found = list(pairs)
    inventor.chance.shuffle(found)
    return found


def _introductions(inventor: Inventor, members: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    known = members[: len(members) // 20]
    for member in members:
        rater = inventor.chance.choice(known)
        yield (rater, member) if rater != member else (members[-1], member)


def _values(inventor: Inventor, count: int) -> list[int]:
    good = round(count * _POSITIVE)
    values = inventor.chance.choices(*_GOOD, k=good) + inventor.chance.choices(*_BAD, k=count - good)
    inventor.chance.shuffle(values)
    return values
