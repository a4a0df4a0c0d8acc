"""What can be said of a token before its signature is checked: where it came from, its size, its header."""

import re
from collections.abc import Sequence
from typing import Final

from joserfc.util import urlsafe_b64decode

from gateway.auth import strict
from gateway.auth.errors import TokenFault, UnauthenticatedError
from gateway.auth.profile import ALGORITHM, TOKEN_BYTES_MAX, TOKEN_TYPE

_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_TYPES: Final = frozenset({TOKEN_TYPE, "application/" + TOKEN_TYPE})
_MEMBERS: Final = frozenset({"typ", "alg", "kid"})


def token_of(authorization: str | Sequence[str] | None) -> str:
    """Take the token out of the request's ``Authorization`` header.

    Args:
        authorization: the value of the header, or all values when the request may hold several.

    Raises:
        UnauthenticatedError: There is none, there are several, or it is no compact JWS of a readable size.
    """
    values = [authorization] if isinstance(authorization, str) else list(authorization or ())
    match values:
        case []:
            raise UnauthenticatedError(TokenFault.MISSING)
        case [value]:
            scheme, _, token = value.partition(" ")
        case _:
            raise UnauthenticatedError(TokenFault.MALFORMED)
    if scheme.lower() != "bearer":
        raise UnauthenticatedError(TokenFault.MALFORMED)
    if len(token) > TOKEN_BYTES_MAX:
        raise UnauthenticatedError(TokenFault.TOO_LARGE)
    if not _COMPACT.fullmatch(token):
        raise UnauthenticatedError(TokenFault.MALFORMED)
    return token


def key_id_of(token: str) -> str:
    """Check the token's header and tell which key it names.

    Raises:
        UnauthenticatedError: The header is not exactly ``typ``, ``alg`` and ``kid``, as this gateway writes them. A key
            that travels with the token (``jwk``, ``jku``, ``x5u``) and extensions (``crit``) are refused with the rest.
    """
    try:
        header = strict.loads(urlsafe_b64decode(token.partition(".")[0].encode()))
    except ValueError:
        raise UnauthenticatedError(TokenFault.HEADER) from None
    if not isinstance(header, dict) or header.keys() - _MEMBERS:
        raise UnauthenticatedError(TokenFault.HEADER)
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise UnauthenticatedError(TokenFault.TYPE)
    if header.get("alg") != ALGORITHM:
        raise UnauthenticatedError(TokenFault.ALGORITHM)
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise UnauthenticatedError(TokenFault.KEY)
    return key_id
