"""Fetching on the command line: what is said of folders, keys, and of being stopped."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import pull as pulling
from gateway.cli.app import main
from gateway.client import Pulled, VerifiedPackage
from graph.signing import SigningKey

DELIVERY = "urn:muniment:delivery:1"
KNOWN = SigningKey.generate()
PULLED = Pulled(
    package=VerifiedPackage(
        delivery=DELIVERY,
        manifest="sha-256:1",
        root="2",
        key=KNOWN.thumbprint,
        files=9,
        rows=4,
        agreements=1,
        signatures=2,
        unchecked=0,
    ),
    fetched=10,
    acknowledged=True,
)


@pytest.fixture
def me(tmp_path: Path) -> Path:
    """The card of a registered client, and its key."""
    SigningKey.generate().save(tmp_path / "me.jwk")
    (tmp_path / "me.json").write_text(json.dumps({"client_id": "urn:muniment:client:1"}))
    return tmp_path / "me.json"


def run(me: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["pull", DELIVERY, "--party", str(me), "--url", "http://127.0.0.1:9", *more])
    return int(ended.value.code or 0)


def pulls(monkeypatch: pytest.MonkeyPatch, outcome: Pulled | BaseException) -> list[Any]:
    """In the place of the client: gives or raises this. Gives the keys that it was handed."""
    handed: list[Any] = []

    async def instead(*given: Any) -> Pulled:
        handed.append(given[5])
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr(pulling, "_pull", instead)
    return handed


def test_being_stopped_says_how_to_go_on(me, monkeypatch, capsys):
    pulls(monkeypatch, KeyboardInterrupt())

    assert run(me) == 130

    assert "the same command goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize("to", ["a file", "below a file"])
def test_a_place_that_cannot_be_written_is_told(me, monkeypatch, capsys, tmp_path, to):
    (tmp_path / "file").write_text("x")
    place = tmp_path / "file" if to == "a file" else tmp_path / "file" / "below"

    assert run(me, "--to", str(place)) == 1

    told = capsys.readouterr().err
    assert "FILE_UNWRITABLE" in told
    assert str(tmp_path / "file") in told


def test_a_disk_that_is_full_on_the_way_is_told(me, monkeypatch, capsys):
    pulls(monkeypatch, OSError(28, os.strerror(28), "here/data.part"))

    assert run(me) == 1

    told = capsys.readouterr().err
    assert "FILE_UNWRITABLE" in told
    assert "here/data.part" in told


@pytest.mark.parametrize(
    "content", [KNOWN.public_jwk, {"origin": "x", "key": KNOWN.public_jwk}, {"format": "y", "key": KNOWN.public_jwk}]
)
def test_the_key_is_taken_in_every_form_that_verify_takes(me, monkeypatch, capsys, tmp_path, content):
    handed = pulls(monkeypatch, PULLED)
    (tmp_path / "known.json").write_text(json.dumps(content))

    assert run(me, "--key", str(tmp_path / "known.json"), "--json") == 0

    assert handed == [KNOWN.public_jwk]
    assert json.loads(capsys.readouterr().out)["key_from"] == "file"


def test_a_file_without_a_key_is_told_before_anything_is_asked(me, monkeypatch, capsys, tmp_path):
    handed = pulls(monkeypatch, PULLED)
    (tmp_path / "known.json").write_text("{}")

    assert run(me, "--key", str(tmp_path / "known.json")) == 1

    assert handed == []
    assert "VERIFYING_KEY_INVALID" in capsys.readouterr().err


def test_a_package_without_a_known_key_says_that_its_key_came_with_it(me, monkeypatch, capsys):
    pulls(monkeypatch, PULLED)

    assert run(me) == 0

    told = capsys.readouterr().out
    assert KNOWN.thumbprint in told
    assert "the key came with the package" in told
