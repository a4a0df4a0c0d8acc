"""What is in a folder that somebody else filled: no link is followed, and only plain files are opened."""

import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from gateway.client.errors import PackageInvalidError
from gateway.errors import shortened

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file that is read as a whole."""


class Kind(StrEnum):
    """What stands in a place."""

    FILE = "FILE"
    FOLDER = "FOLDER"
    LINK = "LINK"
    OTHER = "OTHER"
    """A pipe, a socket, a device."""


def everything_in(folder: Path) -> Mapping[str, Kind]:
    """Every place below the folder, by its path with forward slashes.

    Raises:
        OSError: a folder cannot be read.
    """
    found: dict[str, Kind] = {}
    for parent, folders, files in os.walk(folder, onerror=_raised):
        for name in (*folders, *files):
            place = Path(parent, name)
            found[place.relative_to(folder).as_posix()] = _kind(place.lstat().st_mode)
    return found


def content_of(folder: Path, name: str) -> bytes:
    """The content of one file.

    Raises:
        PackageInvalidError: it is missing, no plain file, too large, or cannot be read.
    """
    place = folder / name
    try:
        state = place.lstat()
        finding = finding_of(name, _kind(state.st_mode))
        if finding:
            raise PackageInvalidError([finding])
        if state.st_size > MOST_BYTES:
            raise PackageInvalidError([f"`{shortened(name)}` has more than {MOST_BYTES} bytes"])
        return place.read_bytes()
    except FileNotFoundError:
        raise PackageInvalidError([f"`{shortened(name)}` is missing"]) from None
    except OSError as problem:
        raise PackageInvalidError([unreadable(name, problem)]) from None


def finding_of(name: str, kind: Kind) -> str:
    """What is wrong with a place where a file should be; empty when one is there."""
    if kind is Kind.FILE:
        return ""
    return f"`{shortened(name)}` is {'a link' if kind is Kind.LINK else 'no plain file'}"


def unreadable(name: str, problem: OSError) -> str:
    """What to say of a place that cannot be read."""
    return f"`{shortened(name)}` cannot be read: {problem.strerror}"


def _kind(mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.LINK
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    return Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER


def _raised(problem: OSError) -> None:
    raise problem
