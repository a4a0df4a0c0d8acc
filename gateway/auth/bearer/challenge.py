"""The ``WWW-Authenticate`` header that goes with a refusal (RFC 6750 3, RFC 9728 5.1)."""

from gateway.auth.errors import ScopeMissingError, TokenFault, UnauthenticatedError


def challenge(error: UnauthenticatedError | ScopeMissingError, metadata_url: str) -> str:
    """What to send with status 401 or 403.

    Args:
        error: why the request was refused. Without any token the challenge names no error (RFC 6750 3.1).
        metadata_url: address of the document of RFC 9728, where a client finds the authorization server.
    """
    metadata = f'resource_metadata="{metadata_url}"'
    if isinstance(error, ScopeMissingError):
        return f'Bearer error="{error.oauth_error}", scope="{error.scope}", {metadata}'
    if error.reason is TokenFault.MISSING:
        return f"Bearer {metadata}"
    return f'Bearer error="{error.oauth_error}", {metadata}'
