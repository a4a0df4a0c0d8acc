"""The environment of programs that tests start: without settings of whoever runs the tests."""

import os
from typing import Final

_SETTINGS: Final = "MUNIMENT_"
_MEASURED: Final = "COVERAGE_"

CLEAN: Final = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
UNMEASURED: Final = {name: value for name, value in CLEAN.items() if not name.startswith(_MEASURED)}
"""For stories that are told again and again: their lines are measured where they are told once."""
