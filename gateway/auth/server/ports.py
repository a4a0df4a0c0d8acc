"""What the authorization server needs of the world; the composition root fills it in."""

from dataclasses import dataclass
from typing import Protocol

from gateway.auth.profile import Clock
from graph.journal.journal import Journal
from graph.sql.operational import ClientStore, InvitationStore, ReplayCache


class Ids(Protocol):
    """Makes new IRIs."""

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<UUIDv7>``; never the same twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPorts:
    """Everything the authorization server may touch. The stores are synchronous: they are called in worker threads."""

    journal: Journal
    clients: ClientStore
    invitations: InvitationStore
    replay: ReplayCache
    clock: Clock
    ids: Ids
