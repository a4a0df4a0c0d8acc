"""A registered client, as Authlib's core asks about it."""

from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import import_key
from typing_extensions import override

from gateway.auth.errors import ScopeInvalidError
from gateway.auth.profile import LIFETIME_MAX_S
from gateway.auth.scopes import narrowed, spelled
from graph.sql.operational import Client


class RegisteredClient(ClientMixin):  # type: ignore[misc]  # authlib has no types
    """One client of one party: one key, one authentication method, one grant type."""

    def __init__(self, client: Client) -> None:
        self.client_id = client.client
        self.party = client.party
        self.kind = client.kind
        self._lifetime_s = client.token_lifetime_s
        self.details: list[dict[str, Any]] = []
        """What the present request was granted; the core makes a new ``RegisteredClient`` for every request."""
        self.key = import_key(dict(client.public_jwk))

    @override
    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Every client proves itself by ``private_key_jwt``."""
        return method == "private_key_jwt"

    @override
    def check_grant_type(self, grant_type: str) -> bool:
        """Every client acts for itself."""
        return grant_type == "client_credentials"

    @override
    def get_allowed_scope(self, scope: str | None) -> str:
        """What was asked for, cut down to what the party's kind may hold.

        Raises:
            ScopeInvalidError: Nothing is left.
        """
        allowed = narrowed(scope, self.kind)
        if not allowed:
            raise ScopeInvalidError(scope or "")
        return spelled(allowed)

    def lifetime_s(self, longest_s: int) -> int:
        """How long a token of this client lives, in seconds; ``longest_s`` is what the gateway allows."""
        return min(self._lifetime_s or LIFETIME_MAX_S, longest_s, LIFETIME_MAX_S)
