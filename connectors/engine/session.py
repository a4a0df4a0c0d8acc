"""The HTTP session towards platforms."""

import socket
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import aiohttp


class PrivateAddressError(PermissionError):
    """A host name leads to an address that is not public."""


class HttpSession:
    """Keeps no cookies and, unless told otherwise, connects to public addresses only.

    The connection pool is made with the first request: a gateway that reads files need not wait for an HTTP library.
    """

    def __init__(self, *, private: bool = False) -> None:
        """Make a session; nothing is opened yet.

        Args:
            private: the operator allows loopback, private and link-local addresses. The check is made on the address
                that is connected to, after the name was resolved, so that a name that changes its address gains
                nothing.
        """
        self._private = private
        self._pool: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._pool is not None:
            await self._pool.close()

    @property
    def pool(self) -> "aiohttp.ClientSession":
        """The pool, opened now when it was not yet."""
        if self._pool is None:
            import aiohttp  # noqa: PLC0415  # see the class

            connector = aiohttp.TCPConnector(socket_factory=None if self._private else public_socket)
            self._pool = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._pool


def public_socket(address: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
    """A socket towards a resolved address.

    Raises:
        PrivateAddressError: the address is loopback, private, link-local or otherwise not public.
    """
    family, kind, protocol, _, place = address
    host = ip_address(str(place[0]).partition("%")[0])
    if isinstance(host, IPv6Address) and host.ipv4_mapped is not None:
        host = host.ipv4_mapped
    if not host.is_global:
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)
