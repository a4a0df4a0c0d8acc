"""What is handed to the journal, and what comes back."""

from dataclasses import dataclass
from typing import TypeAlias

from graph.journal.documents import Document
from graph.journal.events import Event, Recorded
from graph.journal.guards import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is appended as a whole or not at all."""

    events: tuple[Event, ...]
    guards: tuple[Guard, ...] = ()
    documents: tuple[Document, ...] = ()
    otherwise: tuple[Event, ...] = ()
    """Appended instead, without guards, when a guard fails: so that what was withheld is on record."""
    idempotency: tuple[str, str] | None = None
    """(actor, key): an entry repeated after it was appended appends nothing and gives the first outcome.

    A refusal is not remembered: the entry is judged anew.
    """


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
    """One of the codes of ``graph.errors``: VERSION_CONFLICT, LICENCE_*, DECISION_OUTDATED, and so on."""
    recorded: tuple[Recorded, ...] = ()
    """``Entry.otherwise``, durable."""


Outcome: TypeAlias = Appended | Refused
