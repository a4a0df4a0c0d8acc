"""Duties: active or not, fulfilled by evidence about the very duty, and overdue."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.deciding.access import Situation
from policies.deciding.discharge import activation, anonymizes, fulfilment, standing
from policies.deciding.scope import scope_of
from policies.model import (
    Action,
    Activation,
    Actuals,
    Condition,
    Deontic,
    Duty,
    Evidence,
    Quantity,
    State,
    Target,
)
from policies.vocabulary import (
    ANONYMIZE,
    ASSURANCE_ISSUER,
    ASSURANCE_LEVEL,
    COMPENSATE,
    DATE_TIME,
    DPV,
    DUE_BY,
    EVENT,
    EVERY,
    FIRST_DELIVERY,
    ISO4217,
    LICENCE_END,
    PAY_AMOUNT,
    PAY_DEPOSIT,
    PRESENT_ASSURANCE,
    PROFILE,
    PSEUDONYMISE,
    PURPOSE,
    REPORT_RUN,
    RETENTION,
    TECHNICAL_MEASURE,
    TRANSFORM,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    NOW,
    RESEARCH,
    a_constraint,
    a_state,
    an_access,
    either,
    the_dataset,
)

D1 = Iri("urn:agreement:1#d1")
EURO, DOLLAR = Iri(ISO4217 + "EUR"), Iri(ISO4217 + "USD")
DAY = timedelta(1)
BEGUN = NOW - 30 * DAY


def owed(*refinements: Condition, action: Iri = REPORT_RUN, constraints: tuple[Condition, ...] = ()) -> Duty:
    return Duty(uid=D1, action=Action(term=action, refinements=refinements), constraints=constraints)


def evidence(**changes: Any) -> Evidence:
    given: dict[str, Any] = {"duty": D1, "id": "e1", "since": NOW - DAY}
    return Evidence(**(given | changes))


def situation(*shown: Evidence, now: datetime = NOW, **state: Any) -> Situation:
    given: State = a_state(**({"effective": BEGUN, "evidence": shown} | state))
    return Situation(request=an_access(), state=given, now=now, vocabulary=PROFILE)


def became(duty: Duty, *shown: Evidence, **changes: Any) -> Deontic:
    found = situation(*shown, **changes)
    return standing(duty, found.state.effective, found).deontic


def amount(number: Decimal | int, unit: Iri = EURO) -> dict[Iri, Actuals]:
    return {PAY_AMOUNT: frozenset({Quantity(number=number, unit=unit)})}


DEPOSIT = owed(a_constraint(PAY_AMOUNT, Operator.EQ, Decimal(500), unit=EURO), action=PAY_DEPOSIT)


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ((), Activation.ACTIVE),
        ((a_constraint(DATE_TIME, Operator.GTEQ, NOW),), Activation.ACTIVE),
        ((a_constraint(DATE_TIME, Operator.GT, NOW),), Activation.INACTIVE),
        ((a_constraint(Iri("urn:unheard"), Operator.EQ, "x"),), Activation.UNKNOWN),
    ],
)
def test_a_duty_is_active_when_its_constraints_are_satisfied(
    constraints: tuple[Condition, ...], expected: Activation
) -> None:
    assert activation(constraints, situation()) is expected


@pytest.mark.parametrize(
    ("shown", "fulfilled"),
    [
        (evidence(values=amount(Decimal("500.00"))), True),
        (evidence(values=amount(500)), True),
        (evidence(values=amount(Decimal(499))), False),
        (evidence(values=amount(Decimal(500), DOLLAR)), False),
        (evidence(values={PAY_AMOUNT: frozenset({Decimal(500)})}), False),
        (evidence(), False),
        (evidence(values=amount(500), duty=Iri("urn:agreement:1#d2")), False),
        (evidence(values=amount(500), since=NOW), True),
        (evidence(values=amount(500), since=NOW + DAY), False),
        (evidence(values=amount(500), until=NOW), False),
        (evidence(values=amount(500), until=NOW + DAY), True),
    ],
)
def test_only_evidence_about_the_very_duty_that_meets_it_and_is_in_force_fulfils(
    shown: Evidence, *, fulfilled: bool
) -> None:
    assert fulfilment(DEPOSIT, situation(shown)) == (shown if fulfilled else None)


def test_a_moment_without_offset_fulfils_nothing() -> None:
    naive = NOW.replace(tzinfo=None)

    assert fulfilment(DEPOSIT, situation(evidence(values=amount(500)), now=naive)) is None


def test_one_piece_of_evidence_must_meet_all_refinements() -> None:
    issuer = Iri("urn:auditor")
    duty = owed(
        a_constraint(ASSURANCE_LEVEL, Operator.GTEQ, 3),
        a_constraint(ASSURANCE_ISSUER, Operator.EQ, issuer),
        action=PRESENT_ASSURANCE,
    )
    high = evidence(values={ASSURANCE_LEVEL: frozenset({4})})
    right = evidence(values={ASSURANCE_ISSUER: frozenset({issuer})})
    both = evidence(values={ASSURANCE_LEVEL: frozenset({1, 4}), ASSURANCE_ISSUER: frozenset({issuer, "urn:other"})})

    assert fulfilment(duty, situation(high, right)) is None
    assert fulfilment(duty, situation(high, right, both)) == both


def test_the_latest_evidence_is_told_whatever_its_place_on_record() -> None:
    early, late, later = evidence(id="a", since=NOW - 2 * DAY), evidence(id="b"), evidence(id="c")

    for shown in ((early, late, later), (later, late, early)):
        found = situation(*shown)
        assert fulfilment(owed(), found) == later
        assert standing(owed(), BEGUN, found).evidence == "c"


def test_a_duty_without_evidence_and_without_due_date_is_not_set() -> None:
    assert became(owed()) is Deontic.NOT_SET
    assert became(owed(), evidence()) is Deontic.FULFILLED
    assert became(DEPOSIT) is Deontic.NOT_SET


@pytest.mark.parametrize(
    ("bound", "due"),
    [(10 * DAY, BEGUN + 10 * DAY), (NOW - 20 * DAY, NOW - 20 * DAY)],
    ids=["a duration from activation", "a moment"],
)
def test_a_duty_is_violated_once_its_due_date_has_passed_without_evidence(
    bound: datetime | timedelta, due: datetime
) -> None:
    duty = owed(a_constraint(DUE_BY, Operator.LTEQ, bound))
    moment = timedelta(microseconds=1)

    assert became(duty, now=due) is Deontic.NOT_SET
    assert became(duty, now=due + moment) is Deontic.VIOLATED
    assert became(duty, evidence(since=due)) is Deontic.FULFILLED
    assert became(duty, evidence(since=due + moment)) is Deontic.VIOLATED
    late = situation(evidence(since=due + moment))
    assert standing(duty, BEGUN, late).missed == due
    assert standing(duty, BEGUN, late).evidence == ""


@pytest.mark.parametrize("changes", [{"effective": None}, {"now": NOW.replace(tzinfo=None)}])
def test_nothing_is_overdue_by_a_moment_that_is_not_known(changes: dict[str, Any]) -> None:
    for left, operator in ((DUE_BY, Operator.LTEQ), (EVERY, Operator.EQ)):
        assert became(owed(a_constraint(left, operator, DAY)), **changes) is Deontic.NOT_SET


def test_a_due_date_of_another_type_makes_nothing_overdue() -> None:
    assert became(owed(a_constraint(DUE_BY, Operator.LTEQ, 3))) is Deontic.NOT_SET
    assert became(owed(a_constraint(EVERY, Operator.EQ, 3))) is Deontic.NOT_SET
    assert became(owed(a_constraint(EVERY, Operator.EQ, timedelta(0)))) is Deontic.NOT_SET


def test_what_recurs_is_due_at_the_end_of_each_period() -> None:
    weekly = owed(a_constraint(EVERY, Operator.EQ, 10 * DAY))
    kept = [evidence(since=BEGUN + days * DAY) for days in (0, 19, 20)]

    assert became(weekly, now=BEGUN + 10 * DAY - timedelta(microseconds=1)) is Deontic.NOT_SET
    assert became(weekly, now=BEGUN + 10 * DAY) is Deontic.VIOLATED
    assert became(weekly, *kept) is Deontic.FULFILLED
    for missing in range(3):
        found = situation(*kept[:missing], *kept[missing + 1 :])
        assert standing(weekly, BEGUN, found).missed == BEGUN + (missing + 1) * 10 * DAY
    assert became(weekly, *kept[1:], evidence(since=BEGUN - DAY)) is Deontic.VIOLATED


def test_the_first_date_that_was_missed_counts() -> None:
    duty = owed(a_constraint(EVERY, Operator.EQ, 10 * DAY), a_constraint(DUE_BY, Operator.LTEQ, 2 * DAY))

    assert standing(duty, BEGUN, situation()).missed == BEGUN + 2 * DAY


def test_what_was_delivered_is_kept_from_the_first_delivery_on() -> None:
    duty = owed(a_constraint(RETENTION, Operator.LTEQ, 10 * DAY))

    assert became(duty) is Deontic.NOT_SET
    assert became(duty, first_delivery=NOW - 10 * DAY) is Deontic.NOT_SET
    assert became(duty, first_delivery=NOW - 11 * DAY) is Deontic.VIOLATED


@pytest.mark.parametrize(
    ("constraint", "state", "expected"),
    [
        (a_constraint(EVENT, Operator.GT, FIRST_DELIVERY), {"first_delivery": NOW - 5 * DAY}, Deontic.NOT_SET),
        (a_constraint(EVENT, Operator.GT, FIRST_DELIVERY), {"first_delivery": NOW - 15 * DAY}, Deontic.VIOLATED),
        (a_constraint(EVENT, Operator.GT, FIRST_DELIVERY), {}, Deontic.NOT_SET),
        (a_constraint(EVENT, Operator.GT, LICENCE_END), {"ended": NOW - 5 * DAY}, Deontic.NOT_SET),
        (a_constraint(EVENT, Operator.GT, LICENCE_END), {"ended": NOW - 15 * DAY}, Deontic.VIOLATED),
        (a_constraint(EVENT, Operator.LT, LICENCE_END), {}, Deontic.VIOLATED),
        (a_constraint(EVENT, Operator.LT, LICENCE_END), {"ended": NOW - DAY}, Deontic.NOT_SET),
        (a_constraint(DATE_TIME, Operator.GTEQ, NOW - 5 * DAY), {}, Deontic.NOT_SET),
        (a_constraint(DATE_TIME, Operator.GT, NOW - 15 * DAY), {}, Deontic.VIOLATED),
        (a_constraint(DATE_TIME, Operator.GT, NOW - 60 * DAY), {}, Deontic.VIOLATED),
        (a_constraint(DATE_TIME, Operator.LT, NOW + DAY), {}, Deontic.VIOLATED),
    ],
)
def test_a_duration_counts_from_the_last_moment_the_duty_waited_for(
    constraint: Condition, state: dict[str, Any], expected: Deontic
) -> None:
    duty = owed(a_constraint(DUE_BY, Operator.LTEQ, 10 * DAY), constraints=(constraint,))

    assert became(duty, **state) is expected


def test_since_when_a_choice_of_conditions_holds_is_not_known() -> None:
    choice = either(a_constraint(DATE_TIME, Operator.GT, BEGUN), a_constraint(EVENT, Operator.GT, LICENCE_END))

    assert became(owed(a_constraint(DUE_BY, Operator.LTEQ, DAY), constraints=(choice,))) is Deontic.NOT_SET
    assert became(owed(a_constraint(DUE_BY, Operator.LTEQ, BEGUN), constraints=(choice,))) is Deontic.VIOLATED


def test_a_duty_that_is_not_known_to_be_active_is_not_overdue() -> None:
    started = a_constraint(DATE_TIME, Operator.GT, "yesterday")

    assert became(owed(a_constraint(DUE_BY, Operator.LTEQ, DAY), constraints=(started,))) is Deontic.NOT_SET


def test_what_follows_from_a_breach_counts_from_the_breach() -> None:
    penalty = owed(a_constraint(DUE_BY, Operator.LTEQ, 10 * DAY))

    assert standing(penalty, NOW - 5 * DAY, situation()).deontic is Deontic.NOT_SET
    assert standing(penalty, NOW - 15 * DAY, situation()).missed == NOW - 5 * DAY


PSEUDONYMOUS = a_constraint(TECHNICAL_MEASURE, Operator.EQ, Iri(DPV + "Pseudonymisation"))


@pytest.mark.parametrize(
    ("duty", "selected", "expected"),
    [
        (owed(PSEUDONYMOUS, action=ANONYMIZE), {"rater"}, True),
        (owed(PSEUDONYMOUS, action=ANONYMIZE), {"rater", "value"}, False),
        (owed(action=ANONYMIZE), {"rater"}, False),
        (owed(PSEUDONYMOUS, action=COMPENSATE), {"rater"}, False),
        (owed(a_constraint(PURPOSE, Operator.EQ, RESEARCH), action=ANONYMIZE), {"rater"}, False),
    ],
)
def test_a_measure_must_be_applied_to_each_selected_column(duty: Duty, selected: set[str], *, expected: bool) -> None:
    treated = a_constraint(TRANSFORM, Operator.EQ, PSEUDONYMISE, on_column="rater")
    scope = scope_of(Target(source=ASSET, refinements=(treated,)), the_dataset(), PROFILE)

    assert anonymizes(duty, frozenset(selected), scope) is expected


def test_a_due_date_beyond_all_times_never_comes() -> None:
    last = datetime.max.replace(tzinfo=UTC)

    assert became(owed(a_constraint(DUE_BY, Operator.LTEQ, DAY)), effective=last, now=last) is Deontic.NOT_SET
