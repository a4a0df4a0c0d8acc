"""Access tokens and client assertions, genuine and forged, signed piece by piece so that every piece can be wrong."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey, Key, KeySet

from tests.testkit.clock import NOON

ISSUER: Final = "https://gw.example/as"
AUDIENCE: Final = "https://gw.example/graphql"
DEVELOPER: Final = "urn:muniment:party:0199-developer"
CLIENT: Final = "urn:muniment:client:0199-trainer"
LICENCE: Final = "urn:muniment:licence:0199-one"
POLICY: Final = "sha-256:" + "ab" * 32


def a_signing_key() -> ECKey:
    """A new key of an authorization server."""
    return ECKey.generate_key("P-256", auto_kid=True)


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token; ``None`` takes one away."""
    now = int(NOON.timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": DEVELOPER,
        "client_id": CLIENT,
        "iat": now,
        "exp": now + 600,
        "jti": "one",
        "scope": "graph:query licence:request",
        "roles": ["LLM_DEVELOPER"],
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def detail(**changed: Any) -> dict[str, Any]:
    """One enriched ``authorization_details`` object; ``None`` takes a member away."""
    good = {
        "type": "data_licence",
        "identifier": LICENCE,
        "locations": [AUDIENCE],
        "licence_version": 1,
        "terms_digest": POLICY,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def a_token(key: Key, payload: Mapping[str, Any] | bytes | None = None, **header: Any) -> str:
    """A signed token; the header members given replace the right ones, ``None`` takes one away."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload or claims()).encode()
    members = {"typ": "at+jwt", "alg": "ES256", "kid": key.kid, **header}
    return signed(key, {name: value for name, value in members.items() if value is not None}, content)


def signed(key: Key, header: Mapping[str, Any], payload: bytes) -> str:
    """A compact JWS with just this header, whatever a library would say of it; signed as its ``alg`` says."""
    return signed_text(key, json.dumps(dict(header)), payload, algorithm=str(header["alg"]))


def signed_text(key: Key, header: str, payload: bytes, *, algorithm: str = "ES256") -> str:
    """A compact JWS whose header is this very text."""
    message = b64(header.encode()) + "." + b64(payload)
    return message + "." + b64(jws.JWSRegistry.algorithms[algorithm].sign(message.encode(), key))


def b64(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def keys(*several: Key) -> KeySet:
    """A key set."""
    return KeySet(list(several))
