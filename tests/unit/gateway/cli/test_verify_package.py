"""Verifying a folder on the command line: a good package, an altered one, another key."""

import json
import os
from pathlib import Path

import pytest

from gateway.cli.app import main
from graph.signing import SigningKey
from tests.testkit.delivering import LICENSED, SHARD, package, prepared
from tests.testkit.reading import an_exchange

pytestmark = pytest.mark.anyio


async def packed(folder: Path) -> Path:
    """A sealed package on this disk."""
    async with an_exchange(folder) as exchange:
        licence = await exchange.licence(await exchange.dataset(), LICENSED)
        return package(exchange, await prepared(exchange, licence, rows=50))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


async def test_a_good_package_is_verified_and_says_what_was_not_checked(tmp_path, capsys):
    folder = await packed(tmp_path)

    assert run("verify", str(folder)) == 0

    told = capsys.readouterr().out
    assert "4 rows of urn:muniment:delivery:" in told
    assert "1 agreements have their hashes" in told
    assert "not checked: 2 signatures" in told
    assert "the key came with the package" in told


async def test_json_says_the_same(tmp_path, capsys):
    folder = await packed(tmp_path)
    key = tmp_path / "key.jwk"
    key.write_text(json.dumps(json.loads((folder / "manifest.json").read_text())["key"]))

    assert run("verify", str(folder), "--key", str(key), "--json") == 0

    facts = json.loads(capsys.readouterr().out)
    assert (facts["verified"], facts["rows"], facts["key_from"]) == (True, 4, "file")


@pytest.mark.requirement("R4")
async def test_one_changed_byte_makes_the_command_fail(tmp_path, capsys):
    folder = await packed(tmp_path)
    content = bytearray((folder / SHARD).read_bytes())
    content[60] ^= 1
    (folder / SHARD).write_bytes(content)

    assert run("verify", str(folder)) == 1

    assert "PACKAGE_INVALID" in capsys.readouterr().err


async def test_a_package_of_another_gateway_is_named_as_such(tmp_path, capsys):
    folder = await packed(tmp_path)
    key = tmp_path / "key.jwk"
    key.write_text(json.dumps(SigningKey.generate().public_jwk))

    assert run("verify", str(folder), "--key", str(key)) == 1

    assert "KEY_OTHER" in capsys.readouterr().err


def test_a_folder_without_a_manifest_is_no_package(tmp_path, capsys):
    assert run("verify", str(tmp_path)) == 1

    assert "PACKAGE_INVALID" in capsys.readouterr().err


async def test_ill_made_packages_are_one_clear_error(tmp_path, capsys):
    folder = await packed(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][0]["rows"] = "abc"
    (folder / "manifest.json").write_text(json.dumps(manifest))

    assert run("verify", str(folder)) == 1

    told = capsys.readouterr().err
    assert "PACKAGE_INVALID" in told
    assert "$.files[0].rows" in told


async def test_a_pipe_in_the_place_of_the_manifest_is_not_waited_for(tmp_path, capsys):
    key = tmp_path / "key.jwk"
    key.write_text(json.dumps(SigningKey.generate().public_jwk))
    os.mkfifo(tmp_path / "manifest.json")

    assert run("verify", str(tmp_path), "--key", str(key)) == 1

    assert "`manifest.json` is no plain file" in capsys.readouterr().err


async def test_what_cannot_be_printed_is_told_in_plain(tmp_path, capsys):
    folder = await packed(tmp_path)
    (folder / "a\x1b[2J").write_text("x")

    assert run("verify", str(folder)) == 1

    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\\x1b[2J" in told


async def test_a_key_that_came_with_the_package_shows_nothing_and_is_told(tmp_path, capsys):
    folder = await packed(tmp_path)

    assert run("verify", str(folder), "--key", str(folder / "manifest.json")) == 0
    assert "the file of --key came with the package" in capsys.readouterr().out

    assert run("verify", str(folder), "--key", str(folder / "manifest.json"), "--json") == 0
    assert json.loads(capsys.readouterr().out)["key_from"] == "package"
