"""An HTTP server that misbehaves in every way a platform was seen to."""

import asyncio
import gzip
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

SECRET = "canary-in-an-error-body"


@dataclass(slots=True, kw_only=True)
class Faults:
    """Handlers named after what goes wrong; each has a path of that name."""

    elsewhere: str = "http://elsewhere.example/"
    silent_began: asyncio.Event = field(default_factory=asyncio.Event)
    visits: Counter[str] = field(default_factory=Counter)

    async def burst(self, request: web.Request) -> web.Response:
        self.visits[request.path] += 1
        return web.Response(status=503 if self.visits[request.path] % 4 else 200, body=b"after the burst")

    async def limited(self, request: web.Request) -> web.Response:
        self.visits[request.path] += 1
        if self.visits[request.path] == 1:
            return web.Response(status=429, headers={"Retry-After": "3"})
        return web.Response(body=b"after the limit")

    async def drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    async def silent(self, _: web.Request) -> web.Response:
        self.silent_began.set()
        await asyncio.sleep(30)
        return web.Response()

    async def cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"only this")
        if request.transport is not None:
            request.transport.close()
        return response

    async def broken(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def endless(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.path)

    async def leave(self, _: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect(self.elsewhere)

    async def status(self, request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]), body=SECRET.encode())

    def app(self) -> web.Application:
        """The application with all of them."""
        app = web.Application()
        for handler in (
            self.burst,
            self.limited,
            self.drip,
            self.silent,
            self.cut,
            self.broken,
            self.endless,
            self.leave,
        ):
            app.router.add_get(f"/{handler.__name__}", handler)
        app.router.add_get("/status/{status}", self.status)
        bomb = gzip.compress(b"0" * 3_000_000)
        _answer(app, "/fine", headers={"X-Told": "yes"}, body=b"fine")
        _answer(app, "/moved", status=301, headers={"Location": "/fine?kept=1"})
        _answer(app, "/nowhere", status=302, headers={"Location": ""})
        _answer(app, "/confused", status=302, headers={"Location": "http://["})
        _answer(app, "/long", body=b"0" * 5000)
        _answer(app, "/bomb", headers={"Content-Encoding": "gzip"}, body=bomb)
        _answer(app, "/bad-gzip", headers={"Content-Encoding": "gzip"}, body=b"not gzip at all")
        return app


def _answer(app: web.Application, path: str, **parts: object) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(**parts)  # type: ignore[arg-type]  # the parts of a response

    app.router.add_get(path, handler)
