"""Who takes part, and what they put into the catalogue."""

from dataclasses import dataclass
from enum import StrEnum

from graph.party import PartyKind


class RowScope(StrEnum):
    """Which rows of a collection a dataset holds."""

    ALL = "ALL"
    """Every row, except those of subjects who license their own data."""
    OWN = "OWN"
    """Only rows whose every subject is the licensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInvited:
    """An operator or platform operator invited somebody to register a key."""

    party: str
    kind: PartyKind
    invited_by: str
    subject: str = ""
    """Keyed subject hash, when the party is a person on a platform."""
    platform: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRegistered:
    """A party registered the public key it authenticates and signs with."""

    party: str
    kind: PartyKind
    client: str
    key: str
    """RFC 7638 thumbprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPublished:
    """A licensor put a dataset into the catalogue."""

    dataset: str
    source: str
    collection: str
    record_kind: str
    platform: str
    licensor: str
    rows: RowScope
    lawful_basis: str
    subject_columns: tuple[str, ...]
    sensitive: bool
    """True when an ethics decision is needed before the owner may answer a request."""
    description: str
    """Digest of the document: title, schema, platform terms, counts, completeness."""
    licensor_subject: str = ""
    """Keyed hash of the licensor's own account, for ``RowScope.OWN``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTermsDecided:
    """A licensor's operator settled contested or unknown platform terms for one dataset, with a reason and a date."""

    dataset: str
    action: str
    allowed: bool
    decided_by: str
    reason: str
    """Vault reference of the reasoning."""
    source: str
    """Where the terms stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPublished:
    """A licensor offers a dataset under terms."""

    offer: str
    dataset: str
    assigner: str
    policy: str
    """Hash of the offer's normal form; the document is stored under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningDelegated:
    """A licensor delegated signing within bounds to a key that the gateway holds for them."""

    owner: str
    dataset: str
    bounds: str
    """Hash of the private floor offer."""
    key: str
    """Thumbprint of the gateway-held key."""
    signature: str
    """The owner's JWS over the bounds' hash and the key."""
