"""Places in a policy, and their JSON pointers."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way from a whole document to a part of it: keys and indices."""


def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def path_of(text: str) -> Path:
    """The path of a JSON pointer; whatever is all digits is an index."""
    steps = (step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])
    return tuple(int(step) if step.isdecimal() else step for step in steps)


class Place(Protocol):
    """A node of a policy that can tell where it and its parts stand."""

    def pointer(self, *steps: str | int) -> str:
        """The JSON pointer to the node, or to a part of it: a property, `@list`, an index."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """A node of the document that ``policies.jsonld.to_document`` writes of a policy."""

    path: Path = ()

    def at(self, *steps: str | int) -> "Written":
        """A part of it."""
        return Written(self.path + steps)

    def pointer(self, *steps: str | int) -> str:
        """The JSON pointer to the node, or to a part of it."""
        return pointer(self.path + steps)
