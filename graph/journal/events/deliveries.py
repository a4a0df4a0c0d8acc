"""Packages of prepared records: ordered, prepared, released, acknowledged."""

from dataclasses import dataclass

from graph.journal.events.access import Booking


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOrdered:
    """A licensee ordered a package of records; its preparation begins."""

    delivery: str
    party: str
    client: str
    action: str
    purpose: str
    plan: str
    """Digest of the stored plan: which datasets, columns and rows, under which licences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsReserved:
    """Units of one licence are held for a delivery, until it is released or fails."""

    delivery: str
    licence: str
    agreement: str
    policy: str
    dataset: str
    rows: int
    """At most so many rows."""
    decision: str
    """Digest of the stored decision."""
    booked: tuple[Booking, ...] = ()
    """What is held of each counter; written by the journal, from the quota guards that held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedItem:
    """What a package holds of one licence's dataset."""

    licence: str
    columns: tuple[str, ...]
    rows: int
    dropped: int
    """Rows that were fetched and left out: terms, consent, objection, duplicates."""
    notices: tuple[str, ...]
    """Digests of the consent notices that cover it."""
    subjects: str
    """Digest of the stored list of keyed subject hashes."""
    grounds: str = ""
    """Digest of the stored grounds: what its rows were chosen and transformed by. Empty in what is older than they."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPrepared:
    """The package is made and sealed; nothing of it has left."""

    delivery: str
    manifest: str
    """Digest of the stored manifest, which lists every file with its hash."""
    root: str
    """Merkle root over the files of the manifest, hex."""
    report: str
    """Digest of the stored preparation report."""
    files: int
    size: int
    """Bytes of all files."""
    items: tuple[PreparedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """There will be no package; what was held for it is free again."""

    delivery: str
    code: str
    findings: str = ""
    """Digest of the stored findings, when a check of the records failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReleased:
    """From here on the package may leave. The accesses that book its units stand beside this event."""

    delivery: str
    party: str
    client: str
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAcknowledged:
    """The licensee signed for what arrived."""

    delivery: str
    by: str
    manifest: str
    key: str
    """RFC 7638 thumbprint of the signing key."""
    signature: str
    """Compact JWS over ``{delivery, manifest}``."""
