"""The receipt: the gateway's signed promise that an event is in the journal."""

from dataclasses import dataclass
from datetime import datetime

from graph.journal.events import AccessDenied, AccessRecorded, AccessWithheld, Recorded
from graph.signing import RECEIPT_TYP, SigningKey, sign
from graph.times import instant_text


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
    """Size of the smallest tree that holds the event; greater than ``seq``."""
    signature: str
    """Compact JWS (Ed25519, typ ``muniment-receipt+jws``) over the fields above, the time as canonical text."""


def receipt_for(recorded: Recorded, key: SigningKey) -> Receipt:
    """Sign the promise for an event that is durable."""
    match recorded.event:
        case AccessRecorded(access=access) | AccessDenied(access=access) | AccessWithheld(access=access):
            iri = access
        case _:
            iri = f"urn:muniment:event:{recorded.seq}"
    tree_size = recorded.seq + 1
    leaf = recorded.leaf.hex()
    payload = {"id": iri, "seq": recorded.seq, "leaf": leaf, "at": instant_text(recorded.at), "tree_size": tree_size}
    return Receipt(
        id=iri,
        seq=recorded.seq,
        leaf=leaf,
        at=recorded.at,
        tree_size=tree_size,
        signature=sign(key, payload, typ=RECEIPT_TYP),
    )
