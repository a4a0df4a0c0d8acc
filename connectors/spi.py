"""What a connector is: the whole contract.

A connector reads one platform. It gives record batches of canonical kinds, says what it can push down, and leaves the
rest to the engine. It holds no state of a request and reaches the outside only through its context.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, NewType, Protocol

import pyarrow as pa

from connectors.kinds import Kind
from policies.predicate import Comparator, Predicate

API_VERSION: Final = 1
"""Major version of this contract; a connector of another one is refused at load."""

CollectionId = NewType("CollectionId", str)
Checkpoint = NewType("Checkpoint", str)
"""Opaque resume point *after* a batch; it holds no personal value."""


class AiUse(StrEnum):
    """What the platform's own terms say of use for AI training; anything but ``allowed`` refuses until decided."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    CONTESTED = "contested"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTerms:
    """The platform's own terms, as far as they bind whoever passes its data on."""

    ai_use: AiUse = AiUse.UNKNOWN
    redistribution: AiUse = AiUse.UNKNOWN
    share_alike: bool = False
    attribution: str = ""
    source: str = ""
    """Where the terms stand."""
    record_licences: tuple[str, ...] = ()
    """Licence IRIs that may travel with single records (column ``licence_hint``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a collection's source does itself. What is absent is not claimed; the conformance kit probes both ways."""

    project: bool = False
    """Only the asked columns are fetched."""
    filters: Mapping[str, frozenset[Comparator]] = field(default_factory=dict)
    """Column -> comparators whose result at the source equals the engine's exactly (equality covers ``AnyOf``)."""
    limit: bool = False
    """The limit is applied at the source; only when the whole predicate was pushed."""
    resume: bool = False
    """Reading can start after a checkpoint without reading what lies before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One native table or endpoint of a source, and how it maps to a kind."""

    id: CollectionId
    kind: Kind
    columns: tuple[str, ...]
    """Canonical columns that the source fills, among them each that identifies a person; the others are null."""
    title: str
    description: str
    terms: PlatformTerms
    capabilities: Capabilities = Capabilities()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What one dataset must deliver for one operation."""

    collection: CollectionId
    columns: tuple[str, ...]
    where: Predicate
    limit: int | None = None
    """Rows that suffice; nothing when all are wanted. A source may deliver more."""
    after: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The connector's answer to a read request: what it does itself and what stays for the engine."""

    request: ReadRequest
    kind: Kind
    """Kind of the collection; every batch has columns of it."""
    pushed: Predicate
    """Part of ``where`` that the source applies; for explanation."""
    residual: Predicate
    """Part of ``where`` that the engine must still apply; never less than ``where`` without ``pushed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records of one kind, in the columns asked for and their order, with the resume point after them."""

    records: pa.RecordBatch
    checkpoint: Checkpoint
    source_ref: str
    """Where the records came from: request, page or position; without any personal value."""


class HealthStatus(StrEnum):
    """Whether a source can be read now."""

    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a source says of itself."""

    status: HealthStatus
    detail: str = ""


class Clock(Protocol):
    """The injected clock."""

    def __call__(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer with status 200; anything else became a ``ConnectorError``."""

    headers: Mapping[str, str]
    """Names are compared without regard to case."""
    body: bytes
    """After content decoding; at most as long as the source may answer."""


class ConnectorContext(Protocol):
    """The only way out for a connector: HTTP with limits, a deadline, a clock."""

    @property
    def batch_rows(self) -> int:
        """Rows a batch should have at most."""
        ...

    @property
    def clock(self) -> Clock:
        """The injected clock."""
        ...

    async def http_get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpAnswer:
        """One GET within the request's deadline, limits and allow-list; transient failures are retried by the engine.

        Raises:
            ConnectorError: the source refused, failed, was too slow or too long, or is not on the allow-list.
        """
        ...


class Connector(Protocol):
    """Reads one platform."""

    @property
    def platform(self) -> str:
        """Id of the platform; fills the column ``platform``."""
        ...

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts that its configuration names; the engine lets it reach no other. Empty for files and databases."""
        ...

    async def describe(self, context: ConnectorContext) -> Sequence[Collection]:
        """What is there now: only collections that exist and can be read.

        Raises:
            ConnectorError: the source cannot be reached or is not as configured.
        """
        ...

    def negotiate(self, request: ReadRequest) -> Accepted:
        """Split the request into what the source does and what the engine must do; pure, no I/O.

        Raises:
            CollectionNotFoundError: no such collection.
        """
        ...

    def read(self, accepted: Accepted, context: ConnectorContext) -> AsyncIterator[Batch]:
        """Deliver batches in the collection's own stable order, beginning after ``accepted.request.after``.

        Raises:
            ConnectorError: reading failed; what was yielded before stays valid.
        """
        ...

    async def health(self, context: ConnectorContext) -> Health:
        """Whether the source answers; never raises."""
        ...


class ConnectorFactory(Protocol):
    """What an entry point of the group ``muniment.connectors`` names: makes a connector from its configuration."""

    api: ClassVar[int]
    """Major version of the contract it was written for."""

    @classmethod
    def parse_config(cls, config: Mapping[str, Any]) -> Connector:
        """Check the configuration and make the connector.

        Raises:
            ConnectorConfigError: a key is missing, unknown or has a wrong value.
        """
        ...
