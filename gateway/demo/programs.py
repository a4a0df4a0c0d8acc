"""How the programs of this installation are called from where the demo was started."""

import shlex
import shutil
import sys
from pathlib import Path


def muniment() -> str:
    """The product's command, as it can be typed here."""
    return _typed("muniment") or f"{python()} -m gateway.cli"


def python() -> str:
    """The interpreter that runs us, as it can be typed here."""
    return _typed(Path(sys.executable).name) or shlex.quote(sys.executable)


def _typed(name: str) -> str | None:
    """The name alone where the search path leads to ours, else its place; nothing when it is not beside us."""
    ours = Path(sys.executable).with_name(name)
    if not ours.exists():
        return None
    found = shutil.which(name)
    if found is not None and Path(found) == ours:
        return name
    return shlex.quote(str(ours.relative_to(Path.cwd()) if ours.is_relative_to(Path.cwd()) else ours))
