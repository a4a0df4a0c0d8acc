"""Whether anything reached for the network."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_watching: list[list[str]] = []


def _hear(event: str, _arguments: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        for heard in _watching:
            heard.append(event)


sys.addaudithook(_hear)


@contextmanager
def sockets() -> Iterator[list[str]]:
    """What is done with sockets and host names meanwhile, as the audit events of the interpreter tell."""
    heard: list[str] = []
    _watching.append(heard)
    try:
        yield heard
    finally:
        _watching.remove(heard)
