"""Verifying a bundle offline: what is good, what was altered, what is no bundle."""

import base64
import hashlib
import json

import pytest

from gateway.cli.app import main
from gateway.cli.verify import FORMAT
from graph.signing import RECEIPT_TYP, SigningKey, sign, sign_note

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
        "receipt": {**promise, "treeSize": 1, "signature": sign(KEY, {**promise, "tree_size": 1}, typ=RECEIPT_TYP)},
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
    assert told.startswith("verified: AccessRecorded, event 0 of 1")
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


def test_key_that_was_learnt_before_is_the_one_that_counts(tmp_path, capsys):
    other = tmp_path / "key.jwk"
    other.write_text(json.dumps(SigningKey.generate().public_jwk))

    assert verify(tmp_path, a_bundle(), "--key", str(other)) == 1

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
