"""The generated pages are what the code says now."""

import importlib.util
from types import ModuleType

import pytest

from tests.architecture.packages import ROOT


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    specification = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_generated_pages_are_current(generate: ModuleType) -> None:
    stale = [
        str(file.relative_to(ROOT))
        for file, text in generate.pages().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run .venv/bin/python docs/generate.py"
