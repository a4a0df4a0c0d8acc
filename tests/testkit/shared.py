"""Test suites of others, kept outside the project."""

import os
from pathlib import Path

import pytest


def shared(*parts: str) -> Path:
    """A folder of the shared material; its tests are skipped where it is absent, and fail in CI."""
    folder = Path(os.environ.get("MUNIMENT_SHARED", "../shared")).joinpath(*parts)
    if not folder.is_dir():
        reason = f"{folder} is not there; set MUNIMENT_SHARED to the folder that holds `suites`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason, allow_module_level=True)
    return folder
