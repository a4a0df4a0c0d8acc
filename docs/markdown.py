"""The form that every generated page has."""

from collections.abc import Iterable, Sequence
from typing import Final

NOTE: Final = "Made by docs/generate.py; do not edit."


def page(title: str, reader: str, *parts: str) -> str:
    """A whole page: title, whom it is for, and its parts."""
    return "\n\n".join((f"<!-- {NOTE} -->\n\n# {title}", f"*{reader}*", *parts)) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars within cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(each.replace("|", "\\|") for each in line) + " |" for line in lines)
