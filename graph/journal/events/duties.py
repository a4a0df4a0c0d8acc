"""What is owed after rows have left: filed, taken note of, fulfilled by a signed statement."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DutyKind(StrEnum):
    """What has to be done."""

    TAKE_DOWN = "TAKE_DOWN"
    """Somebody in a package withdrew: the package is not used any more."""
    DELETE = "DELETE"
    """The licence ended: everything that was taken under it is deleted."""
    CERTIFY_DELETION = "CERTIFY_DELETION"
    """The licensee signs that it is, for every delivery."""
    SETTLE = "SETTLE"
    """What is due is paid; the licensor confirms it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFiled:
    """The licensee of a licence owes something from now on."""

    duty: str
    kind: DutyKind
    licence: str
    clause: str
    """Uid of the obligation in the agreement, or empty when it follows from the law or from the price."""
    raised_by: str
    """Whose act it follows from: a party, or of a take-down the keyed hash of the person."""
    due: datetime
    deliveries: tuple[str, ...]
    """The packages that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAcknowledged:
    """The licensee took note of it."""

    duty: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFulfilled:
    """It is done, by the signed word of the licensee, of a payment by that of the licensor."""

    duty: str
    by: str
    statement: str
    """Digest of the stored statement."""
    key: str
    """RFC 7638 thumbprint of the signing key."""
    signature: str
    """Compact JWS over ``{duty, statement}``."""
