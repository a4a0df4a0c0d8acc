"""The gateway's key as somebody learnt it before, held against the one that is named now."""

from collections.abc import Mapping
from typing import Any

from gateway.client.errors import KeyOtherError
from graph.signing import thumbprint
from policies.errors import CodedError


def require_known(given: Mapping[str, Any], named: Mapping[str, Any], what: str) -> None:
    """Return when both are one key.

    Args:
        given: public JWK, as learnt before.
        named: public JWK, as named by what is verified.
        what: where it is named, for the message.

    Raises:
        KeyInvalidError: ``given`` is no Ed25519 key.
        KeyOtherError: another key is named, or none.
    """
    known = thumbprint(given)
    try:
        found = thumbprint(named)
    except CodedError:
        found = "no key at all"
    if found != known:
        raise KeyOtherError(what, given=known, named=found)
