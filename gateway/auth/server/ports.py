"""What the authorization server needs of the world; the composition root fills it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from gateway.auth.profile import Clock
from graph.journal.entries import Entry, Outcome
from graph.journal.view import View
from graph.sql.operational import ClientStore, InvitationStore, ReplayCache

T = TypeVar("T")


class Record(Protocol):
    """The two sides of the journal that this server uses; ``graph.journal.journal.Journal`` has both."""

    async def append(self, *entries: Entry) -> tuple[Outcome, ...]:
        """Append; durable when it returns."""
        ...

    async def view(self, work: Callable[[View], T]) -> T:
        """Read one consistent state, in a thread."""
        ...


class Ids(Protocol):
    """Makes new IRIs."""

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<UUIDv7>``; never the same twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPorts:
    """Everything the authorization server may touch. The stores are synchronous: they are called in worker threads."""

    journal: Record
    clients: ClientStore
    invitations: InvitationStore
    replay: ReplayCache
    clock: Clock
    ids: Ids
