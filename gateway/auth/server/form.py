"""The body of a token request: read with a limit, every parameter once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from starlette.requests import Request
from typing_extensions import override

from gateway.auth.errors import RequestMalformedError

BODY_BYTES_MAX: Final = 65_536
BODY_S_MAX: Final = 30
_FIELDS_MAX: Final = 32
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_REPEATABLE: Final = frozenset({"resource"})
"""RFC 8707 2: the one parameter that may come several times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The parameters of one request."""

    single: Mapping[str, str]
    repeated: Mapping[str, Sequence[str]]
    """Values of the parameters that may come several times."""
    headers: Mapping[str, str]


async def body_of(request: Request) -> bytes:
    """The request's body, of at most 64 KiB, within 30 seconds.

    Raises:
        RequestMalformedError: It is larger or slower.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    raise RequestMalformedError(f"the body is larger than {BODY_BYTES_MAX} bytes")
    except TimeoutError:
        raise RequestMalformedError(f"the body did not arrive within {BODY_S_MAX} seconds") from None
    return bytes(body)


async def form_of(request: Request) -> Form:
    """Read a token request.

    Raises:
        RequestMalformedError: It is no form, has parameters in the address, repeats one, or brings more than one
            method of client authentication (RFC 6749 2.3, 3.2).
    """
    if request.url.query:
        raise RequestMalformedError("parameters belong in the body, not in the address")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise RequestMalformedError(f"the body must be `{_FORM_TYPE}`")
    body = await body_of(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_FIELDS_MAX,
        )
    except ValueError:
        raise RequestMalformedError("the form cannot be read") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    for name, several in values.items():
        if len(several) > 1 and name not in _REPEATABLE:
            raise RequestMalformedError(f"parameter `{name[:64]}` is repeated")
    if "authorization" in request.headers and "client_assertion" in values:
        raise RequestMalformedError("more than one client authentication method")
    if "client_secret" in values and "client_assertion" in values:
        raise RequestMalformedError("more than one client authentication method")
    return Form(
        single={name: several[0] for name, several in values.items() if name not in _REPEATABLE},
        repeated={name: tuple(several) for name, several in values.items() if name in _REPEATABLE},
        headers=dict(request.headers),
    )


class TokenRequest(OAuth2Request):  # type: ignore[misc]  # authlib has no types
    """A form as Authlib's core reads it; the address is the configured one, never what the request claims."""

    def __init__(self, endpoint: str, form: Form) -> None:
        super().__init__("POST", endpoint, headers=dict(form.headers))
        self._fields = dict(form.single)
        self.repeated = form.repeated
        self.payload = BasicOAuth2Payload(self._fields)

    @property
    @override
    def form(self) -> dict[str, str]:
        """Parameters of the body."""
        return self._fields
