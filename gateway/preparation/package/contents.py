"""What the documents of a package are written from: frozen values, no record among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connectors.kinds import Column, Kind
from gateway.preparation.shards import Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """One column of a dataset as it leaves."""

    declared: Column
    transform: str
    """What was done to it, in plain words; empty when it is as it was."""
    filled: int
    """Rows that have a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Rows that were fetched and do not leave."""

    by_terms: int
    """The agreement, or the source's own filter, leaves them out."""
    by_people: int
    """Somebody in them did not consent, objected, or licenses their own records."""
    duplicates: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.by_terms + self.by_people + self.duplicates


class RuleStage(StrEnum):
    """The stages of preparing a dataset, in their order."""

    TERMS = "terms"
    CONSENT = "consent"
    DUPLICATES = "duplicates"
    QUALITY = "quality"
    COLUMNS = "columns"
    PSEUDONYMS = "pseudonyms"
    STANDARDISE = "standardise"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRule:
    """A rule that was applied in one stage."""

    stage: RuleStage
    rule: str
    """In plain words."""
    basis: str
    """Why: a clause of the agreement, a lawful basis, a consent notice, or the gateway's own rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPart:
    """One dataset of the package, under one licence."""

    name: str
    """Folder of its files, and name of its record set: letters, digits, hyphens."""
    kind: Kind
    title: str
    platform: str
    dataset: str
    licence: str
    licensor: str
    agreement: str
    version: int
    policy: str
    """``sha-256:<hex>``."""
    terms: tuple[str, ...]
    """The agreement in plain language."""
    lawful_basis: str
    attribution: str
    """What the platform's own terms ask for, or empty."""
    terms_source: str
    """Where the platform's own terms stand, or empty."""
    columns: tuple[Columns, ...]
    left_out: tuple[str, ...]
    """Columns that the source fills and the agreement does not license."""
    shards: tuple[Shard, ...]
    rows: int
    asked: int
    """Rows that were ordered."""
    within_quota: int
    """How many of them the quota of the licence had left."""
    fetched: int
    removed: Removed
    record_licences: Mapping[str, int]
    """Rows by the licence that travels with a record; empty when that column is not licensed."""
    checked: tuple[str, ...]
    """The rules that every row keeps, in plain words."""
    applied: tuple[AppliedRule, ...]
    """Every rule of every stage, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything the documents say."""

    delivery: str
    licensee: str
    purpose: str
    action: str
    ordered: datetime
    """The one moment in the package: making it again gives the same bytes."""
    url: str
    """Address of the gateway."""
    parts: tuple[DatasetPart, ...]

    @property
    def rows(self) -> int:
        """Of all datasets."""
        return sum(part.rows for part in self.parts)
