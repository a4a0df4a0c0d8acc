"""What may be imported where: whatever is not allowed by name is refused."""

import ast
import sys
from pathlib import PurePath
from typing import Final

import pytest

from tests.architecture.packages import imported, trees

FENCED: Final = {
    "rfc8785": "policies/canonical.py",
    "pyld": "policies/jsonld/expansion.py",
    "polars": "policies/compile.py",
}
"""The libraries that policies use, each with the one file that does."""
EFFECTS: Final = frozenset(
    {
        *(
            "asyncio",
            "concurrent",
            "contextvars",
            "ctypes",
            "fcntl",
            "ftplib",
            "getpass",
            "glob",
            "http",
            "io",
            "locale",
        ),
        *("logging", "mmap", "multiprocessing", "os", "pathlib", "pickle", "platform", "queue", "random", "sched"),
        *(
            "secrets",
            "select",
            "selectors",
            "shelve",
            "shutil",
            "signal",
            "smtplib",
            "socket",
            "socketserver",
            "sqlite3",
        ),
        *("ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "zoneinfo"),
    }
)
"""Modules of the standard library that do something, wait, or know what time it is."""
DYNAMIC: Final = frozenset({"importlib", "runpy", "pkgutil", "imp", "__import__"})
"""What imports by a name that nobody sees here."""
RESOURCES: Final = {"importlib.resources": "policies/jsonld/expansion.py"}
"""The bundled contexts are read when the module is."""


def refused(path: PurePath, tree: ast.Module) -> list[str]:
    """The imports of a file of ``policies`` that are not allowed there."""
    return [name for name in imported(tree) if not _allowed(name, path.as_posix())]


def _allowed(name: str, path: str) -> bool:
    first = name.partition(".")[0]
    if first == "policies" or RESOURCES.get(name) == path:
        return True
    if first in FENCED:
        return FENCED[first] == path
    return first in sys.stdlib_module_names - EFFECTS - DYNAMIC


def test_policies_import_themselves_the_pure_standard_library_and_three_fenced_libraries() -> None:
    found = {
        str(path): names for path, tree in trees() if path.parts[0] == "policies" and (names := refused(path, tree))
    }

    assert found == {}


def test_every_fence_is_around_something() -> None:
    used = {(name.partition(".")[0], path.as_posix()) for path, tree in trees() for name in imported(tree)}

    assert set(FENCED.items()) <= used


def test_pyld_is_used_by_the_expansion_of_policies_alone() -> None:
    users = {path.as_posix() for path, tree in trees() for name in imported(tree) if name.partition(".")[0] == "pyld"}

    assert users == {FENCED["pyld"]}


@pytest.mark.parametrize(
    "source",
    [
        "import msgspec",
        "from pyld import jsonld",
        "import polars as pl",
        "from polars.exceptions import PolarsError",
        "import rfc8785",
        "import socket",
        "import json, time",
        "from asyncio import gather",
        "from gateway.errors import coded_errors",
        "from tests.testkit.policies import NOW",
        "def late():\n    import pyarrow",
        "if False:\n    from urllib.request import urlopen",
        "from importlib import import_module",
        "from importlib.resources import files",
        "__import__('os')",
        "from . import model",
    ],
)
def test_an_import_that_is_not_allowed_is_found(source: str) -> None:
    assert len(refused(PurePath("policies/evaluate.py"), ast.parse(source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("policies/evaluate.py", "import json\nfrom collections.abc import Mapping\nfrom policies.model import Policy"),
        ("policies/compile.py", "import polars as pl"),
        ("policies/canonical.py", "import rfc8785"),
        ("policies/jsonld/expansion.py", "def late():\n    from pyld import jsonld"),
    ],
)
def test_an_import_that_is_allowed_is_not(path: str, source: str) -> None:
    assert refused(PurePath(path), ast.parse(source)) == []
