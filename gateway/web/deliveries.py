"""``/deliveries/{id}/{path}``: the files of a package, to its licensee, resumable at any byte.

Every answer is judged first (``gateway.exchange.deliver.release``), and again while a long one is on its way. A file is
compared with its seal before anything of it is served.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from gateway.errors import GatewayError
from gateway.exchange.deliver.errors import DeliveryDamagedError
from gateway.exchange.deliver.outgoing import Outgoing, OutgoingFile
from gateway.web.ranges import ByteRange, RangeUnsatisfiableError, asked_range
from policies.errors import CodedError

_CHUNK_BYTES: Final = 1024 * 1024
_JUDGED_EVERY: Final = 16
"""Chunks after which a long answer is judged again."""
_log = structlog.get_logger("gateway.web")


def delivery_routes(outgoing: Outgoing) -> list[Route]:
    """The one route; it needs the delivery's own token."""

    async def serve(request: Request) -> Response:
        if request.method != "GET":
            # WHY: asking for a file books it, and nothing may be booked of which no byte leaves.
            return Response(status_code=405, headers={"allow": "GET"})
        try:
            file = await outgoing.find(
                request.path_params["delivery"], request.path_params["path"], request.headers.get("authorization")
            )
            return await _answer(request, outgoing, file)
        except RangeUnsatisfiableError as problem:
            return _problem(problem, {"content-range": f"bytes */{problem.size}"})
        except GatewayError as problem:
            return _problem(problem, {"www-authenticate": "Bearer"} if problem.http_status == 401 else {})  # noqa: PLR2004  # unauthorized

    return [Route("/deliveries/{delivery}/{path:path}", serve, methods=["GET"])]


async def _answer(request: Request, outgoing: Outgoing, file: OutgoingFile) -> Response:
    etag = f'"{file.sha256}"'
    condition = request.headers.get("if-range")
    asked = asked_range(request.headers.get("range"), file.size) if condition in {None, etag} else None
    part = asked or ByteRange(start=0, stop=file.size)
    # INVARIANT: a request that gets no byte books nothing; one that gets some is on record before the first.
    await outgoing.let_out(file)
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        "content-length": str(part.stop - part.start),
        "content-type": "application/octet-stream",
        "etag": etag,
        "x-content-type-options": "nosniff",
    }
    if asked is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    status = 200 if asked is None else 206
    return _FileResponse(file, _bytes(outgoing, file, part), status_code=status, headers=headers)


class _FileResponse(StreamingResponse):
    """Closes its file as soon as the answer ends, also when the client went away, or it was stopped, in the middle."""

    def __init__(
        self, file: OutgoingFile, content: AsyncGenerator[bytes, None], status_code: int, headers: dict[str, str]
    ) -> None:
        super().__init__(content, status_code=status_code, headers=headers)
        self._file = file
        self._content = content

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._content):
            await super().__call__(scope, receive, send)

    @override
    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except CodedError as problem:
            # WHY: an answer that is not ended makes the server close the connection, so that the client notices.
            _log.warning(
                "delivery.stopped",
                delivery=self._file.fetcher.delivery,
                path=self._file.name,
                code=problem.code,
                problem=problem.message,
            )


async def _bytes(outgoing: Outgoing, file: OutgoingFile, part: ByteRange) -> AsyncGenerator[bytes, None]:
    with file.path.open("rb") as opened:
        opened.seek(part.start)
        left, chunks = part.stop - part.start, 0
        while left > 0:
            if chunks and chunks % _JUDGED_EVERY == 0:
                # INVARIANT: what was ended meanwhile stops within sixteen chunks; the client sees a broken answer.
                await outgoing.let_out(file)
            chunk = await asyncio.to_thread(opened.read, min(_CHUNK_BYTES, left))
            if not chunk:
                raise DeliveryDamagedError(file.fetcher.delivery, file.name)
            left, chunks = left - len(chunk), chunks + 1
            yield chunk


def _problem(problem: GatewayError, headers: dict[str, str]) -> Response:
    body = {"code": problem.code, "message": problem.message, "hint": problem.hint or None}
    return JSONResponse(body, status_code=problem.http_status, headers={"cache-control": "no-store", **headers})
