"""``/health/live`` and ``/health/ready``: whether the process runs, and whether it can serve.

Ready means that the journal can be read: without it nothing may be released. A source that is down or a graph that lags
does not make the gateway unready, since answers stay correct; nor do deliveries that nobody prepares. All are told, as
``degraded``.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.spi import Health, HealthStatus
from gateway.web.metrics import PROJECTION_LAG
from graph.journal.journal import Journal
from policies.errors import CodedError

_REMEMBERED_S: Final = 5.0
_PATIENCE_S: Final = 2.0
_log = structlog.get_logger("gateway.web")


class Projection(Protocol):
    """What is asked of the projector."""

    @property
    def watermark(self) -> int:
        """The last event that the graph holds."""
        ...

    @property
    def problem(self) -> str | None:
        """Why the graph does not move."""
        ...


class Preparer(Protocol):
    """What is asked of whoever prepares deliveries."""

    @property
    def problem(self) -> str | None:
        """Why nothing is prepared."""
        ...


class HealthySources(Protocol):
    """What is asked of the sources."""

    async def health(self) -> Mapping[str, Health]:
        """Whether each source answers now."""
        ...


def health_routes(journal: Journal, projection: Projection, sources: HealthySources, preparer: Preparer) -> list[Route]:
    """The two routes. They need no token and tell no address, no secret and no count of records."""
    readiness = _Readiness(journal, projection, sources, preparer)
    PROJECTION_LAG.set_function(readiness.lag)

    async def live(_request: Request) -> Response:
        return _answer({"status": "ok"}, 200)

    async def ready(_request: Request) -> Response:
        return _answer(*await readiness.report())

    return [
        Route("/health/live", live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
    ]


class _Readiness:
    """Asks the parts; remembers what the sources said, so that nobody can make the gateway call them at will."""

    def __init__(self, journal: Journal, projection: Projection, sources: HealthySources, preparer: Preparer) -> None:
        self._journal = journal
        self._projection = projection
        self._sources = sources
        self._preparer = preparer
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._said: Mapping[str, str] = {}

    def lag(self) -> int:
        """Events that the graph does not hold yet."""
        return max(0, self._journal.last_seq - self._projection.watermark)

    async def report(self) -> tuple[dict[str, Any], int]:
        """The answer of ``/health/ready`` and its status."""
        journal = await self._journal_answers()
        sources = await self._source_states()
        graph = "problem" if self._projection.problem else "ok"
        deliveries = "problem" if self._preparer.problem else "ok"
        reachable = all(state == HealthStatus.REACHABLE.value for state in sources.values())
        whole = reachable and graph == deliveries == "ok"
        status = "unready" if not journal else "ok" if whole else "degraded"
        document = {
            "status": status,
            "journal": {"status": "ok" if journal else "problem"},
            "graph": {"status": graph, "watermark": self._projection.watermark, "lag": self.lag()},
            "deliveries": {"status": deliveries},
            "sources": sources,
        }
        return document, 200 if journal else 503

    async def _journal_answers(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._journal.view(lambda view: view.size)
        except (CodedError, TimeoutError) as error:
            _log.warning("health.journal", problem=str(error))
            return False
        return True

    async def _source_states(self) -> Mapping[str, str]:
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._asked_at >= _REMEMBERED_S:
                try:
                    async with asyncio.timeout(_PATIENCE_S):
                        self._said = {name: each.status.value for name, each in (await self._sources.health()).items()}
                except TimeoutError:
                    self._said = dict.fromkeys(self._said, HealthStatus.UNREACHABLE.value)
                self._asked_at = now
            return self._said


def _answer(document: dict[str, Any], status: int) -> Response:
    return Response(
        orjson.dumps(document),
        status_code=status,
        headers={"content-type": "application/json", "cache-control": "no-store"},
    )
