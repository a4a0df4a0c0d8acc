"""The tutorial is run as it stands: its examples in order, against a gateway of its own settings."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.testing.suite import ConnectorConformance
from tests.architecture.packages import ROOT
from tests.docs.blocks import Block, agrees, blocks, run
from tests.testkit.environment import CLEAN

PAGE = ROOT / "docs" / "tutorial.md"
READY = "muniment is ready at "
ADDRESS = "http://127.0.0.1:8040"
CONFORMANCE = "class TestGuestBook"


@contextmanager
def _gateway(arguments: list[str], folder: Path) -> Iterator[str]:
    """A gateway started as the page says, on a free port."""
    command = [sys.executable, "-m", "gateway.cli", *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=CLEAN, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(READY), line
            yield line.removeprefix(READY).strip()
        finally:
            process.terminate()


def _commands(block: Block) -> list[list[str]]:
    return [shlex.split(line) for line in block.content.splitlines() if line.startswith("muniment ")]


@pytest.mark.slow
def test_the_tutorial_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "tutorial"}
    printed = ""
    told: list[str] = []
    with ExitStack() as stack:
        address = ADDRESS
        for block in blocks(PAGE):
            match block.language:
                case "python":
                    printed = run(replace(block, content=block.content.replace(ADDRESS, address)), namespace)
                case "toml":
                    _write(block, tmp_path)
                case "bash":
                    for _, *arguments in _commands(block):
                        if arguments[0] == "serve":
                            address = stack.enter_context(_gateway(arguments, tmp_path))
                        else:
                            printed = _run(arguments, tmp_path)
                case "text":
                    told += [] if agrees(printed, block.content) else [f"{block.name} printed:\n{printed}"]
                case other:
                    raise AssertionError(other)

    assert told == []


def _write(block: Block, folder: Path) -> None:
    """A file whose first line names it; other settings are only shown."""
    named = re.match(r"# (\S+)\n", block.content)
    if named is not None:
        file = folder / named[1]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.content, encoding="utf-8")


def _run(arguments: list[str], folder: Path) -> str:
    command = [sys.executable, "-m", "gateway.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=CLEAN, capture_output=True, text=True, check=True, timeout=60).stdout


def _conformance() -> type[ConnectorConformance]:
    """The connector of the page under the kit, as the page derives it."""
    python = list(blocks(PAGE, "python"))
    namespace: dict[str, object] = {"__name__": __name__}
    last = next(number for number, block in enumerate(python) if CONFORMANCE in block.content)
    run(python[0], namespace)
    entries = re.search(r"^guests = .*?^\]$", python[1].content, re.MULTILINE | re.DOTALL)
    assert entries is not None
    exec(entries[0], namespace)  # noqa: S102  # an example of our own documentation
    run(python[last], namespace)
    made = namespace["TestGuestBook"]
    assert isinstance(made, type)
    assert issubclass(made, ConnectorConformance)
    return made


TestGuestBook = _conformance()
