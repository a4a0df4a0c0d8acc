"""Errors of authentication and authorization, of the verifier and of the authorization server.

No message holds a token, an assertion or any part of one.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gateway.errors import GatewayError, shortened

if TYPE_CHECKING:
    from gateway.auth.principal import Principal


class TokenFault(StrEnum):
    """Why a token was refused: the closed list that is also the label of the counter."""

    MISSING = "missing"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    HEADER = "header"
    """A header parameter that is missing, or that must not be there."""
    TYPE = "type"
    """``typ`` is not ``at+jwt``."""
    ALGORITHM = "algorithm"
    KEY = "key"
    """No key of this id."""
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    CLAIMS = "claims"
    """A claim is missing, twice there, or of the wrong type."""
    NOT_YET = "not_yet"
    EXPIRED = "expired"


class UnauthenticatedError(GatewayError):
    """The request carries no token that can be accepted."""

    code = "UNAUTHENTICATED"
    http_status = 401
    oauth_error: ClassVar[str] = "invalid_token"

    def __init__(self, reason: TokenFault) -> None:
        super().__init__(f"no acceptable access token: {reason.value}", hint="get a new token from the token endpoint")
        self.reason = reason


class TokenExpiredError(UnauthenticatedError):
    """The token is genuine, and its time is over."""

    def __init__(self, principal: "Principal") -> None:
        super().__init__(TokenFault.EXPIRED)
        self.principal = principal
        """Whom it was issued to: for the record of the refusal, and for nothing else."""


class ScopeMissingError(GatewayError):
    """The token is good, but not for this."""

    code = "SCOPE_MISSING"
    http_status = 403
    oauth_error: ClassVar[str] = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"scope `{scope}` is required",
            hint="ask for it with the token, if your kind of party may hold it",
        )
        self.scope = scope


class OAuthError(GatewayError):
    """The authorization server refused; answered as RFC 6749 5.2 says, with our code added."""

    oauth_error: ClassVar[str]
    """The ``error`` of the protocol."""


class ClientUnauthenticatedError(OAuthError):
    """The client did not prove who it is; an unknown client and a wrong signature look alike."""

    code = "CLIENT_UNAUTHENTICATED"
    http_status = 401
    oauth_error = "invalid_client"

    def __init__(self, problem: str = "client authentication failed") -> None:
        super().__init__(problem, hint="send one `private_key_jwt` assertion, signed by the registered key")


class AssertionReplayedError(OAuthError):
    """The assertion was used before: each ``jti`` is good for one request."""

    code = "ASSERTION_REPLAYED"
    http_status = 401
    oauth_error = "invalid_client"

    def __init__(self) -> None:
        super().__init__("the client assertion was used before", hint="sign a new assertion with a fresh `jti`")


class RequestMalformedError(OAuthError):
    """A parameter is missing, repeated or has a wrong form."""

    code = "OAUTH_REQUEST_INVALID"
    oauth_error = "invalid_request"

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class ScopeInvalidError(OAuthError):
    """Nothing of the scope that was asked for may be held by this party."""

    code = "SCOPE_INVALID"
    oauth_error = "invalid_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"a party of this kind may hold nothing of `{scope}`")
        self.scope = scope


class DetailsInvalidError(OAuthError):
    """The ``authorization_details`` (RFC 9396) cannot be granted; another's licence and none look alike."""

    code = "AUTHORIZATION_DETAILS_INVALID"
    oauth_error = "invalid_authorization_details"

    def __init__(self, problem: str, *, position: int | None = None) -> None:
        super().__init__(
            problem if position is None else f"{problem}, at element {position}",
            hint="name live licences of your own, each once, with members of type `data_licence` only",
        )
        self.position = position


class InvitationInvalidError(OAuthError):
    """The invitation is unknown, used, or over: which of them is not told."""

    code = "INVITATION_INVALID"
    http_status = 401
    oauth_error = "invalid_token"

    def __init__(self) -> None:
        super().__init__("the invitation is not valid", hint="ask the operator for a new one; each is good once")


class ClientMetadataInvalidError(OAuthError):
    """What a client sent to register cannot be accepted."""

    code = "CLIENT_METADATA_INVALID"
    oauth_error = "invalid_client_metadata"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, hint="send the public Ed25519 key as `jwk`, nothing private, nothing else")
        self.problem = problem


class TargetInvalidError(OAuthError):
    """The token was asked for another place than this gateway (RFC 8707)."""

    code = "OAUTH_TARGET_INVALID"
    oauth_error = "invalid_target"

    def __init__(self, audience: str) -> None:
        super().__init__(f"tokens of this server open `{audience}` only")
        self.audience = audience


class GrantTypeUnsupportedError(OAuthError):
    """Only ``client_credentials`` leads to a token."""

    code = "OAUTH_GRANT_UNSUPPORTED"
    oauth_error = "unsupported_grant_type"

    def __init__(self) -> None:
        super().__init__("this server knows the grant type `client_credentials` only")


class KeyFileExposedError(GatewayError):
    """A file with a private key can be read by others than its owner."""

    code = "KEY_FILE_EXPOSED"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` holds a private key and others can read it",
            hint=f"replace the key if anybody may have read it, then `chmod 600 {path}`",
        )
        self.path = path


class KeyFileInvalidError(GatewayError):
    """A key file does not hold the key it should."""

    code = "KEY_FILE_INVALID"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` does not hold a key that can be used here",
            hint="restore the file from a backup; without one, remove it: a new key is made at the next start",
        )
        self.path = path


class InsecureTransportError(GatewayError):
    """Tokens would travel over plain http to other machines."""

    code = "INSECURE_TRANSPORT"

    def __init__(self, problem: str, *, hint: str) -> None:
        super().__init__(f"tokens would travel unprotected: {problem}", hint=hint)
        self.problem = problem


class OperatorKeyLostError(GatewayError):
    """The first operator of this store registered another key than the one in the folder."""

    code = "OPERATOR_KEY_LOST"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"`{path}` is not the key of the first operator of this store",
            hint="restore the file from a backup; journal and keys of one gateway belong together",
        )
        self.path = path


class DeliveryTokenRefusedError(GatewayError):
    """A download carries no token that can be accepted."""

    code = "DELIVERY_TOKEN_REFUSED"
    http_status = 401

    def __init__(self, problem: str) -> None:
        super().__init__(f"no acceptable delivery token: {problem}", hint="get a new one with `openedDelivery`")


class DeliveryTokenForeignError(GatewayError):
    """The token is good, for another delivery."""

    code = "DELIVERY_TOKEN_FOREIGN"
    http_status = 403

    def __init__(self, delivery: str) -> None:
        super().__init__(
            f"the token does not open delivery `{shortened(delivery)}`",
            hint="get one for this delivery with `openedDelivery`",
        )
        self.delivery = delivery
