"""Memory is bounded by the batch: a ledger twenty times as long is packed within 1.3 times the memory."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture.packages import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell a process's peak"),
]

ROWS, TIMES, BOUND = 35_592, 20, 1.3


def packed(rows: int, folder: Path) -> dict[str, int]:
    folder.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.testkit.packed_ledger", str(rows), str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
        cwd=ROOT,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: dict[str, int] = json.loads(ended.stdout.splitlines()[-1])
    assert found["rows"] == rows
    return found


def test_memory_does_not_grow_with_the_dataset(tmp_path: Path, tell: Callable[[str], None]) -> None:
    small = packed(ROWS, tmp_path / "small")
    large = packed(ROWS * TIMES, tmp_path / "large")

    ratio = large["peak_mb"] / small["peak_mb"]
    assert ratio < BOUND
    tell(
        f"memory: {ROWS:,} rows packed in {small['peak_mb']} MB, {ROWS * TIMES:,} in {large['peak_mb']} MB:"
        f" {ratio:.2f} times (bound {BOUND})"
    )
