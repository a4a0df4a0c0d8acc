"""One request to forty owners: answered by standing rules, with the same checks as one request to one owner."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.exchange import commands
from gateway.exchange.decide_platform_terms import decide_platform_terms
from gateway.exchange.lookup_ethics import ethics_cases
from gateway.exchange.read.model import SourceStatus
from gateway.exchange.revoke import revoke_licence
from gateway.exchange.views import NegotiationView
from graph.journal.events import AccessRecorded, AgreementSigned, LicenceRequested, OfferAccepted, RequestRejected
from policies.vocabulary import FINE_TUNE
from tests.testkit.licensing import ACADEMIC, TERMS, Member
from tests.testkit.reading import a_read, ratings
from tests.testkit.whole import World, a_world, licence_of

OWNERS = 40
OUTSIDE, FORBIDDEN, SENSITIVE, WITHOUT_RULES = range(4)
"""Places of the owners who are not like the others."""
PLATFORMS = {f"p{number:02}": {"ratings": ratings(("ann", "bob", number))} for number in range(OWNERS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """What one owner has on offer."""

    owner: Member
    dataset: str


async def forty(world: World) -> tuple[Owned, ...]:
    """Forty owners with an offer and standing rules; one each is narrower, forbidden, sensitive, without rules."""
    found = []
    for number, platform in enumerate(PLATFORMS):
        owner = await world.speaker(platform)
        dataset = await world.market.offered(owner, platform, sensitive=number == SENSITIVE)
        if number != WITHOUT_RULES:
            bounds = replace(TERMS, max_records=10) if number == OUTSIDE else TERMS
            await world.market.delegate(owner, dataset, replace(bounds, ethics=number == SENSITIVE))
        if number == FORBIDDEN:
            decision = commands.DecidePlatformTerms(
                dataset=dataset,
                action=FINE_TUNE,
                allowed=False,
                reason="The platform changed its mind.",
                source="https://platform.example/terms",
            )
            await decide_platform_terms(world.market.ports, owner.principal, decision)
        found.append(Owned(owner=owner, dataset=dataset))
    return tuple(found)


def outcome(view: NegotiationView) -> tuple[object, ...]:
    """What became of a request, without the names that are new every time."""
    return (
        view.dataset.dataset,
        view.state,
        view.your_turn,
        [(message.kind, message.answered_by) for message in view.messages],
        view.reasons,
        view.agreement is not None,
    )


@pytest.mark.requirement("R55")
async def test_in_bulk_every_owner_is_answered_for_as_if_it_had_been_asked_alone(tmp_path: Path) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        owned = await forty(world)
        datasets = [each.dataset for each in owned]
        developer = await world.market.developer()
        before = len(await world.exchange.events())

        together = await world.market.ask(developer, *datasets)
        happened = (await world.exchange.events())[before:]
        alone = [await world.market.ask_one(developer, each) for each in datasets]

        assert [outcome(each) for each in together] == [outcome(each) for each in alone]
        assert len({each.request for each in together}) == 1
        agreed = [number for number, each in enumerate(together) if each.state == "AGREED"]
        assert agreed == list(range(4, OWNERS))
        rejected = together[FORBIDDEN]
        assert (rejected.state, [each.code for each in rejected.reasons]) == ("TERMINATED", ["PLATFORM_TERMS_FORBID"])
        held = {
            number: (await world.market.see(owned[number].owner, together[number])).hold
            for number in (OUTSIDE, SENSITIVE, WITHOUT_RULES)
        }
        assert {number: (each.reviewer, each.code) for number, each in held.items() if each is not None} == {
            OUTSIDE: ("STANDING_RULES", "OUTSIDE_BOUNDS"),
            SENSITIVE: ("ETHICS_BOARD", "ETHICS_DECISION_OPEN"),
            WITHOUT_RULES: ("OWNER", "OWNER_MUST_ANSWER"),
        }
        board = await world.market.board()
        cases = (await ethics_cases(world.market.ports, board.principal, first=5)).items
        assert {each.negotiation.dataset.dataset for each in cases} == {datasets[SENSITIVE]}
        assert len([each for each in happened if isinstance(each, LicenceRequested)]) == OWNERS
        assert len([each for each in happened if isinstance(each, RequestRejected)]) == 1
        by_rules = [each for each in happened if isinstance(each, OfferAccepted)]
        assert [each.answered_by for each in by_rules] == ["STANDING_RULES"] * (OWNERS - 4)
        assert [each.delegated for each in happened if isinstance(each, AgreementSigned)] == [True] * (OWNERS - 4)


@pytest.mark.requirement("R55")
async def test_in_bulk_every_dataset_is_read_recorded_and_charged_under_its_own_licence(tmp_path: Path) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        owned = await forty(world)
        developer = await world.market.developer()
        asked = await world.market.ask(developer, *(each.dataset for each in owned))
        views = [await world.market.sign(developer, each) for each in asked if each.state == "AGREED"]
        holder = world.holding(developer, *views)
        stopped = commands.RevokeLicence(licence=licence_of(views[0]), code="ENOUGH")
        await revoke_licence(world.market.ports, owned[4].owner.principal, stopped)

        command = a_read(*map(licence_of, views), purpose=ACADEMIC, columns=("rated", "value"))
        result = await world.exchange.one(command, holder)

        statuses = {each.licence: each.status for each in result.sources}
        assert statuses.pop(licence_of(views[0])) is SourceStatus.REFUSED
        assert set(statuses.values()) == {SourceStatus.OK}
        assert sorted(result.rows["value"].to_pylist()) == list(range(5, OWNERS))
        recorded = [each for each in await world.exchange.events() if isinstance(each, AccessRecorded)]
        assert {(each.licence, each.dataset) for each in recorded} == {
            (licence_of(each), each.dataset.dataset) for each in views[1:]
        }
        assert {(each.rows, each.price_micro, each.currency) for each in recorded} == {(1, 10_000, "EUR")}
