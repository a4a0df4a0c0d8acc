"""The token endpoint's protocol: Authlib's core with this gateway's clients, grant and answers.

Everything here is synchronous and runs in a worker thread; what it needs of the journal comes through ``Licences``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientCredentialsGrant, OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError, UnsupportedGrantTypeError
from typing_extensions import override

from gateway.auth.errors import (
    ClientUnauthenticatedError,
    GrantTypeUnsupportedError,
    RequestMalformedError,
    TargetInvalidError,
)
from gateway.auth.server.assertion import METHOD, ClientAssertion
from gateway.auth.server.client import RegisteredClient
from gateway.auth.server.details import asked, granted
from gateway.auth.server.form import TokenRequest
from gateway.auth.server.tokens import AccessTokens
from graph.journal.rows import LicenceRow

Licences: TypeAlias = Callable[[Sequence[str]], Mapping[str, LicenceRow | None]]
"""The live records of some licences, from one view; called in a worker thread."""
Clients: TypeAlias = Callable[[str], RegisteredClient | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: Mapping[str, Any]


class Core(AuthorizationServer):  # type: ignore[misc]  # authlib has no types
    """Authlib's core for one kind of client, one grant type and one authentication method.

    Refusals are raised as ``OAuthError``; Authlib's own are turned into them.
    """

    def __init__(
        self, *, clients: Clients, assertion: ClientAssertion, tokens: AccessTokens, licences: Licences, audience: str
    ) -> None:
        super().__init__()
        self._clients = clients
        self.licences = licences
        self.audience = audience
        self.register_client_auth_method(METHOD, assertion)
        self.register_token_generator("default", tokens)
        self.register_grant(LicensedClientCredentials)

    @override
    def query_client(self, client_id: str) -> RegisteredClient | None:
        """The client of this id, if there is one."""
        return self._clients(client_id)

    @override
    def save_token(self, token: object, request: object) -> None:
        """Tokens are not stored: they carry what they say, and the licence decides at every use."""

    @override
    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    @override
    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """The adapter made it already."""
        return request

    @override
    def handle_response(self, status: int, body: Mapping[str, Any], headers: object) -> Answer:
        """The answer as a value; the adapter writes it."""
        return Answer(status=status, body=body)

    @override
    def handle_error_response(self, request: object, error: OAuth2Error) -> NoReturn:
        """Turn an error of the library into one of ours."""
        match error:
            case UnsupportedGrantTypeError():
                raise GrantTypeUnsupportedError
            case InvalidClientError():
                raise ClientUnauthenticatedError
            case _:
                raise RequestMalformedError("the request was refused")


class LicensedClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # authlib has no types
    """``client_credentials``, with the licences that the token is for."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = (METHOD,)

    @override
    def create_token_response(self) -> tuple[int, Mapping[str, Any], object]:
        """Check what the authenticated client asks the token for, and make it.

        Raises:
            TargetInvalidError: ``resource`` names another place.
            DetailsInvalidError: The licences cannot be granted.
            ScopeInvalidError: The party may hold nothing of the scope.
        """
        request, server, client = self.request, self.server, self.request.client
        for target in request.repeated.get("resource", ()):
            if target != server.audience:
                raise TargetInvalidError(server.audience)
        named = request.form.get("client_id")
        if named is not None and named != client.client_id:
            raise ClientUnauthenticatedError
        wanted = asked(request.form.get("authorization_details"), server.audience)
        if wanted:
            live = server.licences([each.licence for each in wanted])
            client.details = granted(wanted, live, party=client.party, audience=server.audience)
        # WHY: the method it overrides writes the whole token to the debug log; this one logs nothing.
        return 200, self.generate_token(scope=request.payload.scope, include_refresh_token=False), ()
