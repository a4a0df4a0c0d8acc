"""A licence in force can be paused, resumed and ended; only its sides see it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands, lookup
from gateway.exchange.errors import InputInvalidError, LicenceStateError, NotFoundError, RoleNotAllowedError
from gateway.exchange.revoke import resume_licence, revoke_licence, suspend_licence
from gateway.exchange.views import LicenceView, NegotiationView
from graph.journal.events import LicenceResumed, LicenceRevoked, LicenceSuspended, PartyKind
from graph.journal.rows import NegotiationState
from tests.testkit.licensing import TERMS, Market, Member
from tests.testkit.record import an_access


async def licensed(market: Market) -> tuple[Member, Member, str]:
    """Owner, developer, and the licence between them."""
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    return owner, developer, view.licence.licence


async def suspend(market: Market, member: Member, licence: str) -> LicenceView:
    return await suspend_licence(
        market.ports, member.principal, commands.SuspendLicence(licence=licence, code="UNDER_REVIEW")
    )


async def resume(market: Market, member: Member, licence: str) -> LicenceView:
    return await resume_licence(
        market.ports, member.principal, commands.ResumeLicence(licence=licence, code="REVIEWED")
    )


async def revoke(market: Market, member: Member, licence: str, code: str = "ENOUGH") -> LicenceView:
    return await revoke_licence(market.ports, member.principal, commands.RevokeLicence(licence=licence, code=code))


@pytest.mark.requirement("R53")
async def test_the_licensor_pauses_resumes_and_ends(market: Market) -> None:
    owner, _, licence = await licensed(market)

    states = [
        (await suspend(market, owner, licence)).state,
        (await resume(market, owner, licence)).state,
        (await revoke(market, owner, licence)).state,
    ]

    assert states == ["SUSPENDED", "ACTIVE", "TERMINATED"]
    recorded = await market.events(LicenceSuspended, LicenceResumed, LicenceRevoked)
    assert [event.code for event in recorded] == ["UNDER_REVIEW", "REVIEWED", "ENOUGH"]  # type: ignore[union-attr]


async def test_the_licensee_ends_its_own_but_cannot_pause(market: Market) -> None:
    _, developer, licence = await licensed(market)
    scoped = replace(developer, principal=replace(developer.principal, scopes=frozenset(Scope)))

    for act in (suspend(market, scoped, licence), resume(market, scoped, licence)):
        with pytest.raises(RoleNotAllowedError):
            await act
    ended = await revoke(market, developer, licence)

    assert ended.state == "TERMINATED"


async def test_moves_follow_the_states(market: Market) -> None:
    owner, _, licence = await licensed(market)

    with pytest.raises(LicenceStateError):
        await resume(market, owner, licence)
    await suspend(market, owner, licence)
    with pytest.raises(LicenceStateError) as refused:
        await suspend(market, owner, licence)
    assert (refused.value.state, refused.value.act) == ("SUSPENDED", "suspended")
    await revoke(market, owner, licence)
    for act in (suspend(market, owner, licence), resume(market, owner, licence), revoke(market, owner, licence)):
        with pytest.raises(LicenceStateError):
            await act


async def test_each_act_needs_its_scope(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    undecided = replace(owner, principal=owner.without(Scope.LICENCE_DECIDE))
    silent = replace(developer, principal=developer.without(Scope.LICENCE_NEGOTIATE))

    for act in (
        suspend(market, undecided, licence),
        resume(market, undecided, licence),
        revoke(market, undecided, licence),
        revoke(market, silent, licence),
    ):
        with pytest.raises(ScopeMissingError):
            await act


async def test_a_code_is_machine_readable(market: Market) -> None:
    owner, _, licence = await licensed(market)

    with pytest.raises(InputInvalidError):
        await revoke(market, owner, licence, code="because I say so")


async def test_a_stranger_sees_and_moves_nothing(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    stranger, rival = await market.developer(), await market.owner("forum")
    seen = await lookup.licence(market.ports, developer.principal, licence)
    negotiation, agreement = seen.negotiation, seen.agreement.agreement

    for member in (stranger, rival):
        for look in (
            lookup.licence(market.ports, member.principal, licence),
            lookup.licences(market.ports, member.principal, first=1, after=licence),
            lookup.negotiation(market.ports, member.principal, negotiation),
            lookup.negotiations(market.ports, member.principal, first=1, after=negotiation),
            lookup.agreement(market.ports, member.principal, agreement),
            revoke(market, member, licence),
        ):
            with pytest.raises(NotFoundError):
                await look
        assert (await lookup.licences(market.ports, member.principal, first=9)).items == ()
        assert (await lookup.negotiations(market.ports, member.principal, first=9)).items == ()
    assert (await lookup.licence(market.ports, owner.principal, licence)).state == "ACTIVE"


async def test_sides_and_auditors_see_the_same(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    auditor = await market.join(PartyKind.AUDITOR)

    views = [await lookup.licence(market.ports, member.principal, licence) for member in (owner, developer, auditor)]

    assert views[0] == views[1] == views[2]
    agreement = await lookup.agreement(market.ports, auditor.principal, views[0].agreement.agreement)
    assert agreement == views[0].agreement
    seen = await lookup.negotiation(market.ports, auditor.principal, views[0].negotiation)
    assert not seen.your_turn


async def test_the_board_sees_its_own_cases_only(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    plain = await market.ask_one(developer, await market.offered(owner))
    second = await market.owner("forum")
    sensitive = await market.ask_one(developer, await market.offered(second, "forum", sensitive=True))

    assert (await market.see(board, sensitive)).negotiation == sensitive.negotiation
    with pytest.raises(NotFoundError):
        await market.see(board, plain)


async def test_listings_come_in_pages_and_by_state(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    views: list[NegotiationView] = [await market.ask_one(developer, dataset) for _ in range(3)]
    await market.counter(owner, views[1], replace(TERMS, days=1))

    page = await lookup.negotiations(market.ports, developer.principal, first=2)
    rest = await lookup.negotiations(market.ports, developer.principal, first=2, after=page.items[-1].negotiation)
    offered = await lookup.negotiations(market.ports, owner.principal, first=9, state=NegotiationState.OFFERED)

    names = [view.negotiation for view in views]
    assert ([each.negotiation for each in page.items], page.has_next) == (names[:2], True)
    assert ([each.negotiation for each in rest.items], rest.has_next) == (names[2:], False)
    assert [each.negotiation for each in offered.items] == [names[1]]


async def test_licences_come_in_pages(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    made = [await market.licensed(owner, developer, dataset) for _ in range(2)]
    names = [view.licence.licence for view in made if view.licence is not None]

    page = await lookup.licences(market.ports, owner.principal, first=1)
    rest = await lookup.licences(market.ports, owner.principal, first=1, after=names[0])

    assert ([each.licence for each in page.items], page.has_next) == (names[:1], True)
    assert ([each.licence for each in rest.items], rest.has_next) == (names[1:], False)


async def test_what_is_not_there_is_not_found(market: Market) -> None:
    auditor = (await market.join(PartyKind.AUDITOR)).principal

    for look in (
        lookup.party(market.ports, auditor, "urn:x"),
        lookup.licence(market.ports, auditor, "urn:x"),
        lookup.negotiation(market.ports, auditor, "urn:x"),
        lookup.agreement(market.ports, auditor, "urn:x"),
    ):
        with pytest.raises(NotFoundError):
            await look


async def test_looking_needs_a_scope(market: Market) -> None:
    developer = await market.developer()
    blind = developer.without(Scope.GRAPH_QUERY)

    for look in (
        lookup.party(market.ports, blind, developer.party),
        lookup.licence(market.ports, blind, "urn:x"),
        lookup.licences(market.ports, blind, first=1),
        lookup.negotiation(market.ports, blind, "urn:x"),
        lookup.negotiations(market.ports, blind, first=1),
        lookup.agreement(market.ports, blind, "urn:x"),
    ):
        with pytest.raises(ScopeMissingError):
            await look


async def test_a_party_is_shown_by_kind_alone(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()

    view = await lookup.party(market.ports, developer.principal, owner.party)

    assert (view.party, view.kind) == (owner.party, PartyKind.PLATFORM_DEVELOPER)


async def test_days_from_the_first_delivery_end_it_so_many_days_after_that(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    before = await lookup.licence(market.ports, developer.principal, licence)

    access = replace(an_access(licence=licence), dataset=before.dataset.dataset, agreement=before.agreement.agreement)
    await market.record(access)

    after = await lookup.licence(market.ports, owner.principal, licence)
    assert before.valid_until is None
    assert after.valid_until == market.clock() + timedelta(days=90)
