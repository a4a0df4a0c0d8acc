"""What an owner learns of the contribution of its data: each figure says whether it was measured or only reported."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.duties.fulfil import duty_statement
from gateway.exchange.revoke import revoke_licence
from gateway.exchange.trace import access_log
from graph.journal.events import DutyKind
from tests.testkit.licensing import EURO_CENT, Member
from tests.testkit.story import PLATFORMS, Story, a_story
from tests.testkit.whole import a_world

REPORT = """query ($l: [ID!]!) { usageReport(licences: $l) {
  lines { licence rows due { amountMicro } } due { amount { amountMicro currency } }
  contributions { licence figures { source name of value about } } } }"""


async def report(story: Story, platform: str, *licences: str) -> dict[str, Any]:
    """What the owner of a platform is told."""
    owner = story.owners[platform]
    answer: dict[str, Any] = (await story.world.over(owner).query(REPORT, {"l": licences}, token=owner.party)).json()
    return answer


async def invoiced(story: Story, owner: Member, licence: str) -> list[dict[str, Any]]:
    """What the developer has to pay after the end of a licence, by the statement that its owner signs."""
    ports = story.world.exchange.ports
    end = commands.RevokeLicence(licence=licence, code="DONE")
    duties = (await revoke_licence(ports, owner.principal, end)).duties
    settle = next(each.duty for each in duties if each.kind is DutyKind.SETTLE)
    stated = json.loads(await duty_statement(ports, owner.principal, settle))
    found: list[dict[str, Any]] = stated["due"]
    return found


@pytest.mark.requirement("R36")
async def test_an_owner_learns_what_was_measured_and_what_was_reported_of_its_data(tmp_path: Path) -> None:
    async with a_world(tmp_path, PLATFORMS) as world:
        story = await a_story(world)

        told = await report(story, "bazaar", story.licences["bazaar"])

        (contribution,) = told["data"]["usageReport"]["contributions"]
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
        story = await a_story(world)

        told = await report(story, "forum", story.licences["forum"])
        foreign = await report(story, "forum", story.licences["bazaar"])

        (contribution,) = told["data"]["usageReport"]["contributions"]
        measured = {each["name"]: each["value"] for each in contribution["figures"] if each["source"] == "MEASURED"}
        assert (measured["rows"], measured["rows read"]) == (1, 1)
        assert foreign["data"]["usageReport"] is None


@pytest.mark.requirement("R9")
async def test_entries_statement_and_invoice_add_up_to_one_sum(tmp_path: Path) -> None:
    """Each entry has a price for its owner; the statement is the usage report, the invoice what is to be settled."""
    async with a_world(tmp_path, PLATFORMS) as world:
        story = await a_story(world)

        for platform, owner in story.owners.items():
            licence = story.licences[platform]
            entries = (await access_log(world.exchange.ports, owner.principal, licence, first=50)).items
            told = (await report(story, platform, licence))["data"]["usageReport"]

            owed = sum(each.price_micro for each in entries)
            assert all(each.price_micro == each.rows * EURO_CENT.amount_micro for each in entries)
            assert {each.currency for each in entries} == {"EUR"}
            assert [line["due"]["amountMicro"] for line in told["lines"]] == [str(owed)]
            assert told["due"] == [{"amount": {"amountMicro": str(owed), "currency": "EUR"}}]
            assert await invoiced(story, owner, licence) == [{"amount_micro": owed, "currency": "EUR"}]
