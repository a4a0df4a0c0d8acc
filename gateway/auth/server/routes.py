"""The authorization server over HTTP: five addresses, each a few lines around the protocol."""

import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias

from anyio import from_thread
from authlib.common.security import is_secure_transport
from joserfc.jwk import KeySet
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.auth.errors import InsecureTransportError, OAuthError
from gateway.auth.profile import LIFETIME_MAX_S, audience_of, issuer_of
from gateway.auth.server.assertion import ClientAssertion
from gateway.auth.server.client import RegisteredClient
from gateway.auth.server.core import Answer, Core
from gateway.auth.server.enrolment import enrol
from gateway.auth.server.form import TokenRequest, body_of, form_of
from gateway.auth.server.keys import published
from gateway.auth.server.metadata import PROTECTED_PATH, SERVER_PATH, protected_metadata, server_metadata
from gateway.auth.server.ports import ServerPorts
from gateway.auth.server.registration import applicant_of, invitation_of
from gateway.auth.server.replies import answered, refused
from gateway.auth.server.tokens import AccessTokens
from graph.journal.rows import LicenceRow

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

_INSECURE: Final = "AUTHLIB_INSECURE_TRANSPORT"
_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}


def authorization_server(
    ports: ServerPorts, *, public_url: str, keys: KeySet, token_lifetime_s: int = LIFETIME_MAX_S
) -> list[Route]:
    """The routes of the authorization server of one gateway.

    Args:
        ports: journal, stores, clock and ids.
        public_url: address under which clients reach the gateway; every address in tokens and documents begins with it,
            whatever a request says about itself.
        keys: exactly the active signing key, as ``keys.load_or_create`` gives it.
        token_lifetime_s: the longest that a token may live; a client may have a shorter lifetime of its own.

    Raises:
        InsecureTransportError: The public address is http on another machine, or the environment switches the library's
            check for it off.
    """
    if os.environ.get(_INSECURE):
        raise InsecureTransportError(f"the environment variable `{_INSECURE}` is set", hint="unset it")
    if not is_secure_transport(public_url):
        raise InsecureTransportError(
            f"the public address is `{public_url}`", hint="use https, or http on this machine only"
        )
    # WHY: at the level DEBUG the library writes about requests and tokens; nobody may turn that on by accident.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    core = _core(ports, public_url, keys, token_lifetime_s)
    protected = _document(protected_metadata(public_url))
    return [
        Route("/as/token", _token(core, issuer_of(public_url) + "/token"), methods=["POST"]),
        Route("/as/register", _register(ports), methods=["POST"]),
        Route("/as/jwks", _document(published(keys)), methods=["GET"]),
        Route(SERVER_PATH, _document(server_metadata(public_url)), methods=["GET"]),
        Route(PROTECTED_PATH, protected, methods=["GET"]),
        Route(PROTECTED_PATH.removesuffix("/graphql"), protected, methods=["GET"]),
    ]


def _core(ports: ServerPorts, public_url: str, keys: KeySet, longest_s: int) -> Core:
    issuer, audience = issuer_of(public_url), audience_of(public_url)

    def registered(client_id: str) -> RegisteredClient | None:
        found = ports.clients.find(client_id)
        # WHY: a client that was shut out looks like one that never was.
        return RegisteredClient(found) if found is not None and found.active else None

    def live(licences: Sequence[str]) -> Mapping[str, LicenceRow | None]:
        return from_thread.run(ports.journal.view, lambda view: {iri: view.licence(iri) for iri in licences})

    return Core(
        clients=registered,
        assertion=ClientAssertion(issuer=issuer, replay=ports.replay, clock=ports.clock),
        tokens=AccessTokens(issuer=issuer, audience=audience, keys=keys, longest_s=longest_s, clock=ports.clock),
        licences=live,
        audience=audience,
    )


def _token(core: Core, address: str) -> Endpoint:
    async def token(request: Request) -> Response:
        try:
            form = await form_of(request)
            # WHY: the library and the stores are synchronous; in the event loop they would stop everybody else.
            answer: Answer = await run_in_threadpool(core.create_token_response, TokenRequest(address, form))
        except OAuthError as error:
            return refused(error, request.headers.get("authorization"))
        return answered(answer.status, answer.body)

    return token


def _register(ports: ServerPorts) -> Endpoint:
    async def register(request: Request) -> Response:
        authorization = request.headers.get("authorization")
        try:
            invitation = invitation_of(authorization)
            applicant = applicant_of(await body_of(request))
            return answered(201, await enrol(ports, invitation, applicant))
        except OAuthError as error:
            return refused(error, authorization)

    return register


def _document(content: Mapping[str, object]) -> Endpoint:
    async def document(_: Request) -> Response:
        return JSONResponse(dict(content), headers=_PUBLIC)

    return document
