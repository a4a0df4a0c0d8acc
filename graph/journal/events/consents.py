"""What the people in the rows allow, and what they do not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsGiven:
    """Subjects agreed to a notice; a batch, or a single one."""

    notice: str
    """Digest of the notice: platform, purposes, categories, recipients, text."""
    platform: str
    recorded_by: str
    subjects: str
    """Digest of the stored list of keyed subject hashes."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """A subject took consent back; of one notice or of all of the platform."""

    platform: str
    subject: str
    recorded_by: str
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRaised:
    """A subject objected to the use of their rows on another basis than consent."""

    platform: str
    subject: str
    recorded_by: str
