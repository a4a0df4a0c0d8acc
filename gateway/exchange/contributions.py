"""What the data of a licence contributed: what the gateway measured of it, and what its licensee reported of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from gateway.exchange.presented_reports import RunView
from gateway.exchange.reading import Reading
from graph.journal.rows import DeliveryRow, LicenceRow


class FigureSource(StrEnum):
    """Who vouches for a figure."""

    MEASURED = "MEASURED"
    """The gateway, which prepared the package and signed for it."""
    REPORTED = "REPORTED"
    """The licensee alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure, and who says so."""

    source: FigureSource
    about: str
    """The delivery that was measured, or the run that was reported."""
    at: datetime
    name: str
    of: str
    """What part of the data it is about: a column, a rule; empty when it is about all of it."""
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """Every figure of one licence, the measured ones first."""

    licence: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """What preparing one dataset counted, as the signed manifest of its package says."""

    read: int = 0
    left_out_by_terms: int = 0
    left_out_by_people: int = 0
    duplicates: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    checked: tuple[str, ...] = ()


def contribution(
    reading: Reading, licence: LicenceRow, deliveries: Iterable[str], runs: Iterable[RunView]
) -> Contribution:
    """The figures of one licence.

    Args:
        reading: the record.
        licence: whose side or auditor the reader is.
        deliveries: packages that left under it.
        runs: that were reported on packages under it.
    """
    rows = [row for each in sorted(set(deliveries)) if (row := reading.view.delivery(each)) is not None]
    measured = [figure for row in rows for figure in _measured(reading, row, licence.licence)]
    reported = [
        Figure(source=FigureSource.REPORTED, about=run.run, at=run.at, name=name, of="", value=value)
        for run in runs
        for name, value in sorted(run.metrics.items())
    ]
    return Contribution(licence=licence.licence, figures=(*measured, *reported))


def _measured(reading: Reading, row: DeliveryRow, licence: str) -> Iterator[Figure]:
    content = reading.view.document(row.manifest)
    manifest: Any = {} if content is None else msgspec.json.decode(content)
    for part in manifest.get("agreements", ()):
        if part["licence"] == licence:
            counted = msgspec.convert(part.get("measured", {}), _Measured)
            for name, of, value in _figures(part["rows"], counted):
                yield Figure(
                    source=FigureSource.MEASURED, about=row.delivery, at=row.at, name=name, of=of, value=float(value)
                )


def _figures(rows: int, counted: _Measured) -> Iterator[tuple[str, str, float]]:
    yield "rows", "", rows
    yield "rows read", "", counted.read
    yield "rows left out", "terms", counted.left_out_by_terms
    yield "rows left out", "people", counted.left_out_by_people
    yield "rows left out", "duplicates", counted.duplicates
    for column, filled in sorted(counted.filled.items()):
        if rows:
            yield "completeness", column, filled / rows
    for rule in counted.checked:
        # INVARIANT: one row that breaks a rule keeps the whole package from leaving.
        yield "validity", rule, 1.0
