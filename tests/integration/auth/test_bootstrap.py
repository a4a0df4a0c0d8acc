"""A gateway on an empty store has one first operator, on record like everybody else, however often it starts."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from gateway.auth.errors import InsecureTransportError, KeyFileExposedError, KeyFileInvalidError, OperatorKeyLostError
from gateway.auth.server import authorization_server, bootstrap, load_or_create, public
from gateway.auth.server.bootstrap import CARD_FILE, KEY_FILE
from gateway.auth.server.keys import KEY_FILE as TOKEN_KEY_FILE
from graph.errors import KeyInvalidError
from graph.journal.events import PartyInvited, PartyKind, PartyRegistered
from graph.signing import SigningKey
from tests.integration.auth.world import Actor, World
from tests.testkit.tokens import a_signing_key


async def test_the_first_start_makes_an_operator_with_a_key_that_only_the_owner_can_read(
    world: World, tmp_path: Path
) -> None:
    operator = await bootstrap(world.ports, tmp_path)

    assert operator.created
    assert operator.key_file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / CARD_FILE).stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / CARD_FILE).read_text()) == {"client_id": operator.client, "party": operator.party}
    key = SigningKey.load(operator.key_file)
    assert await world.events() == [
        PartyInvited(party=operator.party, kind=PartyKind.OPERATOR, invited_by=operator.party),
        PartyRegistered(party=operator.party, kind=PartyKind.OPERATOR, client=operator.client, key=key.thumbprint),
    ]
    actor = Actor(party=operator.party, client=operator.client, key=OKPKey.import_key({**key.private_jwk()}))
    response = await world.ask(actor)
    assert response.json()["scope"] == "graph:query platform:operate"


async def test_a_second_start_finds_the_same_operator_and_records_nothing(world: World, tmp_path: Path) -> None:
    first = await bootstrap(world.ports, tmp_path)
    recorded = await world.events()

    again = await bootstrap(world.ports, tmp_path)

    assert not again.created
    assert (again.party, again.client) == (first.party, first.client)
    assert await world.events() == recorded


async def test_a_start_that_broke_off_before_the_record_is_finished_by_the_next(world: World, tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    path.parent.mkdir(exist_ok=True)
    SigningKey.generate().save(path)

    assert (await bootstrap(world.ports, tmp_path)).created


async def test_a_start_that_broke_off_after_the_record_is_finished_by_the_next(world: World, tmp_path: Path) -> None:
    first = await bootstrap(world.ports, tmp_path)
    (tmp_path / CARD_FILE).unlink()

    await bootstrap(world.ports, tmp_path)

    assert json.loads((tmp_path / CARD_FILE).read_text())["client_id"] == first.client


async def test_a_lost_key_is_told_and_no_other_takes_its_place(world: World, tmp_path: Path) -> None:
    await bootstrap(world.ports, tmp_path)
    (tmp_path / KEY_FILE).unlink()

    with pytest.raises(OperatorKeyLostError):
        await bootstrap(world.ports, tmp_path)

    assert not (tmp_path / KEY_FILE).exists()


async def test_a_key_of_another_store_is_told_and_kept(world: World, tmp_path: Path) -> None:
    await bootstrap(world.ports, tmp_path)
    (tmp_path / KEY_FILE).unlink()
    SigningKey.generate().save(tmp_path / KEY_FILE)

    with pytest.raises(OperatorKeyLostError):
        await bootstrap(world.ports, tmp_path)

    assert (tmp_path / KEY_FILE).exists()


async def test_a_key_that_others_can_read_is_not_used(world: World, tmp_path: Path) -> None:
    await bootstrap(world.ports, tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)

    with pytest.raises(KeyInvalidError):
        await bootstrap(world.ports, tmp_path)


def test_the_token_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)
    again = load_or_create(tmp_path)

    assert (tmp_path / TOKEN_KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert first.keys[0].kid == again.keys[0].kid
    assert not public(first).keys[0].is_private


def test_a_token_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    (tmp_path / TOKEN_KEY_FILE).chmod(0o640)

    with pytest.raises(KeyFileExposedError):
        load_or_create(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        "{}",
        '{"kty": "EC"}',
        json.dumps(a_signing_key().as_dict(private=False)),
        json.dumps(SigningKey.generate().private_jwk()),
    ],
    ids=["text", "array", "empty", "half", "public", "ed25519"],
)
def test_a_file_that_holds_no_token_key_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / TOKEN_KEY_FILE
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyFileInvalidError) as refused:
        load_or_create(tmp_path)

    assert str(path) in refused.value.message


async def test_trap_a19_the_server_does_not_start_with_the_check_for_https_switched_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")

    with pytest.raises(InsecureTransportError, match="AUTHLIB_INSECURE_TRANSPORT"):
        authorization_server(world.ports, public_url="https://gw.example", keys=world.keys)


@pytest.mark.parametrize("address", ["http://gw.example", "http://10.0.0.1:8040", "gw.example"])
async def test_the_server_does_not_start_for_plain_http_to_other_machines(world: World, address: str) -> None:
    with pytest.raises(InsecureTransportError, match="public address"):
        authorization_server(world.ports, public_url=address, keys=world.keys)
