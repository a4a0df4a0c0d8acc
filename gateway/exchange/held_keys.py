"""The signing keys that the gateway holds for owners, kept in the operational store."""

from dataclasses import dataclass

from graph.signing import SigningKey
from graph.sql.operational import KeyStore


@dataclass(frozen=True, slots=True)
class StoredHeldKeys:
    """One key per owner and dataset; implements ``gateway.exchange.ports.HeldKeys``."""

    store: KeyStore

    def held(self, owner: str, dataset: str) -> SigningKey:
        """The key, made when there is none yet; of several callers all get the one that was kept first."""
        found = self.find(owner, dataset)
        if found is not None:
            return found
        made = SigningKey.generate()
        return SigningKey.from_jwk(self.store.keep(_name(owner, dataset), made.private_jwk()))

    def find(self, owner: str, dataset: str) -> SigningKey | None:
        """The key, or nothing when none was made."""
        jwk = self.store.find(_name(owner, dataset))
        return None if jwk is None else SigningKey.from_jwk(jwk)


def _name(owner: str, dataset: str) -> str:
    return f"delegated {owner} {dataset}"
