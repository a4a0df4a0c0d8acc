"""Step 8: a person withdraws consent, and an owner revokes a licence; both bite at once."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.client.errors import TokenRefusedError
from gateway.demo.cast import Role
from gateway.demo.errors import UnexpectedAnswerError
from gateway.demo.facts import Fact, Told
from gateway.demo.reading import ROWS
from gateway.demo.speak import ask_in_part, mutate, only_report
from gateway.demo.step_5_query import state_of
from gateway.demo.story import Story, require
from gateway.demo.terms import PURPOSE

TITLE: Final = "Consent withdrawn, a licence revoked: gone from the next answer"
_AGAIN_S: Final = 20.0
"""How long the gateway may leave a platform alone that was away."""
_OK: Final = "OK"
_ENDED: Final = "LICENCE_TERMINATED"
_REVOKED: Final = "OWNER_REVOKED"
_DATASET: Final = "her own visits"


async def tell(story: Story) -> Told:
    """Withdraw and revoke."""
    already: list[str] = []
    withdrawal = await _withdraw(story, already)
    revocation = await _revoke(story, already)
    took = story.learned.measured.get("revocation_to_denial_ms")
    return Told(
        headline="1 consent withdrawn, 1 licence revoked"
        + (", both done in an earlier run" if took is None else f"; denied {took} ms after the revocation"),
        facts={"withdrawal": withdrawal, "revocation": revocation},
        already_done=tuple(already),
    )


async def _withdraw(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """A member whose rows are in the answer takes consent back."""
    story.narrator.doing("the forum is back")
    await story.platforms.start_forum()
    before = await _standing_when_back(story)
    registered = await story.cast.enter(
        Role.MEMBER, "DATA_SUBJECT", platform=story.platforms.forum_platform, account=_chosen(story)
    )
    payload = await mutate(story.cast.client(Role.MEMBER), "withdraw_consent", "demo:withdraw")
    require(payload["withdrawn"], "the withdrawal is recorded")
    after = await _standing(story)
    gone = before.rows - after.rows
    if registered and not gone:
        already.append("the member withdrew consent")
    else:
        people = {subject for subject, _ in gone}
        require(len(people) == 1, "exactly one person is gone from the next answer")
        require(not any(subject in people for subject, _ in after.rows), "nothing of that person is left")
        require(after.withheld > before.withheld, "the rows are withheld instead")
    return {
        "dataset": "standing",
        "pseudonym_of_the_person": next(iter({subject for subject, _ in gone}), None),
        "rows_of_the_person_before": sum(gone.values()),
        "rows_of_the_person_after": sum(count for row, count in after.rows.items() if row in gone),
        "rows_withheld_before": before.withheld,
        "rows_withheld_after": after.withheld,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Who was in the answer, by pseudonym and metric, and how many rows were withheld."""

    rows: Counter[tuple[str, str]]
    withheld: int
    status: str


async def _standing(story: Story) -> _Standing:
    licences = [story.learned.licences["standing"]]
    variables = {"licences": licences, "purpose": PURPOSE, "first": ROWS}
    content = await ask_in_part(story.cast.client(Role.DEVELOPER), "standing", variables, licences=licences)
    connection = content["reputationScores"]
    return _Standing(
        rows=Counter((row["subject"], row["metric"]) for row in connection["nodes"] or ()),
        withheld=sum(report["withheld"] for report in connection["sources"]),
        status=connection["sources"][0]["status"],
    )


async def _standing_when_back(story: Story) -> _Standing:
    """The answer as soon as the gateway tries the forum again."""
    end = time.monotonic() + _AGAIN_S
    while (answer := await _standing(story)).status != _OK:
        if time.monotonic() > end:
            raise UnexpectedAnswerError(f"the forum is back, but its status stays {answer.status}")
        await asyncio.sleep(0.5)
    return answer


def _chosen(story: Story) -> str:
    """An account near the beginning of the forum's list: its rows stand in the first page."""
    return story.learned.consenting[len(story.learned.consenting) // 100]


async def _revoke(story: Story, already: list[str]) -> Mapping[str, Fact]:
    """The avatar owner ends her licence while the developer keeps reading under it."""
    licence = story.learned.licences[_DATASET]
    story.learned.ended.add(_DATASET)
    if await state_of(story, licence) == "TERMINATED":
        already.append("the avatar owner's licence is revoked")
        return {
            "dataset": _DATASET,
            "licence": licence,
            "state": "TERMINATED",
            "denied_with": await _token_refusal(story, licence),
        }
    story.narrator.doing("the avatar owner revokes while reads go on")
    reader = _Reader(story, licence)
    await reader.once()
    require(reader.seen[-1]["status"] == _OK, "reads go on until the revocation")
    reading = asyncio.create_task(reader.until_denied())
    try:
        await mutate(story.cast.client(Role.AVATAR), "revoke_licence", "demo:revoke", licence=licence, code=_REVOKED)
        committed = time.perf_counter()
        async with asyncio.timeout(_AGAIN_S):
            first_denial = await reading
    finally:
        reading.cancel()
    caught, following = reader.seen[-1], await reader.once()
    require(reader.released_after(committed) == 0, "no read that began after the revocation released a row")
    for denial in (caught, following):
        require(denial["problem"]["code"] == _ENDED, "the denial says that the licence was ended")
    require(following["problem"]["stage"] == "decide", "the next query is denied before any call to the source")
    took = round(max(0.0, first_denial - committed) * 1000, 1)
    story.learned.measured["revocation_to_denial_ms"] = took
    return {
        "dataset": _DATASET,
        "licence": licence,
        "state": await state_of(story, licence),
        "reads_answered_before": sum(1 for each in reader.seen if each["status"] == _OK),
        "read_under_way": f"{caught['status']} at stage {caught['problem']['stage']}",
        "next_query": f"{following['status']} at stage {following['problem']['stage']}",
        "denied_with": following["problem"]["code"],
        "revocation_to_denial_ms": took,
    }


class _Reader:
    """Reads under one licence, again and again, with one token."""

    def __init__(self, story: Story, licence: str) -> None:
        self._story = story
        self._licences = [licence]
        self.seen: list[Mapping[str, Any]] = []
        self._began: list[float] = []

    async def once(self) -> Mapping[str, Any]:
        began = time.perf_counter()
        variables = {"licences": self._licences, "purpose": PURPOSE, "first": 1}
        content = await ask_in_part(
            self._story.cast.client(Role.DEVELOPER), "few_visits", variables, licences=self._licences
        )
        report = only_report(content)
        self._began.append(began)
        self.seen.append(report)
        return report

    async def until_denied(self) -> float:
        """When the first denial arrived; it is the last that was seen."""
        while (await self.once())["status"] == _OK:
            pass
        return time.perf_counter()

    def released_after(self, moment: float) -> int:
        """Rows of reads that began after ``moment``."""
        return sum(report["rows"] for began, report in zip(self._began, self.seen, strict=True) if began > moment)


async def _token_refusal(story: Story, licence: str) -> str:
    """An ended licence gets no token any more."""
    licences: Sequence[str] = [licence]
    try:
        await story.cast.client(Role.DEVELOPER).token(licences=licences)
    except TokenRefusedError as refused:
        return refused.reason
    raise UnexpectedAnswerError("a token was issued for a licence that was revoked")
