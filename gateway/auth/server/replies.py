"""Answers of the authorization server as HTTP: JSON that is never cached."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import JSONResponse

from gateway.auth.errors import InvitationInvalidError, OAuthError

_NOT_CACHED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_DESCRIPTION_MAX: Final = 400


def answered(status: int, body: Mapping[str, Any]) -> JSONResponse:
    """An answer that belongs to its client alone."""
    return JSONResponse(dict(body), status_code=status, headers=_NOT_CACHED)


def refused(error: OAuthError, authorization: str | None) -> JSONResponse:
    """A refusal as RFC 6749 5.2 writes it, with our code added.

    Args:
        error: what was refused.
        authorization: the ``Authorization`` header of the request; a refused client that used it is told the scheme.
    """
    response = answered(
        error.http_status,
        {"error": error.oauth_error, "error_description": described(error.message), "code": error.code},
    )
    match error:
        case InvitationInvalidError():
            response.headers["WWW-Authenticate"] = f'Bearer error="{error.oauth_error}"'
        case OAuthError(http_status=401) if authorization is not None:
            response.headers["WWW-Authenticate"] = 'Basic realm="use private_key_jwt"'
        case _:
            pass
    return response


def described(text: str) -> str:
    """``text`` in the characters that RFC 6749 allows in ``error_description``."""
    allowed = (character if " " <= character <= "~" and character not in '"\\' else "?" for character in text)
    return "".join(allowed)[:_DESCRIPTION_MAX]
