"""Registering a key with an invitation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gateway.client.errors import GatewayAnswerError, RegistrationRefusedError
from gateway.client.transport import Transport
from graph.signing import SigningKey

_PATH: Final = "/as/register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a party needs to keep beside its key."""

    client_id: str
    party: str
    """IRI."""
    kind: str
    """Kind of the party, as ``LLM_DEVELOPER``."""
    scopes: frozenset[str]
    """The most its tokens can open."""


async def register(transport: Transport, invitation: str, key: SigningKey, *, name: str = "") -> Registration:
    """Register the public part of ``key``; the invitation is good once.

    Raises:
        RegistrationRefusedError: The invitation or the key is refused; ``reason`` is the code.
        ClientError: The gateway could not be asked.
    """
    metadata: dict[str, Any] = {"jwk": key.public_jwk, "token_endpoint_auth_method": "private_key_jwt"}
    if name:
        metadata["client_name"] = name
    reply = await transport.post(
        _PATH,
        orjson.dumps(metadata),
        {"Content-Type": "application/json", "Authorization": f"Bearer {invitation}"},
    )
    if reply.status != 201:  # noqa: PLR2004 - HTTP status
        raise RegistrationRefusedError(reply.status, reply.content)
    return _read(reply.content, transport.base_url + _PATH)


def _read(content: Mapping[str, Any], address: str) -> Registration:
    match content:
        case {"client_id": str(client_id), "party": str(party), "kind": str(kind), **rest}:
            return Registration(
                client_id=client_id, party=party, kind=kind, scopes=frozenset(str(rest.get("scope", "")).split())
            )
        case _:
            raise GatewayAnswerError(address, 201, "the answer is no registration")
