"""The gateway's public key as somebody learnt it before: what is verified must have been signed with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli.errors import KeyFileInvalidError, KeyOtherError
from gateway.cli.files import json_object
from policies.errors import CodedError


def trusted_key(path: Path | None, named: Mapping[str, Any], within: Path) -> Mapping[str, Any]:
    """The key to verify with.

    Args:
        path: a file with a public JWK, or with the answer of the well-known address; nothing when none was given.
        named: the key that came with what is verified; it counts only when no file was given.
        within: what is verified.

    Raises:
        FileUnreadableError: the file cannot be read as JSON.
        KeyFileInvalidError: it holds no public Ed25519 key.
        KeyOtherError: it holds another key than the one that is named.
    """
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    if path is None:
        return named
    content = json_object(path)
    key = content["key"] if isinstance(content.get("key"), dict) else content
    try:
        given = thumbprint(key)
    except CodedError as problem:
        raise KeyFileInvalidError(path, problem.message) from None
    try:
        found = thumbprint(named)
    except CodedError:
        found = "no key at all"
    if found != given:
        raise KeyOtherError(within, given=given, named=found)
    return key
