"""Signing the statement that a duty is fulfilled."""

import hashlib
import json

import pytest

from gateway.client import sign_duty
from gateway.client.errors import StatementOtherError
from graph.signing import DUTY_TYP, SigningKey, verify

DUTY = "urn:muniment:duty:1"
STATEMENT = json.dumps({"duty": DUTY, "kind": "CERTIFY_DELETION", "deliveries": [{"delivery": "d", "manifest": "m"}]})
KEY = SigningKey.generate()


def test_the_duty_and_the_digest_of_its_statement_are_signed():
    signed = verify(sign_duty(KEY, DUTY, STATEMENT), KEY.public_jwk, typ=DUTY_TYP)

    assert signed == {"duty": DUTY, "statement": f"sha-256:{hashlib.sha256(STATEMENT.encode()).hexdigest()}"}


@pytest.mark.parametrize("statement", ["", "[]", "null", json.dumps({"duty": "urn:muniment:duty:2"}), "{"])
def test_the_statement_of_another_duty_is_not_signed(statement):
    with pytest.raises(StatementOtherError):
        sign_duty(KEY, DUTY, statement)
