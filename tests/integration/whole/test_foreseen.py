"""Asked what would be decided at some date, the gateway answers: near or far, and as it then decides."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange import commands
from gateway.exchange.foresee import Foreseen, foresee
from gateway.exchange.publish_offer import publish_offer
from gateway.exchange.revoke import revoke_licence
from gateway.exchange.views import NegotiationView
from graph.journal.events import PartyKind
from policies.vocabulary import FINE_TUNE
from tests.testkit.clock import NOON
from tests.testkit.licensing import ACADEMIC, RESEARCH, Member
from tests.testkit.whole import World, a_constraint, a_permission, a_world, licence_of

DAY = timedelta(days=1)
BEGINS, ENDS = NOON + 30 * DAY, NOON + 400 * DAY
QUERY = """query ($input: ForeseenRead!) { foreseenDecision(input: $input) {
  effect clause columns limit reasons { code clause } asked { purpose columns rows } } }"""


async def within_a_time(world: World, owner: Member, developer: Member) -> NegotiationView:
    """A licence that is good from one date to another."""
    dataset = await world.market.publish(owner)
    times = [
        {
            "@type": "Constraint",
            "leftOperand": "dateTime",
            "operator": operator,
            "rightOperand": {"@value": at.isoformat(), "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
        }
        for operator, at in (("gteq", BEGINS), ("lt", ENDS))
    ]
    field = {
        "@type": "Constraint",
        "leftOperand": "rep:field",
        "operator": "isAnyOf",
        "rightOperand": {"@list": ["rated", "value"]},
    }
    rule = a_permission(
        "rep:fineTune",
        RESEARCH,
        target={"@type": "AssetCollection", "source": dataset, "refinement": [field]},
        constraint=[a_constraint("purpose", "isA", RESEARCH), *times],
    )
    command = commands.PublishOffer(dataset=dataset, policy={"permission": [rule]})
    await publish_offer(world.market.ports, owner.principal, command)
    return await world.agreed(owner, developer, dataset, ("rated", "value"))


async def foreseen(
    world: World, member: Member, view: NegotiationView, at: datetime, /, **changes: Any
) -> dict[str, Any]:
    asked = {
        "licence": licence_of(view),
        "at": at.isoformat(),
        "action": "FINE_TUNE",
        "purpose": ACADEMIC,
        "columns": ["value"],
        **changes,
    }
    answer: dict[str, Any] = (await world.over(member).query(QUERY, {"input": asked}, token=member.party)).json()
    return answer


@pytest.mark.requirement("R52")
async def test_what_would_be_decided_is_what_is_decided_when_the_time_has_come(tmp_path: Path) -> None:
    """Before the terms begin, while they hold, and after they ended."""
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await within_a_time(world, owner, developer)
        dates = (NOON + DAY, BEGINS, ENDS - DAY, ENDS, ENDS + 3_650 * DAY)

        told = [(await foreseen(world, developer, view, at))["data"]["foreseenDecision"] for at in dates]

        assert [each["effect"] for each in told] == ["DENY", "PERMIT", "PERMIT", "DENY", "DENY"]
        assert all(each["clause"] for each in told)
        for at, each in zip(dates, told, strict=True):
            world.exchange.clock.advance((at - world.exchange.clock()).total_seconds())
            (report,) = (await world.rows(developer, view, ("value",), first=1)).sources
            code = None if report.problem is None else report.problem.code
            assert (code is None) is (each["effect"] == "PERMIT")
            if code is not None:
                assert each["reasons"][0]["code"] == code


@pytest.mark.requirement("R52")
async def test_asking_reads_and_records_nothing_and_both_sides_get_one_answer(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        auditor, stranger = await world.market.join(PartyKind.AUDITOR), await world.market.developer()
        view = await within_a_time(world, owner, developer)
        before, reads = await world.exchange.events(), len(world.exchange.sources.reads)

        answers = [await foreseen(world, each, view, BEGINS) for each in (owner, developer, auditor)]
        hidden = await foreseen(world, stranger, view, BEGINS)

        assert answers[0] == answers[1] == answers[2]
        assert answers[0]["data"]["foreseenDecision"]["asked"] == {"purpose": ACADEMIC, "columns": ["value"], "rows": 1}
        assert hidden["data"]["foreseenDecision"] is None
        assert (await world.exchange.events(), len(world.exchange.sources.reads)) == (before, reads)


async def test_a_licence_that_was_ended_permits_at_no_time_to_come(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await within_a_time(world, owner, developer)
        ended = commands.RevokeLicence(licence=licence_of(view), code="ENOUGH")
        await revoke_licence(world.market.ports, owner.principal, ended)

        asked = Foreseen(licence=licence_of(view), at=BEGINS, action=FINE_TUNE, purpose=ACADEMIC, columns=("value",))
        decision = await foresee(world.market.ports, developer.principal, asked)

        assert [each.code for each in decision.reasons] == ["LICENCE_TERMINATED"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": (NOON - DAY).isoformat()}, "at"),
        ({"columns": []}, "columns"),
        ({"columns": ["value", "secret"]}, "columns"),
        ({"rows": 0}, "rows"),
    ],
)
async def test_a_question_is_about_a_read_that_could_be(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    async with a_world(tmp_path) as world:
        owner, developer = await world.speaker("bazaar"), await world.market.developer()
        view = await within_a_time(world, owner, developer)

        answer = await foreseen(world, developer, view, BEGINS, **changes)

        assert answer["errors"][0]["extensions"]["code"] == "INPUT_INVALID"
        assert f"`{field}`" in answer["errors"][0]["message"]
