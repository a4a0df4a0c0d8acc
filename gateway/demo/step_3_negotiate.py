"""Step 3: four owners, four ways to answer."""

from collections.abc import Mapping
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.deals import ACCEPTED, AGREED, ENDED, FINAL, OFFERED, OPEN, answered_by, seen_by
from gateway.demo.ethics import decide_case
from gateway.demo.facts import Fact, Told
from gateway.demo.publications import publication
from gateway.demo.speak import mutate, mutate_refused
from gateway.demo.story import Story, require
from gateway.demo.terms import (
    ACTION,
    ASKED_RECORDS,
    PURPOSE,
    RECORD_LICENCES,
    SMALL_RECORDS,
    price,
    pseudonymise,
    terms,
)

TITLE: Final = "Owners answer: accept by rule, counter, reject, ask an ethics board"
_DONE: Final = frozenset({ACCEPTED, AGREED, FINAL})

_WITHOUT_TEXT: Final = tuple(column for column in publication("posts").asked if column != "text")
_COUNTER: Final = terms(
    _WITHOUT_TEXT,
    amount_micro=400,
    records=ASKED_RECORDS,
    days=90,
    transforms=pseudonymise("author"),
    consent=True,
    recordLicences=list(RECORD_LICENCES),
    attribution=True,
)
_REASONS: Final = (
    {"term": "odrl:compensate", "code": "PRICE_TOO_LOW"},
    {"term": "rep:recordCount", "code": "VOLUME_TOO_LARGE"},
    {"term": "odrl:elapsedTime", "code": "DURATION_TOO_LONG"},
)
_ADJUSTED_PRICE: Final = 300
_ADJUSTED_RECORDS: Final = 100_000
_ADJUSTED_DAYS: Final = 60


_MORE: Final[Mapping[str, str]] = {
    "BEFORE": "what was asked",
    "AFTER": "the counter-offer",
    "NEITHER": "neither",
    "UNKNOWN": "cannot be told",
}


async def tell(story: Story) -> Told:
    """Let everybody answer."""
    already: list[str] = []
    rules = await _standing_rules(story, already)
    counter = await _counter(story, already)
    in_person = await _in_person(story)
    rejected = await _reject_and_adjust(story, already)
    ethics = await _ethics(story, already)
    return Told(
        headline="6 negotiations: 1 accepted by rule, 1 in person, 1 after a counter-offer, 2 rejected and adjusted, "
        "1 after the ethics board; of 2 further requests 1 accepted by rule, 1 held",
        facts={
            "accepted_by_standing_rules": rules,
            "countered": counter,
            "accepted_in_person": in_person,
            "rejected_then_adjusted": rejected,
            "decided_by_the_ethics_board": ethics,
        },
        already_done=tuple(already),
    )


async def _request_more(
    story: Story, key: str, *, records: int, days: int, amount: int, **more: Any
) -> Mapping[str, Any]:
    name = more.pop("name", "visits")
    payload = await mutate(
        story.cast.client(Role.DEVELOPER),
        "request_licence",
        f"demo:request:{key}",
        purpose=PURPOSE,
        action=ACTION,
        items=[{"dataset": story.learned.datasets[name], "columns": list(publication(name).asked)}],
        maxRecords=records,
        days=days,
        price=price(amount),
        **more,
    )
    return dict(payload["requests"][0])


