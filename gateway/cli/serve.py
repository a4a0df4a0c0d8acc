"""``muniment serve``: the gateway under uvicorn, on a socket that is bound before anything is built."""

import errno
import gc
import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from typing_extensions import override

from gateway.cli.errors import AddressUnusableError, PortInUseError

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI application."""

READY: Final = "muniment is ready at "
"""What the one line on standard output begins with; the address follows."""

_BACKLOG: Final = 2048


def serve(
    *,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the store; made when it is not there. [default: muniment]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes a free one. [default: 8040]", min=0, max=65535)
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file. [default: muniment.toml of the folder, when it is there]")
    ] = None,
) -> None:
    """Serve a gateway until it is ended; prints one line with the address when it is ready."""
    # WHY: importing makes many objects that stay; collecting garbage meanwhile would take a fifth of the start.
    gc.disable()
    from gateway.settings import load  # noqa: PLC0415  # cheap at start

    given = {name: value for name, value in (("folder", folder), ("host", host), ("port", port)) if value is not None}
    settings = load(file=config, given=given)
    if not settings.folder.exists():
        typer.echo(f"`{settings.folder}` is not there: making a new store", err=True)
    listener = listen(settings.host, settings.port)
    try:
        # INVARIANT: the address is known before the application is built, since issuer and audience of tokens name it.
        settings = replace(settings, port=listener.getsockname()[1])
        from gateway.main import build  # noqa: PLC0415  # cheap at start

        _run(build(settings), listener, settings.url)
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket.

    Args:
        host: name or address.
        port: 0 takes a free one.

    Raises:
        PortInUseError: another program listens there.
        AddressUnusableError: the address is not one of this machine, or the port is not for this user.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as problem:
        raise AddressUnusableError(host, port, problem.strerror or "unknown address") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRINUSE:
            raise PortInUseError(host, port) from None
        raise AddressUnusableError(host, port, problem.strerror or str(problem)) from None
    return listener


class _Witness:
    """The application, remembering why it did not start: uvicorn itself would only log it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.failure: Exception | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.application(scope, receive, send)
            return
        try:
            await self.application(scope, receive, send)
        except Exception as failure:
            self.failure = failure
            raise


def _run(application: Application, listener: socket.socket, url: str) -> None:
    import uvicorn  # noqa: PLC0415  # cheap at start

    class Server(uvicorn.Server):
        """Announces its address, on the real port, as soon as requests are taken."""

        @override
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            gc.freeze()
            gc.enable()
            if self.started:
                logger.setLevel(logging.WARNING)
                typer.echo(f"{READY}{url}")

    logger = logging.getLogger("uvicorn.error")
    logger.setLevel(logging.CRITICAL + 1)  # WHY: a failure at start is told once, by the command, not by a traceback
    witness = _Witness(application)
    configuration: dict[str, Any] = {
        "loop": "auto",
        "http": "httptools",
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "timeout_graceful_shutdown": 10,
        # WHY: longer than clients keep an idle connection, or a request would meet one that is just being closed.
        "timeout_keep_alive": 75,
    }
    server = Server(uvicorn.Config(witness, **configuration))
    try:
        server.run(sockets=[listener])
    except SystemExit:
        if witness.failure is None:
            raise
    if witness.failure is not None and not server.started:
        raise witness.failure
