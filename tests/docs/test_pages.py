"""What the pages show is true: documents fit the schema, commands exist, links lead somewhere."""

import ast
import doctest
import importlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from graphql import build_schema, parse, validate
from typer.main import get_command

from gateway.cli.app import app
from tests.architecture.packages import ROOT, sources
from tests.docs.blocks import Block, every, pages, run

SCHEMA = build_schema((ROOT / "tests" / "schema.graphql").read_text(encoding="utf-8"))
TUTORIAL = ROOT / "docs" / "tutorial.md"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SHOWN = re.compile(r"(?<!`)`(muniment (?!is ready)[^`]+)`(?!`)")
PLACES = re.compile(r"/(home|root|tmp|Users|work)/")


def named(block: Block) -> str:
    return block.name


@pytest.mark.parametrize("block", every("graphql"), ids=named)
def test_graphql_fits_the_schema(block: Block) -> None:
    assert validate(SCHEMA, parse(block.content)) == []


@pytest.mark.parametrize("block", [each for each in every("python") if each.page != TUTORIAL], ids=named)
def test_python_runs(block: Block) -> None:
    run(block, {"__name__": "example"})


@pytest.mark.parametrize("block", every("json"), ids=named)
def test_json_is_json(block: Block) -> None:
    json.loads(block.content)


@pytest.mark.parametrize("block", every("toml"), ids=named)
def test_toml_is_toml(block: Block) -> None:
    tomllib.loads(block.content)


def test_graphql_in_python_fits_the_schema() -> None:
    """Texts in the examples that are operations."""
    texts = [
        (block.name, node.value)
        for block in every("python")
        for node in ast.walk(ast.parse(block.content))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.match(r"\s*((query|mutation)\b[^{]*)?\{\s*[a-z]", node.value)
    ]

    assert len(texts) > 10
    assert {name: errors for name, text in texts if (errors := validate(SCHEMA, parse(text)))} == {}


def _commands() -> list[tuple[str, str]]:
    fenced = [
        (block.name, line)
        for block in every("bash")
        for line in block.content.splitlines()
        if re.match(r"([A-Z_]+=\S+ )*muniment ", line)
    ]
    inline = [
        (f"{page.relative_to(ROOT)} `", command)
        for page in pages()
        if page.parent.name != "errors"
        for command in SHOWN.findall(page.read_text(encoding="utf-8"))
    ]
    return fenced + inline


@pytest.mark.parametrize(("where", "line"), _commands())
def test_commands_exist_with_their_options(where: str, line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    arguments = words[1:]
    command = get_command(app)
    context = typer.Context(command)
    while isinstance(command, typer.core.TyperGroup) and arguments:
        found = command.get_command(context, arguments[0])
        assert found is not None, (where, line)
        command, arguments = found, arguments[1:]

    # WHY: a sentence may name a command without its arguments; a line to be typed may not.
    if arguments or "`" not in where:
        assert command.make_context(words[0], list(arguments)).args == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_page_and_a_heading(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert ROOT in file.parents, target
        if heading:
            assert heading in _headings(file), target


def _headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title.lower())).strip("-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_no_place_of_a_machine(page: Path) -> None:
    assert PLACES.findall(page.read_text(encoding="utf-8")) == []


def test_every_page_says_for_whom_it_is() -> None:
    silent = [
        str(page.relative_to(ROOT))
        for page in pages()
        if page.parent.name != "adr" and page.name != "README.md"
        if not re.search(r"^# .+\n\n(\*.+\*\n\n)?\*For .+\*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert [each for each in silent if each != "docs/index.md"] == []


def test_every_decision_is_recorded_in_one_form_and_has_its_place_in_the_site() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs" / "adr").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        assert re.match(rf"# {page.name[:4]} \S", text), page.name
        assert [each for each in ("## Decision", "## Consequences") if each not in text] == [], page.name
        assert f"adr/{page.name}" in site, page.name


def test_the_readme_is_short_and_shows_the_eight_steps() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\d\. \*\*(\w+)\*\*", text, re.MULTILINE)

    assert text.count("\n") < 100
    assert steps == ["Authenticate", "Plan", "Decide", "Fetch", "Mask", "Commit", "Respond", "Project"]
    assert "```bash\nmake demo\nmake test\n```" in text


def test_the_examples_in_docstrings_are_right() -> None:
    tried = 0
    for path in sources():
        if ">>> " in path.read_text(encoding="utf-8"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            module = importlib.import_module(".".join(part for part in parts if part != "__init__"))
            failed, attempted = doctest.testmod(module)
            assert failed == 0, module.__name__
            tried += attempted

    assert tried > 0


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "index.html").exists()
