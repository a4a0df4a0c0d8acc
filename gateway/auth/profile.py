"""What the access tokens of this gateway look like: known to the server that issues and to the verifier that reads.

RFC 9068, narrowed: one algorithm, one audience, whole seconds, and RFC 9396 details of one type.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present, aware UTC."""

TOKEN_TYPE: Final = "at+jwt"  # noqa: S105 - a media type
"""``typ`` of the header (RFC 9068 2.1)."""
ALGORITHM: Final = "ES256"
LIFETIME_MAX_S: Final = 600
"""No token lives longer, whatever its client may have."""
TOKEN_BYTES_MAX: Final = 16_384
"""Longest token that is issued and that is read."""
DETAIL_TYPE: Final = "data_licence"
"""The only ``type`` of ``authorization_details``."""
DETAILS_MAX: Final = 32
"""Licences that one token can name."""


def issuer_of(public_url: str) -> str:
    """The issuer identifier of the authorization server at ``public_url``."""
    return public_url.rstrip("/") + "/as"


def audience_of(public_url: str) -> str:
    """The identifier of what the tokens open: the GraphQL endpoint at ``public_url``."""
    return public_url.rstrip("/") + "/graphql"
