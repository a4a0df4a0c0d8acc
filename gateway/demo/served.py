"""The gateway of the demo: it can be stopped and started again, and keeps its address."""

import asyncio
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.demo.errors import ProcessFailedError
from gateway.demo.metrics import ready
from gateway.demo.processes import Program

_MODULE: Final = "gateway.cli"
_READY_LINE: Final = "muniment is ready at "
_READY_S: Final = 20.0


class ServedGateway:
    """A gateway on one folder, on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program: Program | None = None
        self._port = 0
        self._peak = 0
        self.url = ""
        """Its address, the same after every start."""

    async def start(self) -> float:
        """Start it, and wait until it serves.

        Returns:
            Milliseconds that it took.

        Raises:
            ProcessFailedError: it ended, or was not ready in time.
        """
        began = time.perf_counter()
        arguments = ["serve", "--folder", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        log = self._folder / "gateway.log"
        self._program = await Program.start("gateway", _MODULE, arguments, log=log, ready=_READY_LINE)
        self.url = self._program.url
        self._port = urlsplit(self.url).port or 0
        while not await ready(self.url):
            if time.perf_counter() - began > _READY_S or not self._program.running:
                raise ProcessFailedError("gateway", f"was not ready within {_READY_S:.0f} s")
            await asyncio.sleep(0.05)
        return (time.perf_counter() - began) * 1000

    async def stop(self) -> None:
        """End it; returns when it is gone."""
        if self._program is not None:
            self._look()
            program, self._program = self._program, None
            await program.stop()

    @property
    def peak_memory_bytes(self) -> int | None:
        """The most memory it ever held (resident set), over all starts; nothing where the system does not tell."""
        self._look()
        return self._peak or None

    def _look(self) -> None:
        if self._program is not None:
            self._peak = max(self._peak, self._program.peak_memory_bytes or 0)
