"""Signing and checking the statement that a duty is fulfilled."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from gateway.client.errors import StatementOtherError
from graph.signing import DUTY_TYP, SigningKey, sign, verify


def sign_duty(key: SigningKey, duty: str, statement: str) -> str:
    """Say that a duty is fulfilled: a compact JWS over its IRI and the hash of its statement.

    Args:
        key: of the party that says so.
        duty: IRI.
        statement: as ``Duty.statement`` gives it: JSON that names every delivery.

    Raises:
        StatementOtherError: It is the statement of another duty. Nothing was signed.

    Example:
        >>> signature = sign_duty(key, duty["id"], duty["statement"])  # doctest: +SKIP
    """
    return sign(key, _payload(duty, statement), typ=DUTY_TYP)


def verify_duty(signature: str, public_jwk: Mapping[str, Any], *, duty: str, statement: str) -> Mapping[str, Any]:
    """Check the signed statement of the other side, such as a certificate of deletion.

    Args:
        signature: compact JWS, as ``Duty.signature`` gives it.
        public_jwk: the signer's public key.
        duty: IRI.
        statement: as ``Duty.statement`` gives it.

    Returns:
        What was stated.

    Raises:
        SignatureInvalidError: It is no signature of this key for this purpose.
        StatementOtherError: Something else was signed, or it is of another duty.
    """
    payload = _payload(duty, statement)
    if verify(signature, public_jwk, typ=DUTY_TYP) != payload:
        raise StatementOtherError(duty)
    stated: Mapping[str, Any] = json.loads(statement)
    return stated


def _payload(duty: str, statement: str) -> Mapping[str, str]:
    try:
        stated = json.loads(statement)
    except ValueError:
        stated = None
    if not isinstance(stated, dict) or stated.get("duty") != duty:
        raise StatementOtherError(duty)
    return {"duty": duty, "statement": f"sha-256:{sha256(statement.encode()).hexdigest()}"}
