"""Somebody says that they are not for sale: from the next query on they are in none, under no licence."""

from pathlib import Path
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.consents import object_to_use, record_consents
from gateway.exchange.publish_offer import publish_offer
from graph.journal.events import ObjectionRaised, PartyKind
from policies.model import ColumnMode
from policies.vocabulary import DPV
from tests.testkit.licensing import ACADEMIC, CONSENT, INTEREST, RESEARCH
from tests.testkit.reading import ratings
from tests.testkit.whole import World, a_permission, a_world, licence_of

QUERY = """query ($l: [ID!]!, $p: Iri!) { ratings(licences: $l, purpose: $p, first: 50) {
  nodes { value } sources { status rows withheld } } }"""
OBJECT = "mutation ($input: ObjectToUseInput!) { objectToUse(input: $input) { userErrors { code } } }"
PEOPLE = {
    "bazaar": {"ratings": ratings(("ann", "bob", 1), ("bob", "cid", 2), ("cid", "ann", 3))},
    "forum": {"ratings": ratings(("ann", "cid", 4), ("cid", "bob", 5))},
}


async def everybody_consents(world: World, platform: str, speaker: Any) -> None:
    notice = commands.Notice(purposes=(RESEARCH,), categories=(DPV + "PersonalData",), text="We share what you rate.")
    given = commands.RecordConsents(platform=platform, notice=notice, accounts=("ann", "bob", "cid"))
    await record_consents(world.market.ports, speaker.principal, given)


@pytest.mark.requirement("R48")
@pytest.mark.parametrize("basis", [CONSENT, INTEREST])
async def test_a_query_leaves_out_who_said_not_to_be_for_sale(tmp_path: Path, basis: str) -> None:
    """Whatever the basis, under a licence that was there before, in whichever place of a record they stand."""
    async with a_world(tmp_path, PEOPLE) as world:
        developer = await world.market.developer()
        views = []
        owners = {platform: await world.speaker(platform) for platform in PEOPLE}
        for platform, owner in owners.items():
            await everybody_consents(world, platform, owner)
            dataset = await world.market.offered(owner, platform, lawful_basis=basis)
            views.append(await world.market.licensed(owner, developer, dataset))
        cid = await world.market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="cid")
        app = world.over(cid, holders={"token": world.holding(developer, *views)})
        variables = {"l": [licence_of(each) for each in views], "p": ACADEMIC}

        async def sold() -> list[str]:
            answer = (await app.query(QUERY, variables, token="token")).json()
            return sorted(node["value"] for node in answer["data"]["ratings"]["nodes"])

        before = await sold()
        said = (await app.query(OBJECT, {"input": {}}, token=cid.party)).json()
        after = await sold()

        assert before == ["1", "2", "3", "4", "5"]
        assert said["data"]["objectToUse"]["userErrors"] == []
        # WHY: an account of one platform is nobody on another, where the same name may be somebody else.
        assert after == ["1", "4", "5"]
        assert len(await world.market.events(ObjectionRaised)) == 1


@pytest.mark.requirement("R48")
async def test_a_consent_recorded_later_does_not_put_them_up_for_sale_again(tmp_path: Path) -> None:
    async with a_world(tmp_path, PEOPLE) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        cid = await world.market.join(PartyKind.DATA_SUBJECT, platform="bazaar", account="cid")
        dataset = await world.market.offered(owner, lawful_basis=CONSENT)
        view = await world.market.licensed(owner, developer, dataset)
        await object_to_use(world.market.ports, cid.principal, commands.ObjectToUse())

        await everybody_consents(world, "bazaar", owner)

        given = await world.rows(developer, view, ("rated", "value"))
        assert given.rows["value"].to_pylist() == [1]
        assert given.sources[0].withheld == 2


@pytest.mark.requirement("R48")
async def test_a_term_keeps_sensitive_columns_in(tmp_path: Path) -> None:
    async with a_world(tmp_path, PEOPLE) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        dataset = await world.market.publish(owner)
        target = {
            "@type": "AssetCollection",
            "source": dataset,
            "refinement": [
                {
                    "@type": "Constraint",
                    "leftOperand": "rep:sensitivity",
                    "operator": "isAnyOf",
                    "rightOperand": {"@list": ["none", "pseudonym", "quasi_identifier"]},
                }
            ],
        }
        document = {"permission": [a_permission("rep:fineTune", RESEARCH, target=target)]}
        command = commands.PublishOffer(dataset=dataset, policy=document)
        await publish_offer(world.market.ports, owner.principal, command)
        view = await world.agreed(owner, developer, dataset, ("rater", "value"))

        given = await world.rows(developer, view, ("rater", "value"), mode=ColumnMode.OMIT)

        assert given.rows["value"].to_pylist() == [1, 2, 3]
        assert given.rows["rater"].to_pylist() == [None] * 3
