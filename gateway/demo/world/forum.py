"""A forum behind a paginated REST API on loopback: ``python -m gateway.demo.world.forum --port 0 --generated 7``.

It says ``forum ready at http://…`` on standard output when it can be asked, and ends on SIGTERM or SIGINT.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.demo.world.forum_rows import FIELDS, Forum, Row
from gateway.demo.world.invented_forum import generate_forum
from gateway.demo.world.stack_exchange import ForumUnreadableError, read_forum

__all__ = ["READY", "STATS", "Forum", "application", "generate_forum", "main", "parser", "read_forum"]

READY: Final = "forum ready at "
STATS: Final = "/stats"
"""Where the server says how often it was asked: for the demo, which shows that a refused read asked nothing."""
LARGEST_PAGE: Final = 1000
_HOST: Final = "127.0.0.1"


def application(forum: Forum) -> web.Application:
    """The API: ``GET /<endpoint>?page=1&pagesize=100&fields=a,b``; items come in the order of their key."""
    visits = _Visits()
    app = web.Application(middlewares=[visits.count])
    for endpoint, rows in forum.endpoints():
        app.router.add_get(f"/{endpoint}", _listing(endpoint, rows))
    app.router.add_get("/info", _info(forum))
    app.router.add_get(STATS, visits.tell)
    return app


class _Visits:
    """How often the forum was asked, told at ``STATS``; asking that does not count."""

    def __init__(self) -> None:
        self._requests = 0

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request, whatever becomes of it."""
        if request.path != STATS:
            self._requests += 1
        return await handler(request)

    async def tell(self, _: web.Request) -> web.Response:
        """The count since the start."""
        return _json({"requests": self._requests})


def _info(forum: Forum) -> Handler:
    counts = {endpoint: len(rows) for endpoint, rows in forum.endpoints()}

    async def info(_: web.Request) -> web.Response:
        return _json({"counts": counts})

    return info


def _listing(endpoint: str, rows: Sequence[Row]) -> Handler:
    known = FIELDS[endpoint]

    async def listing(request: web.Request) -> web.Response:
        page, size = _number(request, "page", 1, 10**9), _number(request, "pagesize", 100, LARGEST_PAGE)
        fields = request.query["fields"].split(",") if "fields" in request.query else known
        if not set(fields) <= set(known):
            raise _refusal("fields")
        first = (page - 1) * size
        items = [{name: row[name] for name in fields if name in row} for row in rows[first : first + size]]
        return _json({"items": items, "has_more": first + size < len(rows), "page": page, "total": len(rows)})

    return listing


def _number(request: web.Request, name: str, default: int, most: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise _refusal(name)
    return int(text)


def _refusal(parameter: str) -> web.HTTPBadRequest:
    body = msgspec.json.encode({"error_name": "bad_parameter", "error_message": parameter})
    return web.HTTPBadRequest(text=body.decode(), content_type="application/json")


def _json(answer: Mapping[str, object]) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), content_type="application/json")


async def serve(forum: Forum, port: int, host: str = _HOST) -> None:
    """Serve until the process is asked to end; says where on standard output."""
    runner = web.AppRunner(application(forum), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        sys.stdout.write(f"{READY}http://{host}:{bound}\n")
        sys.stdout.flush()
        ended = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, ended.set)
        await ended.wait()
    finally:
        await runner.cleanup()


def parser() -> argparse.ArgumentParser:
    """What the command line may say."""
    made = argparse.ArgumentParser(prog="python -m gateway.demo.world.forum", description=__doc__)
    made.add_argument("--host", default=_HOST, help="address to listen on; loopback unless a container says otherwise")
    made.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    rows = made.add_mutually_exclusive_group(required=True)
    rows.add_argument("--data", "--forum", type=Path, metavar="DIR", help="folder of a published forum dump")
    rows.add_argument("--generated", type=int, metavar="SEED", help="invent a forum from this seed")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a forum; returns 2 when there is nothing to serve, or the port is taken."""
    given = parser().parse_args(arguments)
    try:
        forum = generate_forum(given.generated) if given.data is None else read_forum(given.data)
        asyncio.run(serve(forum, given.port, given.host))
    except ForumUnreadableError as problem:
        sys.stderr.write(f"{problem.code}: {problem.message}; {problem.hint}\n")
        return 2
    except OSError as problem:
        sys.stderr.write(f"port {given.port} cannot be used: {problem.strerror}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
