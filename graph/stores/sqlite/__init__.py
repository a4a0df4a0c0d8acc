"""The graph in a SQLite file of its own: the default, nothing to install.

Writing and reading have a thread and a connection each, so that a page is never behind a batch.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from graph.provenance.errors import GraphTenantError, GraphUnavailableError
from graph.provenance.model import Batch, Edge, Node, Property
from graph.provenance.pages import Applied, Direction, EdgePage, Health, NodePage
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores.sqlite import reading, writing
from graph.stores.sqlite.schema import connect

__all__ = ["SqliteGraphStore"]

P = ParamSpec("P")
T = TypeVar("T")

_SCAN_NODES: Final = 500
"""Nodes that a scan reads at once."""


class _Lane:
    """One thread with one connection, opened by its first work."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in the thread.

        Raises:
            GraphUnavailableError: the file cannot be opened, read or written.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._run(work, *args, **kwargs))

    async def close(self) -> None:
        """Close the connection and end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _run(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            if self._connection is None:
                self._connection = connect(self._path)
            return work(self._connection, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            raise GraphUnavailableError(str(error)) from error

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class SqliteGraphStore:
    """A ``GraphStore`` in one file; several processes may use it at once."""

    def __init__(self, path: Path, *, tenant: str = "main") -> None:
        self._path = path
        self._tenant = tenant
        self._writer = _Lane(path, "graph-writer")
        self._reader = _Lane(path, "graph-reader")

    @property
    def tenant(self) -> str:
        """Whose graph it is."""
        return self._tenant

    async def apply(self, batch: Batch) -> Applied:
        """See ``GraphStore.apply``."""
        if batch.tenant != self._tenant:
            raise GraphTenantError(self._tenant, batch.tenant)
        return await self._writer.run(writing.apply, batch)

    async def watermark(self) -> int:
        """See ``GraphStore.watermark``."""
        watermark, _ = await self._reader.run(writing.position, self._tenant)
        return watermark

    async def leaf(self) -> str:
        """See ``GraphStore.leaf``."""
        _, leaf = await self._reader.run(writing.position, self._tenant)
        return leaf

    async def get(self, ids: Collection[str]) -> Sequence[Node]:
        """See ``GraphStore.get``."""
        return await self._reader.run(reading.get, self._tenant, ids)

    async def expand(
        self,
        frontier: Collection[str],
        direction: Direction,
        types: Collection[EdgeType] = tuple(EdgeType),
        *,
        after: str | None = None,
        limit: int = 100,
        as_of: int | None = None,
    ) -> EdgePage:
        """See ``GraphStore.expand``."""
        return await self._reader.run(
            reading.expand, self._tenant, frontier, direction, types, after=after, limit=limit, as_of=as_of
        )

    async def find(
        self, label: Label, where: Mapping[str, Property] | None = None, *, after: str | None = None, limit: int = 50
    ) -> NodePage:
        """See ``GraphStore.find``."""
        return await self._reader.run(reading.find, self._tenant, label, where or {}, after=after, limit=limit)

    async def scan(self) -> AsyncIterator[Node | Edge]:
        """See ``GraphStore.scan``."""
        start = 0
        while True:
            start, found = await self._reader.run(reading.scan, self._tenant, start, _SCAN_NODES)
            for each in found:
                yield each
            if not start:
                return

    async def reset(self) -> None:
        """See ``GraphStore.reset``."""
        await self._writer.run(writing.reset, self._tenant)

    async def health(self) -> Health:
        """See ``GraphStore.health``."""
        try:
            await self.watermark()
        except GraphUnavailableError as error:
            return Health(reachable=False, detail=error.problem)
        return Health(reachable=True, detail=f"SQLite {sqlite3.sqlite_version}")

    async def close(self) -> None:
        """See ``GraphStore.close``."""
        await self._reader.close()
        await self._writer.close()
