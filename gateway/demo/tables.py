"""A table as lines of a given width: columns give way word by word; what cannot fit is told row by row."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.demo.shapes import Grid

_GAP: Final = "  "
_BETWEEN: Final = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A table in lines, none of them broken inside a word or a figure."""

    header: tuple[str, ...]
    """Empty when the rows are told one by one, each value with its name."""
    body: tuple[str, ...]


def laid_out(grid: Grid, width: int) -> Lines:
    """The table within ``width`` characters, as long as no single word is longer than that."""
    widths = _widths(grid, width - len(_GAP) * (len(grid.columns) - 1))
    if widths is None:
        return Lines(header=(), body=tuple(line for row in grid.rows for line in _told(grid.columns, row, width)))
    header = (*_row(grid, grid.columns, widths), _GAP.join("-" * each for each in widths))
    return Lines(header=header, body=tuple(line for row in grid.rows for line in _row(grid, row, widths)))


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> tuple[str, ...]:
    """The text in lines; ``first`` stands before the first of them and ``rest`` before the others."""
    return tuple(
        textwrap.wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ) or (first.rstrip(),)


def _widths(grid: Grid, room: int) -> Sequence[int] | None:
    """Widths of the columns: as wide as their cells, the widest made narrower; nothing when words are too long."""
    columns = [[row[index] for row in grid.rows] for index in range(len(grid.columns))]
    least = [
        max(_longest_word(each) for each in (name, *cells)) for name, cells in zip(grid.columns, columns, strict=True)
    ]
    widths = [max((narrow, *map(len, cells))) for narrow, cells in zip(least, columns, strict=True)]
    if sum(least) > room:
        return None
    while sum(widths) > room:
        narrowed = max(range(len(widths)), key=lambda index: (widths[index] > least[index], widths[index]))
        widths[narrowed] -= 1
    return widths


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _row(grid: Grid, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    parts = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(map(len, parts))):
        line = [part[number] if number < len(part) else "" for part in parts]
        yield _GAP.join(
            text.rjust(width) if index in grid.numeric else text.ljust(width)
            for index, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()


def _told(columns: Sequence[str], row: Sequence[str], width: int) -> Iterator[str]:
    yield from wrapped(row[0], width, rest=_GAP)
    told = [f"{name} {cell}" for name, cell in zip(columns[1:], row[1:], strict=True) if cell]
    line = ""
    for each in told:
        longer = f"{line}{_BETWEEN}{each}" if line else each
        if line and len(_GAP + longer) > width:
            yield from wrapped(line, width, first=_GAP, rest=_GAP * 2)
            longer = each
        line = longer
    yield from wrapped(line, width, first=_GAP, rest=_GAP * 2)
