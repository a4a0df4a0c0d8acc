"""Health: the journal decides whether the gateway is ready; everything else is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httpx2
from starlette.applications import Starlette

from connectors.spi import Health, HealthStatus
from gateway.web.health import health_routes
from gateway.web.metrics import metrics_route
from graph.errors import JournalClosedError
from graph.journal.journal import Journal


@dataclass
class AJournal:
    last_seq: int = 41
    closed: bool = False

    async def view(self, work: Callable[[Any], Any]) -> Any:
        if self.closed:
            raise JournalClosedError
        return 42


@dataclass
class AProjection:
    watermark: int = 41
    problem: str | None = None


@dataclass
class APreparer:
    problem: str | None = None


@dataclass
class SomeSources:
    states: dict[str, HealthStatus] = field(default_factory=lambda: {"grid": HealthStatus.REACHABLE})
    asked: int = 0

    async def health(self) -> dict[str, Health]:
        self.asked += 1
        return {name: Health(status=state, detail="secret-host:5432") for name, state in self.states.items()}


def a_client(
    journal: AJournal | None = None,
    projection: AProjection | None = None,
    sources: SomeSources | None = None,
    preparer: APreparer | None = None,
) -> httpx2.AsyncClient:
    routes = health_routes(
        cast("Journal", journal or AJournal()),
        projection or AProjection(),
        sources or SomeSources(),
        preparer or APreparer(),
    )
    app = Starlette(routes=[*routes, metrics_route()])
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://gateway")


async def test_live_says_that_the_process_runs() -> None:
    answer = await a_client().get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_ready_tells_how_far_the_graph_is_behind() -> None:
    answer = await a_client(projection=AProjection(watermark=30)).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "journal": {"status": "ok"},
        "graph": {"status": "ok", "watermark": 30, "lag": 11},
        "deliveries": {"status": "ok"},
        "sources": {"grid": "reachable"},
    }


async def test_a_journal_that_cannot_be_read_makes_the_gateway_unready() -> None:
    answer = await a_client(AJournal(closed=True)).get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["status"] == "unready"


async def test_deliveries_that_nobody_prepares_only_degrade() -> None:
    answer = await a_client(preparer=APreparer(problem="/secret/path is full")).get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["deliveries"] == {"status": "problem"}
    assert "secret" not in answer.text


async def test_a_source_that_is_down_or_a_graph_that_stands_still_only_degrades() -> None:
    down = await a_client(sources=SomeSources({"forum": HealthStatus.UNREACHABLE})).get("/health/ready")
    stuck = await a_client(projection=AProjection(problem="bolt://user:secret@host")).get("/health/ready")

    assert (down.status_code, down.json()["status"]) == (200, "degraded")
    assert (stuck.status_code, stuck.json()["status"]) == (200, "degraded")
    assert "secret" not in down.text + stuck.text


async def test_sources_are_not_asked_at_every_call() -> None:
    sources = SomeSources()
    client = a_client(sources=sources)

    for _ in range(5):
        await client.get("/health/ready")

    assert sources.asked == 1


async def test_metrics_are_given_in_the_text_format_with_the_lag() -> None:
    client = a_client(projection=AProjection(watermark=40))

    plain = await client.get("/metrics")
    modern = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})

    assert plain.headers["content-type"].startswith("text/plain")
    assert "muniment_projection_lag_events 1.0" in plain.text
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
