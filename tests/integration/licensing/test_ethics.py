"""Sensitive uses wait for the ethics board."""

from dataclasses import replace
from typing import Any, cast

import pytest

from gateway.auth.errors import ScopeMissingError
from gateway.exchange import commands
from gateway.exchange.decide_ethics_case import decide_ethics_case
from gateway.exchange.errors import (
    EthicsCaseClosedError,
    EthicsDecisionOpenError,
    InputInvalidError,
    NotFoundError,
    RoleNotAllowedError,
    VersionConflictError,
)
from gateway.exchange.lookup_ethics import ethics_case, ethics_cases
from gateway.exchange.sensitivity import ethics_duties
from gateway.exchange.views import EthicsCaseView, NegotiationView
from graph.journal.events import EthicsDecided, EthicsDecisionRequested, PartyKind, TermReason
from tests.testkit.licensing import ACADEMIC, TERMS, Market, Member

REASONS = (TermReason(term="rep:field", code="NO"),)


async def the_case(market: Market, board: Member) -> EthicsCaseView:
    """The case that is open."""
    (case,) = (await ethics_cases(market.ports, board.principal, first=10, is_open=True)).items
    return case


async def decide(market: Market, board: Member, *, approved: bool = True, case: str = "") -> EthicsCaseView:
    """Decide the case that is open."""
    case = case or (await the_case(market, board)).case
    return await decide_ethics_case(
        market.ports,
        board.principal,
        commands.DecideEthicsCase(case=case, approved=approved, reason="Weighed against the members' interests."),
    )


async def sensitive(market: Market) -> tuple[Member, Member, Member, NegotiationView]:
    """Owner, developer and board, and a request about sensitive data."""
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    dataset = await market.offered(owner, sensitive=True)
    return owner, developer, board, await market.ask_one(developer, dataset)


async def test_the_owner_may_not_answer_before_the_board(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)

    assert view.hold is not None
    assert (view.hold.reviewer, view.hold.code) == ("ETHICS_BOARD", "ETHICS_DECISION_OPEN")
    case = await the_case(market, board)
    assert (case.open, case.approved, case.negotiation.negotiation) == (True, None, view.negotiation)
    for act in (
        market.accept(owner, view),
        market.reject(owner, view, REASONS),
        market.counter(owner, view, replace(TERMS, days=1)),
    ):
        with pytest.raises(EthicsDecisionOpenError) as refused:
            await act
        assert refused.value.case == case.case
    assert (await market.see(developer, view)).state == "REQUESTED"


async def test_after_an_approval_the_owner_answers(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)

    decided = await decide(market, board)

    assert (decided.open, decided.approved) == (False, True)
    seen = await market.see(owner, view)
    assert seen.your_turn
    assert seen.hold is not None
    assert seen.hold.reviewer == "OWNER"
    accepted = await market.accept(owner, view)
    await market.sign(owner, accepted)
    done = await market.sign(developer, accepted)
    assert done.licence is not None
    policy = await market.policy(done.licence.agreement.policy.hash)
    assert len(ethics_duties(policy)) == 1


