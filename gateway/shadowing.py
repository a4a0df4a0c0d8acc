"""Make sure that the product's packages are its own, and not folders of the same name in the working directory.

Imports the standard library only: what may be hidden cannot be used to say so.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

PACKAGES: Final = ("connectors", "graph", "policies", "gateway")
_HOME: Final = Path(__file__).resolve().parent.parent


class PackageShadowedError(ImportError):
    """A folder on the import path hides one of the product's packages."""

    code: ClassVar[str] = "PACKAGE_SHADOWED"
    hint: ClassVar[str] = "start from another working directory, or rename that folder"

    def __init__(self, package: str, found: str) -> None:
        super().__init__(f"package `{package}` would be taken from `{found}`, which is not part of muniment")
        self.package = package
        self.found = found


def check_packages(home: Path = _HOME) -> None:
    """Compare where each package would be imported from with where this distribution stands.

    Args:
        home: folder that holds all four packages.

    Raises:
        PackageShadowedError: one of them would come from elsewhere; names the folder that hides it.
    """
    for package in PACKAGES:
        found = _folder(package)
        if found is None:
            raise PackageShadowedError(package, f"nowhere on {', '.join(sys.path) or 'an empty path'}")
        if found != home / package:
            raise PackageShadowedError(package, str(found))


def _folder(package: str) -> Path | None:
    try:
        spec = find_spec(package)
    except ValueError:  # a module that was put into sys.modules by hand has no specification
        return None
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    # WHY: a plain module `graph.py` hides the package as well, and it has an origin but no search locations.
    place = places[0] if places else str(spec.origin)
    return Path(place).resolve()
