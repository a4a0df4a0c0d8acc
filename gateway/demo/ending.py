"""How a story ends before its time: a signal asks for it, and what was started is ended first."""

import asyncio
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_SIGNALLED: Final = 128
"""Shells write the end by a signal as this plus its number."""
_NAMES: Final[Mapping[signal.Signals, str]] = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class EndedEarlyError(Exception):
    """Somebody ended the demo; every program of it is gone by now. Its text is one line for people."""

    def __init__(self, asked: signal.Signals, kept: Path | None) -> None:
        left = "nothing was kept (`--keep DIR` keeps the store)"
        if kept is not None:
            left = f"the store is kept in `{kept}`, and the same command goes on from there"
        super().__init__(
            f"the demo was ended by {_NAMES[asked]}; its gateway and its forum are stopped, nothing is left running; "
            + left
        )
        self.status = _SIGNALLED + asked
        """Exit status of the command: 130 for Ctrl-C, 143 for SIGTERM."""


@contextmanager
def ended_gently(kept: Path | None) -> Iterator[None]:
    """Cancel what runs inside when a signal asks for the end, once: who asks again waits for the programs to end.

    Args:
        kept: the folder that stays, if one does.

    Raises:
        EndedEarlyError: a signal asked for it, and everything inside is ended.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked: list[signal.Signals] = []

    def end(by: signal.Signals) -> None:
        if task is not None and not asked:
            asked.append(by)
            task.cancel()

    try:
        for each in _NAMES:
            loop.add_signal_handler(each, end, each)
    except NotImplementedError:
        # WHY: not every event loop knows signals; then Ctrl-C alone ends the story gently.
        yield
        return
    try:
        yield
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        for each in _NAMES:
            loop.remove_signal_handler(each)
    if asked:
        raise EndedEarlyError(asked[0], kept)
