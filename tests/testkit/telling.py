"""The story as a process on a folder: it is watched from outside, and its gateway can be killed at any moment."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.architecture.packages import ROOT
from tests.testkit.environment import UNMEASURED
from tests.testkit.stored import Stored

_STEP = re.compile(r"(\d+)\. ")
_FAILED = re.compile(r"step (\d+) of the demo failed")
_PATIENCE_S = 180.0


class Telling:
    """One run of ``muniment demo --keep FOLDER``; what it was answered is appended to ``notes``."""

    def __init__(self, folder: Path, notes: Path) -> None:
        self._stored = Stored(folder)
        self.began: dict[int, float] = {}
        """When each step began."""
        self.sizes: dict[int, int] = {}
        """Events in the journal when each step began."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.testkit.witness", str(notes), "demo", "--keep", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=UNMEASURED | {"PYTHONUNBUFFERED": "1"},
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = _STEP.match(line)
            if found:
                self.began[int(found[1])] = time.monotonic()
                self.sizes[int(found[1])] = self._stored.size()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def gateway(self) -> int | None:
        """Id of its gateway's process, as soon as there is one."""
        for child in _children(self._process.pid):
            if "serve" in _arguments(child):
                return child
        return None

    def wait(self, reached: Callable[[], Any]) -> bool:
        """Wait for something; false when the story ended before."""
        end = time.monotonic() + _PATIENCE_S
        while self.running:
            if reached():
                return True
            assert time.monotonic() < end, f"the story hangs: {self.began}"
            time.sleep(0.001)
        return False

    def kill_gateway(self) -> bool:
        """End its gateway as a power cut ends a process; false when there is none any more."""
        found = self.gateway()
        if found is None:
            return False
        os.kill(found, signal.SIGKILL)
        return True

    def ended(self) -> tuple[int, int, str]:
        """Its exit status, the step it failed in (0: at its start), and what it said; nothing of it is left running."""
        children = _children(self._process.pid)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with self._process.stdout, self._process.stderr:
            said = self._process.stderr.read()
            self._process.wait(timeout=_PATIENCE_S)
            self._reading.join(timeout=_PATIENCE_S)
        assert not [child for child in children if _arguments(child)], "a program of the story was left running"
        failed = _FAILED.search(said)
        return self._process.returncode, int(failed[1]) if failed else 0, said

    def stop(self) -> None:
        """End it in order, whatever state it is in."""
        if self.running:
            self._process.terminate()
            self._process.wait(timeout=30)


def _children(pid: int) -> set[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return set()
    return {int(each) for each in told.split()}


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")[:-1]
    except OSError:
        return []
