"""The first operator: who invites everybody else, made when a gateway starts on an empty store."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool

from gateway.auth.errors import OperatorKeyLostError
from gateway.auth.server.ports import ServerPorts
from graph.journal.entries import Entry
from graph.journal.events import PartyInvited, PartyKind, PartyRegistered
from graph.signing import SigningKey
from graph.sql.operational import Client

KEY_FILE: Final = Path("keys/operator.jwk")
CARD_FILE: Final = Path("keys/operator.json")
_ONCE: Final = ("muniment", "first operator")
"""Idempotency key: however often a gateway starts on a store, there is one first operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The first operator of a gateway."""

    party: str
    """IRI."""
    client: str
    """Client id."""
    key_file: Path
    """The private key; readable by the owner of the folder only."""
    created: bool
    """True when this call made it."""


async def bootstrap(ports: ServerPorts, folder: Path, *, token_lifetime_s: int = 600) -> Operator:
    """Make sure that the gateway has its first operator; invitation and registration are on record like any other.

    The key is written before anything is recorded, and the client is let in after, so that a start that broke off is
    finished by the next one.

    Args:
        ports: where it is recorded and kept.
        folder: of the gateway; gets ``keys/operator.jwk`` and, with the ids for tools, ``keys/operator.json``.
        token_lifetime_s: of the operator's tokens.

    Raises:
        OperatorKeyLostError: The store has a first operator, but the folder holds another key, or none.
        KeyInvalidError: The key file can be read by others, or holds no key.
    """
    path = folder / KEY_FILE
    key, fresh = await run_in_threadpool(_key, path)
    party, client = ports.ids.new("party"), ports.ids.new("client")
    (outcome,) = await ports.journal.append(
        Entry(
            events=(
                PartyInvited(party=party, kind=PartyKind.OPERATOR, invited_by=party),
                PartyRegistered(party=party, kind=PartyKind.OPERATOR, client=client, key=key.thumbprint),
            ),
            idempotency=_ONCE,
        )
    )
    registered = next(each.event for each in outcome.recorded if isinstance(each.event, PartyRegistered))
    if registered.key != key.thumbprint:
        if fresh:
            await run_in_threadpool(path.unlink)
        raise OperatorKeyLostError(path)
    await run_in_threadpool(
        ports.clients.add,
        Client(
            client=registered.client,
            party=registered.party,
            kind=PartyKind.OPERATOR,
            name="operator",
            public_jwk=key.public_jwk,
            token_lifetime_s=token_lifetime_s,
            active=True,
            at=ports.clock(),
        ),
    )
    card = {"client_id": registered.client, "party": registered.party}
    await run_in_threadpool(_write_card, folder / CARD_FILE, json.dumps(card, indent=2) + "\n")
    created = registered.client == client
    return Operator(party=registered.party, client=registered.client, key_file=path, created=created)


def _key(path: Path) -> tuple[SigningKey, bool]:
    """The operator's key, and whether it was made just now."""
    if path.exists():
        return SigningKey.load(path), False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = SigningKey.generate()
    key.save(path)
    return key, True


def _write_card(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
