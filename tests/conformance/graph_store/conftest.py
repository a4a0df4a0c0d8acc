"""The stores that the suite runs against."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from graph.stores import GraphStore, open_store

Opener = Callable[[str], GraphStore]

NEO4J = (pytest.mark.integration,)


@pytest.fixture(
    params=[
        pytest.param("sqlite"),
        pytest.param("neo4j_long_term", marks=NEO4J),
        pytest.param("neo4j_current", marks=NEO4J),
    ]
)
def graph_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/graph.db"
    server = request.getfixturevalue(request.param)
    server.wipe()
    url: str = server.url
    return url


@pytest.fixture
async def opened(graph_url: str) -> AsyncIterator[Opener]:
    """Opens the store for a tenant, as often as asked."""
    stores: list[GraphStore] = []

    def open_for(tenant: str = "main") -> GraphStore:
        stores.append(open_store(graph_url, tenant=tenant))
        return stores[-1]

    yield open_for
    for store in stores:
        await store.close()


@pytest.fixture
async def store(opened: Opener) -> GraphStore:
    """An empty store of the tenant ``main``."""
    return opened("main")
