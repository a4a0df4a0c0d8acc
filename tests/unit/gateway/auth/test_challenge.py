"""The challenge says what a client has to do, and nothing about why its token failed."""

from gateway.auth.bearer import challenge
from gateway.auth.errors import ScopeMissingError, TokenFault, UnauthenticatedError

METADATA = "https://gw.example/.well-known/oauth-protected-resource/graphql"


def test_without_a_token_the_challenge_names_no_error() -> None:
    assert challenge(UnauthenticatedError(TokenFault.MISSING), METADATA) == f'Bearer resource_metadata="{METADATA}"'


def test_a_bad_token_is_an_invalid_token_whatever_is_wrong_with_it() -> None:
    expected = f'Bearer error="invalid_token", resource_metadata="{METADATA}"'

    assert {challenge(UnauthenticatedError(fault), METADATA) for fault in TokenFault if fault != "missing"} == {
        expected
    }


def test_a_missing_scope_is_named() -> None:
    assert challenge(ScopeMissingError("audit:read"), METADATA) == (
        f'Bearer error="insufficient_scope", scope="audit:read", resource_metadata="{METADATA}"'
    )
