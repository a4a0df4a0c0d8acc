"""The programs that the demo starts: each is known by its id, and ended by it."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.demo.errors import ProcessFailedError

_START_S: Final = 30.0
_STOP_S: Final = 8.0
_WORDS: Final = 2000
"""Characters of a log that are quoted when a program does not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A running subprocess that told its address."""

    name: str
    url: str
    process: asyncio.subprocess.Process

    @classmethod
    async def start(cls, name: str, module: str, arguments: Sequence[str], *, log: Path, ready: str) -> "Program":
        """Run ``python -m module`` and wait for its line ``ready`` followed by an address.

        Args:
            name: what people call it.
            module: what to run.
            arguments: of the command line.
            log: file that takes what it says on standard error.
            ready: beginning of the line on standard output that ends with the address.

        Raises:
            ProcessFailedError: it ended, or did not become ready in time; it is gone then.
        """
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # WHY: a folder of the working directory must not hide one of our packages
                "-m",
                module,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env=_environment(),
                start_new_session=True,  # WHY: Ctrl-C must reach the demo first, which then ends its programs in order
            )
        try:
            async with asyncio.timeout(_START_S):
                url = await _address(process, ready)
        except BaseException as problem:
            await _end(process)
            if isinstance(problem, TimeoutError):
                raise ProcessFailedError(name, f"was not ready within {_START_S:.0f} s", _last_words(log)) from None
            raise
        if url is None:
            await _end(process)
            raise ProcessFailedError(name, f"ended with status {process.returncode}", _last_words(log))
        return cls(name=name, url=url, process=process)

    @property
    def running(self) -> bool:
        """True until it ended."""
        return self.process.returncode is None

    @property
    def peak_memory_bytes(self) -> int | None:
        """The most memory it ever held (resident set); nothing where the system does not tell, or after its end."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return None
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else None

    async def stop(self) -> None:
        """End it: asked first, then forced; returns when it is gone."""
        await _end(self.process)


def _environment() -> Mapping[str, str]:
    """Ours, without settings of a gateway: the demo's folder alone decides."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUNIMENT_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


async def _address(process: asyncio.subprocess.Process, ready: str) -> str | None:
    if process.stdout is None:
        return None
    async for line in process.stdout:
        text = line.decode(errors="replace").strip()
        if text.startswith(ready):
            return text.removeprefix(ready).strip()
    await process.wait()
    return None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    try:
        process.terminate()
    except ProcessLookupError:
        return
    try:
        async with asyncio.timeout(_STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _last_words(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-_WORDS:].strip()
    except OSError:
        return ""
