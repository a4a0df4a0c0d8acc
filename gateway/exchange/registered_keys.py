"""The keys that parties registered, for checking what they sign."""

from collections.abc import Mapping

from gateway.auth.principal import Principal
from gateway.exchange.errors import SignatureRefusedError
from gateway.exchange.ports import Ports


def registered_key(ports: Ports, signer: Principal) -> Mapping[str, str]:
    """The public key that the caller's client registered.

    Raises:
        SignatureRefusedError: The client is not registered for this party, or is kept out.
    """
    client = ports.clients.find(signer.client)
    if client is None or client.party != signer.party or not client.active:
        raise SignatureRefusedError(signer.party, "the party has no registered key")
    return client.public_jwk
