"""Ed25519 signatures: compact JWS for agreements, delegations and receipts, signed notes for checkpoints.

Both forms are closed: one algorithm, one set of header members, one key per signature. What deviates is not valid.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, cast

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from graph.errors import KeyInvalidError, SignatureInvalidError

AGREEMENT_TYP: Final = "muniment-agreement+jws"
"""Payload ``{"agreement": iri, "policy": hash}``."""
DELEGATION_TYP: Final = "muniment-delegation+jws"
"""Payload ``{"bounds": hash, "dataset": iri, "key": thumbprint}``."""
RECEIPT_TYP: Final = "muniment-receipt+jws"
"""Payload: the fields of ``graph.journal.receipt.Receipt`` without the signature."""
MANIFEST_TYP: Final = "muniment-manifest+jws"
"""Payload ``{"delivery": iri, "manifest": digest, "root": hex}``: the gateway seals a package."""
DELIVERY_RECEIPT_TYP: Final = "muniment-delivery-receipt+jws"
"""Payload ``{"delivery": iri, "manifest": digest}``: the licensee signs for it."""

_ALGORITHM: Final = "Ed25519"
_CURVE: Final = "Ed25519"
DUTY_TYP: Final = "muniment-duty+jws"
"""``typ`` of a signature under the statement that a duty is fulfilled."""
_NOTE_KEY_TYPE: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key. Its ``repr`` shows the thumbprint only."""

    _okp: OKPKey = field(repr=False, compare=False)
    thumbprint: str
    """RFC 7638, SHA-256, base64url: the ``kid`` of every signature."""

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        return cls._of(OKPKey.generate_key(_CURVE))

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> Self:
        """The key of a private JWK (RFC 8037).

        Raises:
            KeyInvalidError: it is not a private Ed25519 key, or its public part is another key's.
        """
        return cls._of(_imported(jwk))

    @classmethod
    def load(cls, path: Path) -> Self:
        """The key that ``save`` wrote.

        Raises:
            KeyInvalidError: the file holds no key, or others than its owner may read it.
            OSError: the file cannot be read.
        """
        if path.stat().st_mode & 0o077:
            raise KeyInvalidError(f"`{path}` may be read by others than its owner")
        try:
            jwk = json.loads(path.read_bytes(), object_pairs_hook=_unique)
        except ValueError:
            raise KeyInvalidError(f"`{path}` holds no JWK") from None
        return cls.from_jwk(jwk)

    def save(self, path: Path) -> None:
        """Write the private JWK to a new file that only its owner may read.

        Raises:
            FileExistsError: a key is never written over.
        """
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(rfc8785.dumps(self.private_jwk()))
            file.flush()
            os.fsync(file.fileno())

    def private_jwk(self) -> dict[str, str]:
        """The private JWK; for a key store only."""
        return self.public_jwk | {"d": str(self._okp.as_dict(private=True)["d"])}

    @property
    def public_jwk(self) -> dict[str, str]:
        """The public JWK: ``kty``, ``crv``, ``x``."""
        return _public_members(self._okp)

    def sign_bytes(self, message: bytes) -> bytes:
        """The bare 64-byte signature; for forms that are not JWS."""
        return cast("Ed25519PrivateKey", self._okp.private_key).sign(message)

    def sign_compact(self, payload: bytes, *, typ: str) -> str:
        """Compact JWS over these bytes; ``sign`` is what callers want."""
        header = {"alg": _ALGORITHM, "kid": self.thumbprint, "typ": typ}
        return jws.serialize_compact(header, payload, self._okp, algorithms=[_ALGORITHM])

    @classmethod
    def _of(cls, okp: OKPKey) -> Self:
        if not okp.is_private:
            raise KeyInvalidError("it is not a private key")
        return cls(okp, okp.thumbprint())


def thumbprint(public_jwk: Mapping[str, Any]) -> str:
    """RFC 7638 thumbprint of a public Ed25519 JWK.

    Raises:
        KeyInvalidError: it is no Ed25519 key.
    """
    return _imported(public_jwk).thumbprint()


def sign(key: SigningKey, payload: Mapping[str, Any], *, typ: str) -> str:
    """Compact JWS over the canonical JSON (RFC 8785) of ``payload``."""
    return key.sign_compact(rfc8785.dumps(dict(payload)), typ=typ)


