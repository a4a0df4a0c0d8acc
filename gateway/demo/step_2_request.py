"""Step 2: the developer registers a key, and sends one licensing request to four owners."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.money import money
from gateway.demo.publications import OFFERED
from gateway.demo.speak import mutate, pages
from gateway.demo.story import Story, require
from gateway.demo.terms import ACTION, ASKED_DAYS, ASKED_PRICE, ASKED_RECORDS, PURPOSE, price

TITLE: Final = "A developer asks four owners with one request"
_OWNERS: Final = 4


async def tell(story: Story) -> Told:
    """Register the developer and ask."""
    already: list[str] = []
    if await story.cast.enter(Role.DEVELOPER, "LLM_DEVELOPER"):
        already.append("the developer is registered")
    known = {each["id"] for each in await _own_requests(story)}
    requests = await _ask_for_licences(story)
    if all(each["id"] in known for each in requests):
        already.append("the request was sent")
    learned = story.learned
    names = {iri: name for name, iri in learned.datasets.items()}
    learned.negotiations.update({names[each["dataset"]["id"]]: each["id"] for each in requests})
    require(set(learned.negotiations) == {each.name for each in OFFERED}, "every dataset asked for has its negotiation")
    owners = {each.role for each in OFFERED}
    require(len(owners) == _OWNERS, "four owners are asked")
    require(len({each["request"] for each in requests}) == 1, "all negotiations belong to one request")
    return Told(
        headline=f"1 request, {len(owners)} owners, {len(requests)} negotiations",
        facts={
            "developer": story.cast.party(Role.DEVELOPER),
            "request": requests[0]["request"],
            "owners_asked": len(owners),
            "asked_for": {
                "action": ACTION,
                "purpose": PURPOSE,
                "volume": f"{ASKED_RECORDS:,} records of each dataset",
                "duration": f"{ASKED_DAYS} days",
                "price": f"{money(price(ASKED_PRICE))} for each record",
            },
            "negotiations": [_row(each, names[each["dataset"]["id"]]) for each in requests],
        },
        already_done=tuple(already),
    )


async def _ask_for_licences(story: Story) -> Sequence[Mapping[str, Any]]:
    """Send the one request; sent again, it gives the negotiations of the first time."""
    payload = await mutate(
        story.cast.client(Role.DEVELOPER),
        "request_licence",
        "demo:request",
        purpose=PURPOSE,
        action=ACTION,
        items=[{"dataset": story.learned.datasets[each.name], "columns": list(each.asked)} for each in OFFERED],
        maxRecords=ASKED_RECORDS,
        days=ASKED_DAYS,
        price=price(ASKED_PRICE),
    )
    return list(payload["requests"])


async def _own_requests(story: Story) -> Sequence[Mapping[str, Any]]:
    return await pages(story.cast.client(Role.DEVELOPER), "licence_requests", "licenceRequests")


def _row(negotiation: Mapping[str, Any], name: str) -> Mapping[str, Fact]:
    asked = next(each for each in OFFERED if each.name == name)
    hold = negotiation["onHold"]
    return {
        "dataset": name,
        "owner": asked.role.value,
        "columns_asked": len(asked.asked),
        "state": negotiation["state"],
        "waits_for": hold["reviewer"] if hold else None,
    }
