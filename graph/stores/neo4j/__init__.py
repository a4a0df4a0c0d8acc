"""The graph in Neo4j, 5.26 or 2026.x, Community Edition: for auditors who want to ask in Cypher, and for size.

The driver itself retries what is transient inside ``execute_read`` and ``execute_write``; only the first connection is
retried here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Concatenate, Final, ParamSpec, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    NotificationDisabledClassification,
    unit_of_work,
)
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConnectionPoolError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from graph.provenance.errors import GraphCredentialsRefusedError, GraphTenantError, GraphUnavailableError
from graph.provenance.model import Batch, Edge, Node, Property
from graph.provenance.pages import Applied, Direction, EdgePage, Health, NodePage
from graph.provenance.vocabulary import EdgeType, Label
from graph.stores.neo4j import cypher, reading, writing

__all__ = ["Neo4jGraphStore"]

P = ParamSpec("P")
T = TypeVar("T")

_SCAN_NODES: Final = 500
"""Nodes that a scan reads at once."""
_READ_S: Final = 15.0
_WRITE_S: Final = 30.0
_PATIENCE: Final = 1.25
"""How much longer than the server may take is waited: a server that works says itself that it took too long."""
_POOL: Final = 16


class Neo4jGraphStore:
    """A ``GraphStore`` in a Neo4j server, which may be away when this is made and at any time later."""

    def __init__(
        self,
        uri: str,
        *,
        user: str,
        password: str,
        tenant: str = "main",
        database: str = "neo4j",
        connect_s: float = 5.0,
        read_s: float = _READ_S,
        write_s: float = _WRITE_S,
    ) -> None:
        """Nothing is connected yet.

        Args:
            uri: Scheme, host and port, without user and password.
            user: Database user.
            password: Its password; kept by the driver alone.
            tenant: Whose graph it is.
            database: Name of the database; Community Edition has one.
            connect_s: How long the first connection is tried, in seconds.
            read_s: How long the server may read for one operation, in seconds.
            write_s: How long it may write for one.
        """
        self._tenant = tenant
        self._database = database
        self._connect_s = connect_s
        self._read_s = read_s
        self._write_s = write_s
        self._driver: AsyncDriver = AsyncGraphDatabase.driver(
            uri,
            auth=(user, password),
            max_connection_pool_size=_POOL,
            connection_acquisition_timeout=5.0,
            connection_timeout=5.0,
            max_connection_lifetime=600.0,
            liveness_check_timeout=60.0,
            max_transaction_retry_time=5.0,
            # WHY: an empty database does not know our labels and properties yet, and says so at every statement.
            notifications_disabled_classifications=[NotificationDisabledClassification.UNRECOGNIZED],
            telemetry_disabled=True,
        )
        self._opening = asyncio.Lock()
        self._ready = False
        self._slots = asyncio.Semaphore(_POOL - 1)

    @property
    def tenant(self) -> str:
        """Whose graph it is."""
        return self._tenant

    async def apply(self, batch: Batch) -> Applied:
        """See ``GraphStore.apply``."""
        if batch.tenant != self._tenant:
            raise GraphTenantError(self._tenant, batch.tenant)
        return await self._write(writing.apply, batch)

    async def watermark(self) -> int:
        """See ``GraphStore.watermark``."""
        watermark, _ = await self._read(reading.position, self._tenant)
        return watermark

    async def leaf(self) -> str:
        """See ``GraphStore.leaf``."""
        _, leaf = await self._read(reading.position, self._tenant)
        return leaf

    async def get(self, ids: Collection[str]) -> Sequence[Node]:
        """See ``GraphStore.get``."""
        return await self._read(reading.get, self._tenant, ids)

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
        return await self._read(
            reading.expand, self._tenant, frontier, direction, frozenset(types), after=after, limit=limit, as_of=as_of
        )

    async def find(
        self, label: Label, where: Mapping[str, Property] | None = None, *, after: str | None = None, limit: int = 50
    ) -> NodePage:
        """See ``GraphStore.find``."""
        return await self._read(reading.find, self._tenant, label, where or {}, after=after, limit=limit)

    async def scan(self) -> AsyncIterator[Node | Edge]:
        """See ``GraphStore.scan``."""
        start: int | None = -1
        while start is not None:
            start, found = await self._read(reading.scan, self._tenant, start, _SCAN_NODES)
            for each in found:
                yield each

    async def reset(self) -> None:
        """See ``GraphStore.reset``."""
        while not await self._write(writing.wipe, self._tenant):
            pass

    async def health(self) -> Health:
        """See ``GraphStore.health``."""
        try:
            async with self._translated(), asyncio.timeout(self._read_s * _PATIENCE):
                server = await self._driver.get_server_info()
        except GraphUnavailableError as error:
            return Health(reachable=False, detail=error.problem)
        return Health(reachable=True, detail=server.agent)

    async def close(self) -> None:
        """See ``GraphStore.close``."""
        await self._driver.close()

    async def _read(
        self,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        # WHY: READ mode: the server itself refuses to write in it.
        async with self._session(READ_ACCESS, self._read_s) as session:
            return await session.execute_read(unit_of_work(timeout=self._read_s)(work), *args, **kwargs)

    async def _write(
        self,
        work: Callable[Concatenate[AsyncManagedTransaction, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        async with self._session(WRITE_ACCESS, self._write_s) as session:
            return await session.execute_write(unit_of_work(timeout=self._write_s)(work), *args, **kwargs)

    @asynccontextmanager
    async def _session(self, mode: str, limit_s: float) -> AsyncIterator[AsyncSession]:
        # WHY: a server that hangs keeps its connections open, and the driver would wait on them for ever.
        async with self._translated(), asyncio.timeout(limit_s * _PATIENCE), self._slots:
            await self._open()
            async with self._driver.session(database=self._database, default_access_mode=mode) as session:
                yield session

    async def _open(self) -> None:
        """Wait for the server and make constraints and indexes, once."""
        now = asyncio.get_running_loop().time
        end = now() + self._connect_s
        async with self._opening:
            if self._ready:
                return
            retrying = AsyncRetrying(
                retry=retry_if_exception_type((ServiceUnavailable, SessionExpired)),
                wait=wait_random_exponential(multiplier=0.1, max=1.0),
                stop=stop_after_delay(max(0.0, end - now())),
                reraise=True,
            )
            await retrying(self._driver.verify_connectivity)
            async with self._driver.session(database=self._database) as session:
                for statement in cypher.SCHEMA:
                    await (await session.run(statement)).consume()
                await (await session.run("CALL db.awaitIndexes(30)")).consume()
            self._ready = True

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise GraphUnavailableError("no answer in time") from error
        except AuthError as error:
            raise GraphCredentialsRefusedError from error
        except (ServiceUnavailable, SessionExpired, ConnectionPoolError, TransientError) as error:
            raise GraphUnavailableError(type(error).__name__) from error
        except ClientError as error:
            if "TransactionTimedOut" in (error.code or ""):
                raise GraphUnavailableError("the transaction took too long") from error
            raise
