"""One process works on a store's folder at a time; the lock goes with the process, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.errors import GatewayError

LOCK: Final = "lock"


class FolderInUseError(GatewayError):
    """Another process works on the folder."""

    code = "FOLDER_IN_USE"

    def __init__(self, folder: Path, process: str) -> None:
        who = f"process {process}" if process else "another process"
        super().__init__(
            f"`{folder}` is in use by {who}",
            hint="end that gateway or demo first, or name another folder with `--folder`",
        )
        self.folder = folder
        self.process = process
        """Its id, or empty when it has not said yet."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, which must be there, until the block ends.

    Raises:
        FolderInUseError: another process holds it; nothing was touched.
    """
    # WHY: an advisory lock of the system, not a file that is there or not: it cannot outlive its process.
    with os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(folder, file.read().strip()) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
