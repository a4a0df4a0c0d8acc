import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from joserfc.jwk import ECKey

from graph.errors import KeyInvalidError, SignatureInvalidError
from graph.signing import (
    AGREEMENT_TYP,
    RECEIPT_TYP,
    SigningKey,
    key_id,
    sign,
    sign_note,
    thumbprint,
    verifier_key,
    verify,
    verify_note,
)

KEY = SigningKey.generate()
OTHER = SigningKey.generate()
PAYLOAD = {"policy": "sha-256:ab", "agreement": "urn:muniment:agreement:1"}
RFC_8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


def b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_a_payload_comes_back_as_it_was_signed() -> None:
    assert verify(sign(KEY, PAYLOAD, typ=AGREEMENT_TYP), KEY.public_jwk, typ=AGREEMENT_TYP) == PAYLOAD


def test_two_spellings_of_a_payload_have_one_signature() -> None:
    turned = dict(reversed(PAYLOAD.items()))

    assert sign(KEY, PAYLOAD, typ=AGREEMENT_TYP) == sign(KEY, turned, typ=AGREEMENT_TYP)


def test_the_thumbprint_is_that_of_rfc_8037() -> None:
    assert SigningKey.from_jwk(RFC_8037).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert thumbprint(SigningKey.from_jwk(RFC_8037).public_jwk) == SigningKey.from_jwk(RFC_8037).thumbprint


def test_the_signature_says_whose_key_it_claims_to_be() -> None:
    assert key_id(sign(KEY, PAYLOAD, typ=RECEIPT_TYP)) == KEY.thumbprint


@pytest.mark.parametrize("text", ["", "x", b64("[]") + ".a.b", b64('{"alg":"Ed25519"}') + ".a.b"])
def test_what_names_no_key_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalidError):
        key_id(text)


@pytest.mark.parametrize("jwk", [OTHER.public_jwk])
def test_another_key_does_not_verify(jwk: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalidError, match="another algorithm, key or purpose"):
        verify(sign(KEY, PAYLOAD, typ=AGREEMENT_TYP), jwk, typ=AGREEMENT_TYP)


def test_a_signature_for_another_purpose_does_not_verify() -> None:
    with pytest.raises(SignatureInvalidError):
        verify(sign(KEY, PAYLOAD, typ=AGREEMENT_TYP), KEY.public_jwk, typ=RECEIPT_TYP)


def test_every_part_of_a_signature_counts() -> None:
    header, payload, signature = sign(KEY, PAYLOAD, typ=AGREEMENT_TYP).split(".")
    forged = [
        f"{header}.{b64(json.dumps(PAYLOAD | {'policy': 'sha-256:cd'}))}.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}.{signature}=",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        f"{header}.{payload}.",
        f"é.{payload}.{signature}",
        "",
    ]

    for compact in forged:
        with pytest.raises(SignatureInvalidError):
            verify(compact, KEY.public_jwk, typ=AGREEMENT_TYP)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": KEY.thumbprint, "typ": AGREEMENT_TYP},
        {"alg": "EdDSA", "kid": KEY.thumbprint, "typ": AGREEMENT_TYP},
        {"alg": "Ed25519", "typ": AGREEMENT_TYP},
        {"alg": "Ed25519", "kid": KEY.thumbprint},
        {"alg": "Ed25519", "kid": KEY.thumbprint, "typ": AGREEMENT_TYP, "crit": ["b64"], "b64": False},
    ],
)
def test_a_header_has_exactly_its_three_members(header: dict[str, object]) -> None:
    _, payload, _ = sign(KEY, PAYLOAD, typ=AGREEMENT_TYP).split(".")
    signing_input = f"{b64(json.dumps(header))}.{payload}"
    signature = base64.urlsafe_b64encode(KEY.sign_bytes(signing_input.encode())).rstrip(b"=").decode()

    with pytest.raises(SignatureInvalidError):
        verify(f"{signing_input}.{signature}", KEY.public_jwk, typ=AGREEMENT_TYP)


