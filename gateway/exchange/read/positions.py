"""Where the next page goes on: places within sources, as cursors carry them. They hold no value of a record."""

import json
from collections.abc import Sequence

from gateway.exchange.read.model import Position


def place(checkpoint: str, row: int) -> str:
    """The place of a row: how many rows after a source's checkpoint it is (from 0), or its rank when sorted."""
    return json.dumps([checkpoint, row], separators=(",", ":"))


def resume_at(after: Position | None, dataset: str) -> tuple[str, int]:
    """The checkpoint to read from, and how many rows after it were seen already."""
    text = None if after is None else after.values.get(dataset)
    if text is None:
        return "", 0
    checkpoint, row = json.loads(text)
    return str(checkpoint), int(row) + 1


def trail(places: Sequence[tuple[str, str]], after: Position | None) -> list[Position]:
    """One position per row of a page.

    Args:
        places: (dataset, place) of every row, in the order of the page.
        after: where the page began; datasets without a row on the page keep that place.
    """
    current = dict(after.values) if after is not None else {}
    positions: list[Position] = []
    for dataset, where in places:
        current[dataset] = where
        positions.append(Position(values=dict(current)))
    return positions
