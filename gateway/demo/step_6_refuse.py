"""Step 6: what is refused, with code, stage and clause, a recorded event, and no call to the source."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from gateway.client import Token
from gateway.demo.auditing import accesses
from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact, Told
from gateway.demo.metrics import counter
from gateway.demo.speak import ask, ask_in_part, only_report, raw
from gateway.demo.story import Story, require
from gateway.demo.terms import OTHER_PURPOSE, PURPOSE, SMALL_RECORDS

TITLE: Final = "Refusals: with a reason, on record, without a call to the source"
_LIFETIME_S: Final = 1
_REFUSED: Final = "REFUSED"
_UNAUTHORIZED: Final = 401
_COUNTER: Final = "muniment_tokens_refused_total"
_NO_TOKEN: Final = "not-a-token"  # noqa: S105  # it is none


async def tell(story: Story) -> Told:
    """Ask for five things that are not licensed, and once with a token that is none."""
    already: list[str] = []
    if await story.cast.enter(
        Role.HURRIED, "LLM_DEVELOPER", party=story.cast.party(Role.DEVELOPER), tokenLifetime=_LIFETIME_S
    ):
        already.append("the developer's second client is registered")
    licences = story.learned.usable
    refusals = [
        await _refused(story, "a column not licensed", "refused_column", licences, PURPOSE, "COLUMN_NOT_LICENSED"),
        await _refused(
            story, "a purpose not licensed", "refused_purpose", licences, OTHER_PURPOSE, "PURPOSE_NOT_LICENSED"
        ),
        await _refused(story, "a dataset not licensed", "refused_dataset", licences, PURPOSE, "DATASET_NOT_LICENSED"),
        await _empty_quota(story),
        await _expired_token(story, licences),
    ]
    nothing = await _no_token(story)
    return Told(
        headline=f"{len(refusals)} refusals on record, no call to a source; what is no token is only counted",
        facts={"refusals": refusals, "a_text_that_is_no_token": nothing},
        already_done=tuple(already),
    )


async def _refused(
    story: Story, what: str, name: str, licences: Sequence[str], purpose: str, code: str, **more: Any
) -> Mapping[str, Fact]:
    before = await story.platforms.forum_requests()
    variables = {"licences": list(licences), "purpose": purpose, **more}
    content = await ask_in_part(story.cast.client(Role.DEVELOPER), name, variables, licences=licences)
    calls = await story.platforms.forum_requests() - before
    report = only_report(content)
    require(report["status"] == _REFUSED, f"{what} is refused")
    require(report["problem"]["code"] == code, f"{what} is refused with {code}, not {report['problem']['code']}")
    require(report["rows"] == 0 and calls == 0, f"{what} leads to no call and to no row")
    event = await _event(story, report["problem"]["decisionId"])
    require(event["kind"] == "DENIED" and event["code"] == code, f"the refusal of {what} is on record")
    return {
        "refused": what,
        "source": report["source"],
        "code": code,
        "stage": report["problem"]["stage"],
        "clause": _rule(report["problem"]["clause"]),
        "event_number": event["seq"],
        "forum_calls": calls,
        "source_ms": report["tookMs"],
    }


def _rule(clause: str | None) -> str | None:
    """The rule's own part of its uid: the rest names the agreement."""
    return None if clause is None else "#" + clause.rpartition("#")[2]


async def _event(story: Story, access: str | None) -> Mapping[str, Any]:
    """The recorded event, as the auditor sees it."""
    if access is None:
        raise UnexpectedAnswerError("the refusal names no recorded event")
    found = (await ask(story.cast.client(Role.AUDITOR), "recorded_access", {"id": access}))["node"]
    require(found, "the auditor finds the refusal on record")
    return dict(found)


async def _empty_quota(story: Story) -> Mapping[str, Fact]:
    """Use up the small licence, then ask for one more record."""
    licences = [story.learned.small_licence]
    variables = {"licences": licences, "purpose": PURPOSE, "first": SMALL_RECORDS}
    content = await ask_in_part(story.cast.client(Role.DEVELOPER), "few_visits", variables, licences=licences)
    used = only_report(content)
    require(
        used["rows"] == SMALL_RECORDS or used["status"] == _REFUSED,
        "the small licence gives what it holds, or is used up",
    )
    return await _refused(story, "an empty quota", "few_visits", licences, PURPOSE, "LICENCE_QUOTA_EXCEEDED", first=1)


async def _expired_token(story: Story, licences: Sequence[str]) -> Mapping[str, Fact]:
    """A genuine token whose time is over."""
    client = story.cast.client(Role.HURRIED)
    token: Token = await client.token(licences=licences)
    story.narrator.doing("waiting for a token to run out")
    await asyncio.sleep(_LIFETIME_S + 0.5)
    seen = await _denials(story, licences)
    before = await story.platforms.forum_requests()
    answer = await raw(client, "refused_purpose", {"licences": list(licences), "purpose": PURPOSE}, token=token)
    calls = await story.platforms.forum_requests() - before
    require(answer.status == _UNAUTHORIZED and answer.errors, "an expired token is refused")
    require(calls == 0, "an expired token leads to no call")
    events = [each for each in await _denials(story, licences) if each["id"] not in {known["id"] for known in seen}]
    require(events, "the refusal of an expired but genuine token is on record")
    return {
        "refused": "an expired token",
        "source": None,
        "code": answer.codes[0],
        "stage": events[0]["stage"],
        "clause": _rule(events[0]["clause"]),
        "event_number": events[0]["seq"],
        "forum_calls": calls,
    }


async def _denials(story: Story, licences: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    return [each for licence in licences for each in await accesses(story, licence) if each["kind"] == "DENIED"]


async def _no_token(story: Story) -> Mapping[str, Fact]:
    """What is no token is counted, and leaves no trace in the journal."""
    size, counted = await _journal_size(story), await counter(story.gateway.url, _COUNTER)
    token = Token(
        value=_NO_TOKEN, scopes=frozenset(), licences=frozenset(), expires_at=datetime.max.replace(tzinfo=UTC)
    )
    status = (await raw(story.cast.client(Role.DEVELOPER), "viewer", token=token)).status
    require(status == _UNAUTHORIZED, "what is no token is refused")
    grown = await _journal_size(story) - size
    more = await counter(story.gateway.url, _COUNTER) - counted
    require(grown == 0, "the journal does not grow by it")
    require(more == 1, "it is counted once")
    return {"http_status": status, "counted_in_the_metrics": more, "events_in_the_journal": grown}


async def _journal_size(story: Story) -> int:
    content = await ask(story.cast.client(Role.AUDITOR), "checkpoint")
    return int(content["provenance"]["checkpoint"]["treeSize"])
