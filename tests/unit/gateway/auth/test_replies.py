"""Refusals keep to the characters of the protocol, and the library's own errors become ours."""

from datetime import datetime

import pytest
from authlib.oauth2.rfc6749.errors import InvalidClientError, OAuth2Error, UnsupportedGrantTypeError

from gateway.auth.errors import (
    ClientUnauthenticatedError,
    GrantTypeUnsupportedError,
    OAuthError,
    RequestMalformedError,
)
from gateway.auth.server.assertion import ClientAssertion
from gateway.auth.server.core import Core
from gateway.auth.server.replies import described
from gateway.auth.server.tokens import AccessTokens
from tests.testkit.clock import FrozenClock
from tests.testkit.tokens import AUDIENCE, ISSUER, a_signing_key, keys


def a_core() -> Core:
    key = a_signing_key()
    return Core(
        clients=lambda _: None,
        assertion=ClientAssertion(issuer=ISSUER, replay=NeverUsed(), clock=FrozenClock()),
        tokens=AccessTokens(issuer=ISSUER, audience=AUDIENCE, keys=keys(key), longest_s=600, clock=FrozenClock()),
        licences=lambda _: {},
        audience=AUDIENCE,
    )


class NeverUsed:
    """A replay cache that has seen nothing."""

    def insert_once(self, key: str, until: datetime) -> bool:
        return True


def test_a_description_holds_only_what_rfc_6749_allows() -> None:
    assert described('licence `a` "b" \\ é\n\x7f ok') == "licence `a` ?b? ? ??? ok"
    assert len(described("x" * 10_000)) == 400


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (UnsupportedGrantTypeError("x"), GrantTypeUnsupportedError),
        (InvalidClientError(), ClientUnauthenticatedError),
        (OAuth2Error(error="anything"), RequestMalformedError),
    ],
)
def test_errors_of_the_library_become_ours(theirs: OAuth2Error, ours: type[OAuthError]) -> None:
    with pytest.raises(ours):
        a_core().handle_error_response(None, theirs)