@pytest.mark.parametrize("payload", ['{"a":1,"a":2}', "[1]", "no json"])
def test_a_payload_is_one_object_with_each_member_once(payload: str) -> None:
    with pytest.raises(SignatureInvalidError):
        verify(KEY.sign_compact(payload.encode(), typ="t"), KEY.public_jwk, typ="t")


def test_a_header_with_a_member_twice_is_refused() -> None:
    header = f'{{"alg":"Ed25519","alg":"Ed25519","kid":"{KEY.thumbprint}","typ":"t"}}'
    signing_input = f"{b64(header)}.{b64('{}')}"
    signature = base64.urlsafe_b64encode(KEY.sign_bytes(signing_input.encode())).rstrip(b"=").decode()

    with pytest.raises(SignatureInvalidError):
        verify(f"{signing_input}.{signature}", KEY.public_jwk, typ="t")


def test_a_key_does_not_show_itself() -> None:
    assert KEY.private_jwk()["d"] not in repr(KEY)
    assert "d" not in KEY.public_jwk


def test_a_saved_key_is_for_its_owner_only_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    KEY.save(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(path) == KEY
    with pytest.raises(FileExistsError):
        OTHER.save(path)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    KEY.save(path)
    path.chmod(0o640)

    with pytest.raises(KeyInvalidError, match="may be read by others"):
        SigningKey.load(path)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("not a key")
    path.chmod(0o600)

    with pytest.raises(KeyInvalidError, match="holds no JWK"):
        SigningKey.load(path)


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        KEY.public_jwk,
        RFC_8037 | {"x": KEY.public_jwk["x"]},
        RFC_8037 | {"crv": "Ed448"},
        RFC_8037 | {"d": "short"},
        RFC_8037 | {"d": 5},
        {name: value for name, value in RFC_8037.items() if name != "x"},
        ECKey.import_key(generate_private_key(SECP256R1())).as_dict(private=True),
    ],
)
def test_only_a_whole_private_ed25519_key_signs(jwk: dict[str, object]) -> None:
    with pytest.raises(KeyInvalidError):
        SigningKey.from_jwk(jwk)


def test_a_note_has_the_form_of_c2sp() -> None:
    note = sign_note(SigningKey.from_jwk(RFC_8037), "example.com/log", "example.com/log\n3\nabc=\n")

    text, signature = note.split("\n\n")
    assert text == "example.com/log\n3\nabc="
    assert signature.startswith("\u2014 example.com/log ")
    blob = base64.b64decode(signature.split(" ")[2])
    assert len(blob) == 68
    name, key_hash, encoded = verifier_key("example.com/log", RFC_8037).split("+", 2)
    assert (name, key_hash) == ("example.com/log", blob[:4].hex())
    assert base64.b64decode(encoded)[0] == 1


def test_a_note_is_verified_whatever_other_lines_stand_under_it() -> None:
    note = sign_note(KEY, "log", "log\n1\nroot\n")
    witness = sign_note(OTHER, "witness", "log\n1\nroot\n").split("\n\n")[1]
    namesake = sign_note(OTHER, "log", "log\n1\nroot\n").split("\n\n")[1]

    assert verify_note(note + witness, "log", KEY.public_jwk) == "log\n1\nroot\n"
    assert verify_note(note.replace("\n\n", f"\n\n{namesake}"), "log", KEY.public_jwk) == "log\n1\nroot\n"


NOTE = sign_note(KEY, "log", "log\n1\nroot\n")


@pytest.mark.parametrize(
    "note",
    [
        "",
        NOTE[:-1],
        NOTE.replace("1", "2", 1),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\u2014 log", "\u2014 elsewhere"),
        "log\n1\nroot\n\n\u2014 log not-base64!\n",
        "log\n1\nroot\n\n\u2014 log AAAA\n",
        "log\n1\nroot\n\n\u2014 log\n",
    ],
)
def test_an_altered_note_is_refused(note: str) -> None:
    with pytest.raises(SignatureInvalidError):
        verify_note(note, "log", KEY.public_jwk)


@pytest.mark.parametrize(
    ("name", "text"), [("", "a\n"), ("a b", "a\n"), ("a+b", "a\n"), ("log", "a"), ("log", "a\tb\n")]
)
def test_what_cannot_stand_in_a_note_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="note"):
        sign_note(KEY, name, text)
