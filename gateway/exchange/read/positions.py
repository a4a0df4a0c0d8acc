"""Where the next page goes on: places within sources, as cursors carry them. They hold no value of a record."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from typing_extensions import override

from gateway.exchange.read.model import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the rows of one dataset's release were found; a place is made when a cursor asks for it."""

    checkpoints: tuple[str, ...]
    """By part: the source's checkpoint before it."""
    parts: tuple[int, ...]
    rows: tuple[int, ...]
    """How many rows of the source stand between the part's checkpoint and the row; its rank when sorted."""

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> str:
        return json.dumps([self.checkpoints[self.parts[index]], self.rows[index]], separators=(",", ":"))

    @classmethod
    def ranks(cls, first: int, count: int) -> "Places":
        """The places of sorted rows."""
        return cls(checkpoints=("",), parts=(0,) * count, rows=tuple(range(first, first + count)))


def resume_at(after: Position | None, dataset: str) -> tuple[str, int]:
    """The checkpoint to read from, and how many rows after it were seen already."""
    text = None if after is None else after.values.get(dataset)
    if text is None:
        return "", 0
    checkpoint, row = json.loads(text)
    return str(checkpoint), int(row) + 1


class Trail(Sequence[Position]):
    """One position per row of a page: per dataset, the place of its last row so far."""

    def __init__(
        self, places: Sequence[tuple[str, Places]], order: Sequence[int] | None, after: Position | None
    ) -> None:
        """Make a trail.

        Args:
            places: (dataset, places of its rows) of every release, in the order in which they were put together.
            order: which of all these rows stands where on the page; nothing: as they were put together.
            after: where the page began; datasets without a row on the page keep that place.
        """
        self._places = places
        self._after = dict(after.values) if after is not None else {}
        owners = [(number, index) for number, (_, own) in enumerate(places) for index in range(len(own))]
        self._rows = owners if order is None else [owners[index] for index in order]
        self._seen: list[tuple[list[int], list[int]]] = [([], []) for _ in places]
        for row, (number, index) in enumerate(self._rows):
            self._seen[number][0].append(row)
            self._seen[number][1].append(index)

    @override
    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Position: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Position]: ...

    @override
    def __getitem__(self, index: int | slice) -> Position | Sequence[Position]:
        if isinstance(index, slice):
            return [self._at(row) for row in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    def _at(self, row: int) -> Position:
        values = dict(self._after)
        for (dataset, own), (rows, indexes) in zip(self._places, self._seen, strict=True):
            passed = bisect_right(rows, row)
            if passed:
                values[dataset] = own[indexes[passed - 1]]
        return Position(values=values)
