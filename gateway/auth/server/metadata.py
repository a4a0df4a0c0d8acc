"""What clients discover: the documents of RFC 8414 and RFC 9728, from configuration alone."""

from gateway.auth.profile import DETAIL_TYPE, audience_of, issuer_of
from gateway.auth.scopes import ALL_SCOPES

SERVER_PATH = "/.well-known/oauth-authorization-server/as"
PROTECTED_PATH = "/.well-known/oauth-protected-resource/graphql"


def server_metadata(public_url: str) -> dict[str, object]:
    """RFC 8414: how to get a token."""
    issuer = issuer_of(public_url)
    return {
        "issuer": issuer,
        "token_endpoint": issuer + "/token",
        "registration_endpoint": issuer + "/register",
        "jwks_uri": issuer + "/jwks",
        "scopes_supported": sorted(ALL_SCOPES),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["Ed25519", "ES256"],
        "authorization_details_types_supported": [DETAIL_TYPE],
    }


def protected_metadata(public_url: str) -> dict[str, object]:
    """RFC 9728: what a token opens, and who issues it."""
    return {
        "resource": audience_of(public_url),
        "authorization_servers": [issuer_of(public_url)],
        "scopes_supported": sorted(ALL_SCOPES),
        "bearer_methods_supported": ["header"],
        "authorization_details_types_supported": [DETAIL_TYPE],
        "resource_name": "Muniment",
    }
