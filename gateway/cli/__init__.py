"""The command ``muniment``."""

import sys
from typing import NoReturn

from gateway.shadowing import PackageShadowedError, check_packages


def main() -> NoReturn:
    """Check that the packages are ours before any of them is used, then run the command."""
    try:
        check_packages()
    except PackageShadowedError as problem:
        sys.exit(f"muniment: {problem}\n  what to do: {problem.hint}\n  code: {problem.code}")
    from gateway.cli.app import main as run  # noqa: PLC0415  # after the check, or it could not speak

    run()
