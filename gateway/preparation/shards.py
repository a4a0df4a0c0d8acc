"""Parquet files of bounded size: the same rows give the same bytes, and a file is there whole or not at all."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

_READ_BYTES: Final = 1024 * 1024
_UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One finished file."""

    name: str
    rows: int
    size: int
    """Bytes."""
    sha256: str
    """Of the file, hex."""


class ShardWriter:
    """Writes one shard; nothing stands under its name before ``finish``."""

    def __init__(self, path: Path, schema: pa.Schema, about: Mapping[str, str]) -> None:
        """Begin a file.

        Args:
            path: where it will be.
            schema: of every table that is written to it.
            about: what its schema metadata says of where it belongs.
        """
        self._path = path
        self._unfinished = path.with_name(path.name + _UNFINISHED)
        metadata = {**(schema.metadata or {}), **{name.encode(): value.encode() for name, value in about.items()}}
        self._writer = pq.ParquetWriter(
            self._unfinished, schema.with_metadata(metadata), compression="zstd", version="2.6"
        )
        self._schema = schema
        self.rows = 0

    def write(self, rows: pa.Table) -> None:
        """Add rows; they are on disk afterwards, in a row group of their own."""
        self._writer.write_table(rows.cast(self._schema).replace_schema_metadata(self._writer.schema.metadata))
        self.rows += rows.num_rows

    def finish(self) -> Shard:
        """Close the file and give it its name, durably."""
        self._writer.close()
        settle(self._unfinished, self._path)
        return Shard(name=self._path.name, rows=self.rows, size=self._path.stat().st_size, sha256=sha256_of(self._path))

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._writer.close()
        self._unfinished.unlink(missing_ok=True)


def settle(unfinished: Path, final: Path) -> None:
    """Give a written file its name so that neither a crash nor a power cut leaves half of it."""
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_whole(path: Path, content: bytes) -> None:
    """A small file, there whole or not at all."""
    unfinished = path.with_name(path.name + _UNFINISHED)
    unfinished.write_bytes(content)
    settle(unfinished, path)


def sha256_of(path: Path) -> str:
    """Digest of a file, hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()
