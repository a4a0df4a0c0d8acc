"""The real journal and the real stores of an authorization server, in a folder."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.auth.profile import Clock
from gateway.auth.server.ports import ServerPorts
from graph.journal.journal import Journal
from graph.signing import SigningKey
from graph.sql.engine import create_engine
from graph.sql.operational import SqlClientStore, SqlInvitationStore, SqlReplayCache


@dataclass(slots=True)
class CountedIds:
    """New IRIs, one after the other."""

    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<number>``."""
        return f"urn:muniment:{type_name}:{next(self._numbers):04}"


@asynccontextmanager
async def open_ports(folder: Path, clock: Clock, key: SigningKey) -> AsyncIterator[tuple[ServerPorts, Journal]]:
    """Open an empty store; ``key`` signs receipts and checkpoints."""
    engine = create_engine(f"sqlite:///{folder}/journal.db")
    async with Journal.open(engine, clock=clock, key=key) as journal:
        ports = ServerPorts(
            journal=journal,
            clients=SqlClientStore(engine),
            invitations=SqlInvitationStore(engine, clock),
            replay=SqlReplayCache(engine, clock),
            clock=clock,
            ids=CountedIds(),
        )
        yield ports, journal
    engine.dispose()
