"""The key that signs access tokens: one file in the folder of the gateway, readable by its owner only."""

import json
import os
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gateway.auth.errors import KeyFileExposedError, KeyFileInvalidError

KEY_FILE: Final = Path("keys/token-signing.jwk")
_CURVE: Final = "P-256"


def load_or_create(folder: Path) -> KeySet:
    """The signing keys: exactly the active one.

    A set and not a bare key, so that every token names its key; one key and not several, because the library signs with
    a random one of a set.

    Raises:
        KeyFileExposedError: Others than the owner can read the file.
        KeyFileInvalidError: The file holds no private P-256 key.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _create(path)
    return KeySet([_load(path)])


def published(keys: KeySet) -> dict[str, object]:
    """The document of ``jwks_uri`` (RFC 7517): public members only."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in keys]}


def public(keys: KeySet) -> KeySet:
    """The same keys without their private members: all that a verifier needs."""
    return KeySet([ECKey.import_key(key.as_dict(private=False)) for key in keys])


def _create(path: Path) -> None:
    key = ECKey.generate_key(_CURVE, auto_kid=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=True), file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _load(path: Path) -> ECKey:
    if path.stat().st_mode & 0o077:
        raise KeyFileExposedError(path)
    try:
        members = json.loads(path.read_text(encoding="utf-8"))
        key = ECKey.import_key(members)
    except (ValueError, TypeError, KeyError, JoseError):
        raise KeyFileInvalidError(path) from None
    if not key.is_private or key.curve_name != _CURVE:
        raise KeyFileInvalidError(path)
    key.ensure_kid()
    return key
