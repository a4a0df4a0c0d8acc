"""Reads lines of a ledger, ``rater,rated,rating,time`` without header, and checks every field; for worker threads."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from connectors.errors import CheckpointInvalidError, MalformedRecordError, SourceUnavailableError

FIELDS: Final = ("rater", "rated", "rating", "time")
_FORMS: Final = {
    "rater": (r"^[0-9]{1,18}$", "must be the number of a member"),
    "rated": (r"^[0-9]{1,18}$", "must be the number of a member"),
    "rating": (r"^-?([1-9]|10)$", "must be a whole number from -10 to 10, and not 0"),
    "time": (r"^[0-9]{1,11}(\.[0-9]{1,9})?$", "must be seconds since 1970"),
}
_MARK: Final = "\N{BYTE ORDER MARK}".encode()
_LONGEST: Final = 256
"""Bytes that a line may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place between two lines."""

    offset: int = 0
    """Bytes before it."""
    line: int = 0
    """Lines before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines of a ledger, each field checked."""

    rater: pa.Array
    """Text."""
    rated: pa.Array
    """Text."""
    rating: pa.Array
    """Whole numbers from -10 to 10 (int8)."""
    time: pa.Array
    """Timestamps in microseconds, UTC."""
    end: Place


def identity(path: Path) -> tuple[int, int, bytes]:
    """What stays the same while lines are only appended: the file itself and its first line.

    Raises:
        SourceUnavailableError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            status = path.stat()
            return status.st_dev, status.st_ino, file.readline(_LONGEST)
    except OSError as problem:
        raise SourceUnavailableError(f"ledger `{path.name}` cannot be read: {problem.strerror}") from None


def state(path: Path) -> tuple[int, int, int]:
    """What changes with every change of the file.

    Raises:
        SourceUnavailableError: the file is not there.
    """
    try:
        status = path.stat()
    except OSError as problem:
        raise SourceUnavailableError(f"ledger `{path.name}` cannot be read: {problem.strerror}") from None
    return status.st_ino, status.st_size, status.st_mtime_ns


def read_lines(path: Path, start: Place, count: int) -> Lines:
    """At most ``count`` lines after ``start``; none at the end.

    Raises:
        MalformedRecordError: a line cannot be read; names line and field, not what stands there.
        CheckpointInvalidError: ``start`` is not between two lines.
        SourceUnavailableError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            if start.offset:
                file.seek(start.offset - 1)
                # WHY: the last line may end without a newline; but then nothing may have been appended to it.
                if file.read(1) != b"\n" and file.read(1):
                    raise CheckpointInvalidError(f"ledger `{path.name}` changed since the resume point was given")
            found = [line for _, line in zip(range(count), _bounded(file, path, start), strict=False)]
    except OSError as problem:
        raise SourceUnavailableError(f"ledger `{path.name}` cannot be read: {problem.strerror}") from None
    body = b"".join(found)
    columns = _columns(body, path, start) if body else {name: pa.array([], pa.binary()) for name in FIELDS}
    return Lines(
        rater=columns["rater"].cast(pa.string()),
        rated=columns["rated"].cast(pa.string()),
        rating=columns["rating"].cast(pa.string()).cast(pa.int8()),
        time=_moments(columns["time"]),
        end=Place(offset=start.offset + len(body), line=start.line + len(found)),
    )


def _moments(column: pa.Array) -> pa.Array:
    seconds = column.cast(pa.string()).cast(pa.float64())
    micros = pc.call_function("round", [pc.call_function("multiply", [seconds, pa.scalar(1e6)])])
    return micros.cast(pa.int64()).cast(pa.timestamp("us", "UTC"))


def _bounded(file: BinaryIO, path: Path, start: Place) -> Iterator[bytes]:
    number = start.line
    while line := file.readline(_LONGEST + 1):
        number += 1
        if len(line) > _LONGEST:
            raise MalformedRecordError(path.name, number, FIELDS[0], f"the line is longer than {_LONGEST} bytes")
        # WHY: the parser passes over a mark at the beginning of every part it is given, not only of the file.
        if number > 1 and line.startswith(_MARK):
            raise MalformedRecordError(path.name, number, FIELDS[0], _FORMS[FIELDS[0]][1])
        yield line


def _columns(body: bytes, path: Path, start: Place) -> dict[str, pa.Array]:
    miscounted: list[csv.InvalidRow] = []

    def notice(row: csv.InvalidRow) -> str:
        miscounted.append(row)
        return "skip"

    table = csv.read_csv(
        BytesIO(body),
        # WHY: in one thread, because only then is the number of a bad row known.
        read_options=csv.ReadOptions(column_names=list(FIELDS), use_threads=False),
        parse_options=csv.ParseOptions(quote_char=False, ignore_empty_lines=False, invalid_row_handler=notice),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(FIELDS, pa.binary()), strings_can_be_null=False),
    )
    if miscounted:
        row = miscounted[0]
        missing = FIELDS[min(row.actual_columns, len(FIELDS) - 1)]
        problem = f"the line has {row.actual_columns} fields instead of {len(FIELDS)}"
        raise MalformedRecordError(path.name, start.line + row.number, missing, problem)
    columns = {name: table.column(name).combine_chunks() for name in FIELDS}
    wrong = {name: _first_wrong(columns[name], name) for name in FIELDS}
    name = min(FIELDS, key=lambda each: wrong[each])
    if wrong[name] < table.num_rows:
        raise MalformedRecordError(path.name, start.line + wrong[name] + 1, name, _FORMS[name][1])
    return columns


def _first_wrong(column: pa.Array, name: str) -> int:
    """Index of the first value that is not of the field's form; the length when there is none."""
    fits = pc.call_function("match_substring_regex", [column], pc.MatchSubstringOptions(_FORMS[name][0]))
    found = pc.index(fits, value=pa.scalar(False)).as_py()  # noqa: FBT003  # the value to look for
    return int(found) if found >= 0 else len(column)
