"""The commands as people meet them: a gateway served, a key registered, a graph checked, and clear errors."""

import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.client import MunimentClient
from graph.signing import SigningKey
from tests.testkit.environment import CLEAN

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

INVITE = """mutation Invite($input: InvitePartyInput!) {
  inviteParty(input: $input) { invitation party userErrors { code } }
}"""


def muniment(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=CLEAN | environment,
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A gateway on the folder; gives its address."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli", "serve", "--folder", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=CLEAN,
    )
    try:
        assert serving.stdout is not None
        line = serving.stdout.readline().strip()
        assert line.startswith("muniment is ready at http://127.0.0.1:")
        yield line.removeprefix("muniment is ready at ")
    finally:
        serving.terminate()
        rest, _ = serving.communicate(timeout=20)
    assert rest == ""
    assert serving.returncode in {0, -signal.SIGTERM}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a gateway that ran once."""
    made = tmp_path_factory.mktemp("gateway") / "store"
    with served(made):
        pass
    return made


async def test_invited_party_registers_a_key_and_asks_who_it_is(folder, tmp_path):
    key, query = tmp_path / "me.jwk", tmp_path / "who.graphql"
    query.write_text("{ viewer { id kind } }", encoding="utf-8")
    with served(folder) as url:
        card = json.loads((folder / "keys" / "operator.json").read_text(encoding="utf-8"))
        operator = SigningKey.load(folder / "keys" / "operator.jwk")
        async with MunimentClient(url, client_id=card["client_id"], key=operator) as client:
            invited = (await client.execute(INVITE, {"input": {"kind": "LLM_DEVELOPER"}})).require()["inviteParty"]
        register = ("client", "register", "--key", str(key), "--url", url, "--invitation", invited["invitation"])

        registered = muniment(*register)
        again = muniment(*register, "--json")
        asked = muniment("client", "query", str(query), "--party", str(key.with_suffix(".json")), "--url", url)
        query.write_text("{ viewer { secret } }", encoding="utf-8")
        wrong = muniment("client", "query", str(query), "--party", str(key.with_suffix(".json")), "--url", url)

    assert registered.returncode == 0, registered.stderr
    assert f"party  {invited['party']} (LLM_DEVELOPER)" in registered.stdout
    assert again.returncode == 1
    assert "REGISTRATION_REFUSED" in again.stderr
    assert json.loads(asked.stdout)["data"] == {"viewer": {"id": invited["party"], "kind": "LLM_DEVELOPER"}}
    assert wrong.returncode == 1
    assert json.loads(wrong.stdout)["errors"]


def test_port_in_use_is_one_clear_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        ended = muniment("serve", "--folder", str(tmp_path / "store"), "--port", port)

    assert ended.returncode == 1
    assert "PORT_IN_USE" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "store").exists()


def test_unknown_setting_is_one_clear_error(tmp_path):
    ended = muniment("serve", "--folder", str(tmp_path / "store"), "--port", "0", MUNIMENT_COLOUR="blue")

    assert ended.returncode == 1
    assert "SETTING_INVALID" in ended.stderr
    assert "`colour`" in ended.stderr


def test_settings_file_that_is_not_there_is_one_clear_error(tmp_path):
    ended = muniment("serve", "--config", str(tmp_path / "none.toml"))

    assert ended.returncode == 1
    assert "SETTINGS_UNREADABLE" in ended.stderr


def test_failure_while_opening_the_store_is_one_clear_error(folder, tmp_path):
    copy = tmp_path / "store"
    shutil.copytree(folder, copy)
    (copy / "keys" / "master").chmod(0o600)
    (copy / "keys" / "master").write_bytes(b"changed")

    ended = muniment("serve", "--folder", str(copy), "--port", "0")

    assert ended.returncode == 1
    assert "MASTER_SECRET_INVALID" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_graph_is_verified_found_altered_and_rebuilt(folder, tmp_path):
    copy = tmp_path / "store"
    shutil.copytree(folder, copy)

    faithful = muniment("graph", "verify", "--folder", str(copy))
    with closing(sqlite3.connect(copy / "graph.db")) as graph, graph:
        graph.execute("""UPDATE node SET properties = '{"forged": true}' WHERE nid = 1""")
    altered = muniment("graph", "verify", "--folder", str(copy))
    rebuilt = muniment("graph", "rebuild", "--folder", str(copy))
    again = muniment("graph", "verify", "--folder", str(copy))

    assert faithful.returncode == 0, faithful.stderr
    assert "the graph is what the journal says" in faithful.stdout
    assert altered.returncode == 1
    assert "changed" in altered.stdout
    assert "GRAPH_UNFAITHFUL" in altered.stderr
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rebuilt.stdout.startswith("rebuilt up to event ")
    assert again.returncode == 0, again.stderr


def test_folder_without_a_store_is_one_clear_error(tmp_path):
    ended = muniment("graph", "verify", "--folder", str(tmp_path))

    assert ended.returncode == 1
    assert "STORE_MISSING" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_command_does_not_mind_a_folder_that_is_called_like_a_package(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "__init__.py").write_text("", encoding="utf-8")
    command = Path(sys.executable).with_name("muniment")

    ended = subprocess.run(
        [str(command), "version"], check=False, capture_output=True, text=True, cwd=tmp_path, env=CLEAN
    )

    assert ended.returncode == 0, ended.stderr


def test_a_folder_is_held_by_one_process_at_a_time(folder):
    """A second gateway and a rebuild are told who holds it; a comparison only reads, and may run beside."""
    with served(folder):
        second = muniment("serve", "--folder", str(folder), "--port", "0")
        rebuilt = muniment("graph", "rebuild", "--folder", str(folder))
        compared = muniment("graph", "verify", "--folder", str(folder))

    for ended in (second, rebuilt):
        assert ended.returncode == 1
        assert "FOLDER_IN_USE" in ended.stderr
        assert "in use by process " in ended.stderr
    assert second.stdout == ""
    assert compared.returncode == 0, compared.stderr


def test_what_a_new_store_is_made_of_and_which_source_is_away_is_said_at_start(tmp_path):
    settings = tmp_path / "muniment.toml"
    settings.write_text(
        '[[sources]]\nid = "bazaar"\nconnector = "trust_ledger"\n\n[sources.config]\n'
        'path = "none.csv"\nplatform = "bazaar"\n',
        encoding="utf-8",
    )
    serving = subprocess.Popen(
        [
            *(sys.executable, "-m", "gateway.cli", "serve", "--port", "0"),
            *("--folder", str(tmp_path / "new"), "--config", str(settings)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=CLEAN,
    )
    assert serving.stderr is not None

    said = [serving.stderr.readline() for _ in range(2)]

    serving.terminate()
    serving.communicate(timeout=20)
    assert "making a new store" in said[0]
    assert "source.unreachable" in said[1]
    assert "bazaar" in said[1]
