"""The journal's name and key, as whoever verifies its word learns them."""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gateway.web.well_known import JOURNAL_PATH, journal_route
from graph.signing import SigningKey, sign_note, verifier_key, verify_note

ORIGIN = "muniment.example/journal"
KEY = SigningKey.generate()


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[journal_route(ORIGIN, KEY.public_jwk)]))


def test_anybody_can_learn_the_key_that_verifies_what_the_journal_signs(client):
    answer = client.get(JOURNAL_PATH)

    assert answer.status_code == 200
    told = answer.json()
    note = sign_note(KEY, ORIGIN, f"{ORIGIN}\n1\n")
    assert verify_note(note, told["origin"], told["key"]) == f"{ORIGIN}\n1\n"
    assert told["kid"] == KEY.thumbprint
    assert told["verifierKey"] == verifier_key(ORIGIN, KEY.public_jwk)


def test_nothing_private_is_told(client):
    text = client.get(JOURNAL_PATH).text

    assert KEY.private_jwk()["d"] not in text
    assert "d" not in json.loads(text)["key"]


def test_it_can_only_be_read(client):
    assert client.post(JOURNAL_PATH).status_code == 405
