import socket

import pytest

from connectors.engine.session import PrivateAddressError, public_socket


def an_address(host: str, family: int = socket.AF_INET) -> tuple[int, int, int, str, tuple[str, int]]:
    return family, socket.SOCK_STREAM, 0, "", (host, 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0"])  # noqa: S104  # an address to refuse
def test_private_addresses_get_no_socket(host: str) -> None:
    with pytest.raises(PrivateAddressError):
        public_socket(an_address(host))


@pytest.mark.parametrize("host", ["::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1"])
def test_private_addresses_of_version_six_get_no_socket(host: str) -> None:
    with pytest.raises(PrivateAddressError):
        public_socket(an_address(host, socket.AF_INET6))


def test_public_address_gets_a_socket() -> None:
    with public_socket(an_address("93.184.215.14")) as found:
        assert found.family == socket.AF_INET
