"""Test suites and data of others, kept outside the project."""

import os
from pathlib import Path

import pytest


def shared(*parts: str) -> Path:
    """A file or folder of the shared material; its tests are skipped where it is absent, and fail in CI."""
    path = Path(os.environ.get("MUNIMENT_SHARED", "../shared")).joinpath(*parts)
    if not path.exists():
        reason = f"{path} is not there; set MUNIMENT_SHARED to the folder that holds `suites` and `platforms`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)
    return path
