"""The authorization server over ASGI, with a clock that stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from gateway.auth.server import authorization_server, load_or_create
from graph.signing import SigningKey
from tests.integration.auth.opening import open_ports
from tests.integration.auth.world import PUBLIC_URL, World
from tests.testkit.clock import FrozenClock


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A server that nobody has registered with."""
    clock, keys = FrozenClock(), load_or_create(tmp_path)
    async with open_ports(tmp_path, clock, SigningKey.generate()) as (ports, journal):
        app = Starlette(routes=authorization_server(ports, public_url=PUBLIC_URL, keys=keys))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=PUBLIC_URL) as http:
            yield World(http=http, ports=ports, journal=journal, keys=keys, clock=clock)
