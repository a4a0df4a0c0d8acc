"""Other sources for the same need: what a developer who was rejected is told of, and nobody else."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.kinds import Kind
from connectors.spi import AiUse
from gateway.auth.errors import ScopeMissingError
from gateway.auth.scopes import Scope
from gateway.exchange import commands
from gateway.exchange.alternatives import alternatives
from gateway.exchange.decide_platform_terms import decide_platform_terms
from gateway.exchange.errors import NotFoundError
from gateway.exchange.views import NegotiationView
from graph.journal.events import TermReason
from policies.terms import Rate, Terms
from policies.vocabulary import EVALUATE, FINE_TUNE
from tests.testkit.licensing import COLUMNS, MARKETING, TERMS, Market, Member, a_collection

NO = (TermReason(term="odrl:purpose", code="NOT_WANTED"),)


async def source(market: Market, name: str, terms: Terms = TERMS, **described: Any) -> str:
    """A dataset on offer, of an owner and a platform of its own."""
    return await market.offered(await market.owner(name, a_collection(**described)), name, terms)


async def rejected(market: Market, developer: Member) -> NegotiationView:
    owner = await market.owner()
    asked = await market.ask_one(developer, await market.offered(owner))
    return await market.reject(owner, asked, NO)


async def told(market: Market, developer: Member, view: NegotiationView) -> list[str]:
    found = await alternatives(market.ports, developer.principal, view.negotiation, first=10)
    return [each.dataset for each in found.items]


@pytest.mark.requirement("R31")
async def test_who_was_rejected_is_told_of_others_who_offer_the_same_and_gets_it_there(market: Market) -> None:
    developer = await market.developer()
    other, third = await source(market, "forum"), await source(market, "grid")
    view = await rejected(market, developer)

    found = await told(market, developer, view)

    assert found == [other, third]
    page = await alternatives(market.ports, developer.principal, view.negotiation, first=1)
    rest = await alternatives(market.ports, developer.principal, view.negotiation, first=1, after=other)
    assert ([each.dataset for each in page.items], page.has_next) == ([other], True)
    assert ([each.dataset for each in rest.items], rest.has_next) == ([third], False)
    grid = await market.see(developer, await market.ask_one(developer, third))
    assert (grid.dataset.dataset, grid.state) == (third, "REQUESTED")


@pytest.mark.requirement("R31")
async def test_nothing_of_the_owner_who_rejected_is_proposed(market: Market) -> None:
    """Not the dataset itself, and no other one of the same owner."""
    developer = await market.developer()
    owner = await market.owner("bazaar", a_collection(), a_collection("more"))
    dataset, more = await market.offered(owner), await market.offered(owner, collection="more")
    other = await source(market, "forum")
    view = await market.reject(owner, await market.ask_one(developer, dataset), NO)

    found = await told(market, developer, view)

    assert more not in found
    assert found == [other]


@pytest.mark.requirement("R31")
@pytest.mark.parametrize(
    ("terms", "described"),
    [
        (TERMS, {"kind": Kind.REPUTATION_SCORE, "columns": ("record_id", "subject", "value")}),
        (TERMS, {"columns": ("record_id", "rater", "rated")}),
        (replace(TERMS, columns=frozenset({"rated"})), {}),
        (replace(TERMS, purposes=frozenset({MARKETING})), {}),
        (replace(TERMS, max_records=999), {}),
        (replace(TERMS, days=89), {}),
        (replace(TERMS, price=Rate(amount_micro=10_001, currency="EUR")), {}),
        (replace(TERMS, action=EVALUATE), {}),
    ],
)
async def test_what_does_not_meet_the_need_is_not_proposed(
    market: Market, terms: Terms, described: dict[str, Any]
) -> None:
    developer = await market.developer()
    columns = frozenset(described.get("columns", COLUMNS))
    await source(market, "forum", replace(terms, columns=terms.columns & columns), **described)

    assert await told(market, developer, await rejected(market, developer)) == []


async def test_what_the_platform_forbids_or_nobody_offers_is_not_proposed(market: Market) -> None:
    developer = await market.developer()
    owner = await market.owner("forum")
    forbidden = await market.offered(owner, "forum")
    decision = commands.DecidePlatformTerms(
        dataset=forbidden, action=FINE_TUNE, allowed=False, reason="No.", source="https://platform.example/terms"
    )
    await decide_platform_terms(market.ports, owner.principal, decision)
    await market.publish(await market.owner("grid", a_collection(ai_use=AiUse.ALLOWED)), "grid")

    assert await told(market, developer, await rejected(market, developer)) == []


async def test_there_is_nothing_to_propose_while_a_request_is_open(market: Market) -> None:
    developer = await market.developer()
    await source(market, "forum")
    view = await market.ask_one(developer, await market.offered(await market.owner()))

    assert await told(market, developer, view) == []


async def test_only_who_asked_is_told(market: Market) -> None:
    owner, developer, stranger = await market.owner(), await market.developer(), await market.developer()
    view = await market.ask_one(developer, await market.offered(owner))

    for member, problem in ((owner, NotFoundError), (stranger, NotFoundError)):
        with pytest.raises(problem):
            await told(market, member, view)
    with pytest.raises(ScopeMissingError):
        await alternatives(market.ports, developer.without(Scope.GRAPH_QUERY), view.negotiation, first=1)
