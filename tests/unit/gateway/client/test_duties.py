"""Signing and checking the statement that a duty is fulfilled."""

import json

import pytest

from gateway.client import sign_duty, verify_duty
from gateway.client.errors import StatementOtherError
from graph.errors import SignatureInvalidError
from graph.signing import AGREEMENT_TYP, SigningKey, sign

DUTY = "urn:muniment:duty:1"
STATEMENT = json.dumps({"duty": DUTY, "kind": "CERTIFY_DELETION", "deliveries": [{"delivery": "d", "manifest": "m"}]})
KEY = SigningKey.generate()


def test_what_was_signed_is_read_back():
    signature = sign_duty(KEY, DUTY, STATEMENT)

    assert verify_duty(signature, KEY.public_jwk, duty=DUTY, statement=STATEMENT) == json.loads(STATEMENT)


@pytest.mark.parametrize("statement", ["", "[]", "null", json.dumps({"duty": "urn:muniment:duty:2"}), "{"])
def test_the_statement_of_another_duty_is_not_signed(statement):
    with pytest.raises(StatementOtherError):
        sign_duty(KEY, DUTY, statement)


def test_another_statement_or_key_or_purpose_is_found():
    signature = sign_duty(KEY, DUTY, STATEMENT)

    with pytest.raises(StatementOtherError):
        verify_duty(signature, KEY.public_jwk, duty=DUTY, statement=STATEMENT.replace('"m"', '"n"'))
    with pytest.raises(StatementOtherError):
        verify_duty(signature, KEY.public_jwk, duty="urn:muniment:duty:2", statement=STATEMENT)
    with pytest.raises(SignatureInvalidError):
        verify_duty(signature, SigningKey.generate().public_jwk, duty=DUTY, statement=STATEMENT)
    with pytest.raises(SignatureInvalidError):
        verify_duty(sign(KEY, {"duty": DUTY}, typ=AGREEMENT_TYP), KEY.public_jwk, duty=DUTY, statement=STATEMENT)
