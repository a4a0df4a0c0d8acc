"""Finding a Java that fits, where people have it: JAVA_HOME, the usual folder, the path."""

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path


def find_java(majors: Collection[int]) -> Path | None:
    """A ``java`` of one of the major versions; the newest of them when there are several."""
    fitting = [(major, java) for java in _candidates() if (major := _major(java)) in majors]
    return max(fitting)[1] if fitting else None


def _candidates() -> Iterator[Path]:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    seen: set[Path] = set()
    for java in [home / "bin" / "java" for home in homes] + [Path(found) for found in [shutil.which("java")] if found]:
        if java.is_file() and java.resolve() not in seen:
            seen.add(java.resolve())
            yield java


@cache
def _major(java: Path) -> int:
    """The feature release, e.g. 17; 0 when it does not say."""
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0
