"""A story that is ended before its time: what is inside is ended first, once, and the last line says what is left."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.demo.ending import EndedEarlyError, ended_gently

pytestmark = pytest.mark.anyio


async def stopping_after(asked: signal.Signals, ended: list[str], again: signal.Signals | None = None) -> None:
    """A story that is asked to end, and perhaps once more while it ends its program."""
    with ended_gently(None):
        try:
            os.kill(os.getpid(), asked)
            await asyncio.sleep(30)
        finally:
            if again is not None:
                os.kill(os.getpid(), again)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            ended.append("the program")


async def finishing_after(asked: signal.Signals) -> None:
    """A story that is over at the moment in which it is asked to end."""
    with ended_gently(None), suppress(asyncio.CancelledError):
        os.kill(os.getpid(), asked)
        await asyncio.sleep(30)


@pytest.mark.parametrize(("asked", "name", "status"), [("SIGINT", "Ctrl-C", 130), ("SIGTERM", "SIGTERM", 143)])
async def test_signal_ends_what_is_inside_and_is_told_afterwards(asked, name, status):
    ended: list[str] = []

    with pytest.raises(EndedEarlyError) as early:
        await stopping_after(signal.Signals[asked], ended)

    assert ended == ["the program"]
    assert early.value.status == status
    assert f"ended by {name}" in str(early.value)
    assert "nothing is left running" in str(early.value)


async def test_second_signal_does_not_cut_the_ending_short():
    ended: list[str] = []

    with pytest.raises(EndedEarlyError) as early:
        await stopping_after(signal.SIGTERM, ended, again=signal.SIGINT)

    assert ended == ["the program"]
    assert early.value.status == 143


async def test_signal_in_the_last_moment_is_not_lost():
    with pytest.raises(EndedEarlyError):
        await finishing_after(signal.SIGINT)


async def test_cancellation_by_somebody_else_stays_one():
    with pytest.raises(asyncio.CancelledError), ended_gently(None):
        raise asyncio.CancelledError


def test_last_line_says_whether_the_store_is_kept():
    assert "nothing was kept" in str(EndedEarlyError(signal.SIGINT, None))
    assert "the store is kept in `world`" in str(EndedEarlyError(signal.SIGINT, Path("world")))
    assert "\n" not in str(EndedEarlyError(signal.SIGINT, Path("world")))
