"""Commands that are printed can be typed where the demo was started."""

import os
import sys
from pathlib import Path

import pytest

from gateway.demo.programs import muniment, python


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with both programs, of which the search path knows nothing."""
    place = tmp_path / "an environment" / "bin"
    place.mkdir(parents=True)
    for name in ("python", "muniment"):
        (place / name).write_text("#!/bin/sh\n")
        (place / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(place / "python"))
    monkeypatch.setenv("PATH", os.defpath)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return place


def test_program_on_the_search_path_is_called_by_its_name(place, monkeypatch):
    monkeypatch.setenv("PATH", str(place))

    assert (muniment(), python()) == ("muniment", "python")


def test_program_elsewhere_is_called_by_its_place(place):
    assert muniment() == f"'{place}/muniment'"
    assert python() == f"'{place}/python'"


def test_program_below_the_working_directory_is_called_from_there(place, monkeypatch):
    monkeypatch.chdir(place.parent)

    assert (muniment(), python()) == ("bin/muniment", "bin/python")


def test_product_without_its_command_is_called_as_a_module(place):
    (place / "muniment").unlink()

    assert muniment() == f"'{place}/python' -m gateway.cli"
