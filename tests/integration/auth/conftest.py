"""The authorization server with its real journal and stores in a folder of its own, over ASGI."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from gateway.auth.server import authorization_server, load_or_create
from gateway.auth.server.ports import ServerPorts
from graph.journal.journal import Journal
from graph.signing import SigningKey
from graph.sql.engine import create_engine
from graph.sql.operational import SqlClientStore, SqlInvitationStore, SqlReplayCache
from tests.integration.auth.world import PUBLIC_URL, World
from tests.testkit.clock import FrozenClock


@dataclass(slots=True)
class CountedIds:
    """New IRIs, one after the other."""

    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<number>``."""
        return f"urn:muniment:{type_name}:{next(self._numbers):04}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A server that nobody has registered with."""
    clock = FrozenClock()
    engine = create_engine(f"sqlite:///{tmp_path}/journal.db")
    keys = load_or_create(tmp_path)
    async with Journal.open(engine, clock=clock, key=SigningKey.generate()) as journal:
        ports = ServerPorts(
            journal=journal,
            clients=SqlClientStore(engine),
            invitations=SqlInvitationStore(engine, clock),
            replay=SqlReplayCache(engine, clock),
            clock=clock,
            ids=CountedIds(),
        )
        app = Starlette(routes=authorization_server(ports, public_url=PUBLIC_URL, keys=keys))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=PUBLIC_URL) as http:
            yield World(http=http, ports=ports, journal=journal, keys=keys, clock=clock)
    engine.dispose()
