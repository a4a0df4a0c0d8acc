"""The client's own verification agrees with the journal's tree, and believes nothing that was altered."""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.client.errors import ProofInvalidError
from gateway.client.proofs import Checkpoint, computed_root, verify_checkpoint, verify_consistency, verify_proof
from graph.journal import merkle
from graph.signing import RECEIPT_TYP, SigningKey, sign, sign_note
from tests.testkit.merkle import Leaves, naive_root, naive_subproof

ORIGIN = "muniment.example/main"
KEY = SigningKey.generate()
EVENTS = [json.dumps({"type": "AccessRecorded", "seq": seq}).encode() for seq in range(13)]


def subtrees(leaves: list[merkle.Hash]) -> merkle.Subtrees:
    def at(level: int, position: int) -> merkle.Hash:
        if level == 0:
            return leaves[position]
        return merkle.node_hash(at(level - 1, 2 * position), at(level - 1, 2 * position + 1))

    return lambda wanted: [at(level, position) for level, position in wanted]


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def checkpoint(size: int, root: bytes, *, key: SigningKey = KEY, origin: str = ORIGIN) -> str:
    return sign_note(key, origin, f"{origin}\n{size}\n{text(root)}\n")


def proof_of(seq: int, size: int) -> dict[str, Any]:
    leaves = [merkle.leaf_hash(event) for event in EVENTS[:size]]
    root = merkle.root_of(size, subtrees(leaves))
    return {
        "seq": seq,
        "leaf": text(leaves[seq]),
        "event": EVENTS[seq].decode(),
        "path": [text(each) for each in merkle.inclusion_proof(seq, size, subtrees(leaves))],
        "treeSize": size,
        "root": text(root),
        "checkpoint": checkpoint(size, root),
    }


def receipt_of(seq: int, *, tree_size: int, key: SigningKey = KEY, **changed: object) -> dict[str, Any]:
    leaf = merkle.leaf_hash(EVENTS[seq]).hex()
    promise = {"id": "urn:muniment:access:1", "seq": seq, "leaf": leaf, "at": "2026-11-21T12:00:00.000000Z"}
    signature = sign(key, {**promise, "tree_size": tree_size, **changed}, typ=RECEIPT_TYP)
    return {**promise, "leaf": text(bytes.fromhex(leaf)), "treeSize": tree_size, "signature": signature}


@pytest.mark.parametrize("size", range(1, len(EVENTS) + 1))
def test_every_event_of_every_tree_is_proven(size: int) -> None:
    for seq in range(size):
        proven = verify_proof(proof_of(seq, size), origin=ORIGIN, public_jwk=KEY.public_jwk)

        assert proven.seq == seq
        assert proven.event == {"type": "AccessRecorded", "seq": seq}
        assert proven.checkpoint.size == size


def test_the_two_implementations_refuse_the_same_paths() -> None:
    leaves = [merkle.leaf_hash(event) for event in EVENTS]
    for size in range(1, 10):
        root = merkle.root_of(size, subtrees(leaves))
        for seq in range(size):
            path = merkle.inclusion_proof(seq, size, subtrees(leaves))
            for index in range(-1, size + 2):
                for candidate in (path, path[:-1], (*path, root), path[::-1], ()):
                    theirs = merkle.verify_inclusion(
                        leaf=leaves[seq], index=index, size=size, proof=candidate, root=root
                    )
                    assert (computed_root(leaves[seq], index, size, candidate) == root) is theirs


def test_an_event_is_proven_to_be_the_one_that_a_receipt_promised() -> None:
    receipt = receipt_of(4, tree_size=5)

    proven = verify_proof(proof_of(4, 11), origin=ORIGIN, public_jwk=KEY.public_jwk, receipt=receipt)

    assert proven.seq == 4


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda proof: proof.update(event=proof["event"].replace("Recorded", "Withheld")), "not what was hashed"),
        (lambda proof: proof.update(leaf=text(bytes(32))), "not what was hashed"),
        (lambda proof: proof.update(leaf="AAAA"), "32 bytes"),
        (lambda proof: proof.update(leaf="*"), "32 bytes"),
        (lambda proof: proof.update(leaf=None), "`leaf` is missing"),
        (lambda proof: proof.update(seq=5), "does not lead"),
        (lambda proof: proof.update(seq=11), "does not lead"),
        (lambda proof: proof.update(seq=-1), "`seq`"),
        (lambda proof: proof.update(seq=True), "`seq`"),
        (lambda proof: proof["path"].pop(), "does not lead"),
        (lambda proof: proof["path"].append(text(bytes(32))), "does not lead"),
        (lambda proof: proof.update(path=[]), "does not lead"),
        (lambda proof: proof.update(path="AAAA"), "`path`"),
        (lambda proof: proof.update(path=None), "`path`"),
        (lambda proof: proof.update(path=[1]), "32 bytes"),
        (lambda proof: proof.update(treeSize=12), "another head"),
        (lambda proof: proof.update(root=text(bytes(32))), "another head"),
        (lambda proof: proof.update(checkpoint=checkpoint(11, bytes(32))), "another head"),
        (lambda proof: proof.update(checkpoint=proof["checkpoint"].replace("\n11\n", "\n12\n")), "the checkpoint"),
        (
            lambda proof: proof.update(checkpoint=checkpoint(11, bytes(32), key=SigningKey.generate())),
            "the checkpoint",
        ),
        (lambda proof: proof.update(checkpoint=checkpoint(11, bytes(32), origin="other")), "the checkpoint"),
        (lambda proof: proof.update(checkpoint="a note"), "the checkpoint"),
    ],
)
def test_an_altered_proof_shows_nothing(change: Change, finding: str) -> None:
    proof = copy.deepcopy(proof_of(4, 11))
    change(proof)

    with pytest.raises(ProofInvalidError) as refused:
        verify_proof(proof, origin=ORIGIN, public_jwk=KEY.public_jwk)

    assert finding in refused.value.finding


