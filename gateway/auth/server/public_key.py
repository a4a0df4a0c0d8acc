"""The public key a client registers: Ed25519, as a JWK without anything private, and no key that proves nothing."""

from collections.abc import Mapping
from typing import Final

from joserfc.util import urlsafe_b64decode

from gateway.auth.errors import ClientMetadataInvalidError
from graph.errors import KeyInvalidError
from graph.signing import thumbprint

_MEMBERS: Final = frozenset({"kty", "crv", "x", "kid", "use", "alg"})
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_STATED: Final[Mapping[str, tuple[str, ...]]] = {"use": ("sig",), "alg": ("Ed25519", "EdDSA")}
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""Encodings of the points of small order, without the sign bit: under such a key, signatures can be made by anybody."""


def registered_key(jwk: object) -> tuple[dict[str, str], str]:
    """Check a key that was sent to be registered.

    Returns:
        The members ``kty``, ``crv`` and ``x``, and the thumbprint (RFC 7638).

    Raises:
        ClientMetadataInvalidError: It is not exactly a public Ed25519 key.
    """
    if not isinstance(jwk, dict):
        raise ClientMetadataInvalidError("the key must be a JSON object")
    if jwk.keys() & _PRIVATE:
        raise ClientMetadataInvalidError("the key holds a private member; it is no secret any more: make a new one")
    unknown = sorted(jwk.keys() - _MEMBERS)
    if unknown:
        raise ClientMetadataInvalidError(f"unknown member `{unknown[0][:64]}` of the key")
    for name, allowed in _STATED.items():
        if name in jwk and jwk[name] not in allowed:
            raise ClientMetadataInvalidError(f"`{name}` of the key does not fit a signature with Ed25519")
    members = {name: jwk.get(name) for name in ("kty", "crv", "x")}
    public = {name: value for name, value in members.items() if isinstance(value, str)}
    try:
        key_id = thumbprint(public)
    except KeyInvalidError:
        raise ClientMetadataInvalidError("the key is not a public Ed25519 key") from None
    if jwk.get("kid", key_id) != key_id:
        raise ClientMetadataInvalidError("`kid` of the key is not its thumbprint (RFC 7638)")
    raw = urlsafe_b64decode(public["x"].encode())
    if raw[:-1] + bytes([raw[-1] & 0x7F]) in _SMALL_ORDER:
        raise ClientMetadataInvalidError("the key is a point of small order: it proves nothing")
    return public, key_id
