"""The HTTP session towards platforms."""

import socket
from ipaddress import IPv6Address, ip_address
from typing import Any

import aiohttp


class PrivateAddressError(PermissionError):
    """A host name leads to an address that is not public."""


def open_session(*, private: bool = False) -> aiohttp.ClientSession:
    """A session that keeps no cookies and, unless told otherwise, connects to public addresses only.

    Args:
        private: the operator allows loopback, private and link-local addresses. The check is made on the address
            that is connected to, after the name was resolved, so that a name that changes its address gains nothing.
    """
    connector = aiohttp.TCPConnector(socket_factory=None if private else public_socket)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


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
