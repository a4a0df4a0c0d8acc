"""Step 12: what came of it: runs reported, usage and money seen by an owner, a concern followed to its end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.money import money
from gateway.demo.naming import names
from gateway.demo.speak import ask, mutate
from gateway.demo.story import Story, require
from gateway.demo.terms import ACTION, OTHER_PURPOSE, PURPOSE

TITLE: Final = "Runs are reported, an owner sees use and money, a concern is closed"
_MODEL: Final = "urn:model:demo-small"
_OUTSIDE: Final = "PURPOSE_NOT_LICENSED"


async def tell(story: Story) -> Told:
    """Report, look, question."""
    within = await _report(story, "within", PURPOSE)
    outside = await _report(story, "outside", OTHER_PURPOSE)
    require(within["code"] is None, "the first run is within the licences")
    require(outside["code"] == _OUTSIDE, "the second run is outside of them, and says so")
    story.learned.run = str(within["id"])
    usage = await _usage(story)
    concern = await _concern(story, str(outside["id"]))
    return Told(
        headline=f"2 runs reported, 1 outside the licences; {usage['due'] or 'nothing'} due to one owner;"
        " 1 concern closed",
        facts={
            "runs": [
                {"run": "within", "purpose": PURPOSE, "found": "within the licences"},
                {"run": "outside", "purpose": OTHER_PURPOSE, "found": outside["code"]},
            ],
            "usage_of_posts": usage,
            "concern": concern,
        },
    )


async def _report(story: Story, name: str, purpose: str) -> Mapping[str, Any]:
    # WHY: a run begins after its package arrived, and is over when it is reported.
    delivery = (await ask(story.cast.client(Role.DEVELOPER), "delivery", {"id": story.learned.delivery}))["delivery"]
    payload = await mutate(
        story.cast.client(Role.DEVELOPER),
        "report_run",
        f"demo:run:{name}",
        delivery=story.learned.delivery,
        model=_MODEL,
        action=ACTION,
        purpose=purpose,
        started=delivery["at"],
        ended=delivery["at"],
        metrics=[{"name": "loss", "value": 1.5}, {"name": "epochs", "value": 2.0}],
    )
    return dict(payload["run"])


async def _usage(story: Story) -> Mapping[str, Fact]:
    """What the forum's operator sees of its posts."""
    licence = story.learned.licences["posts"]
    client = story.cast.client(Role.FORUM)
    report = (await ask(client, "usage_report", {"licences": [licence]}))["usageReport"]
    require(report and report["lines"], "the owner sees what was used")
    lines: Sequence[Mapping[str, Any]] = report["lines"]
    require(all(names(story)[line["dataset"]] == "posts" for line in lines), "it is of the owner's own dataset")
    require(any(run["code"] for run in report["runs"]), "the owner sees which run was outside")
    due = [each["amount"] for each in report["due"]]
    micro = sum(int(line["due"]["amountMicro"]) for line in lines if line["due"])
    require(micro == sum(int(each["amountMicro"]) for each in due), "the lines add up to what is due")
    figures = [figure for each in report["contributions"] for figure in each["figures"]]
    by_source = Counter(str(figure["source"]) for figure in figures)
    require(by_source["MEASURED"] and by_source["REPORTED"], "every figure says who vouches for it")
    return {
        "accesses": sum(line["accesses"] for line in lines),
        "with_a_package": sum(line["deliveries"] for line in lines),
        "rows": sum(line["rows"] for line in lines),
        "withheld": sum(line["withheld"] for line in lines),
        "due": ", ".join(str(money(each)) for each in due),
        "runs_reported_by_the_developer": len(report["runs"]),
        "figures_measured_by_the_gateway": by_source["MEASURED"],
        "figures_reported_by_the_developer": by_source["REPORTED"],
    }


async def _concern(story: Story, run: str) -> Mapping[str, Fact]:
    owner, developer = story.cast.client(Role.FORUM), story.cast.client(Role.DEVELOPER)
    filed = await mutate(
        owner,
        "file_concern",
        "demo:concern",
        licence=story.learned.licences["posts"],
        about=run,
        text="This purpose was not agreed.",
    )
    concern = filed["concern"]["id"]
    await mutate(developer, "answer_concern", "demo:answer", concern=concern, text="The label was wrong.")
    closed = (await mutate(owner, "close_concern", "demo:close", concern=concern, code="EXPLAINED"))["concern"]
    require(closed["state"] == "CLOSED", "the concern is closed")
    return {"about": "the run outside the licences", "state": closed["state"], "outcome": closed["code"]}
