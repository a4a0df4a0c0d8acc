"""Until when a decision stands: the next moment at which time alone may change what it rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.access_plan import access_plan
from policies.deciding.moments import moments_of
from policies.evaluate import evaluate
from policies.model import (
    Action,
    Condition,
    Constraint,
    Decision,
    Duty,
    Evidence,
    Policy,
    PolicyClass,
    Value,
)
from policies.vocabulary import (
    DATE_TIME,
    DUE_BY,
    ELAPSED_TIME,
    EVENT,
    FIRST_DELIVERY,
    LICENCE_END,
    OBTAIN_CONSENT,
    REPORT_RUN,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    LICENCE,
    LICENSEE,
    NOW,
    a_constraint,
    a_prohibition,
    a_state,
    an_access,
    an_agreement,
    constrained,
    either,
    permitting,
    the_permission,
)

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
SOON, LATER = NOW + DAY, NOW + 9 * DAY


def clock(operator: Operator, *bounds: Value) -> Constraint:
    return a_constraint(DATE_TIME, operator, *bounds)


def elapsed(operator: Operator, *bounds: Value) -> Constraint:
    return a_constraint(ELAPSED_TIME, operator, *bounds)


def until(*conditions: Condition, now: datetime = NOW, **state: Any) -> tuple[datetime | None, timedelta | None]:
    policy = Policy(
        uid=LICENCE, policy_class=PolicyClass.AGREEMENT, prohibitions=(a_prohibition(*conditions, assignee=None),)
    )
    return moments_of((policy,)).until(a_state(**state), now)


def decided(policy: Policy, now: datetime = NOW, *, mandates: tuple[Policy, ...] = (), **state: Any) -> Decision:
    decision = evaluate(policy, an_access(), a_state(**state), now, mandates=mandates)
    plan = access_plan(policy, an_access().dataset, mandates=mandates)
    assert plan.decide(an_access(), a_state(**state), now) == decision
    return decision


@pytest.mark.parametrize(
    ("operator", "before", "at"),
    [
        (Operator.LT, SOON, None),
        (Operator.GTEQ, SOON, None),
        (Operator.LTEQ, SOON + TICK, SOON + TICK),
        (Operator.GT, SOON + TICK, SOON + TICK),
        (Operator.EQ, SOON, SOON + TICK),
        (Operator.NEQ, SOON, SOON + TICK),
        (Operator.NOT_TOGETHER, SOON, SOON + TICK),
    ],
)
def test_each_operator_changes_at_its_bound_or_just_after_it(
    operator: Operator, before: datetime, at: datetime | None
) -> None:
    bound = clock(operator, SOON)

    assert until(bound) == (before, None)
    assert until(bound, now=SOON) == (at, None)
    assert until(bound, now=SOON + TICK) == (None, None)


def test_the_next_of_several_counts_and_what_is_no_moment_does_not() -> None:
    assert until(clock(Operator.LT, LATER), either(clock(Operator.GTEQ, SOON), clock(Operator.LT, NOW)))[0] == SOON
    assert until(clock(Operator.EQ, LATER, SOON))[0] == SOON
    assert until(clock(Operator.LT, "soon"), clock(Operator.LT, DAY), elapsed(Operator.LT, SOON)) == (None, None)
    assert until(clock(Operator.LT, SOON.replace(tzinfo=None)), first_delivery=NOW) == (None, None)
    assert until(clock(Operator.GT, datetime.max.replace(tzinfo=UTC))) == (None, None)


def test_a_clock_without_offset_lets_nothing_be_past() -> None:
    then = NOW.replace(tzinfo=None)

    assert until(clock(Operator.LT, NOW - DAY), clock(Operator.LT, SOON), now=then) == (NOW - DAY, None)
    assert until(elapsed(Operator.LT, DAY), now=then, first_delivery=NOW) == (NOW, None)


def test_days_run_from_the_first_delivery_on() -> None:
    days = elapsed(Operator.LT, 3 * DAY)

    assert until(days) == (None, 3 * DAY), "they have not begun"
    assert until(days, first_delivery=NOW - DAY) == (NOW + 2 * DAY, None)
    assert until(days, first_delivery=NOW - 3 * DAY) == (None, None), "they are over"
    assert until(days, first_delivery=SOON) == (SOON, None), "nobody knows before it"
    assert until(days, clock(Operator.LT, SOON), first_delivery=NOW) == (SOON, None)
    assert until(days, clock(Operator.LT, LATER), first_delivery=NOW) == (NOW + 3 * DAY, None)
    assert until(days, first_delivery=NOW.replace(tzinfo=None)) == (None, None)


def test_periods_of_nothing_and_beyond_the_calendar_end_nothing() -> None:
    assert until(elapsed(Operator.LT, timedelta(0)), elapsed(Operator.LT, -DAY)) == (None, None)
    assert until(elapsed(Operator.LTEQ, timedelta(0))) == (None, TICK)
    assert until(elapsed(Operator.LT, timedelta.max), first_delivery=NOW) == (None, None)
    assert until(elapsed(Operator.LTEQ, timedelta.max), first_delivery=NOW) == (None, None)


def test_events_that_are_known_ahead() -> None:
    ended, delivered = (a_constraint(EVENT, Operator.LT, each) for each in (LICENCE_END, FIRST_DELIVERY))

    assert until(ended) == (None, None)
    assert until(ended, ended=SOON) == (SOON, None)
    assert until(ended, ended=NOW) == (None, None)
    assert until(clock(Operator.LT, LATER), ended=SOON) == (LATER, None), "nobody asks for the event"
    assert until(delivered, first_delivery=SOON) == (SOON, None)
    assert until(delivered, first_delivery=NOW) == (None, None)


def test_evidence_that_ends() -> None:
    def shown(end: datetime | None) -> Evidence:
        return Evidence(duty=Iri(f"{LICENCE}#d1"), since=NOW - DAY, until=end)

    assert until(evidence=(shown(None), shown(LATER), shown(SOON), shown(NOW))) == (SOON, None)
    assert until(evidence=(shown(None), shown(SOON.replace(tzinfo=None)))) == (None, None)


def test_everything_that_is_looked_at_counts_and_nothing_else() -> None:
    bound = clock(Operator.LT, SOON)
    consent = the_permission(an_agreement(consent=True)).duties[0]
    assert consent.action.term == OBTAIN_CONSENT
    later = replace(consent, constraints=(clock(Operator.GTEQ, SOON),))
    owed = Duty(
        uid=Iri(f"{LICENCE}#o1"),
        action=Action(term=REPORT_RUN, refinements=(a_constraint(DUE_BY, Operator.LTEQ, SOON),)),
        constraints=(bound,),
    )
    rule = replace(the_permission(constrained(an_agreement(), bound)), uid=Iri("urn:mandate#p1"), duties=())
    mandate = Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, permissions=(rule,))
    free = an_agreement()
    barred = a_prohibition(clock(Operator.GTEQ, SOON), assignee=LICENSEE)

    assert decided(free).until is None
    assert decided(constrained(free, bound)).until == SOON
    assert decided(permitting(free, duties=(later,))).until == SOON
    assert decided(replace(free, prohibitions=(*free.prohibitions, barred))).until == SOON
    assert decided(free, mandates=(mandate,)).until == SOON
    assert decided(replace(free, obligations=(owed,))).until is None


def test_the_decision_names_its_moment_only_when_it_permits() -> None:
    policy = an_agreement(days=3, valid_until=LATER)

    first, second = decided(policy), decided(policy, first_delivery=NOW - DAY)
    assert (first.until, first.period) == (LATER, 3 * DAY + TICK)
    assert (second.until, second.period) == (NOW + 2 * DAY + TICK, None)
    denied = decided(policy, LATER)
    assert (denied.permitted, denied.until, denied.period) == (False, None, None)