async def _standing_rules(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """A's rules accept what is within the owner's bounds, and hold what is not."""
    developer, learned = story.cast[Role.DEVELOPER], story.learned
    story.narrator.doing("the grid's standing rules answer")
    deal = await seen_by(developer, learned.negotiations["visits"])
    require(deal["state"] in _DONE, "the standing rules accepted the request within the bounds")
    require(answered_by(deal, "OfferAccepted") == "STANDING_RULES", "the rules accepted it, nobody else")
    signature = deal["agreement"]["signatures"][0]
    require(signature["delegated"], "the owner's signature was made by the delegated key")

    small = await _request_more(story, "small", records=SMALL_RECORDS, days=30, amount=150)
    learned.small_negotiation = small["id"]
    require(small["state"] in _DONE, "a small request within the bounds is accepted too")

    outside = await _request_more(story, "outside", records=50 * ASKED_RECORDS, days=3650, amount=1)
    held = await seen_by(developer, outside["id"])
    require(held["state"] == OPEN and held["onHold"], "the request outside the bounds is held")
    require(held["onHold"]["reviewer"] == "STANDING_RULES", "the standing rules hold it")
    require(held["agreement"] is None, "nothing was agreed for it")
    require(not held["onHold"]["terms"], "the developer does not learn the owner's private floor")
    terms = (await seen_by(story.cast[Role.GRID], outside["id"]))["onHold"]["terms"]
    require(terms, "the owner sees which terms are outside")
    if deal["state"] == FINAL:
        already.append("the grid's standing rules accepted")
    return {
        "dataset": "visits",
        "request_within_the_bounds": _settled(deal),
        "answered_by": answered_by(deal, "OfferAccepted"),
        "signed_by_delegated_key": signature["keyId"],
        "second_request_for_few_records": _settled(small),
        "third_request_outside_the_bounds": held["state"],
        "held_because": held["onHold"]["code"],
        "terms_outside_that_only_the_owner_sees": list(terms),
    }


def _settled(deal: Mapping[str, Any]) -> str:
    """Where a negotiation stands in this step, also when a run before has brought it further."""
    return AGREED if deal["state"] == FINAL else str(deal["state"])


async def _counter(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """B sends other terms; the developer sees the difference term by term and accepts."""
    owner, developer = story.cast[Role.FORUM], story.cast[Role.DEVELOPER]
    negotiation = story.learned.negotiations["posts"]
    story.narrator.doing("the forum counters")
    deal = await seen_by(developer, negotiation)
    if deal["state"] in _DONE:
        already.append("the forum's counter-offer is accepted")
    if deal["state"] == OPEN:
        await mutate(owner.client, "counter_offer", "demo:counter", request=negotiation, policy={"terms": _COUNTER})
        deal = await seen_by(developer, negotiation)
    if deal["state"] == OFFERED:
        require(deal["yourTurn"], "the developer must answer the counter-offer")
        await mutate(developer.client, "accept_offer", f"demo:accept:{negotiation}", request=negotiation)
        deal = await seen_by(developer, negotiation)
    require(deal["state"] in _DONE, "the counter-offer is accepted")
    changes = deal["changes"]
    require(changes, "the developer sees a difference term by term")
    return {
        "dataset": "posts",
        "state": _settled(deal),
        "difference": [
            {
                "term": each["term"],
                "asked": story.cast.named(each["before"]),
                "countered": story.cast.named(each["after"]),
                "permits_more": _MORE[each["wider"]],
            }
            for each in changes
        ],
    }


async def _in_person(story: Story) -> Mapping[str, Fact]:
    """B accepts the other half of what it was asked for as it stands."""
    await _accept_in_person(story, "standing")
    deal = await seen_by(story.cast[Role.DEVELOPER], story.learned.negotiations["standing"])
    require(deal["state"] in _DONE, "the request for standing is accepted")
    return {"dataset": "standing", "state": _settled(deal), "accepted_by": answered_by(deal, "OfferAccepted")}


async def _accept_in_person(story: Story, name: str) -> None:
    negotiation = story.learned.negotiations[name]
    owner = story.cast[publication(name).role]
    if (await seen_by(owner, negotiation))["state"] == OPEN:
        await mutate(owner.client, "accept_offer", f"demo:accept:{negotiation}", request=negotiation)


async def _reject_and_adjust(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """C rejects with a reason per term; the developer's adjusted request, linked to the first, is accepted."""
    owner, learned = story.cast[Role.BAZAAR], story.learned
    rows: list[Mapping[str, Fact]] = []
    for name in ("ratings", "trust"):
        story.narrator.doing(f"the bazaar answers about its {name}")
        first = learned.negotiations[name]
        before = await seen_by(owner, first)
        if before["state"] == OPEN:
            await mutate(owner.client, "reject_request", f"demo:reject:{first}", request=first, reasons=list(_REASONS))
        rejected = await seen_by(story.cast[Role.DEVELOPER], first)
        require(rejected["state"] == ENDED, "the bazaar rejected the first request")
        require(len(rejected["reasons"]) == len(_REASONS), "there is a reason for each term it objects to")
        adjusted = await _request_more(
            story,
            f"adjusted:{name}",
            records=_ADJUSTED_RECORDS,
            days=_ADJUSTED_DAYS,
            amount=_ADJUSTED_PRICE,
            name=name,
            adjusts=first,
        )
        require(adjusted["adjusts"] == first, "the adjusted request is linked to the rejected one")
        learned.first_answers[name], learned.negotiations[name] = first, adjusted["id"]
        await _accept_in_person(story, name)
        second = await seen_by(owner, adjusted["id"])
        require(second["state"] in _DONE, "the adjusted request is accepted")
        if before["state"] != OPEN:
            already.append(f"the bazaar's answer about {name}")
        rows.append(
            {
                "dataset": name,
                "first_request": rejected["state"],
                "reasons": len(rejected["reasons"]),
                "adjusted_request": _settled(second),
            }
        )
    return {
        "reasons": [{"term": each["term"], "reason": each["code"]} for each in _REASONS],
        "negotiations": rows,
    }


async def _ethics(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """D's rows are sensitive: the board decides before she may answer."""
    owner = story.cast[Role.AVATAR]
    negotiation = story.learned.negotiations["her own visits"]
    story.narrator.doing("the ethics board decides")
    deal = await seen_by(owner, negotiation)
    refused: str | None = None
    if deal["state"] == OPEN and deal["onHold"] and deal["onHold"]["reviewer"] == "ETHICS_BOARD":
        early = await mutate_refused(owner.client, "accept_offer", "demo:accept:too-early", request=negotiation)
        refused = early.code
        require(refused == "ETHICS_DECISION_OPEN", "she cannot answer before the board has decided")
    case, decided_before = await decide_case(story, negotiation)
    if decided_before:
        already.append("the ethics board decided")
    await _accept_in_person(story, "her own visits")
    deal = await seen_by(owner, negotiation)
    require(deal["state"] in _DONE, "she accepted after the board's approval")
    return {
        "dataset": "her own visits",
        "answer_refused_before_the_decision": refused,
        "case": case["id"],
        "approved": case["approved"],
        "then_accepted_by": answered_by(deal, "OfferAccepted"),
        "state": _settled(deal),
    }
