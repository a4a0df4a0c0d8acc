"""The one loader of documents, and that nothing else reaches for any."""

import socket
from typing import Any

import pytest
from pyld import jsonld

from policies.errors import PolicyMalformedError
from policies.jsonld import expansion, intake, to_document
from policies.jsonld.limits import CONTEXTS
from policies.jsonld.loader import FrozenLoader
from tests.testkit.policies import an_offer
from tests.testkit.sockets import sockets

BASE = "https://example.org/"


def test_no_address_outside_the_fixed_documents_is_answered() -> None:
    loader = FrozenLoader(documents={BASE + "a.jsonld": "{}"})
    options: Any = {"documentLoader": loader}

    for address in ("https://example.org/", BASE, BASE + "a.jsonld#", "file:///etc/passwd", "a.jsonld", ""):
        with sockets() as heard, pytest.raises(PolicyMalformedError, match="none is fetched"):
            loader(address, {})
        assert heard == []
    with sockets() as heard, pytest.raises(jsonld.JsonLdError) as refused:
        jsonld.expand({"@context": "https://example.org/context", "term": 1}, options)
    assert heard == []
    assert refused.value.code == "loading remote context failed"


def test_the_audit_hears_a_socket() -> None:
    with sockets() as heard:
        socket.socket().close()

    assert "socket.__new__" in heard


def test_policies_are_expanded_with_the_two_bundled_contexts_and_without_the_network() -> None:
    with sockets() as heard:
        intake(to_document(an_offer()))

    assert heard == []
    assert tuple(expansion._LOADER.documents) == CONTEXTS
