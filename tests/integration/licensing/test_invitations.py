"""The only way in is an invitation, and what it says of a party never changes."""

from dataclasses import replace

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.invitations import invitation_digest
from gateway.auth.scopes import Scope
from gateway.exchange import commands
from gateway.exchange.errors import InputInvalidError, NotFoundError, RoleNotAllowedError
from gateway.exchange.invite import invite_party
from gateway.exchange.views import InvitationView
from graph.journal.events import PartyInvited, PartyKind
from graph.journal.rows import PartyRow
from graph.journal.vault import subject_key
from tests.testkit.licensing import Market


async def invite(market: Market, kind: PartyKind, **changes: object) -> InvitationView:
    """Invite a party."""
    command = replace(commands.InviteParty(kind=kind), **changes)  # type: ignore[arg-type]
    return await invite_party(market.ports, market.operator.principal, command)


async def party(market: Market, iri: str) -> PartyRow:
    """What the record knows of a party."""
    row = await market.ports.journal.view(lambda view: view.party(iri))
    assert row is not None
    return row


async def test_an_invitation_is_told_once_and_kept_as_a_digest(market: Market) -> None:
    invited = await invite(market, PartyKind.AUDITOR, token_lifetime_s=1)

    kept = market.ports.invitations.find(invitation_digest(invited.invitation))
    assert kept is not None
    assert (kept.party, kept.kind, kept.token_lifetime_s) == (invited.party, PartyKind.AUDITOR, 1)
    assert kept.invited_by == market.operator.party
    for recorded in await market.ports.journal.events():
        assert invited.invitation.encode() not in recorded.canonical


async def test_an_invitation_runs_out_after_a_week(market: Market) -> None:
    invited = await invite(market, PartyKind.AUDITOR)

    market.clock.advance(7 * 86_400)

    assert market.ports.invitations.find(invitation_digest(invited.invitation)) is None


async def test_a_person_is_known_by_a_keyed_hash_only(market: Market) -> None:
    invited = await invite(market, PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")

    row = await party(market, invited.party)
    assert row.subject == subject_key(market.ports.vault.salt("bazaar"), "bazaar", "ann")
    assert row.platform == "bazaar"
    for recorded in await market.ports.journal.events():
        assert b'"ann"' not in recorded.canonical


async def test_a_known_party_gets_another_invitation_and_stays_who_it_is(market: Market) -> None:
    owner = await market.owner()
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")

    again = await invite(market, PartyKind.PLATFORM_DEVELOPER, party=owner.party)
    same = await invite(market, PartyKind.DATA_SUBJECT, party=ann.party, platform="bazaar", account="ann")
    short = await invite(market, PartyKind.DATA_SUBJECT, party=ann.party)

    assert (again.party, same.party, short.party) == (owner.party, ann.party, ann.party)
    row = await party(market, owner.party)
    assert (row.platform, row.key) == ("bazaar", owner.key.thumbprint)
    assert (await party(market, ann.party)).subject


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": PartyKind.AVATAR_OWNER}, "kind"),
        ({"platform": "forum"}, "platform"),
        ({"account": "bob"}, "account"),
    ],
)
async def test_a_known_party_cannot_become_another(market: Market, changes: dict[str, object], field: str) -> None:
    ann = await market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="ann")
    told = {"kind": PartyKind.DATA_SUBJECT, "platform": "bazaar", "account": "ann", **changes}
    kind = told.pop("kind")
    assert isinstance(kind, PartyKind)
    recorded = len(await market.events(PartyInvited))

    with pytest.raises(InputInvalidError) as refused:
        await invite(market, kind, party=ann.party, **told)

    assert refused.value.field == field
    assert len(await market.events(PartyInvited)) == recorded


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        (PartyKind.AUDITOR, {"token_lifetime_s": 0}, "tokenLifetime"),
        (PartyKind.AUDITOR, {"token_lifetime_s": 601}, "tokenLifetime"),
        (PartyKind.PLATFORM_DEVELOPER, {"platform": "x" * 501}, "platform"),
        (PartyKind.DATA_SUBJECT, {"platform": "bazaar", "account": "x" * 501}, "account"),
        (PartyKind.DATA_SUBJECT, {"account": "ann"}, "platform"),
        (PartyKind.DATA_SUBJECT, {"platform": "bazaar"}, "account"),
        (PartyKind.DATA_SUBJECT, {}, "account"),
        (PartyKind.AVATAR_OWNER, {"platform": "bazaar"}, "account"),
        (PartyKind.LLM_DEVELOPER, {"platform": "bazaar", "account": "ann"}, "account"),
    ],
)
async def test_an_invitation_is_complete(
    market: Market, kind: PartyKind, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InputInvalidError) as refused:
        await invite(market, kind, **changes)

    assert refused.value.field == field


async def test_nobody_is_invited_as_a_party_that_does_not_exist(market: Market) -> None:
    with pytest.raises(NotFoundError):
        await invite(market, PartyKind.AUDITOR, party="urn:muniment:party:none")


@pytest.mark.requirement("R17")
async def test_only_an_operator_invites(market: Market) -> None:
    owner = await market.owner()
    disguised = replace(owner.principal, scopes=frozenset({Scope.PLATFORM_OPERATE}))
    command = commands.InviteParty(kind=PartyKind.AUDITOR)

    with pytest.raises(ScopeMissingError):
        await invite_party(market.ports, owner.principal, command)
    with pytest.raises(RoleNotAllowedError):
        await invite_party(market.ports, disguised, command)


async def test_a_call_that_broke_off_goes_on_with_the_same_party(market: Market) -> None:
    command = commands.InviteParty(kind=PartyKind.AUDITOR, idempotency_key="once")

    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await invite_party(market.racing(fail), market.operator.principal, command)
    invited = await invite_party(market.ports, market.operator.principal, command)

    kept = market.ports.invitations.find(invitation_digest(invited.invitation))
    assert kept is not None
    assert kept.party == invited.party
