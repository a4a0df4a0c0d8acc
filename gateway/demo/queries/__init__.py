"""Every GraphQL document of the story, one operation per file: shown to users and checked against the schema."""

from importlib.resources import files
from typing import Final

_SUFFIX: Final = ".graphql"


def text(name: str) -> str:
    """The document ``<name>.graphql``."""
    return files(__name__).joinpath(name + _SUFFIX).read_text(encoding="utf-8")


def names() -> tuple[str, ...]:
    """The name of every document, in alphabetical order."""
    found = (each.name for each in files(__name__).iterdir())
    return tuple(sorted(each.removesuffix(_SUFFIX) for each in found if each.endswith(_SUFFIX)))
