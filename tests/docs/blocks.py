"""Finds the fenced blocks of a page, and runs those that are Python."""

import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.packages import ROOT

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    """Where its content begins."""
    language: str
    content: str

    @property
    def name(self) -> str:
        """Page and line, as tests call it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page that people read."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """The blocks of a page, all of them or those in these languages."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        if not languages or found[1] in languages:
            line = text.count("\n", 0, found.start(2)) + 1
            yield Block(page=page, line=line, language=found[1], content=found[2])


def every(*languages: str) -> list[Block]:
    """The blocks of all pages in these languages."""
    return [block for page in pages() for block in blocks(page, *languages)]


def run(block: Block, namespace: dict[str, object]) -> str:
    """What the block prints; its names stay in the namespace."""
    code = compile("\n" * (block.line - 1) + block.content, str(block.page), "exec", dont_inherit=True)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)  # noqa: S102  # an example of our own documentation
    return printed.getvalue()


def agrees(printed: str, shown: str) -> bool:
    """Whether the page shows what was printed; ``…`` stands for anything within a line."""
    pattern = "[^\n]*".join(re.escape(part) for part in shown.split("…"))
    return re.fullmatch(pattern, printed) is not None
