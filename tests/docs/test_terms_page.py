"""The page on writing terms is worked through as it stands: every file, every change, every command and its answer."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.app import main
from policies.cases import case_of
from tests.architecture.packages import ROOT
from tests.docs.blocks import Block, agrees, blocks

PAGE = ROOT / "docs" / "how-to" / "write-your-terms.md"
OFFER = "offer.jsonld"
SAVE = re.compile(r"Save as `([\w.-]+)`:$")
CHANGE = re.compile(
    r"(?:In `(?P<before>[\w.-]+)`, )?(?P<how>put at|add to) `(?P<at>/[^`]+)`(?: in `(?P<after>[\w.-]+)`)?:$",
    re.IGNORECASE,
)

SHAPE = re.compile(r"^\| `(/[^`]+)` \|.*\| `([^`]+)` \|$", re.MULTILINE)


def sentence_before(block: Block) -> str:
    """The last line that people read before the block."""
    above = PAGE.read_text(encoding="utf-8").splitlines()[: block.line - 2]
    return next(line for line in reversed(above) if line)


def apply(block: Block, folder: Path) -> None:
    """Save a file, or change one at the place that the page names."""
    told, content = sentence_before(block), json.loads(block.content)
    saved, change = SAVE.search(told), CHANGE.search(told)
    if saved is not None:
        (folder / saved[1]).write_text(block.content, encoding="utf-8")
        return
    assert change is not None, told
    file = folder / (change["before"] or change["after"] or OFFER)
    document: Any = json.loads(file.read_text(encoding="utf-8"))
    holder, last = _place(document, change["at"])
    if change["how"].lower() == "add to":
        holder[last] += content if isinstance(content, list) else [content]
    else:
        holder[last] = content
    file.write_text(json.dumps(document), encoding="utf-8")


def shows(block: Block, printed: str) -> bool:
    """Whether the page shows what was printed; a line of `…` alone stands for the lines that are left out."""
    head, *others = block.content.split("\n…\n")
    if not others:
        return agrees(printed, head)
    lines, first, last = printed.splitlines(), head.splitlines(), others[-1].splitlines()
    shown = "\n".join([*lines[: len(first)], *lines[-len(last) :]]) + "\n"
    return agrees(shown, "\n".join([*first, *last]) + "\n")


def _place(document: Any, pointer: str) -> tuple[Any, Any]:
    *above, last = [int(part) if part.isdigit() else part for part in pointer.split("/")[1:]]
    for part in above:
        document = document[part]
    return document, last


def test_the_page_leads_from_an_empty_file_to_terms_that_were_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    printed, told, statuses = "", [], []
    for block in blocks(PAGE):
        match block.language:
            case "json":
                apply(block, tmp_path)
            case "bash":
                command, *arguments = shlex.split(block.content)
                if command == "cp":
                    shutil.copy(*arguments)
                    continue
                with pytest.raises(SystemExit) as ended:
                    main(arguments)
                statuses.append((arguments[1], ended.value.code))
                streams = capsys.readouterr()
                assert streams.err == "", block.name
                printed = streams.out
            case "text":
                told += [] if shows(block, printed) else [f"{block.name} printed:\n{printed}"]
            case other:
                raise AssertionError(other)

    assert "\n".join(told) == ""
    assert statuses == [
        ("validate", 0),
        ("validate", 1),
        ("validate", 0),
        ("explain", 0),
        ("hash", 0),
        ("diff", 1),
        ("simulate", 1),
        ("explain", 0),
        ("simulate", 0),
        ("simulate", 1),
        ("simulate", 1),
        ("simulate", 1),
    ]


def test_the_shapes_on_the_page_of_the_error_are_read() -> None:
    rows = SHAPE.findall((ROOT / "docs" / "errors" / "CASE_INVALID.md").read_text(encoding="utf-8"))
    case: dict[str, Any] = json.loads((ROOT / "tests/golden/full-licence/request.json").read_text(encoding="utf-8"))
    case["request"]["selected"] = ["value"]
    for pointer, shape in rows:
        holder, last = _place(case, pointer)
        holder[last] = json.loads(shape)
    read = case_of(case)

    assert len(rows) == 6
    assert read.request.dataset.columns.keys() == {"value"}
    assert all((read.state.usage, read.state.evidence, read.state.acts, read.state.members))
