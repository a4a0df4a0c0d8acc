"""Another reviewer in the chain: a conformance script answers for the owner like everybody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.exchange.review import CHAIN, Agree, Answer, Hold, Propose, Review
from graph.journal.events import AgreementSigned, AnsweredBy, EthicsDecisionRequested, OfferMade
from policies.model import PolicyClass
from policies.terms import narrowed
from tests.testkit.licensing import TERMS, Market, a_market


@dataclass
class Script:
    """Says what the test wants."""

    answer: Answer | None = None
    days: int | None = None
    role: AnsweredBy = AnsweredBy.OWNER

    def review(self, review: Review) -> Answer | None:
        if self.days is None:
            return self.answer
        terms = narrowed(
            review.terms, uid="urn:muniment:policy:scripted", policy_class=PolicyClass.OFFER, days=self.days
        )
        return Propose(terms=terms)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def market(tmp_path: Path, script: Script) -> AsyncIterator[Market]:
    async with a_market(tmp_path, reviewers=(script, *CHAIN)) as made:
        yield made


async def test_a_script_that_agrees_leaves_the_signature_to_the_owner(market: Market, script: Script) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset)
    script.answer = Agree()

    view = await market.ask_one(developer, dataset, days=365)

    assert view.state == "ACCEPTED"
    assert await market.events(AgreementSigned) == []
    await market.sign(owner, view)
    assert (await market.sign(developer, view)).state == "FINALIZED"


async def test_a_script_that_offers_other_terms_hands_the_turn_over(market: Market, script: Script) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    script.days = 7

    view = await market.ask_one(developer, dataset)

    assert (view.state, view.your_turn) == ("OFFERED", True)
    assert [change.term for change in view.changes] == ["odrl:elapsedTime"]
    (made,) = await market.events(OfferMade)
    assert isinstance(made, OfferMade)
    assert made.changed == ("odrl:elapsedTime",)
    assert (await market.accept(developer, view)).state == "ACCEPTED"


async def test_a_script_that_holds_opens_no_case(market: Market, script: Script) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner, sensitive=True)
    script.answer = Hold(code="WAIT")

    view = await market.ask_one(developer, dataset)

    assert view.hold is not None
    assert view.hold.code == "WAIT"
    assert await market.events(EthicsDecisionRequested) == []


async def test_a_script_that_passes_changes_nothing(market: Market) -> None:
    owner, developer = await market.owner(), await market.developer()
    dataset = await market.offered(owner)
    await market.delegate(owner, dataset, replace(TERMS))

    assert (await market.ask_one(developer, dataset)).state == "AGREED"
