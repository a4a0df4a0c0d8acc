"""What licensees report, and what owners make of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReported:
    """A licensee says that a model was trained on a delivery."""

    run: str
    party: str
    client: str
    delivery: str
    manifest: str
    """Digest of the manifest: the very version of the records."""
    licences: tuple[str, ...]
    """Those of the delivery."""
    model: str
    """IRI of the model, as the licensee names it."""
    action: str
    purpose: str
    started: datetime
    ended: datetime
    facets: str
    """Digest of the stored report, an OpenLineage run event."""
    code: str = ""
    """Why the run is outside what was licensed; empty when it is within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernFiled:
    """An owner questions an access or a run under its licence."""

    concern: str
    about: str
    licence: str
    by: str
    text: str
    """Vault reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAnswered:
    """The licensee answers."""

    concern: str
    by: str
    text: str
    """Vault reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernClosed:
    """The owner closes its concern."""

    concern: str
    by: str
    code: str
    """Outcome, machine-readable."""
