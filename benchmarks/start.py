"""How long ``muniment serve`` takes from the command to readiness, on a folder that exists already.

Prints the median of five warm starts beside the bound of 2 s.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
READY = "muniment is ready at "


def start(folder: Path) -> float:
    """Seconds until the line that says the gateway is ready."""
    started = time.monotonic()
    command = [sys.executable, "-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own command
        if process.stdout is None:
            raise RuntimeError
        line = process.stdout.readline()
        took = time.monotonic() - started
        process.terminate()
        process.wait()
    if not line.startswith(READY):
        sys.exit(f"the gateway did not start: {line!r}")
    return took


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        first = start(folder)
        warm = [start(folder) for _ in range(RUNS)]
    print(f"serve, first start with an empty folder: {first:.2f} s")
    print(f"serve, warm: median {statistics.median(warm):.2f} s of {RUNS} (bound: 2 s)")


if __name__ == "__main__":
    main()
