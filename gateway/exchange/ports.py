"""What the use cases reach the world through; the composition root fills it in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import uuid_utils

from connectors.engine import Fetched
from connectors.spi import Collection, ReadRequest
from gateway.auth.delivery_tokens import DeliveryTokens
from gateway.exchange.agreements import AgreementPolicies
from gateway.exchange.deliver.progress import Progress
from gateway.exchange.review import CHAIN, Reviewer
from graph.journal.journal import Journal
from graph.journal.vault import Vault
from graph.signing import SigningKey
from graph.sql.operational import ClientStore, InvitationStore
from graph.stores.port import GraphStore


class Clock(Protocol):
    """The injected clock."""

    def __call__(self) -> datetime:
        """The present moment, aware, UTC."""
        ...


class Ids(Protocol):
    """Makes new IRIs."""

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<UUIDv7>``; never the same twice."""
        ...


class UuidIds:
    """New IRIs in order of time."""

    def new(self, type_name: str) -> str:
        """``urn:muniment:<type_name>:<UUIDv7>``; never the same twice."""
        return f"urn:muniment:{type_name}:{uuid_utils.uuid7()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionProfile:
    """How much a collection holds, without any of its values."""

    rows: int
    completeness: Mapping[str, float] = field(default_factory=dict)
    """Share of rows with a value, 0 to 1, per canonical column that the source fills; empty when there is no row."""


class Sources(Protocol):
    """The configured sources, as far as publishing needs them."""

    def platform(self, source: str) -> str:
        """The platform that the source reads.

        Raises:
            NotFoundError: No source of this id is configured.
        """
        ...

    async def describe(self, source: str) -> Sequence[Collection]:
        """What the source has now.

        Raises:
            NotFoundError: No source of this id is configured.
            ConnectorError: The source cannot be reached or is not as configured.
        """
        ...

    async def profile(self, source: str, collection: str, *, own: str | None = None) -> CollectionProfile:
        """Count a collection.

        Args:
            source: Id of a configured source.
            collection: Id of one of its collections.
            own: An account: only rows whose every person is this one are counted. Nothing: all rows.

        Raises:
            NotFoundError: No source of this id is configured.
            ConnectorError: The source cannot be read, or has no such collection.
        """
        ...

    def read(
        self, source: str, request: ReadRequest, rows_hint: int | None = None, *, patience_s: float | None = None
    ) -> AsyncIterator[Fetched]:
        """Read what one dataset must deliver, under the source's deadline and limits; the residual filter is applied.

        Args:
            source: Id of a configured source.
            request: Columns, filter and resume point.
            rows_hint: About how many rows will do, so that batches need not be larger; nothing when all are wanted.
            patience_s: How long the whole reading may take; nothing: as long as a query may.

        Raises:
            ConnectorError: The source cannot be read; what was yielded before stays valid.
        """
        ...


class Preparations(Protocol):
    """The deliveries that are being prepared."""

    def begin(self, delivery: str) -> None:
        """Prepare an ordered delivery in the background; nothing happens when it is being prepared already."""
        ...

    def progress(self, delivery: str) -> Progress | None:
        """How far it is; nothing when it is not being prepared."""
        ...


class HeldKeys(Protocol):
    """The signing keys that the gateway holds for owners, one per owner and dataset."""

    def held(self, owner: str, dataset: str) -> SigningKey:
        """The key, made when there is none yet."""
        ...

    def find(self, owner: str, dataset: str) -> SigningKey | None:
        """The key, or nothing when none was made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """What one operation may cost."""

    sort_rows: int = 100_000
    """Rows that one dataset may have to be sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingLimits:
    """Where packages are made, and how large their parts are."""

    folder: Path
    url: str
    """Address under which clients reach the gateway."""
    shard_rows: int = 100_000
    """Rows of one file."""
    patience_s: float = 3600.0
    """How long one dataset may take to be read."""
    kept: timedelta = timedelta(days=7)
    """How long files stay after the receipt for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case may touch."""

    journal: Journal
    vault: Vault
    sources: Sources
    store: GraphStore
    keys: HeldKeys
    clients: ClientStore
    invitations: InvitationStore
    clock: Clock
    ids: Ids
    master: bytes = field(repr=False)
    """The secret from which the keys of licences are derived; 32 bytes."""
    policies: AgreementPolicies = field(default_factory=AgreementPolicies)
    limits: ReadLimits = ReadLimits()
    preparations: Preparations
    signer: SigningKey = field(repr=False)
    """The gateway's own key: seals packages."""
    packing: PackingLimits
    delivery_tokens: DeliveryTokens
    reviewers: Sequence[Reviewer] = CHAIN
    """Who answers for owners, in order."""
