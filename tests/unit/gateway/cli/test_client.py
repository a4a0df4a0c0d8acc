"""The client's commands: keys, cards, and what is said when the gateway is not there."""

import json
import stat

import pytest

from gateway.cli.app import main
from gateway.cli.client import _mistakes
from gateway.cli.files import made_key
from graph.signing import SigningKey

NOBODY = "http://127.0.0.1:9"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_a_made_key_is_one_only_its_owner_can_read(tmp_path):
    key = tmp_path / "me.jwk"

    made_key(key)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_key_that_was_made_for_a_registration_that_was_not_is_gone_again(tmp_path, capsys):
    key = tmp_path / "me.jwk"

    assert run("client", "register", "--invitation", "x", "--key", str(key), "--url", NOBODY) == 1

    assert not key.exists()
    assert "GATEWAY_UNREACHABLE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"revokeLicence": {"userErrors": [{"code": "X"}]}}, True),
        ({"revokeLicence": {"userErrors": []}, "viewer": None}, False),
        (None, False),
    ],
)
def test_mistakes_of_a_mutation_are_a_failure(data, wrong):
    assert _mistakes(data) is wrong


def test_register_takes_the_key_that_is_there(tmp_path):
    key = tmp_path / "me.jwk"
    SigningKey.generate().save(key)
    before = key.read_bytes()

    run("client", "register", "--invitation", "x", "--key", str(key), "--url", NOBODY)

    assert key.read_bytes() == before


def test_key_that_cannot_be_written_is_a_clear_error(tmp_path, capsys):
    key = tmp_path / "no" / "folder" / "me.jwk"

    assert run("client", "register", "--invitation", "x", "--key", str(key), "--url", NOBODY) == 1

    assert "FILE_UNWRITABLE" in capsys.readouterr().err


@pytest.fixture
def party(tmp_path):
    SigningKey.generate().save(tmp_path / "me.jwk")
    card = tmp_path / "me.json"
    card.write_text(json.dumps({"client_id": "urn:muniment:client:x", "party": "urn:muniment:party:x"}))
    return card


def test_query_takes_the_variables_that_stand_beside_it(tmp_path, party, capsys):
    query = tmp_path / "q.graphql"
    query.write_text("{ viewer { id } }")
    query.with_suffix(".json").write_text('{"licences": []}')

    assert run("client", "query", str(query), "--party", str(party), "--url", NOBODY) == 1

    assert "GATEWAY_UNREACHABLE" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff"])
def test_variables_that_are_no_object_are_a_clear_error(tmp_path, party, capsys, content):
    query = tmp_path / "q.graphql"
    query.write_text("{ viewer { id } }")
    query.with_suffix(".json").write_bytes(content)

    assert run("client", "query", str(query), "--party", str(party), "--url", NOBODY) == 1

    assert "FILE_UNREADABLE" in capsys.readouterr().err


def test_missing_query_is_a_clear_error(tmp_path, party, capsys):
    assert run("client", "query", str(tmp_path / "none.graphql"), "--party", str(party), "--url", NOBODY) == 1

    assert "FILE_UNREADABLE" in capsys.readouterr().err


def test_missing_key_is_a_clear_error(tmp_path, capsys):
    query, card = tmp_path / "q.graphql", tmp_path / "me.json"
    query.write_text("{ viewer { id } }")
    card.write_text("{}")

    assert run("client", "query", str(query), "--party", str(card), "--url", NOBODY) == 1

    assert "me.jwk" in capsys.readouterr().err
