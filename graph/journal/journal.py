"""Appending to the journal and reading from it: the async face of the one writer thread."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from graph.journal.events import Event, Recorded
from graph.journal.guards import Guard

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A content-addressed document that an event refers to by digest."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """``sha-256:<hex>`` of the content."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is appended as a whole or not at all."""

    events: tuple[Event, ...]
    guards: tuple[Guard, ...] = ()
    documents: tuple[Document, ...] = ()
    otherwise: tuple[Event, ...] = ()
    """Appended instead, without guards, when a guard fails: so that what was withheld is on record."""
    idempotency: tuple[str, str] | None = None
    """(actor, key): a repeated entry appends nothing and gives the first outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """The entry is durable."""

    recorded: tuple[Recorded, ...]
    repeated: bool = False
    """True when the idempotency key had been used: ``recorded`` is what was recorded then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A guard failed: none of ``Entry.events`` was appended."""

    guard: Guard
    code: str
    """One of the codes of ``graph.errors``: VERSION_CONFLICT, LICENCE_*, CONSENT_CHANGED, LICENCE_QUOTA_EXCEEDED."""
    recorded: tuple[Recorded, ...] = ()
    """``Entry.otherwise``, durable."""


Outcome = Appended | Refused
