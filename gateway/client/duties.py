"""Signing the statement that a duty is fulfilled."""

import json
from collections.abc import Mapping
from hashlib import sha256

from gateway.client.errors import StatementOtherError
from graph.signing import DUTY_TYP, SigningKey, sign


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


def _payload(duty: str, statement: str) -> Mapping[str, str]:
    try:
        stated = json.loads(statement)
    except ValueError:
        stated = None
    if not isinstance(stated, dict) or stated.get("duty") != duty:
        raise StatementOtherError(duty)
    return {"duty": duty, "statement": f"sha-256:{sha256(statement.encode()).hexdigest()}"}
