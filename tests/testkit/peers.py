"""Tools of others, in an environment of their own: built once from pins with hashes, and kept by what they say."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.packages import ROOT

PINS = ROOT / "requirements" / "peers.txt"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "muniment"


def peers() -> Path:
    """The Python of the environment; without one, a test is skipped, or fails in CI."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(PINS.read_bytes() + version.encode()).hexdigest()[:16]
    folder = CACHE / f"peers-{digest}"
    python = folder / "bin" / "python"
    if (folder / ".ready").exists():
        return python
    problem = _built(folder, python)
    if problem and os.environ.get("CI") == "true":
        pytest.fail(problem)
    if problem:
        pytest.skip(problem)
    (folder / ".ready").touch()
    return python


def _built(folder: Path, python: Path) -> str:
    """Build the environment; why that was not possible, or nothing."""
    making = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [
            *(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "-r", str(PINS)),
        ],
    )
    for command in making:
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
        if ended.returncode:
            return f"the tools of others cannot be installed: {ended.stderr[-400:]}"
    return ""
