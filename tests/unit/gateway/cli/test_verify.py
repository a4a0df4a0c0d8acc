"""Verifying a bundle offline: what is good, what was altered, what is no bundle."""

import base64
import hashlib
import json

import pytest

from gateway.cli.app import main
from gateway.cli.verify import FORMAT, HEADS
from graph.signing import RECEIPT_TYP, SigningKey, sign, sign_note
from tests.testkit.merkle import Leaves, naive_root, naive_subproof

ORIGIN = "muniment.example/main"
KEY = SigningKey.generate()
EVENT = json.dumps({"type": "AccessRecorded", "access": "urn:muniment:access:1"})


def a_bundle(**changed: object) -> dict[str, object]:
    """A journal of one event: its leaf is the root."""
    leaf = hashlib.sha256(b"\x00" + EVENT.encode()).digest()
    text = base64.b64encode(leaf).decode()
    promise = {"id": "urn:muniment:access:1", "seq": 0, "leaf": leaf.hex(), "at": "2026-11-21T12:00:00.000000Z"}
    proof = {"seq": 0, "leaf": text, "event": EVENT, "path": [], "treeSize": 1, "root": text}
    return {
        "format": FORMAT,
        "origin": ORIGIN,
        "key": KEY.public_jwk,
        "proof": {**proof, "checkpoint": sign_note(KEY, ORIGIN, f"{ORIGIN}\n1\n{text}\n")},
        "receipt": {
            **promise,
            "leaf": text,
            "treeSize": 1,
            "signature": sign(KEY, {**promise, "tree_size": 1}, typ=RECEIPT_TYP),
        },
        **changed,
    }


def verify(folder, bundle: object, *more: str) -> int:
    path = folder / "proof.json"
    path.write_text(json.dumps(bundle))
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path), *more])
    return int(ended.value.code or 0)


def test_good_bundle_is_verified_and_the_key_is_named(tmp_path, capsys):
    assert verify(tmp_path, a_bundle()) == 0

    told = capsys.readouterr().out
    assert told.startswith(f"verified: AccessRecorded, place 0 in {ORIGIN}, which had 1 events then")
    assert KEY.thumbprint in told
    assert "the key came with the bundle" in told


def test_json_says_the_same(tmp_path, capsys):
    assert verify(tmp_path, a_bundle(receipt=None), "--json") == 0

    assert json.loads(capsys.readouterr().out) == {
        "verified": True,
        "event": "AccessRecorded",
        "seq": 0,
        "journal": ORIGIN,
        "journal_size": 1,
        "receipt": False,
        "key": KEY.thumbprint,
        "key_from": "bundle",
    }


def test_a_key_from_the_bundle_itself_shows_nothing_and_is_told(tmp_path, capsys):
    assert verify(tmp_path, a_bundle(), "--key", str(tmp_path / "proof.json")) == 0
    assert "the file of --key came with the bundle" in capsys.readouterr().out

    assert verify(tmp_path, a_bundle(), "--key", str(tmp_path / "proof.json"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["key_from"] == "bundle"


def test_a_key_from_another_bundle_counts(tmp_path, capsys):
    known = tmp_path / "known.json"
    known.write_text(json.dumps(a_bundle()))

    assert verify(tmp_path, a_bundle(), "--key", str(known)) == 0

    assert "came with" not in capsys.readouterr().out


def test_a_bundle_that_is_nested_too_deeply_is_told(tmp_path, capsys):
    path = tmp_path / "proof.json"
    path.write_text("[" * 100_000)
    with pytest.raises(SystemExit):
        main(["verify", str(path)])

    assert "FILE_UNREADABLE" in capsys.readouterr().err


def test_another_key_than_the_one_that_was_learnt_before_is_named_beside_it(tmp_path, capsys):
    known = SigningKey.generate()
    other = tmp_path / "key.jwk"
    other.write_text(json.dumps(known.public_jwk))

    assert verify(tmp_path, a_bundle(), "--key", str(other)) == 1

    told = capsys.readouterr().err
    assert "KEY_OTHER" in told
    assert known.thumbprint in told
    assert KEY.thumbprint in told


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_key_is_taken_as_it_was_kept(tmp_path, capsys, wrapped):
    kept = tmp_path / "key.jwk"
    kept.write_text(json.dumps({"origin": ORIGIN, "key": KEY.public_jwk} if wrapped else KEY.public_jwk))

    assert verify(tmp_path, a_bundle(), "--key", str(kept), "--json") == 0

    assert json.loads(capsys.readouterr().out)["key_from"] == "file"


def test_file_that_holds_no_key_is_not_blamed_on_the_log(tmp_path, capsys):
    kept = tmp_path / "key.jwk"
    kept.write_text('{"kty": "RSA"}')

    assert verify(tmp_path, a_bundle(), "--key", str(kept)) == 1

    assert "VERIFYING_KEY_INVALID" in capsys.readouterr().err


def test_bundle_that_names_no_key_is_not_of_the_known_gateway(tmp_path, capsys):
    kept = tmp_path / "key.jwk"
    kept.write_text(json.dumps(KEY.public_jwk))

    assert verify(tmp_path, a_bundle(key={}), "--key", str(kept)) == 1

    assert "KEY_OTHER" in capsys.readouterr().err


def two_heads(older: int = 3, newer: int = 5, **changed: object) -> dict[str, object]:
    """The heads of a journal at two sizes, and the proof between them."""
    leaves = Leaves(8)
    note = {
        size: sign_note(
            KEY, ORIGIN, f"{ORIGIN}\n{size}\n{base64.b64encode(naive_root(leaves.hashes[:size])).decode()}\n"
        )
        for size in (older, newer)
    }
    path = naive_subproof(older, leaves.hashes[:newer])
    return {
        "format": HEADS,
        "origin": ORIGIN,
        "key": KEY.public_jwk,
        "heads": [note[older], note[newer]],
        "consistency": [base64.b64encode(each).decode() for each in path],
        **changed,
    }


def test_a_later_head_that_continues_an_earlier_one_is_verified(tmp_path, capsys):
    assert verify(tmp_path, two_heads()) == 0

    assert "with 5 events begins with the 3 events of the earlier head" in capsys.readouterr().out


def test_a_head_that_does_not_continue_the_earlier_one_is_refused(tmp_path, capsys):
    assert verify(tmp_path, two_heads(consistency=[])) == 1

    assert "PROOF_INVALID" in capsys.readouterr().err


def test_altered_event_is_refused(tmp_path, capsys):
    bundle = json.loads(json.dumps(a_bundle()).replace("access:1", "access:2"))

    assert verify(tmp_path, bundle) == 1

    assert "PROOF_INVALID" in capsys.readouterr().err


@pytest.mark.parametrize("bundle", [{}, {"format": "other"}, a_bundle(format="muniment-proof/2"), a_bundle(proof="x")])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path, capsys, bundle):
    assert verify(tmp_path, bundle) == 1

    assert "BUNDLE_INVALID" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["[]", "{"])
def test_file_that_is_no_object_is_a_clear_error(tmp_path, capsys, content):
    path = tmp_path / "x.json"
    path.write_text(content)

    with pytest.raises(SystemExit):
        main(["verify", str(path)])

    assert "FILE_UNREADABLE" in capsys.readouterr().err


def test_missing_file_is_a_clear_error(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["verify", str(tmp_path / "none.json")])

    assert "FILE_UNREADABLE" in capsys.readouterr().err
