"""Waiting until the graph has read what the journal holds."""

import asyncio
import time
from typing import Final

from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.speak import ask
from gateway.demo.story import Story

_CAUGHT_UP_S: Final = 15.0


async def caught_up(story: Story, seq: int | None = None) -> int:
    """Wait until the graph has read an event; without one, everything that is on record now.

    Raises:
        UnexpectedAnswerError: it stays behind.
    """
    auditor = story.cast.client(Role.AUDITOR)
    if seq is None:
        seq = int((await ask(auditor, "checkpoint"))["provenance"]["checkpoint"]["treeSize"]) - 1
    end = time.monotonic() + _CAUGHT_UP_S
    while (watermark := int((await ask(auditor, "watermark"))["provenance"]["watermark"])) < seq:
        if time.monotonic() > end:
            raise UnexpectedAnswerError(f"the graph stays at event {watermark}, before {seq}")
        await asyncio.sleep(0.1)
    return watermark
