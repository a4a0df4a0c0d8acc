"""What an owner learns of the contribution of its data: each figure says whether it was measured or only reported."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.deliver.open import opened_delivery
from gateway.exchange.deliver.order import order_delivery
from gateway.exchange.deliver.outgoing import Outgoing
from gateway.exchange.deliver.prepare import prepare
from gateway.exchange.report_run import report_run
from gateway.exchange.trace import access_log
from policies.terms import Terms
from policies.vocabulary import FINE_TUNE
from tests.testkit.clock import NOON
from tests.testkit.licensing import ACADEMIC, EURO_CENT, RESEARCH, Member
from tests.testkit.reading import ratings
from tests.testkit.whole import World, a_world, licence_of

PLATFORMS = {
    "bazaar": {"ratings": ratings(("ann", "bob", 1), (None, "bob", 2), ("bob", "ann", 3), ("ann", "bob", 4))},
    "forum": {"ratings": ratings(("eve", "fay", 9))},
}
REPORT = """query ($l: [ID!]!) { usageReport(licences: $l) {
  lines { licence rows due { amountMicro } } due { amount { amountMicro currency } }
  contributions { licence figures { source name of value about } } } }"""
COLUMNS = ("rated", "value")
PRICED = Terms(
    action=FINE_TUNE, purposes=frozenset({RESEARCH}), columns=frozenset(COLUMNS), max_records=100, price=EURO_CENT
)


class Story:
    """Two owners, one developer; one package under both licences has left, and a run on it was reported."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owners: dict[str, Member] = {}
        self.licences: dict[str, str] = {}
        self.delivery = self.run = ""

    async def told(self) -> None:
        world, developer, views = self.world, await self.world.market.developer(), []
        for platform in PLATFORMS:
            self.owners[platform] = await world.speaker(platform)
            dataset = await world.market.offered(self.owners[platform], platform, PRICED)
            terms: dict[str, Any] = {"price": EURO_CENT, "max_records": 100}
            views.append(await world.agreed(self.owners[platform], developer, dataset, COLUMNS, **terms))
            self.licences[platform] = licence_of(views[-1])
        await world.rows(developer, views[0], COLUMNS, first=2)
        ports, holder = world.exchange.ports, world.holding(developer, *views)
        order = commands.PrepareDelivery(licences=tuple(self.licences.values()), purpose=ACADEMIC, action=FINE_TUNE)
        self.delivery = (await order_delivery(ports, holder, order)).delivery
        await prepare(ports, self.delivery, lambda _: None)
        opened, outgoing = await opened_delivery(ports, holder, self.delivery), Outgoing(ports)
        file = await outgoing.find(self.delivery.rsplit(":", 1)[-1], "manifest.json", f"Bearer {opened.token}")
        await outgoing.let_out(file)
        run = commands.ReportRun(
            delivery=self.delivery,
            model="urn:model:small-1",
            action=FINE_TUNE,
            purpose=ACADEMIC,
            started=NOON,
            ended=NOON + timedelta(hours=3),
            metrics={"loss": 0.25, "rows": 1_000_000.0},
        )
        self.run = (await report_run(ports, developer.principal, run)).run

    async def report(self, platform: str, *licences: str) -> dict[str, Any]:
        owner = self.owners[platform]
        answer = await self.world.over(owner).query(REPORT, {"l": licences}, token=owner.party)
        report: dict[str, Any] = answer.json()
        return report


@pytest.mark.requirement("R36")
async def test_an_owner_learns_what_was_measured_and_what_was_reported_of_its_data(tmp_path: Path) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        story = Story(world)
        await story.told()

        report = await story.report("bazaar", story.licences["bazaar"])

        (contribution,) = report["data"]["usageReport"]["contributions"]
        assert contribution["licence"] == story.licences["bazaar"]
        figures = {(each["source"], each["name"], each["of"]): each["value"] for each in contribution["figures"]}
        assert figures == {
            ("MEASURED", "rows", None): 3,
            ("MEASURED", "rows read", None): 4,
            ("MEASURED", "rows left out", "terms"): 0,
            ("MEASURED", "rows left out", "people"): 1,
            ("MEASURED", "rows left out", "duplicates"): 0,
            ("MEASURED", "completeness", "rated"): 1,
            ("MEASURED", "completeness", "value"): 1,
            ("REPORTED", "loss", None): 0.25,
            ("REPORTED", "rows", None): 1_000_000,
        }
        about = {each["source"]: each["about"] for each in contribution["figures"]}
        assert about == {"MEASURED": story.delivery, "REPORTED": story.run}


@pytest.mark.requirement("R36")
async def test_of_a_package_of_several_owners_each_learns_of_its_own_data(tmp_path: Path) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        story = Story(world)
        await story.told()

        report = await story.report("forum", story.licences["forum"])
        foreign = await story.report("forum", story.licences["bazaar"])

        (contribution,) = report["data"]["usageReport"]["contributions"]
        measured = {each["name"]: each["value"] for each in contribution["figures"] if each["source"] == "MEASURED"}
        assert (measured["rows"], measured["rows read"]) == (1, 1)
        assert foreign["data"]["usageReport"] is None


async def test_the_entries_of_the_log_add_up_to_the_statement(tmp_path: Path) -> None:
    """Each entry has a price for its owner; lines, sums and entries are one amount."""
    async with a_world(tmp_path, PLATFORMS) as world:
        story = Story(world)
        await story.told()

        for platform, owner in story.owners.items():
            licence = story.licences[platform]
            entries = (await access_log(world.exchange.ports, owner.principal, licence, first=50)).items
            report = (await story.report(platform, licence))["data"]["usageReport"]

            owed = sum(each.price_micro for each in entries)
            assert all(each.price_micro == each.rows * EURO_CENT.amount_micro for each in entries)
            assert {each.currency for each in entries} == {"EUR"}
            assert [line["due"]["amountMicro"] for line in report["lines"]] == [str(owed)]
            assert report["due"] == [{"amount": {"amountMicro": str(owed), "currency": "EUR"}}]
