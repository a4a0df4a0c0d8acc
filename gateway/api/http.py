"""The GraphQL endpoint: an ASGI application that speaks GraphQL over HTTP, strictly."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson
from graphql import OperationType
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html

from gateway.api.error_map import ErrorDocument, incident, of_coded
from gateway.api.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    HttpRequestError,
    JsonInvalidError,
    MediaTypeUnsupportedError,
    MethodNotAllowedError,
    NotAcceptableError,
)
from gateway.api.execution.engine import Answer, Engine
from gateway.api.limits import Limits
from gateway.api.wire import (
    JSON_TYPE,
    RESPONSE_TYPE,
    GraphQLRequest,
    decode_json,
    media_type,
    negotiate,
    request_of,
)
from gateway.auth.bearer import challenge
from gateway.auth.errors import ScopeMissingError, TokenExpiredError, UnauthenticatedError
from gateway.auth.principal import Principal
from gateway.errors import GatewayError

ANSWERED: Final = Counter("muniment_graphql_requests", "GraphQL requests, by how they were answered.", ["status"])
TOOK: Final = Histogram("muniment_graphql_seconds", "How long GraphQL requests took, in seconds.")

_QUERIES: Final = frozenset({OperationType.QUERY})
_ALL: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff", "vary": "accept, authorization"}


class Verifier(Protocol):
    """Tells who calls."""

    async def verify(self, authorization: str | Sequence[str] | None) -> Principal:
        """The principal of the token in the ``Authorization`` header.

        Raises:
            UnauthenticatedError: there is no acceptable token.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQLEndpoint:
    """``POST /graphql``; in the dev profile also GET, for queries and the IDE."""

    engine: Engine
    verifier: Verifier
    limits: Limits
    metadata_url: str
    """Address of the protected resource's metadata (RFC 9728), for callers without a token."""
    dev: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; never raises."""
        request = Request(scope, receive)
        with TOOK.time():
            response = await self._response(request)
        ANSWERED.labels(status=str(response.status_code)).inc()
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        if self.dev and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(get_graphql_ide_html("graphiql").replace("{{ SUBSCRIPTION_ENABLED }}", "false"))
        media = negotiate(request.headers.get("accept"))
        try:
            return await self._answer(request, media)
        except ClientDisconnect:
            return Response(status_code=400)
        except GatewayError as error:
            return self._refusal(error, media or JSON_TYPE)
        except Exception as error:  # noqa: BLE001  # the error map: an unknown failure is logged and masked
            return self._refusal(incident(error), media or JSON_TYPE)

    async def _answer(self, request: Request, media: str | None) -> Response:
        self._check_method(request)
        if media is None:
            raise NotAcceptableError
        try:
            principal = await self.verifier.verify(request.headers.getlist("authorization") or None)
        except TokenExpiredError as expired:
            await self._record_expired(request, expired)
            raise
        asked = await self._asked(request)
        answer = await self.engine.execute(asked, principal, allowed=_QUERIES if request.method == "GET" else _ALL)
        return self._encoded(answer, media)

    def _check_method(self, request: Request) -> None:
        allowed = ("GET", "POST") if self.dev else ("POST",)
        if request.method not in allowed:
            raise MethodNotAllowedError(request.method, allowed)

    async def _record_expired(self, request: Request, expired: TokenExpiredError) -> None:
        """A genuine token that came too late leaves a trace, as far as what it asked for can be read."""
        try:
            await self.engine.expired(await self._asked(request), expired)
        except HttpRequestError:
            return
        except Exception as error:  # noqa: BLE001  # the error map: the refusal stands, whatever becomes of its trace
            incident(error)

    async def _asked(self, request: Request) -> GraphQLRequest:
        if request.method == "GET":
            return request_of(self._parameters(request))
        kind, parameters = media_type(request.headers.get("content-type", ""))
        if kind != JSON_TYPE or parameters.get("charset", "utf-8") not in {"utf-8", "utf8"}:
            raise MediaTypeUnsupportedError(request.headers.get("content-type", ""))
        try:
            async with asyncio.timeout(self.limits.body_s):
                body = await self._body(request)
        except TimeoutError:
            raise BodyTooSlowError(self.limits.body_s) from None
        return request_of(decode_json(body, depth=self.limits.json_depth))

    def _parameters(self, request: Request) -> dict[str, Any]:
        """The members of a request that came by GET; two of them are JSON in themselves."""
        members: dict[str, Any] = {}
        for name, value in request.query_params.multi_items():
            if name in members:
                raise JsonInvalidError(f"the parameter `{name[:100]}` stands twice")
            members[name] = (
                decode_json(value.encode(), depth=self.limits.json_depth)
                if name in {"variables", "extensions"} and value
                else value or None
            )
        return members

    async def _body(self, request: Request) -> bytes:
        declared = request.headers.get("content-length", "")
        most = self.limits.body_bytes
        if declared.isdigit() and int(declared) > most:
            raise BodyTooLargeError(most)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise BodyTooLargeError(most)
        return bytes(body)

    def _encoded(self, answer: Answer, media: str) -> Response:
        # WHY: GraphQL over HTTP: with the newer media type an answer without `data` is a failure of the request.
        refused = not answer.executed and media == RESPONSE_TYPE
        return _response(answer.document(), media, 400 if refused else 200)

    def _refusal(self, error: GatewayError, media: str) -> Response:
        response = _response({"errors": [of_coded(error)]}, media, error.http_status)
        match error:
            case UnauthenticatedError() | ScopeMissingError():
                response.headers["www-authenticate"] = challenge(error, self.metadata_url)
            case BodyTooSlowError():
                response.headers["connection"] = "close"
            case MethodNotAllowedError():
                response.headers["allow"] = ", ".join(error.allowed)
            case _:
                pass
        return response


def _response(document: dict[str, Any], media: str, status: int) -> Response:
    try:
        body = orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        errors: list[ErrorDocument] = [of_coded(incident(error))]
        body, status = orjson.dumps({"errors": errors}), 500
    return Response(body, status_code=status, media_type=f"{media}; charset=utf-8", headers=_HEADERS)