@pytest.mark.parametrize("said", ["head\n", f"{ORIGIN}\nmany\n{text(bytes(32))}\n", f"{ORIGIN}\n1\n", "x\n1\ny\n"])
def test_a_signed_note_that_is_no_checkpoint_of_this_journal_is_refused(said: str) -> None:
    with pytest.raises(ProofInvalidError):
        verify_checkpoint(sign_note(KEY, ORIGIN, said), origin=ORIGIN, public_jwk=KEY.public_jwk)


@pytest.mark.parametrize(
    ("receipt", "finding"),
    [
        (receipt_of(4, tree_size=5, key=SigningKey.generate()), "the receipt"),
        ({**receipt_of(4, tree_size=5), "id": "urn:muniment:access:2"}, "something else than was signed"),
        ({**receipt_of(4, tree_size=5), "seq": 3}, "something else than was signed"),
        (receipt_of(3, tree_size=5), "another event"),
        (receipt_of(4, tree_size=12), "older than the receipt"),
        (receipt_of(4, tree_size=5, tree_size_="x") | {"signature": "no.jws.at all"}, "the receipt"),
        ({**receipt_of(4, tree_size=5), "signature": None}, "`signature` is missing"),
    ],
)
def test_a_receipt_of_something_else_shows_nothing(receipt: dict[str, Any], finding: str) -> None:
    with pytest.raises(ProofInvalidError) as refused:
        verify_proof(proof_of(4, 11), origin=ORIGIN, public_jwk=KEY.public_jwk, receipt=receipt)

    assert finding in refused.value.finding


@pytest.mark.parametrize("content", [b"[]", b"no json"])
def test_a_leaf_that_is_no_event_is_refused(content: bytes) -> None:
    leaf = merkle.leaf_hash(content)
    proof = {
        "seq": 0,
        "leaf": text(leaf),
        "event": content.decode(),
        "path": [],
        "treeSize": 1,
        "root": text(leaf),
        "checkpoint": checkpoint(1, leaf),
    }

    with pytest.raises(ProofInvalidError):
        verify_proof(proof, origin=ORIGIN, public_jwk=KEY.public_jwk)


def heads(older: int, newer: int) -> tuple[Checkpoint, Checkpoint, list[str]]:
    leaves = Leaves(newer)
    roots = [naive_root(leaves.hashes[:size]) for size in (older, newer)]
    first, second = (
        Checkpoint(origin=ORIGIN, size=size, root=root) for size, root in zip((older, newer), roots, strict=True)
    )
    return first, second, [text(each) for each in naive_subproof(older, leaves.hashes)]


@pytest.mark.parametrize("newer", range(1, 18))
def test_every_later_tree_continues_every_earlier_one(newer: int) -> None:
    for older in range(1, newer + 1):
        first, second, path = heads(older, newer)

        verify_consistency(first, second, path)

        if path:
            for wrong in (path[:-1], [*path, path[0]], [text(bytes(32)), *path[1:]]):
                with pytest.raises(ProofInvalidError):
                    verify_consistency(first, second, wrong)
        with pytest.raises(ProofInvalidError):
            verify_consistency(replace(first, root=bytes(32)), second, path)


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"origin": "another"}, "two journals"), ({"size": 0}, "empty"), ({"size": 9}, "larger")],
)
def test_heads_that_cannot_follow_each_other_are_refused(changed: dict[str, Any], why: str) -> None:
    first, second, path = heads(3, 7)

    with pytest.raises(ProofInvalidError, match=why):
        verify_consistency(replace(first, **changed), second, path)


def test_two_heads_of_one_size_must_be_the_same() -> None:
    first, second, _ = heads(5, 5)

    with pytest.raises(ProofInvalidError, match="shown in two forms"):
        verify_consistency(first, replace(second, root=bytes(32)), [])