async def test_after_an_approval_the_standing_rules_answer(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    dataset = await market.offered(owner, sensitive=True)
    await market.delegate(owner, dataset)
    view = await market.ask_one(developer, dataset)
    assert view.state == "REQUESTED"

    await decide(market, board)

    assert (await market.see(developer, view)).state == "AGREED"


async def test_standing_rules_agree_to_nothing_that_ran_out_meanwhile(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    terms = replace(TERMS, valid_until=market.clock().replace(hour=13))
    dataset = await market.offered(owner, terms=terms, sensitive=True)
    await market.delegate(owner, dataset, terms)
    view = await market.ask_one(developer, dataset)

    market.clock.advance(3_600)
    await decide(market, board)

    seen = await market.see(owner, view)
    assert (seen.state, seen.your_turn) == ("REQUESTED", True)


async def test_a_refusal_ends_the_negotiation(market: Market) -> None:
    _, developer, board, view = await sensitive(market)

    decided = await decide(market, board, approved=False)

    assert (decided.open, decided.approved) == (False, False)
    seen = await market.see(developer, view)
    assert seen.state == "TERMINATED"
    assert seen.reasons == (TermReason(term="rep:obtainEthicsDecision", code="ETHICS_REFUSED"),)
    assert seen.messages[-1].answered_by == "ETHICS_BOARD"


async def test_a_case_is_decided_once(market: Market) -> None:
    _, _, board, _ = await sensitive(market)
    decided = await decide(market, board)

    with pytest.raises(EthicsCaseClosedError):
        await decide(market, board, approved=False, case=decided.case)

    assert len(await market.events(EthicsDecided)) == 1


async def test_there_is_nothing_to_decide_about_a_case_nobody_knows(market: Market) -> None:
    board = await market.board()

    with pytest.raises(NotFoundError):
        await decide(market, board, case="urn:muniment:ethics-case:none")
    with pytest.raises(NotFoundError):
        await ethics_case(market.ports, board.principal, "urn:muniment:ethics-case:none")


@pytest.mark.requirement("R17")
async def test_only_a_board_decides(market: Market) -> None:
    owner, _, board, _ = await sensitive(market)
    case = (await the_case(market, board)).case
    disguised = replace(board, principal=replace(board.principal, kind=PartyKind.AUDITOR))

    with pytest.raises(ScopeMissingError):
        await decide(market, owner, case=case)
    with pytest.raises(RoleNotAllowedError):
        await decide(market, disguised, case=case)
    for look in (
        ethics_cases(market.ports, owner.principal, first=1),
        ethics_case(market.ports, owner.principal, case),
    ):
        with pytest.raises(ScopeMissingError):
            await look


@pytest.mark.parametrize("reason", ["", "  ", "x" * 4_001])
async def test_a_decision_needs_a_reason(market: Market, reason: str) -> None:
    _, _, board, _ = await sensitive(market)
    case = (await the_case(market, board)).case

    with pytest.raises(InputInvalidError):
        await decide_ethics_case(
            market.ports, board.principal, commands.DecideEthicsCase(case=case, approved=True, reason=reason)
        )


async def test_the_reasoning_is_kept_where_it_can_be_erased(market: Market) -> None:
    _, _, board, _ = await sensitive(market)

    await decide(market, board)

    (decided,) = await market.events(EthicsDecided)
    assert isinstance(decided, EthicsDecided)
    assert market.ports.vault.get(decided.reason) == "Weighed against the members' interests."


async def test_a_decision_that_comes_too_late_leaves_nothing(market: Market) -> None:
    _, _, board, view = await sensitive(market)
    case = (await the_case(market, board)).case
    racing = market.racing(lambda: decide(market, board, case=case))

    with pytest.raises(VersionConflictError) as refused:
        await decide_ethics_case(
            racing, board.principal, commands.DecideEthicsCase(case=case, approved=False, reason="No.")
        )

    assert refused.value.stream == view.negotiation
    assert market.texts() == ["Weighed against the members' interests."]


async def test_the_board_is_asked_again_when_the_terms_become_wider(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)
    await decide(market, board)
    narrower = replace(TERMS, purposes=frozenset({ACADEMIC}), columns=frozenset({"value"}), max_records=10, days=30)
    await market.counter(owner, view, narrower)

    wider = await market.counter(developer, view, replace(TERMS, columns=frozenset({"rater", "rated", "value"})))

    assert len(await market.events(EthicsDecisionRequested)) == 2
    assert wider.hold is not None
    assert wider.hold.reviewer == "ETHICS_BOARD"
    with pytest.raises(EthicsDecisionOpenError):
        await market.accept(owner, view)


async def test_the_board_is_not_asked_again_about_narrower_terms_or_another_price(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)
    await decide(market, board)

    await market.counter(owner, view, at_another_price(view, price="0.5"))

    seen = await market.see(developer, view)
    assert [change.term for change in seen.changes] == ["price"]
    assert len(await market.events(EthicsDecisionRequested)) == 1
    assert (await market.accept(developer, seen)).state == "ACCEPTED"


async def test_wider_terms_of_the_owner_cannot_be_accepted_before_the_board_saw_them(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)
    await decide(market, board)

    await market.counter(owner, view, replace(TERMS, days=180))

    seen = await market.see(developer, view)
    assert seen.your_turn
    with pytest.raises(EthicsDecisionOpenError):
        await market.accept(developer, view)
    await decide(market, board)
    assert (await market.accept(developer, view)).state == "ACCEPTED"


async def test_a_case_that_is_open_stays_the_one_case(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)
    await decide(market, board)
    await market.counter(owner, view, replace(TERMS, days=180))
    case = (await the_case(market, board)).case

    await market.counter(developer, view, replace(TERMS, days=170))

    assert (await the_case(market, board)).case == case
    await decide(market, board)
    seen = await market.see(owner, view)
    assert seen.your_turn
    assert seen.hold is not None
    assert seen.hold.reviewer == "OWNER"


async def test_the_developer_may_withdraw_while_the_board_thinks(market: Market) -> None:
    owner, developer, board, view = await sensitive(market)
    await decide(market, board)
    await market.counter(owner, view, replace(TERMS, days=180))
    case = (await the_case(market, board)).case

    ended = await market.reject(developer, view, REASONS)

    assert ended.state == "TERMINATED"
    assert not (await ethics_case(market.ports, board.principal, case)).open
    with pytest.raises(EthicsCaseClosedError):
        await decide(market, board, case=case)


async def test_terms_can_ask_for_the_board_by_themselves(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    dataset = await market.offered(owner, terms=replace(TERMS, ethics=True))

    view = await market.ask_one(developer, dataset)

    assert view.hold is not None
    assert view.hold.reviewer == "ETHICS_BOARD"
    assert (await the_case(market, board)).negotiation.negotiation == view.negotiation


async def test_cases_come_in_pages(market: Market) -> None:
    owner, developer, board = await market.owner(), await market.developer(), await market.board()
    dataset = await market.offered(owner, sensitive=True)
    for _ in range(3):
        await market.ask_one(developer, dataset)

    first = await ethics_cases(market.ports, board.principal, first=2)
    rest = await ethics_cases(market.ports, board.principal, first=2, after=first.items[-1].case)

    assert (len(first.items), first.has_next) == (2, True)
    assert (len(rest.items), rest.has_next) == (1, False)
    await decide(market, board, case=rest.items[0].case)
    open_ones = await ethics_cases(market.ports, board.principal, first=9, is_open=True)
    assert [case.case for case in open_ones.items] == [case.case for case in first.items]


def at_another_price(view: NegotiationView, *, price: str) -> dict[str, object]:
    """The same terms at another price."""
    document = dict(view.terms.odrl)
    (permission,) = cast("list[dict[str, Any]]", document["permission"])
    duties = []
    for duty in permission["duty"]:
        action = duty["action"]
        if isinstance(action, dict) and action["rdf:value"] == {"@id": "odrl:compensate"}:
            refinements = [
                {**each, "rightOperand": {"@value": price, "@type": "xsd:decimal"}}
                if each["leftOperand"] == "payAmount"
                else each
                for each in action["refinement"]
            ]
            action = {**action, "refinement": refinements}
        duties.append({**duty, "action": action})
    document["permission"] = [{**permission, "duty": duties}]
    return document
