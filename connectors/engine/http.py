"""One attempt at one GET: allow-list, redirects, size, and what a failure means."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
from yarl import URL

from connectors.engine.dates import seconds_until
from connectors.engine.session import HttpSession, PrivateAddressError
from connectors.errors import (
    BadResponseError,
    HostNotAllowedError,
    RateLimitedError,
    ResponseTooLargeError,
    SourceForbiddenError,
    SourceTimeoutError,
    SourceUnavailableError,
)
from connectors.spi import HttpAnswer

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 3
_TRANSIENT: Final = frozenset({408, 425, 500, 502, 503, 504})
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one attempt may do."""

    hosts: frozenset[str]
    max_bytes: int
    answer_s: float
    connect_s: float
    silence_s: float

    @property
    def timeout(self) -> aiohttp.ClientTimeout:
        """The bounds of time, as the library takes them."""
        return aiohttp.ClientTimeout(total=self.answer_s, sock_connect=self.connect_s, sock_read=self.silence_s)


async def get(session: HttpSession, url: str, params: Mapping[str, str], bounds: Bounds) -> HttpAnswer:
    """Ask once and read the whole answer.

    Raises:
        ConnectorError: see ``connectors.errors``; the message names host and path, never the query.
    """
    try:
        target = URL(url).update_query(params) if params else URL(url)
        for _ in range(_MOST_REDIRECTS + 1):
            _admit(target, bounds.hosts)
            answer = await _exchange(session, target, bounds)
            if isinstance(answer, HttpAnswer):
                return answer
            target = redirected(target, answer)
    except ValueError:
        raise BadResponseError("the source led to something that is not an address") from None
    raise BadResponseError(f"`{_name(target)}` redirects more than {_MOST_REDIRECTS} times")


async def _exchange(session: HttpSession, target: URL, bounds: Bounds) -> HttpAnswer | str:
    """The answer, or the address of a redirect."""
    name = _name(target)
    try:
        async with session.pool.get(
            target, allow_redirects=False, timeout=bounds.timeout, headers={"Accept": "application/json"}
        ) as response:
            if response.status in _REDIRECTS:
                return response.headers.get("Location", "")
            _judge(response, name)
            return HttpAnswer(headers=response.headers, body=await _body(response, name, bounds.max_bytes))
    except TimeoutError:
        raise SourceTimeoutError(f"`{name}` did not answer in time") from None
    except aiohttp.ClientConnectorError as problem:
        if isinstance(problem.os_error, PrivateAddressError):
            raise HostNotAllowedError(str(target.host), "leads to an address that is not public") from None
        raise SourceUnavailableError(f"`{name}` cannot be reached") from None
    except aiohttp.ClientConnectionError:
        raise SourceUnavailableError(f"`{name}` broke the connection") from None
    except aiohttp.ClientError:
        # WHY: the library's own message may quote the answer.
        raise BadResponseError(f"`{name}` answered incompletely, or not by the rules of HTTP") from None


def _admit(target: URL, hosts: frozenset[str]) -> None:
    if target.scheme not in {"http", "https"} or target.host not in hosts:
        raise HostNotAllowedError(str(target.host))


def redirected(source: URL, location: str) -> URL:
    """Where a redirect leads.

    Raises:
        HostNotAllowedError: it would leave encryption behind.
        ValueError: it is not an address.
    """
    target = source.join(URL(location))
    if source.scheme == "https" and target.scheme != "https":
        raise HostNotAllowedError(str(target.host), "would be reached without encryption")
    return target


def _judge(response: aiohttp.ClientResponse, name: str) -> None:
    match response.status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError(name, seconds_until(response.headers))
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise SourceForbiddenError(f"`{name}` refused with status {response.status}")
        case status if status in _TRANSIENT:
            raise SourceUnavailableError(f"`{name}` answered with status {status}")
        case status:
            raise BadResponseError(f"`{name}` answered with status {status}")


async def _body(response: aiohttp.ClientResponse, name: str, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise ResponseTooLargeError(name, max_bytes)
    return bytes(body)


def _name(target: URL) -> str:
    return f"{target.host}{target.path}"
