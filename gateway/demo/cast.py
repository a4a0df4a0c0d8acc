"""The parties of the story: each is an OAuth client with its own key, invited by the operator, kept in the folder."""

import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gateway.client import MunimentClient
from gateway.demo.errors import PartyKeyLostError
from gateway.demo.speak import ask, mutate
from graph.signing import SigningKey

_FOLDER: Final = "parties"
_OPERATOR_KEY: Final = Path("keys/operator.jwk")
_OPERATOR_CARD: Final = Path("keys/operator.json")


class Role(StrEnum):
    """Who plays in the story."""

    OPERATOR = "operator"
    GRID = "grid-operator"
    AVATAR = "avatar-owner"
    FORUM = "forum-operator"
    BAZAAR = "bazaar-operator"
    DEVELOPER = "developer"
    HURRIED = "developer-short-lived"
    """The developer's second client: its tokens live one second."""
    ETHICS = "ethics-board"
    AUDITOR = "auditor"
    MEMBER = "forum-member"
    LEAVER = "second-forum-member"
    """Withdraws after the package left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One party with its key and its open client."""

    role: Role
    party: str
    """IRI."""
    key: SigningKey
    client: MunimentClient


class Cast:
    """Everybody who has entered; clients are closed with the exit stack."""

    def __init__(self, url: str, folder: Path, closing: AsyncExitStack) -> None:
        self._url = url
        self._folder = folder
        self._closing = closing
        self._players: dict[Role, Player] = {}

    def __getitem__(self, role: Role) -> Player:
        return self._players[role]

    def client(self, role: Role) -> MunimentClient:
        """The open client of a role."""
        return self._players[role].client

    def party(self, role: Role) -> str:
        """The party IRI of a role."""
        return self._players[role].party

    def named(self, text: str | None) -> str | None:
        """The text with the names of roles in place of their IRIs."""
        if text is None:
            return None
        for role, player in self._players.items():
            text = text.replace(player.party, role.value)
        return text

    async def enter_operator(self) -> None:
        """Take up the key that the gateway made for its operator at its first start."""
        card = json.loads((self._folder / _OPERATOR_CARD).read_text(encoding="utf-8"))
        key = SigningKey.load(self._folder / _OPERATOR_KEY)
        client = await self._open(card["client_id"], key)
        viewer = (await ask(client, "viewer"))["viewer"]
        self._players[Role.OPERATOR] = Player(role=Role.OPERATOR, party=viewer["id"], key=key, client=client)

    async def enter(self, role: Role, kind: str, **invitation: Any) -> bool:
        """Invite and register a party, or take up the one of an earlier run.

        Args:
            role: whom it plays.
            kind: PartyKind.
            invitation: further fields of the invitation: ``platform``, ``account``, ``party``, ``tokenLifetime``.

        Returns:
            True when an earlier run had registered it.

        Raises:
            PartyKeyLostError: an earlier run registered it, but its key is gone.
        """
        folder = self._folder / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        key_file, card_file = folder / f"{role}.jwk", folder / f"{role}.json"
        if card_file.exists():
            if not key_file.exists():
                raise PartyKeyLostError(role, str(folder))
            card: Mapping[str, str] = json.loads(card_file.read_text(encoding="utf-8"))
            await self._add(role, card, SigningKey.load(key_file))
            return True
        if key_file.exists():
            key = SigningKey.load(key_file)
        else:
            key = SigningKey.generate()
            key.save(key_file)
        # WHY: an invitation is a secret that is told once, so it is asked for anew after a run that broke off here.
        invited = await mutate(self.client(Role.OPERATOR), "invite_party", None, kind=kind, **invitation)
        registered = await MunimentClient.register(self._url, invited["invitation"], key, name=f"demo {role}")
        card = {"client_id": registered.client_id, "party": registered.party}
        card_file.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        await self._add(role, card, key)
        return False

    async def _add(self, role: Role, card: Mapping[str, str], key: SigningKey) -> None:
        client = await self._open(card["client_id"], key)
        self._players[role] = Player(role=role, party=card["party"], key=key, client=client)

    async def _open(self, client_id: str, key: SigningKey) -> MunimentClient:
        return await self._closing.enter_async_context(MunimentClient(self._url, client_id=client_id, key=key))
