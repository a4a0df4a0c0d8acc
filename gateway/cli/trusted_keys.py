"""The gateway's public key as somebody learnt it before: what is verified must have been signed with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.cli.errors import KeyFileInvalidError
from gateway.cli.files import json_object
from policies.errors import CodedError


def given_key(path: Path) -> Mapping[str, Any]:
    """The key in a file: a public JWK, or a document that has one as its ``key``.

    Such documents are the answer of the well-known address, and bundles of proofs.

    Raises:
        FileUnreadableError: the file cannot be read as JSON.
        KeyFileInvalidError: it holds no public Ed25519 key.
    """
    from graph.signing import thumbprint  # noqa: PLC0415  # cheap at start

    content = json_object(path)
    key: Mapping[str, Any] = content["key"] if isinstance(content.get("key"), dict) else content
    try:
        thumbprint(key)
    except CodedError as problem:
        raise KeyFileInvalidError(path, problem.message) from None
    return key


def trusted_key(path: Path | None, named: Mapping[str, Any], within: Path) -> Mapping[str, Any]:
    """The key to verify a bundle with.

    Args:
        path: a file with the key as learnt before; nothing when none was given.
        named: the key that came with the bundle; it counts only when no file was given.
        within: the bundle.

    Raises:
        FileUnreadableError: the file cannot be read as JSON.
        KeyFileInvalidError: it holds no public Ed25519 key.
        KeyOtherError: it holds another key than the one that is named.
    """
    if path is None:
        return named
    from gateway.client.known_keys import require_known  # noqa: PLC0415  # cheap at start

    key = given_key(path)
    require_known(key, named, str(within))
    return key


def comes_with(path: Path | None, verified: Path) -> bool:
    """Whether the key was not learnt before, but stands in what is verified."""
    return path is None or verified.resolve() in {path.resolve(), *path.resolve().parents}


def key_told(path: Path | None, verified: Path, noun: str) -> str:
    """What to say of where the key comes from; empty when it was learnt before.

    Args:
        path: the file that was given, if one was.
        verified: a bundle, or the folder of a package.
        noun: what people call it.
    """
    if not comes_with(path, verified):
        return ""
    if path is None:
        return f"the key came with the {noun}: compare it with the one you know, or give yours with --key"
    return (
        f"the file of --key came with the {noun}: that both agree shows nothing; compare the key with the one you know"
    )
