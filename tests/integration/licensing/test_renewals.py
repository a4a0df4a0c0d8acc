"""A licence is renewed by a newer agreement: asked for by its developer or offered by its owner, signed by both."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands, lookup
from gateway.exchange.decide_ethics_case import decide_ethics_case
from gateway.exchange.errors import (
    EthicsDecisionOpenError,
    IdempotencyKeyReusedError,
    InputInvalidError,
    LicenceStateError,
    NotFoundError,
    VersionConflictError,
)
from gateway.exchange.lookup_ethics import ethics_cases
from gateway.exchange.renew import renew_licence
from gateway.exchange.revoke import revoke_licence, suspend_licence
from gateway.exchange.views import LicenceView, NegotiationView
from gateway.exchange.wording import MOST_MESSAGE
from graph.journal.events import AgreementSigned, ConcernFiled, LicenceFinalised, LicenceRenewed, TermReason
from graph.journal.rows import NegotiationState
from policies.errors import PolicyError
from policies.model import Usage
from policies.terms import Rate
from policies.vocabulary import PER_RECORD
from tests.testkit.licensing import TERMS, Market, Member
from tests.testkit.record import an_access

DEARER = Rate(amount_micro=50_000, currency="EUR", unit=PER_RECORD)
CHEAPER = Rate(amount_micro=1, currency="EUR", unit=PER_RECORD)


async def licensed(market: Market) -> tuple[Member, Member, str]:
    """Owner, developer, and the licence between them."""
    owner, developer = await market.owner(), await market.developer()
    view = await market.licensed(owner, developer, await market.offered(owner))
    assert view.licence is not None
    return owner, developer, view.licence.licence


async def renew(market: Market, member: Member, licence: str, **changes: object) -> NegotiationView:
    command = replace(commands.RenewLicence(licence=licence), **changes)  # type: ignore[arg-type]  # a builder
    return await renew_licence(market.ports, member.principal, command)


async def signed(market: Market, owner: Member, developer: Member, view: NegotiationView) -> NegotiationView:
    """Both signatures under what was accepted."""
    await market.sign(owner, await market.see(owner, view))
    return await market.sign(developer, await market.see(developer, view))


async def seen(market: Market, member: Member, licence: str) -> LicenceView:
    return await lookup.licence(market.ports, member.principal, licence)


async def test_a_developer_renews_with_one_other_term(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    before = await seen(market, developer, licence)

    asked = await renew(market, developer, licence, max_records=123, message="As before, please.")
    during = await seen(market, developer, licence)
    await market.accept(owner, await market.see(owner, asked))
    final = await signed(market, owner, developer, asked)
    after = await seen(market, developer, licence)

    assert (asked.renews, asked.state) == (licence, NegotiationState.REQUESTED)
    assert [change.term for change in asked.changes] == ["rep:recordCount"], "and nothing else"
    assert asked.messages[0].note == "As before, please."
    assert during == before, "until both have signed"
    assert final.licence is not None
    assert final.licence.licence == licence
    assert (before.version, after.version, after.agreement.version) == (1, 2, 2)
    assert after.agreement.agreement != before.agreement.agreement
    assert after.agreement.policy.hash != before.agreement.policy.hash
    assert [each.by.party for each in after.agreement.signatures] == [owner.party, developer.party]
    assert len(await market.events(LicenceFinalised)) == 1
    (event,) = await market.events(LicenceRenewed)
    assert isinstance(event, LicenceRenewed)
    assert (event.previous, event.version) == (before.agreement.agreement, 2)


@pytest.mark.requirement("R37")
async def test_an_owner_offers_other_terms_because_of_a_concern(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    await market.record(an_access(licence=licence))
    concern = ConcernFiled(
        concern="urn:muniment:concern:1", about="urn:muniment:access:1", licence=licence, by=owner.party, text="vault:1"
    )
    await market.record(concern)

    offered = await renew(market, owner, licence, price=CHEAPER, finding=concern.concern)
    answer = await market.accept(developer, await market.see(developer, offered))
    await signed(market, owner, developer, answer)

    assert (offered.state, offered.finding, offered.your_turn) == (NegotiationState.OFFERED, concern.concern, False)
    assert [each.by.party for each in offered.messages] == [owner.party, owner.party]
    assert [change.term for change in offered.changes] == ["price"]
    assert (await seen(market, owner, licence)).version == 2


async def test_inside_the_bounds_nobody_but_the_developer_acts(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.licensed(owner, developer, dataset)
    await market.delegate(owner, dataset)
    assert view.licence is not None
    licence = view.licence.licence

    asked = await renew(market, developer, licence, max_records=5)
    final = await market.sign(developer, asked)

    assert (asked.state, final.state) == (NegotiationState.AGREED, NegotiationState.FINALIZED)
    assert [each.delegated for each in (await seen(market, developer, licence)).agreement.signatures] == [True, False]
    wider = await renew(market, developer, licence, max_records=10_000_000)
    assert wider.hold is not None
    assert wider.hold.code == "OUTSIDE_BOUNDS"


async def test_everything_is_counted_anew_and_days_run_again(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    old = await seen(market, developer, licence)
    await market.record(replace(an_access(licence=licence), booked=()))
    market.clock.advance(200 * 86_400)
    assert (await seen(market, developer, licence)).state == "EXPIRED"

    asked = await renew(market, developer, licence, days=90)
    await market.accept(owner, await market.see(owner, asked))
    await signed(market, owner, developer, asked)
    new = await seen(market, developer, licence)

    assert (new.state, new.valid_until) == ("ACTIVE", None), "days run from the first delivery on"
    assert {each.counter for each in new.usage}.isdisjoint(each.counter for each in old.usage)
    used = await market.ports.journal.view(lambda view: view.usage(licence))
    assert all(used.get(each.counter, Usage()).used == 0 for each in new.usage)


async def test_a_licence_that_was_ended_is_not_renewed(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    asked = await renew(market, developer, licence, max_records=5)
    await market.accept(owner, await market.see(owner, asked))
    await market.sign(owner, await market.see(owner, asked))
    await revoke_licence(market.ports, owner.principal, commands.RevokeLicence(licence=licence, code="ENOUGH"))

    for act in (
        renew(market, developer, licence),
        renew(market, owner, licence),
        market.sign(developer, await market.see(developer, asked)),
    ):
        with pytest.raises(LicenceStateError) as refused:
            await act
        assert (refused.value.code, refused.value.state) == ("LICENCE_STATE", "TERMINATED")
    assert (await seen(market, owner, licence)).version == 1


async def test_a_paused_licence_is_resumed_first(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    await suspend_licence(market.ports, owner.principal, commands.SuspendLicence(licence=licence, code="REVIEW"))

    with pytest.raises(LicenceStateError, match="SUSPENDED"):
        await renew(market, developer, licence)


async def test_of_two_renewals_of_one_version_one_wins(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    both = [await renew(market, developer, licence, max_records=count) for count in (5, 6)]
    for each in both:
        await market.accept(owner, await market.see(owner, each))
    await signed(market, owner, developer, both[0])
    await market.sign(owner, await market.see(owner, both[1]))

    with pytest.raises(VersionConflictError):
        await market.sign(developer, await market.see(developer, both[1]))

    assert (await seen(market, developer, licence)).version == 2
    assert len(await market.events(AgreementSigned)) == 5


async def test_a_sensitive_use_goes_before_the_board_again(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    board = await market.board()
    view = await market.ask_one(developer, await market.offered(owner, sensitive=True))
    await approved(market, board)
    await market.accept(owner, await market.see(owner, view))
    view = await signed(market, owner, developer, view)
    assert view.licence is not None

    asked = await renew(market, developer, view.licence.licence, max_records=5)
    with pytest.raises(EthicsDecisionOpenError):
        await market.accept(owner, asked)
    offered = await renew(market, owner, view.licence.licence, max_records=6)
    with pytest.raises(EthicsDecisionOpenError):
        await market.accept(developer, offered)


async def test_no_rule_answers_for_an_owner_who_began(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    view = await market.licensed(owner, developer, dataset)
    await market.delegate(owner, dataset)
    assert view.licence is not None
    offered = await renew(market, owner, view.licence.licence, price=DEARER)

    countered = await market.counter(developer, offered, TERMS)

    assert countered.hold is not None
    assert (countered.state, countered.hold.code) == (NegotiationState.OFFERED, "OWNER_MUST_ANSWER")


async def test_a_renewal_of_what_has_ended_can_be_given_up(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    asked = await renew(market, developer, licence, max_records=5)
    await revoke_licence(market.ports, owner.principal, commands.RevokeLicence(licence=licence, code="ENOUGH"))

    ended = await market.reject(owner, asked, (TermReason(term="action", code="LICENCE_ENDED"),))

    assert ended.state == NegotiationState.TERMINATED


async def test_the_board_does_not_make_rules_sign_for_a_licence_that_has_ended(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    dataset = await market.offered(owner, sensitive=True)
    view = await market.ask_one(developer, dataset)
    await approved(market, board)
    await market.accept(owner, await market.see(owner, view))
    view = await signed(market, owner, developer, view)
    await market.delegate(owner, dataset, bounds=replace(TERMS, ethics=True))
    assert view.licence is not None
    licence = view.licence.licence
    asked = await renew(market, developer, licence, max_records=5)
    await revoke_licence(market.ports, owner.principal, commands.RevokeLicence(licence=licence, code="ENOUGH"))

    await approved(market, board)

    assert (await market.see(developer, asked)).state == NegotiationState.REQUESTED


async def approved(market: Market, board: Member) -> None:
    """The board approves whatever is open."""
    (case,) = (await ethics_cases(market.ports, board.principal, first=9, is_open=True)).items
    decision = commands.DecideEthicsCase(case=case.case, approved=True, reason="It helps more than it harms.")
    await decide_ethics_case(market.ports, board.principal, decision)


async def test_what_cannot_be_asked(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    stranger, rival = await market.developer(), await market.owner("forum")
    narrow = replace(developer, principal=developer.without(Scope.LICENCE_REQUEST))
    undecided = replace(owner, principal=owner.without(Scope.LICENCE_DECIDE))
    size = len(await market.events())

    for member in (stranger, rival):
        with pytest.raises(NotFoundError):
            await renew(market, member, licence)
    for member in (narrow, undecided):
        with pytest.raises(ScopeMissingError):
            await renew(market, member, licence)
    for changes in ({"days": 0}, {"days": 10**9}, {"message": "x" * (MOST_MESSAGE + 1)}):
        with pytest.raises(InputInvalidError):
            await renew(market, developer, licence, **changes)
    with pytest.raises(NotFoundError):
        await renew(market, developer, licence, finding="urn:muniment:concern:none")
    past = market.clock() - timedelta(1)
    for wrong in ({"columns": ("nothing",)}, {"purpose": "urn:purpose:unknown"}, {"valid_until": past}):
        with pytest.raises(PolicyError):
            await renew(market, developer, licence, **wrong)
    assert len(await market.events()) == size
    assert market.texts() == []


async def test_a_repeated_call_begins_one_negotiation(market: Market) -> None:
    owner, developer, licence = await licensed(market)
    first = await renew(market, developer, licence, max_records=5, idempotency_key="once")

    assert await renew(market, developer, licence, max_records=5, idempotency_key="once") == first
    with pytest.raises(IdempotencyKeyReusedError):
        await market.ask_one(developer, first.dataset.dataset, idempotency_key="once", columns=("value",))
    other = await market.licensed(owner, developer, await market.offered(owner, terms=TERMS))
    assert other.licence is not None
