"""Registering a client with an invitation (RFC 7591; the invitation is the initial access token of its section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.auth import strict
from gateway.auth.errors import ClientMetadataInvalidError, InvitationInvalidError
from gateway.auth.server.public_key import registered_key

_MEMBERS: Final = frozenset({"jwk", "jwks", "client_name", "token_endpoint_auth_method", "grant_types"})
_NAME_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What a client sent to be registered."""

    public_jwk: Mapping[str, str]
    """``kty``, ``crv``, ``x`` of an Ed25519 key."""
    key: str
    """RFC 7638 thumbprint."""
    name: str
    """For people; may be empty."""


def invitation_of(authorization: str | None) -> str:
    """The invitation of a registration request.

    Raises:
        InvitationInvalidError: The request brings none as Bearer token.
    """
    scheme, _, invitation = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not invitation:
        raise InvitationInvalidError
    return invitation


def applicant_of(body: bytes) -> Applicant:
    """Read the client metadata.

    Raises:
        ClientMetadataInvalidError: Not JSON, unknown members, not just one key, or a key that is not accepted.
    """
    try:
        metadata = strict.loads(body)
    except ValueError:
        raise ClientMetadataInvalidError("the body is not strict JSON") from None
    if not isinstance(metadata, dict):
        raise ClientMetadataInvalidError("the body must be a JSON object")
    unknown = sorted(metadata.keys() - _MEMBERS)
    if unknown:
        raise ClientMetadataInvalidError(f"unknown member `{unknown[0][:64]}`")
    name = metadata.get("client_name", "")
    if not isinstance(name, str) or len(name) > _NAME_MAX:
        raise ClientMetadataInvalidError(f"`client_name` must be a text of at most {_NAME_MAX} characters")
    if metadata.get("token_endpoint_auth_method", "private_key_jwt") != "private_key_jwt":
        raise ClientMetadataInvalidError("`token_endpoint_auth_method` must be `private_key_jwt`")
    if metadata.get("grant_types", ["client_credentials"]) != ["client_credentials"]:
        raise ClientMetadataInvalidError("`grant_types` must be `client_credentials` alone")
    public_jwk, key = registered_key(_only_key(metadata))
    return Applicant(public_jwk=public_jwk, key=key, name=name)


def _only_key(metadata: Mapping[str, Any]) -> object:
    match metadata:
        case {"jwk": jwk, **rest} if "jwks" not in rest:
            return jwk
        case {"jwks": {"keys": [jwk], **others}, **rest} if "jwk" not in rest and not others:
            return jwk
        case _:
            raise ClientMetadataInvalidError("send exactly one key, as `jwk` or in `jwks`")
