"""A gateway that answers as it is told, on loopback: for what a real one would not do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer."""

    status: int = 200
    body: bytes = b"{}"
    delay_s: float = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, content: object, status: int = 200) -> "Said":
        """An answer in JSON."""
        return cls(status=status, body=orjson.dumps(content))


@dataclass(slots=True)
class Heard:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form of single parameters."""
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass(slots=True)
class ScriptedGateway:
    """Answers by path; of several answers for a path the last is repeated."""

    url: str = ""
    answers: dict[str, list[Said]] = field(default_factory=dict)
    requests: list[Heard] = field(default_factory=list)

    def says(self, path: str, *answers: Said) -> None:
        """Answer requests of this path, one after the other."""
        self.answers[path] = list(answers)

    def heard(self, path: str) -> list[Heard]:
        """The requests of this path."""
        return [request for request in self.requests if request.path == path]

    async def handle(self, request: web.Request) -> web.Response:
        """Remember the request, give the next answer."""
        self.requests.append(Heard(request.path, dict(request.headers), await request.read()))
        waiting = self.answers.get(request.path, [Said(status=404)])
        said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        await asyncio.sleep(said.delay_s)
        return web.Response(status=said.status, body=said.body, headers=dict(said.headers))


@asynccontextmanager
async def a_scripted_gateway() -> AsyncIterator[ScriptedGateway]:
    """Serve one, with the metadata of an authorization server that issues the token ``one``."""
    gateway = ScriptedGateway()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", gateway.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        gateway.says(
            "/.well-known/oauth-authorization-server/as",
            Said.json({"issuer": gateway.url + "/as", "token_endpoint": gateway.url + "/as/token"}),
        )
        gateway.says("/as/token", Said.json(a_token_answer("one")))
        yield gateway
    finally:
        await runner.cleanup()


def a_token_answer(value: str, **changed: Any) -> dict[str, Any]:
    """A good answer of a token endpoint."""
    return {"access_token": value, "token_type": "Bearer", "expires_in": 600, "scope": "graph:query", **changed}
