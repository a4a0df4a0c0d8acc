"""The address that the gateway listens on."""

import socket

import pytest

from gateway.cli.errors import AddressUnusableError, PortInUseError
from gateway.cli.serve import listen


def test_port_zero_takes_a_free_port():
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_taken_port_is_refused_with_its_number():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortInUseError) as refused:
            listen("127.0.0.1", port)

    assert refused.value.code == "PORT_IN_USE"
    assert refused.value.port == port


def test_address_of_another_machine_is_refused():
    with pytest.raises(AddressUnusableError):
        listen("192.0.2.1", 0)


def test_name_that_is_no_address_is_refused():
    with pytest.raises(AddressUnusableError):
        listen("not an address", 0)
