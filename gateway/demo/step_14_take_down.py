"""Step 14: somebody in the package withdraws; who has the records is told, and owes that they are not used any more."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow.dataset as ds

from gateway.demo.cast import Role
from gateway.demo.duties import acknowledge, fulfil
from gateway.demo.facts import Fact, Told
from gateway.demo.naming import names
from gateway.demo.speak import mutate
from gateway.demo.step_10_prepare import sealed
from gateway.demo.step_11_deliver import FOLDER, fetched
from gateway.demo.story import Story, require
from gateway.demo.terms import ACTION, PURPOSE

TITLE: Final = "Consent withdrawn after delivery: taken down, delivered anew"
AGAIN: Final = "delivery-without-the-person"
"""Folder of the newer package, in the folder of the demo."""
_PERSON: Final = "subject"
_STANDING: Final = "standing"


async def tell(story: Story) -> Told:
    """Withdraw, take down, deliver anew."""
    registered = await story.cast.enter(
        Role.LEAVER, "DATA_SUBJECT", platform=story.platforms.forum_platform, account=_chosen(story)
    )
    payload = await mutate(story.cast.client(Role.LEAVER), "withdraw_consent", "demo:withdraw-after-delivery")
    duties: Sequence[Mapping[str, Any]] = payload["takeDowns"]
    require(duties, "the person is told who has the records")
    require(all(each["kind"] == "TAKE_DOWN" for each in duties), "what is owed is a take-down")
    named = {delivery for each in duties for delivery in each["deliveries"]}
    require(named == {story.learned.delivery}, "the package is named")
    licences = [str(each["licence"]) for each in duties]
    story.narrator.doing("a package without the person")
    gone = await _delivered_again(story, licences)
    developer = story.cast[Role.DEVELOPER]
    for each in duties:
        await acknowledge(developer, each["id"])
        await fulfil(developer, each["id"])
    found = {iri: name for name, iri in story.learned.licences.items()}
    return Told(
        headline=f"1 person withdrew; {len(duties)} take-downs of {len(named)} package noted and signed for;"
        f" {gone['people_less']} person less in the new one",
        facts={
            "told_to_the_person": [
                {
                    "licence_of": found[str(each["licence"])],
                    "developer": story.cast.named(each["developer"]["id"]),
                    "packages": len(each["deliveries"]),
                    "until": each["due"][:10],
                }
                for each in duties
            ],
            "state_of_the_take_downs": "fulfilled, signed by the developer",
            "new_package": gone,
            "old_package": "kept in the folder of the demo for you to look at; a developer deletes it",
        },
        already_done=("the person withdrew",) if registered else (),
    )


def _chosen(story: Story) -> str:
    """An account that did not withdraw before the delivery."""
    return story.learned.consenting[len(story.learned.consenting) // 50]


async def _delivered_again(story: Story, licences: Sequence[str]) -> Mapping[str, Fact]:
    """A package under the same licences, prepared after the withdrawal."""
    client = story.cast.client(Role.DEVELOPER)
    ordered = await mutate(
        client,
        "prepare_delivery",
        "demo:deliver-again",
        licences=licences,
        purpose=PURPOSE,
        action=ACTION,
        under=licences,
    )
    delivery = str(ordered["delivery"]["id"])
    found = await sealed(story, delivery)
    package, _ = await fetched(story, delivery, story.folder / AGAIN)
    before, after = await asyncio.gather(*(asyncio.to_thread(_people, story.folder / each) for each in (FOLDER, AGAIN)))
    require(after < before, "nobody came in, and somebody is gone")
    require(len(before - after) == 1, "it is exactly the person who withdrew")
    return {
        "delivery": delivery,
        "datasets": sorted(names(story)[item["dataset"]] for item in found["items"]),
        "rows": package.rows,
        "people_before": len(before),
        "people_after": len(after),
        "people_less": len(before - after),
    }


def _people(folder: Path) -> frozenset[str]:
    """The pseudonyms in the forum's scores of reputation."""
    parts = [each for each in sorted((folder / "data").iterdir()) if each.name.endswith("-reputation-score")]
    forum = next(each for each in parts if "bazaar" not in each.name and "grid" not in each.name)
    column = ds.dataset(forum, format="parquet").to_table(columns=[_PERSON])[_PERSON]
    return frozenset(str(each) for each in column.unique().to_pylist())
