"""Step 15: one licence is renewed with one other term, another is ended; what is owed then is followed to its end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.client.errors import TokenRefusedError
from gateway.demo.cast import Role
from gateway.demo.deals import FINAL, conclude, seen_by
from gateway.demo.duties import acknowledge, fulfil
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact, Told
from gateway.demo.money import money
from gateway.demo.speak import ask, mutate, mutate_refused, raw, reports
from gateway.demo.story import Story, require
from gateway.demo.terms import ASKED_RECORDS, PURPOSE

TITLE: Final = "One licence renewed, one ended: deleted, certified, settled"
_RENEWED: Final = "visits"
_ENDED: Final = "trust"
_STALE: Final = "LICENCE_STALE"
_RECORDS: Final = ASKED_RECORDS // 2
_KINDS: Final = ("DELETE", "CERTIFY_DELETION", "SETTLE")


async def tell(story: Story) -> Told:
    """Renew and end."""
    already: list[str] = []
    renewed = await _renew(story, already)
    ended = await _end(story, already)
    return Told(
        headline=f"1 licence renewed to version {renewed['version_after']}, the old token is stale; 1 licence ended,"
        f" {ended['duties_fulfilled']} duties fulfilled, {ended['certificate_names_packages']} package certified as"
        " deleted",
        facts={"renewal": renewed, "end": ended},
        already_done=tuple(already),
    )


async def _renew(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """The developer asks for fewer records; it is within the owner's bounds, so rules sign for the owner."""
    licence, developer = story.learned.licences[_RENEWED], story.cast[Role.DEVELOPER]
    client = developer.client
    before = await _licence(story, licence)
    old = await client.token(licences=[licence])
    asked = (await mutate(client, "renew_licence", "demo:renew", licence=licence, maxRecords=_RECORDS))["request"]
    if asked["state"] == FINAL:
        already.append(f"the licence of {_RENEWED} is renewed")
    deal = await seen_by(developer, asked["id"])
    changed = [each["term"] for each in deal["changes"]]
    require(changed == ["rep:recordCount"], "exactly the named term differs")
    final, _ = await conclude(story, _RENEWED, asked["id"])
    require(final["licence"]["id"] == licence, "it is the same licence")
    after = await _licence(story, licence)
    stale = await _code(story, licence, old)
    client.forget_tokens()
    fresh = await _code(story, licence, await client.token(licences=[licence]))
    if not already:
        require(after["version"] == before["version"] + 1, "under a newer agreement")
        require(stale == _STALE, "a token for the old one opens nothing")
    require(fresh is None, "a new one does")
    delegated = any(each["delegated"] for each in final["agreement"]["signatures"])
    return {
        "dataset": _RENEWED,
        "changed_term": changed[0],
        "owner_signed": "by rule" if delegated else "in person",
        "version_before": before["version"],
        "version_after": after["version"],
        "records_counted_anew_of": f"{after['usage'][0]['used']} of {after['usage'][0]['bound']:,}",
        "old_token": stale or "opens nothing to compare with",
        "new_token": "works",
    }


async def _code(story: Story, licence: str, token: Any) -> str | None:
    """Why a query under the licence is refused with this token; nothing when it is not."""
    variables = {"licences": [licence], "purpose": PURPOSE, "first": 1}
    answer = await raw(story.cast.client(Role.DEVELOPER), "few_visits", variables, token=token)
    if answer.data is None:
        raise UnexpectedAnswerError(f"the query was answered with status {answer.status}")
    problems = [report["problem"]["code"] for report in reports(answer.data) if report["problem"]]
    return problems[0] if problems else None


async def _end(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """The owner ends a licence; the developer deletes and certifies, the owner confirms the payment."""
    licence, owner, developer = story.learned.licences[_ENDED], story.cast[Role.BAZAAR], story.cast[Role.DEVELOPER]
    if (await _licence(story, licence))["state"] == "TERMINATED":
        already.append(f"the licence of {_ENDED} is ended")
    await mutate(owner.client, "revoke_licence", "demo:end", licence=licence, code="AGREED_END")
    ended = await _licence(story, licence)
    duties: Mapping[str, Mapping[str, Any]] = {each["kind"]: each for each in ended["duties"]}
    require(tuple(duties) == _KINDS, "its agreement and its price say what is owed")
    await acknowledge(developer, duties["DELETE"]["id"])
    await fulfil(developer, duties["DELETE"]["id"])
    certificate = await fulfil(developer, duties["CERTIFY_DELETION"]["id"])
    require(
        [each["delivery"] for each in certificate["deliveries"]] == [story.learned.delivery],
        "the certificate names every package that left under the licence",
    )
    paid = await fulfil(owner, duties["SETTLE"]["id"])
    report = (await ask(owner.client, "usage_report", {"licences": [licence]}))["usageReport"]
    due = [(int(each["amount"]["amountMicro"]), each["amount"]["currency"]) for each in report["due"]]
    require([(each["amount_micro"], each["currency"]) for each in paid["due"]] == due, "what is settled is what is due")
    after = await _licence(story, licence)
    require(all(each["state"] == "FULFILLED" for each in after["duties"]), "every duty is fulfilled")
    refused = await mutate_refused(developer.client, "renew_licence", "demo:renew-ended", licence=licence)
    require(refused.code == "LICENCE_STATE", "what was ended is not renewed")
    require(await _token_refused(story, licence), "and opens no query any more")
    story.learned.ended.add(_ENDED)
    return {
        "dataset": _ENDED,
        "state": after["state"],
        "duties_fulfilled": len(after["duties"]),
        "duties": [_duty(each) for each in after["duties"]],
        "certificate_names_packages": len(certificate["deliveries"]),
        "certificate_names_answers": certificate["answers"],
        "settled": ", ".join(str(money(each["amount"])) for each in report["due"]),
        "renewal_afterwards": refused.code,
    }


def _duty(duty: Mapping[str, Any]) -> Mapping[str, Fact]:
    clause = duty["clause"]
    return {
        "duty": str(duty["kind"]).lower().replace("_", " "),
        "from": "the agreement" if clause else "the price",
        "until": duty["due"][:10],
        "state": duty["state"],
    }


async def _licence(story: Story, licence: str) -> Mapping[str, Any]:
    found = (await ask(story.cast.client(Role.AUDITOR), "licence", {"id": licence}))["licence"]
    require(found, "the auditor sees the licence")
    return dict(found)


async def _token_refused(story: Story, licence: str) -> bool:
    licences: Sequence[str] = [licence]
    client = story.cast.client(Role.DEVELOPER)
    client.forget_tokens()
    try:
        await client.token(licences=licences)
    except TokenRefusedError:
        return True
    return False
