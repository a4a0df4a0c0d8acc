from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.party import PartyKind
from graph.signing import SigningKey
from graph.sql.engine import Engine
from graph.sql.operational import (
    Client,
    Invitation,
    SqlClientStore,
    SqlInvitationStore,
    SqlKeyStore,
    SqlReplayCache,
)
from tests.testkit.clock import NOON, FrozenClock
from tests.testkit.record import DEVELOPER, OPERATOR, a_database

KEY = SigningKey.generate()
CLIENT = Client(
    client="client-1",
    party=DEVELOPER,
    kind=PartyKind.LLM_DEVELOPER,
    name="trainer",
    public_jwk=KEY.public_jwk,
    token_lifetime_s=300,
    active=True,
    at=NOON,
)
INVITATION = Invitation(
    party=DEVELOPER,
    kind=PartyKind.LLM_DEVELOPER,
    token_lifetime_s=300,
    subject="",
    platform="",
    invited_by=OPERATOR,
    expires_at=NOON + timedelta(hours=1),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = a_database(tmp_path)
    yield made
    made.dispose()


def test_a_client_is_kept_once_and_can_be_kept_out(engine: Engine) -> None:
    store = SqlClientStore(engine)

    assert store.add(CLIENT)
    assert not store.add(replace(CLIENT, party=OPERATOR))
    assert store.find("client-1") == CLIENT
    assert store.set_active("client-1", active=False)
    assert store.find("client-1") == replace(CLIENT, active=False)
    assert not store.set_active("client-2", active=False)
    assert store.find("client-2") is None


def test_the_clients_of_a_party_are_listed_oldest_first(engine: Engine) -> None:
    store = SqlClientStore(engine)
    younger = replace(CLIENT, client="client-0", at=NOON + timedelta(seconds=1))
    store.add(younger)
    store.add(CLIENT)

    assert store.of_party(DEVELOPER) == (CLIENT, younger)
    assert store.of_party(OPERATOR) == ()


def test_an_invitation_is_used_once(engine: Engine) -> None:
    store = SqlInvitationStore(engine, FrozenClock())
    store.add("hash", INVITATION)

    assert store.find("hash") == INVITATION
    assert store.take("hash") == INVITATION
    assert store.take("hash") is None
    assert store.find("hash") is None


def test_an_invitation_ends(engine: Engine) -> None:
    clock = FrozenClock()
    store = SqlInvitationStore(engine, clock)
    store.add("hash", INVITATION)
    clock.advance(3600)

    assert store.find("hash") is None
    assert store.take("hash") is None


def test_of_several_who_take_an_invitation_one_gets_it(engine: Engine) -> None:
    store = SqlInvitationStore(engine, FrozenClock())
    store.add("hash", INVITATION)

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: store.take("hash"), range(8)))

    assert [each for each in taken if each is not None] == [INVITATION]


def test_an_assertion_is_accepted_once_until_it_has_expired(engine: Engine) -> None:
    clock = FrozenClock()
    cache = SqlReplayCache(engine, clock)
    until = NOON + timedelta(seconds=60)

    assert cache.insert_once("client jti", until)
    assert not cache.insert_once("client jti", until)
    assert cache.insert_once("client other", until)
    clock.advance(60)
    assert not cache.insert_once("client jti", until)
    clock.advance(1)
    assert cache.insert_once("client jti", until + timedelta(seconds=60))


def test_of_several_who_present_an_assertion_one_is_the_first(engine: Engine) -> None:
    cache = SqlReplayCache(engine, FrozenClock())

    with ThreadPoolExecutor(4) as threads:
        accepted = list(threads.map(lambda _: cache.insert_once("key", NOON + timedelta(seconds=9)), range(8)))

    assert accepted.count(True) == 1


def test_a_held_key_stays_the_first_that_was_kept(engine: Engine) -> None:
    store = SqlKeyStore(engine, FrozenClock())
    assert store.find("server") is None

    kept = store.keep("server", KEY.private_jwk())
    again = store.keep("server", SigningKey.generate().private_jwk())

    assert SigningKey.from_jwk(kept) == KEY
    assert again == kept == store.find("server")
