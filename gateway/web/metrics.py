"""``/metrics``: what the process counts, in the text format of Prometheus or in OpenMetrics."""

from typing import Final

from prometheus_client import Gauge
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import REGISTRY, CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PROJECTION_LAG: Final = Gauge(
    "muniment_projection_lag_events", "Events of the journal that the provenance graph does not hold yet."
)


def metrics_route(registry: CollectorRegistry = REGISTRY) -> Route:
    """The route; counters hold no personal value, no token and no text of a query."""

    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": content_type, "cache-control": "no-store"})

    return Route("/metrics", metrics, methods=["GET"])