def verify(compact: str, public_jwk: Mapping[str, Any], *, typ: str) -> dict[str, Any]:
    """The payload of a compact JWS that this key signed for this purpose.

    Raises:
        SignatureInvalidError: anything but a valid signature of exactly the form that ``sign`` makes.
        KeyInvalidError: ``public_jwk`` is no Ed25519 key.
    """
    key = _imported(public_jwk)
    try:
        header = json.loads(_unpadded(compact.split(".", 1)[0]), object_pairs_hook=_unique)
        if header != {"alg": _ALGORITHM, "kid": key.thumbprint(), "typ": typ}:
            raise SignatureInvalidError("its header names another algorithm, key or purpose")
        signed = jws.deserialize_compact(compact, key, algorithms=[_ALGORITHM])
        payload = json.loads(signed.payload, object_pairs_hook=_unique)
    except (JoseError, ValueError) as error:
        raise SignatureInvalidError("it is malformed, or made over something else") from error
    if not isinstance(payload, dict):
        raise SignatureInvalidError("its payload is not a JSON object")
    return payload


def key_id(compact: str) -> str:
    """The ``kid`` that a compact JWS claims; to look up a key, never to trust it.

    Raises:
        SignatureInvalidError: it is not a JWS with a ``kid``.
    """
    try:
        header = json.loads(_unpadded(compact.split(".", 1)[0]), object_pairs_hook=_unique)
        claimed = header["kid"]
    except (ValueError, KeyError, TypeError) as error:
        raise SignatureInvalidError("it names no key") from error
    return str(claimed)


def sign_note(key: SigningKey, name: str, text: str) -> str:
    """A C2SP signed note: ``text``, an empty line, and one signature line of the key called ``name``.

    Args:
        key: Signs the text.
        name: Key name: no space, no plus sign.
        text: Ends with a line feed.

    Raises:
        ValueError: the name or the text cannot stand in a note.
    """
    _check_note(name, text)
    public = _raw_public(key.public_jwk)
    line = base64.b64encode(_note_key_id(name, public) + key.sign_bytes(text.encode())).decode()
    return f"{text}\n\u2014 {name} {line}\n"


def verify_note(note: str, name: str, public_jwk: Mapping[str, Any]) -> str:
    """The text of a note that the key called ``name`` signed; signature lines of other keys are passed over.

    Raises:
        SignatureInvalidError: no valid signature of that key, or the note is malformed.
        KeyInvalidError: ``public_jwk`` is no Ed25519 key.
    """
    public = _raw_public(public_jwk)
    body, separator, signatures = note.rpartition("\n\n")
    text = body + "\n"
    if not separator or not signatures.endswith("\n"):
        raise SignatureInvalidError("it is not a signed note")
    expected = _note_key_id(name, public)
    for line in signatures[:-1].split("\n"):
        blob = _note_signature(line, name)
        if blob[:_KEY_ID_BYTES] == expected:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(blob[_KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                break
            return text
    raise SignatureInvalidError(f"no valid signature of `{name}` stands under the note")


def verifier_key(name: str, public_jwk: Mapping[str, Any]) -> str:
    """What others need to verify notes: ``name+hex(key id)+base64(type and public key)``."""
    public = _raw_public(public_jwk)
    return f"{name}+{_note_key_id(name, public).hex()}+{base64.b64encode(_NOTE_KEY_TYPE + public).decode()}"


def _imported(jwk: Mapping[str, Any]) -> OKPKey:
    members = {name: jwk[name] for name in ("kty", "crv", "x", "d") if name in jwk}
    if members.get("kty") != "OKP" or members.get("crv") != _CURVE:
        raise KeyInvalidError("it is not an Ed25519 key")
    try:
        key = OKPKey.import_key(members)
        stated, actual = members["x"], _public_members(OKPKey.import_key(key.raw_value))["x"]
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise KeyInvalidError("its members cannot be read") from error
    if stated != actual:
        raise KeyInvalidError("its public part belongs to another private key")
    return key


def _public_members(key: OKPKey) -> dict[str, str]:
    members = key.as_dict(private=False)
    return {name: str(members[name]) for name in ("kty", "crv", "x")}


def _raw_public(jwk: Mapping[str, Any]) -> bytes:
    return _unpadded(str(_public_members(_imported(jwk))["x"]))


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    members = dict(listed)
    if len(members) != len(listed):
        raise ValueError("a member occurs twice")
    return members


def _check_note(name: str, text: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ValueError(f"`{name}` cannot name the key of a note")
    if not text.endswith("\n") or any(ord(character) < ord(" ") and character != "\n" for character in text):
        raise ValueError("the text of a note ends with a line feed and holds no other control character")


def _note_key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _NOTE_KEY_TYPE + public).digest()[:_KEY_ID_BYTES]


def _note_signature(line: str, name: str) -> bytes:
    """Key id and signature of a line; nothing when it is another key's line."""
    dash, _, rest = line.partition(" ")
    signer, _, encoded = rest.partition(" ")
    if dash != "\u2014" or not encoded:
        raise SignatureInvalidError("a signature line of the note is malformed")
    if signer != name:
        return b""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise SignatureInvalidError("a signature line of the note is malformed") from error
    return blob if len(blob) == _KEY_ID_BYTES + _SIGNATURE_BYTES else b""
