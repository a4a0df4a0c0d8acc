"""Where a delivery is prepared and kept: a folder each, ``package`` for what leaves and ``work`` for what does not."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder of one delivery."""

    folder: Path

    @classmethod
    def of(cls, packages: Path, delivery: str) -> "Workspace":
        """The workspace of a delivery, whether it is there or not."""
        return cls(folder=packages / delivery.rsplit(":", 1)[-1])

    @property
    def package(self) -> Path:
        """What the licensee gets."""
        return self.folder / "package"

    def records(self, part: str) -> Path:
        """Where the files of one dataset are; made when it is not there."""
        return _made(self.package / "data" / part)

    def work(self, part: str) -> Path:
        """Where the state of one dataset's preparation is; made when it is not there."""
        return _made(self.folder / "work" / part)

    def forget(self, part: str) -> None:
        """Begin one dataset again."""
        shutil.rmtree(self.package / "data" / part, ignore_errors=True)
        shutil.rmtree(self.folder / "work" / part, ignore_errors=True)

    def tidy(self) -> None:
        """Drop what only the preparation needed."""
        shutil.rmtree(self.folder / "work", ignore_errors=True)

    def remove(self) -> None:
        """Drop everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def delivery_of(folder: Path) -> str:
    """The delivery whose workspace this folder is, if it is one."""
    return f"urn:muniment:delivery:{folder.name}"


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
