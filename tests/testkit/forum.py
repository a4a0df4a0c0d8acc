"""A small forum, served in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from gateway.demo.world.forum import application
from gateway.demo.world.forum_rows import Forum
from gateway.demo.world.invented_forum import generate_forum


@cache
def a_small_forum(rows: int = 24, *, seed: int = 7) -> Forum:
    """The first rows of an invented forum."""
    forum = generate_forum(seed)
    return Forum(
        users=forum.users[:rows], posts=forum.posts[:rows], comments=forum.comments[:rows], badges=forum.badges[:rows]
    )


@dataclass(slots=True, kw_only=True)
class Served:
    """A server with what it was asked, and how many bytes it gave."""

    url: str = ""
    asked: list[URL] = field(default_factory=list)
    bytes_sent: int = 0


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[Served]:
    """The application on a free port of loopback."""
    found = Served()

    async def note(request: web.Request, response: web.StreamResponse) -> None:
        found.asked.append(request.url)
        found.bytes_sent += response.content_length or 0

    app.on_response_prepare.append(note)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/")).rstrip("/")
        yield found


@asynccontextmanager
async def a_served_forum(forum: Forum | None = None) -> AsyncIterator[Served]:
    """A served forum; the small one when none is given."""
    async with served(application(forum or a_small_forum())) as found:
        yield found
