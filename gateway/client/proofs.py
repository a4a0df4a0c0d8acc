"""Checking offline that an event is in the journal: nothing here asks the gateway or believes it.

This is a second implementation of the verification of RFC 9162, section 2.1.3, written apart from the one that makes
the proofs. What is needed: the proof, the key of the journal as learnt beforehand, and, if there is one, the receipt.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from gateway.client.errors import ProofInvalidError
from graph.signing import RECEIPT_TYP, verify, verify_note
from policies.errors import CodedError

_HASH_BYTES: Final = 32
_CHECKPOINT_LINES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed head of the journal."""

    origin: str
    """Name of the journal."""
    size: int
    """How many events it had."""
    root: bytes
    """Root of the tree over them, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenEvent:
    """An event that is in the journal, under a head that the journal's key signed."""

    seq: int
    event: Mapping[str, Any]
    checkpoint: Checkpoint


def verify_proof(
    proof: Mapping[str, Any],
    *,
    origin: str,
    public_jwk: Mapping[str, Any],
    receipt: Mapping[str, Any] | None = None,
) -> ProvenEvent:
    """Check an ``InclusionProof`` of the GraphQL interface, and the receipt that promised it.

    Args:
        proof: ``seq, leaf, event, path, treeSize, root, checkpoint``, as the gateway answered.
        origin: name of the journal, learnt beforehand.
        public_jwk: the journal's public Ed25519 key, learnt beforehand.
        receipt: ``id, seq, leaf, at, treeSize, signature`` of an answer, when the proof must be of just this access.

    Raises:
        ProofInvalidError: One of them does not show what it should; ``finding`` says which and why.

    Example:
        >>> proven = verify_proof(
        ...     proof, origin="muniment.example", public_jwk=key, receipt=receipt
        ... )  # doctest: +SKIP
        >>> proven.event["type"]  # doctest: +SKIP
        'AccessRecorded'
    """
    content = _text(proof, "event").encode()
    leaf = sha256(b"\x00" + content).digest()
    if leaf != _hash(_text(proof, "leaf")):
        raise ProofInvalidError("the event is not what was hashed")
    head = verify_checkpoint(_text(proof, "checkpoint"), origin=origin, public_jwk=public_jwk)
    seq = _whole(proof, "seq")
    if (_whole(proof, "treeSize"), _hash(_text(proof, "root"))) != (head.size, head.root):
        raise ProofInvalidError("the proof is for another head than the signed one")
    path = proof.get("path")
    if not isinstance(path, Sequence) or isinstance(path, str):
        raise ProofInvalidError("`path` is not a list of hashes")
    if computed_root(leaf, seq, head.size, [_hash(each) for each in path]) != head.root:
        raise ProofInvalidError("the path does not lead from the event to the signed head")
    if receipt is not None:
        _check_receipt(receipt, seq=seq, leaf=leaf, head=head, public_jwk=public_jwk)
    return ProvenEvent(seq=seq, event=_event(content), checkpoint=head)


def verify_checkpoint(note: str, *, origin: str, public_jwk: Mapping[str, Any]) -> Checkpoint:
    """Check a signed head (C2SP tlog-checkpoint) and read it.

    Raises:
        ProofInvalidError: The note is not signed by this key, or says something else than a head.
    """
    try:
        text = verify_note(note, origin, public_jwk)
    except CodedError as problem:
        raise ProofInvalidError(f"the checkpoint: {problem.message}") from None
    lines = text.split("\n")
    if len(lines) <= _CHECKPOINT_LINES or lines[0] != origin or not lines[1].isascii() or not lines[1].isdigit():
        raise ProofInvalidError("the signed note is not a checkpoint of this journal")
    return Checkpoint(origin=origin, size=int(lines[1]), root=_hash(lines[2]))


def computed_root(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that follows from a leaf hash and its path, or ``None`` when the path has a wrong length.

    Straight from the definition of the tree: it splits before the largest power of two below its size, and the last
    hash of the path is the root of the half in which the leaf is not.
    """
    if not 0 <= index < size:
        return None
    if size == 1:
        return None if path else leaf
    if not path:
        return None
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        inner = computed_root(leaf, index, left, path[:-1])
        return None if inner is None else sha256(b"\x01" + inner + path[-1]).digest()
    inner = computed_root(leaf, index - left, size - left, path[:-1])
    return None if inner is None else sha256(b"\x01" + path[-1] + inner).digest()


def verify_consistency(older: Checkpoint, newer: Checkpoint, path: Sequence[str]) -> None:
    """Check that a later head begins with everything that an earlier one covered.

    Args:
        older: the head that was seen first, verified.
        newer: the head that was seen later, verified.
        path: the hashes of the ``consistency`` field, base64, between just these two sizes.

    Raises:
        ProofInvalidError: They are heads of two journals, or the later one does not continue the earlier one.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if older.origin != newer.origin:
        raise ProofInvalidError("the heads are of two journals")
    if not 0 < older.size <= newer.size:
        raise ProofInvalidError("the earlier head is empty, or larger than the later one")
    hashes = [_hash(each) for each in path]
    if older.size == newer.size:
        if hashes or older.root != newer.root:
            raise ProofInvalidError("two heads of one size differ: the journal was shown in two forms")
        return
    if older.size & (older.size - 1) == 0:
        hashes.insert(0, older.root)
    if _continued(older.size, newer.size, hashes) != (older.root, newer.root):
        raise ProofInvalidError("the later head does not continue the earlier one")


def _continued(first: int, second: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that follow from the path, or ``None`` when it has a wrong length."""
    if not hashes:
        return None
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    older = newer = hashes[0]
    for each in hashes[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            older = sha256(b"\x01" + each + older).digest()
            newer = sha256(b"\x01" + each + newer).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            newer = sha256(b"\x01" + newer + each).digest()
        fn, sn = fn >> 1, sn >> 1
    return (older, newer) if sn == 0 else None


def _check_receipt(
    receipt: Mapping[str, Any], *, seq: int, leaf: bytes, head: Checkpoint, public_jwk: Mapping[str, Any]
) -> None:
    try:
        promised = verify(_text(receipt, "signature"), public_jwk, typ=RECEIPT_TYP)
    except CodedError as problem:
        raise ProofInvalidError(f"the receipt: {problem.message}") from None
    stated = (_text(receipt, "id"), _whole(receipt, "seq"), _hash(_text(receipt, "leaf")).hex())
    if (promised.get("id"), promised.get("seq"), promised.get("leaf")) != stated:
        raise ProofInvalidError("the receipt states something else than was signed")
    if (seq, leaf.hex()) != stated[1:]:
        raise ProofInvalidError("the proof is of another event than the receipt promised")
    if _whole(promised, "tree_size") > head.size:
        raise ProofInvalidError("the signed head is older than the receipt")


def _event(content: bytes) -> Mapping[str, Any]:
    try:
        event = json.loads(content)
    except ValueError:
        raise ProofInvalidError("the event is not JSON") from None
    if not isinstance(event, dict):
        raise ProofInvalidError("the event is not a JSON object")
    return event


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise ProofInvalidError(f"`{name}` is missing")
    return value


def _whole(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    if type(value) is not int or value < 0:
        raise ProofInvalidError(f"`{name}` is not a count")
    return value


def _hash(text: object) -> bytes:
    try:
        value = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        value = b""
    if len(value) != _HASH_BYTES:
        raise ProofInvalidError("a hash is not 32 bytes in base64")
    return value
