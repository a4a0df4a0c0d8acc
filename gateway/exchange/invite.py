"""Invite somebody to register a key: the only way into the gateway."""

import asyncio
import base64
import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Final

from gateway.auth.invitations import invitation_digest, new_invitation
from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, the
from gateway.exchange.commands import InviteParty
from gateway.exchange.errors import IdempotencyKeyReusedError, InputInvalidError, NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from gateway.exchange.roles import PEOPLE, require_kind
from gateway.exchange.views import InvitationView
from graph.journal.events import PartyInvited, PartyKind
from graph.journal.vault import subject_key
from graph.sql.operational import Invitation

LONGEST_TOKEN_S: Final = 600
GOOD_FOR: Final = timedelta(days=7)
"""How long an invitation can be used."""
_MOST: Final = 500
"""Characters of a platform's or an account's name."""


async def invite_party(ports: Ports, principal: Principal, command: InviteParty) -> InvitationView:
    """Invite a new party, or a known one for another key. The secret is told here only.

    Raises:
        ScopeMissingError: Without ``platform:operate``.
        RoleNotAllowedError: The caller is no operator.
        InputInvalidError: A lifetime out of range, an account without platform or for a kind that has none, a data
            subject without account, or a known party of another kind, platform or account.
        NotFoundError: ``party`` names nobody.
    """
    principal.require(Scope.PLATFORM_OPERATE)
    require_kind(principal, frozenset({PartyKind.OPERATOR}), "invite parties")
    secret = _secret(ports, principal, command)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        subject = await _subject(ports, command)
        known = await read(ports, principal, lambda reading: _known(reading, command, subject))
        invited = await asyncio.to_thread(_kept, ports, principal, command, secret, known)
        recorded = await append(ports, principal, command, Draft(events=(invited,)))
    event = the(recorded, PartyInvited, command)
    if event.kind is not command.kind:
        raise IdempotencyKeyReusedError(command.idempotency_key or "")
    return InvitationView(invitation=secret, party=event.party)


def _secret(ports: Ports, principal: Principal, command: InviteParty) -> str:
    """A new secret; of a repeated call the same again, made from the master secret because only its digest is kept."""
    if command.idempotency_key is None:
        return new_invitation()
    named = f"invitation\0{len(principal.party)}\0{principal.party}{command.idempotency_key}"
    code = hmac.new(ports.master, named.encode(), sha256).digest()
    return "inv_" + base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def _check(command: InviteParty) -> None:
    lifetime = command.token_lifetime_s
    if lifetime is not None and not 1 <= lifetime <= LONGEST_TOKEN_S:
        raise InputInvalidError("tokenLifetime", f"expected 1 to {LONGEST_TOKEN_S} seconds")
    for name, value in (("platform", command.platform), ("account", command.account)):
        if len(value) > _MOST:
            raise InputInvalidError(name, f"at most {_MOST} characters")
    if command.account and not command.platform:
        raise InputInvalidError("platform", "needed to say whose account it is")
    if command.account and command.kind not in PEOPLE:
        raise InputInvalidError("account", f"a party of kind `{command.kind}` is no person on a platform")
    if command.party is None and not command.account and _is_person(command):
        # WHY: without an account a party with a platform speaks for the whole of it.
        raise InputInvalidError("account", f"needed to know whose rows a party of kind `{command.kind}` speaks for")


def _is_person(command: InviteParty) -> bool:
    """Data subjects are always people on a platform, avatar owners when they have one."""
    return command.kind is PartyKind.DATA_SUBJECT or (command.kind is PartyKind.AVATAR_OWNER and bool(command.platform))


async def _subject(ports: Ports, command: InviteParty) -> str:
    if not command.account:
        return ""
    salt = await asyncio.to_thread(ports.vault.salt, command.platform)
    return subject_key(salt, command.platform, command.account)


def _known(reading: Reading, command: InviteParty, subject: str) -> PartyInvited:
    """What is to be recorded, but for the party of a new one: who a known party is never changes."""
    if command.party is None:
        return PartyInvited(
            party="",
            kind=command.kind,
            invited_by=reading.reader.party,
            subject=subject,
            platform=command.platform,
        )
    row = reading.view.party(command.party)
    if row is None:
        raise NotFoundError("party", command.party)
    for name, given, known in (
        ("kind", command.kind.value, row.kind.value),
        ("platform", command.platform or row.platform, row.platform),
        ("account", subject or row.subject, row.subject),
    ):
        if given != known:
            raise InputInvalidError(name, "differs from what is known of the party")
    return PartyInvited(
        party=row.party,
        kind=row.kind,
        invited_by=reading.reader.party,
        subject=row.subject,
        platform=row.platform,
    )


def _kept(ports: Ports, principal: Principal, command: InviteParty, secret: str, invited: PartyInvited) -> PartyInvited:
    """Keep the digest of the secret first: when recording fails, nobody was told it, and a repeated call goes on."""
    digest = invitation_digest(secret)
    waiting = ports.invitations.find(digest)
    party = invited.party or (ports.ids.new("party") if waiting is None else waiting.party)
    if waiting is None:
        ports.invitations.add(
            digest,
            Invitation(
                party=party,
                kind=invited.kind,
                token_lifetime_s=command.token_lifetime_s or LONGEST_TOKEN_S,
                subject=invited.subject,
                platform=invited.platform,
                invited_by=principal.party,
                expires_at=ports.clock() + GOOD_FOR,
            ),
        )
    return PartyInvited(
        party=party,
        kind=invited.kind,
        invited_by=invited.invited_by,
        subject=invited.subject,
        platform=invited.platform,
    )
