"""The receipt: the gateway's signed promise that an event is in the journal."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Whoever holds it can demand an inclusion proof for ``leaf`` at ``seq``; a missing one proves omission."""

    id: str
    """IRI of the recorded access."""
    seq: int
    leaf: str
    """Hex of the leaf hash."""
    at: datetime
    tree_size: int
    """Size of the journal when the receipt was signed; greater than ``seq``."""
    signature: str
    """Compact JWS (Ed25519, typ ``muniment-receipt+jws``) over the fields above."""
