"""What the platform's own terms leave open refuses until somebody decided with a reason."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.spi import AiUse
from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands
from gateway.exchange.decide_platform_terms import decide_platform_terms
from gateway.exchange.errors import (
    InputInvalidError,
    NotFoundError,
    PlatformTermsForbidError,
    PlatformTermsUndecidedError,
    RoleNotAllowedError,
)
from graph.journal.events import LicenceRequested, OfferPublished, PlatformTermsDecided, TermReason
from policies.vocabulary import EVALUATE, FINE_TUNE
from tests.testkit.licensing import TERMS, Market, Member, a_collection


async def decide(market: Market, owner: Member, dataset: str, *, allowed: bool = True, **changes: Any) -> None:
    """Record a decision."""
    await decide_platform_terms(
        market.ports,
        owner.principal,
        commands.DecidePlatformTerms(
            **{
                "dataset": dataset,
                "action": FINE_TUNE,
                "reason": "The members agreed to CC BY-SA, which allows it.",
                "source": "https://platform.example/terms#ai",
                **changes,
            },
            allowed=allowed,
        ),
    )


@pytest.mark.parametrize("terms", [AiUse.CONTESTED, AiUse.UNKNOWN])
async def test_open_terms_refuse_an_offer_until_decided(market: Market, terms: AiUse) -> None:
    owner, developer = await market.owner("forum", a_collection(ai_use=terms)), await market.developer()
    dataset = await market.publish(owner, "forum")

    with pytest.raises(PlatformTermsUndecidedError) as refused:
        await market.offer(owner, dataset)
    with pytest.raises(PlatformTermsUndecidedError):
        await market.ask(developer, dataset)

    assert (refused.value.dataset, refused.value.action) == (dataset, FINE_TUNE)
    assert await market.events(OfferPublished, LicenceRequested) == []
    await decide(market, owner, dataset)
    await market.offer(owner, dataset)
    view = await market.ask_one(developer, dataset)
    assert view.hold is not None
    assert view.hold.code == "OWNER_MUST_ANSWER"
    (decided,) = view.dataset.decided
    assert (decided.action, decided.allowed, decided.source) == (FINE_TUNE, True, "https://platform.example/terms#ai")


async def test_a_decision_is_about_one_use(market: Market) -> None:
    owner = await market.owner("forum", a_collection(ai_use=AiUse.CONTESTED))
    dataset = await market.publish(owner, "forum")
    await decide(market, owner, dataset)

    with pytest.raises(PlatformTermsUndecidedError):
        await market.offer(owner, dataset, replace(TERMS, action=EVALUATE))


async def test_a_use_that_was_decided_against_is_forbidden(market: Market) -> None:
    owner, developer = await market.owner("forum", a_collection(ai_use=AiUse.CONTESTED)), await market.developer()
    dataset = await market.publish(owner, "forum")
    await decide(market, owner, dataset, allowed=False)

    with pytest.raises(PlatformTermsForbidError):
        await market.offer(owner, dataset)
    with pytest.raises(PlatformTermsForbidError):
        await market.ask(developer, dataset)


async def test_what_the_terms_forbid_nobody_can_allow(market: Market) -> None:
    owner = await market.owner("forum", a_collection(ai_use=AiUse.FORBIDDEN))
    dataset = await market.publish(owner, "forum")

    with pytest.raises(PlatformTermsForbidError):
        await decide(market, owner, dataset)
    with pytest.raises(PlatformTermsForbidError):
        await market.offer(owner, dataset)

    assert await market.events(PlatformTermsDecided) == []


async def test_a_later_decision_against_the_use_rejects_requests_with_the_reason_on_record(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)
    waiting = await market.ask_one(developer, dataset, days=200)
    agreed = await market.ask_one(developer, dataset)
    await decide(market, owner, dataset, allowed=False)

    view = await market.ask_one(developer, dataset)

    assert view.state == "TERMINATED"
    assert view.reasons == (TermReason(term="action", code="PLATFORM_TERMS_FORBID"),)
    assert view.messages[-1].answered_by == "PLATFORM_TERMS"
    with pytest.raises(PlatformTermsForbidError):
        await market.accept(owner, waiting)
    with pytest.raises(PlatformTermsForbidError):
        await market.counter(owner, waiting, replace(TERMS, days=30))
    with pytest.raises(PlatformTermsForbidError):
        await market.sign(developer, agreed)


async def test_terms_that_became_contested_reject_with_the_reason_on_record(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    market.sources.add("bazaar", a_collection(ai_use=AiUse.CONTESTED))
    assert await market.publish(owner) == dataset

    view = await market.ask_one(developer, dataset)

    assert view.state == "TERMINATED"
    assert view.reasons == (TermReason(term="action", code="PLATFORM_TERMS_UNDECIDED"),)


async def test_what_the_terms_came_to_forbid_stays_forbidden_whatever_was_decided(market: Market) -> None:
    owner, developer = await market.owner("bazaar", a_collection(ai_use=AiUse.CONTESTED)), await market.developer()
    dataset = await market.publish(owner)
    await decide(market, owner, dataset)
    await market.offer(owner, dataset)
    market.sources.add("bazaar", a_collection(ai_use=AiUse.FORBIDDEN))
    assert await market.publish(owner) == dataset

    view = await market.ask_one(developer, dataset)

    assert view.reasons == (TermReason(term="action", code="PLATFORM_TERMS_FORBID"),)


async def test_the_reasoning_is_kept_where_it_can_be_erased(market: Market) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    await decide(market, owner, dataset)

    (decided,) = await market.events(PlatformTermsDecided)
    assert isinstance(decided, PlatformTermsDecided)
    assert market.ports.vault.get(decided.reason) == "The members agreed to CC BY-SA, which allows it."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"action": "http://www.w3.org/ns/odrl/2/sell"}, "action"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 4_001}, "reason"),
        ({"source": "somewhere"}, "source"),
        ({"source": "https://" + "x" * 1_000}, "source"),
    ],
)
async def test_a_decision_is_complete(market: Market, changes: dict[str, Any], field: str) -> None:
    owner = await market.owner()
    dataset = await market.publish(owner)

    with pytest.raises(InputInvalidError) as refused:
        await decide(market, owner, dataset, **changes)

    assert refused.value.field == field


async def test_only_the_licensor_decides(market: Market) -> None:
    owner, other, developer = await market.owner(), await market.owner("forum"), await market.developer()
    dataset = await market.publish(owner)
    scoped = replace(developer, principal=replace(developer.principal, scopes=frozenset({Scope.DATA_PUBLISH})))

    with pytest.raises(NotFoundError):
        await decide(market, other, dataset)
    with pytest.raises(ScopeMissingError):
        await decide(market, developer, dataset)
    with pytest.raises(RoleNotAllowedError):
        await decide(market, scoped, dataset)
