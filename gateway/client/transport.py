"""HTTP to one gateway: one address, no redirects, bounded answers, and failures with a name."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
import orjson

from gateway.client.errors import (
    AddressInvalidError,
    GatewayAnswerError,
    GatewayTimeoutError,
    GatewayUnreachableError,
)

_CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A JSON object that came back."""

    status: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """An answer whose body is still coming."""

    status: int
    headers: Mapping[str, str]
    """Names are compared without regard to case."""
    content: aiohttp.StreamReader


class Transport:
    """Sends requests to the gateway at one address; opened and closed by whoever uses it."""

    def __init__(self, base_url: str, *, timeout_s: float, max_bytes: int) -> None:
        """Prepare a transport; nothing is sent.

        Args:
            base_url: https, or http on this machine.
            timeout_s: for one request, from connecting to the last byte.
            max_bytes: of one answer.

        Raises:
            AddressInvalidError: Tokens must not be sent there.
        """
        self.base_url = checked_address(base_url)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "muniment-client"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(self, path: str) -> Reply:
        """Fetch a JSON object.

        Raises:
            GatewayUnreachableError: No connection.
            GatewayTimeoutError: No answer in time.
            GatewayAnswerError: The answer is no JSON object.
        """
        return await self._send("GET", path, None, {})

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body and read the JSON object that comes back, whatever the status.

        Raises:
            GatewayUnreachableError: No connection.
            GatewayTimeoutError: No answer in time.
            GatewayAnswerError: The answer is no JSON object.
        """
        return await self._send("POST", path, body, headers)

    @asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str]) -> AsyncIterator[Streamed]:
        """Fetch a file piece by piece; as long as it takes, while pieces keep coming.

        Raises:
            GatewayUnreachableError: No connection, or it was lost on the way.
            GatewayTimeoutError: No piece came in time.
        """
        address = self.base_url + path
        patience = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout_s, sock_read=self._timeout_s)
        try:
            async with self._session.get(
                address, headers=dict(headers), allow_redirects=False, timeout=patience
            ) as response:
                yield Streamed(status=response.status, headers=response.headers, content=response.content)
        except TimeoutError:
            raise GatewayTimeoutError(address, self._timeout_s) from None
        except aiohttp.ClientError as problem:
            raise self._unreachable(problem) from None

    async def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        address = self.base_url + path
        try:
            # WHY: a redirect would carry the token, or the assertion, to another place.
            async with self._session.request(
                method, address, data=body, headers=dict(headers), allow_redirects=False
            ) as response:
                return Reply(status=response.status, content=await self._object(address, response))
        except TimeoutError:
            raise GatewayTimeoutError(address, self._timeout_s) from None
        except aiohttp.ClientError as problem:
            raise self._unreachable(problem) from None

    def _unreachable(self, problem: aiohttp.ClientError) -> GatewayUnreachableError:
        lost = not isinstance(problem, aiohttp.ClientConnectorError)
        return GatewayUnreachableError(self.base_url, str(problem) or type(problem).__name__, lost=lost)

    async def _object(self, address: str, response: aiohttp.ClientResponse) -> Mapping[str, Any]:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._max_bytes:
                raise GatewayAnswerError(address, response.status, f"the answer is larger than {self._max_bytes} bytes")
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            content = None
        if not isinstance(content, dict):
            raise GatewayAnswerError(address, response.status, "the answer is not a JSON object")
        return content


def checked_address(base_url: str) -> str:
    """The address without a slash at its end.

    Raises:
        AddressInvalidError: It is not https, and not http on this machine either.
    """
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        port_known = parts.port is None or parts.port > 0
    except ValueError:
        raise AddressInvalidError(base_url) from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and _this_machine(host))
    if not host or not port_known or not secure or parts.query or parts.fragment or "@" in parts.netloc:
        raise AddressInvalidError(base_url)
    return base_url.rstrip("/")


def _this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
