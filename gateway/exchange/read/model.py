"""The values that travel through the eight steps of a read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa

from connectors.kinds import Kind
from graph.journal.receipt import Receipt
from policies.model import ColumnMode
from policies.predicate import EVERYTHING, Predicate

ID: Final = "_id"
DATASET: Final = "_dataset"
LICENCE: Final = "_licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerm:
    """Sort by one column; nulls come last."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place between two rows of a result: per dataset, where its reading goes on. Holds no value of a record."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCommand:
    """One record field of a GraphQL operation."""

    field: str
    """Response key in the operation."""
    kind: Kind
    licences: tuple[str, ...]
    purpose: str
    action: str
    place: str | None = None
    model: str | None = None
    columns: tuple[str, ...]
    """Canonical columns that the operation selects."""
    with_id: bool = False
    where: Predicate = EVERYTHING
    order: tuple[OrderTerm, ...] = ()
    first: int
    after: Position | None = None
    mode: ColumnMode = ColumnMode.REFUSE
    operation: str
    """Digest of the operation's text and variables."""


class Stage(StrEnum):
    """Which of the eight steps stopped a dataset."""

    AUTHENTICATE = "authenticate"
    PLAN = "plan"
    DECIDE = "decide"
    FETCH = "fetch"
    MASK = "mask"
    COMMIT = "commit"


class SourceStatus(StrEnum):
    """How one dataset fared in one operation."""

    OK = "OK"
    PARTIAL = "PARTIAL"
    """Some rows came before the source failed."""
    TIMEOUT = "TIMEOUT"
    REFUSED = "REFUSED"
    """Denied before any call to the source."""
    UNAVAILABLE = "UNAVAILABLE"
    WITHHELD = "WITHHELD"
    """Fetched, but not released: something changed before the commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a dataset gave fewer rows than asked, or none."""

    code: str
    stage: Stage
    message: str
    clause: str = ""
    """Uid of the deciding rule of the caller's own licence, or empty."""
    decision: str = ""
    """IRI of the recorded event, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one dataset gave for one field."""

    source: str
    platform: str
    dataset: str
    licence: str = ""
    status: SourceStatus
    rows: int = 0
    withheld: int = 0
    """Rows fetched but dropped: residual filter, consent, objection."""
    took_ms: int = 0
    price_micro: int = 0
    currency: str = ""
    receipt: Receipt | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """The answer to one command: released columns, and how each dataset fared."""

    field: str
    rows: pa.Table
    """The released columns of the selection, and ``_id`` (when asked), ``_dataset``, ``_licence``."""
    positions: Sequence[Position] = ()
    """One per row, for cursors."""
    has_next: bool = False
    sources: tuple[SourceReport, ...] = ()
