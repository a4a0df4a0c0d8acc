"""What is known of one access: values by operand, units, events, and what caps leave."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.deciding.access import Situation, allowance, fixed_cap
from policies.deciding.applies import forbidden_action, party_matches, permitted_action
from policies.evaluate import evaluate
from policies.model import AccessRequest, Actuals, Constraint, Quantity, Usage, Verdict
from policies.vocabulary import (
    COUNT,
    DATE_TIME,
    DISTRIBUTE,
    ELAPSED_TIME,
    EVENT,
    FIELD,
    FINE_TUNE,
    FIRST_DELIVERY,
    LICENCE_END,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    ODRL,
    PROFILE,
    RECORD_COUNT,
    RECORDS_PER_SUBJECT,
    REP,
    RHO,
    SELL,
    TOKEN_COUNT,
    TRANSFER,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    LICENCE,
    LICENSEE,
    NOW,
    OWNER,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    constrained,
    permitting,
    the_permission,
)

P1 = Iri(f"{LICENCE}#p1")
S, N, U = Verdict.SATISFIED, Verdict.UNSATISFIED, Verdict.UNKNOWN
F1, BRIER = Iri("urn:metric:f1"), Iri("urn:metric:brier")
TEAM, SHELF = Iri("urn:team"), Iri("urn:shelf")
UNHEARD = Iri("urn:unheard")


def of(number: int | Decimal, unit: Iri = MICRO_RHO) -> Quantity:
    return Quantity(number=number, unit=unit)


def giving(left: Iri, *values: Any) -> AccessRequest:
    actuals: Actuals = frozenset(values)
    request = an_access()
    return replace(request, values={**request.values, left: actuals})


def situation(request: AccessRequest | None = None, **changes: Any) -> Situation:
    now = changes.pop("now", NOW)
    return Situation(request=request or an_access(), state=a_state(**changes), now=now, vocabulary=PROFILE)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((of(Decimal("0.9"), F1),), S),
        ((of(1, F1), of(Decimal("0.1"), BRIER)), S),
        ((of(Decimal("0.7"), F1),), N),
        ((of(Decimal("0.9"), F1), of(Decimal("0.7"), F1)), N),
        ((of(Decimal("0.9"), BRIER),), U),
        ((Decimal("0.9"),), U),
        ((), U),
    ],
)
def test_a_quantity_counts_in_its_own_unit_only(values: tuple[Any, ...], expected: Verdict) -> None:
    floor = a_constraint(MIN_QUALITY, Operator.GTEQ, Decimal("0.8"), unit=F1)

    assert situation(giving(MIN_QUALITY, *values)).judge(floor) is expected


def test_a_quantity_says_nothing_where_no_unit_is_asked_for() -> None:
    least = a_constraint(MIN_GROUP_SIZE, Operator.GTEQ, 10)

    assert situation(giving(MIN_GROUP_SIZE, 12)).judge(least) is S
    assert situation(giving(MIN_GROUP_SIZE, of(12, F1))).judge(least) is U


@pytest.mark.parametrize("left", [UNHEARD, FIELD, COUNT])
def test_an_operand_that_does_not_concern_the_whole_access_is_unknown(left: Iri) -> None:
    assert situation(giving(left, 1)).judge(a_constraint(left, Operator.EQ, 1)) is U


@pytest.mark.parametrize(("event", "name"), [(FIRST_DELIVERY, "first_delivery"), (LICENCE_END, "ended")])
def test_an_event_has_happened_from_its_moment_on(event: Iri, name: str) -> None:
    before, after = (a_constraint(EVENT, operator, event) for operator in (Operator.LT, Operator.GT))

    for moment, happened in ((None, False), (NOW, True), (NOW - timedelta(1), True)):
        world: dict[str, Any] = {name: moment}
        found = situation(**world)
        assert found.judge(after) is (S if happened else N)
        assert found.judge(before) is (N if happened else S)


def test_the_end_of_a_licence_may_be_known_ahead() -> None:
    found = situation(ended=NOW + timedelta(1))

    assert found.judge(a_constraint(EVENT, Operator.GT, LICENCE_END)) is N
    assert found.judge(a_constraint(EVENT, Operator.LT, LICENCE_END)) is S


def test_a_clock_before_the_first_delivery_went_backwards_and_knows_nothing_of_it() -> None:
    found = situation(first_delivery=NOW + timedelta(1))

    assert found.judge(a_constraint(EVENT, Operator.GT, FIRST_DELIVERY)) is U
    assert found.judge(a_constraint(EVENT, Operator.LT, FIRST_DELIVERY)) is U


def test_of_an_event_nobody_knows_or_a_moment_without_offset_nothing_is_known() -> None:
    after = a_constraint(EVENT, Operator.GT, LICENCE_END)

    assert situation().judge(a_constraint(EVENT, Operator.GT, UNHEARD)) is U
    assert situation().judge(a_constraint(EVENT, Operator.EQ, LICENCE_END)) is U
    assert situation(ended=NOW, now=NOW.replace(tzinfo=None)).judge(after) is U


def test_the_clock_without_offset_says_nothing() -> None:
    naive = NOW.replace(tzinfo=None)

    assert situation(now=naive).judge(a_constraint(DATE_TIME, Operator.LT, NOW)) is U
    elapsed = a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(1))
    assert situation().judge(elapsed) is S
    assert situation(first_delivery=NOW, now=naive).judge(elapsed) is U
    assert situation(first_delivery=NOW + timedelta(1)).judge(elapsed) is U
    assert situation(first_delivery=NOW - timedelta(2)).judge(elapsed) is N


@pytest.mark.parametrize(
    ("constraint", "values", "amount"),
    [
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (4,), 4),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (4, 7), 7),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (0,), 0),
        (a_constraint(RECORDS_PER_SUBJECT, Operator.LTEQ, 10), (2,), 2),
        (a_constraint(RHO, Operator.LTEQ, 10, unit=MICRO_RHO), (of(3),), 3),
        (a_constraint(COUNT, Operator.LTEQ, 10), (), 1),
        (a_constraint(RECORD_COUNT, Operator.LTEQ, 10), (), 1),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (True,), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (-1,), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (Decimal(1),), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (4, "many"), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), (of(4),), None),
        (a_constraint(RHO, Operator.LTEQ, 10, unit=MICRO_RHO), (3,), None),
        (a_constraint(RHO, Operator.LTEQ, 10, unit=MICRO_RHO), (of(3), of(1, Iri(REP + "rho"))), None),
        (a_constraint(TOKEN_COUNT, Operator.GTEQ, 10), (4,), None),
        (a_constraint(TOKEN_COUNT, Operator.LTEQ, True), (1,), None),  # noqa: FBT003
        (a_constraint(MIN_GROUP_SIZE, Operator.LTEQ, 10), (4,), None),
    ],
)
def test_what_an_access_takes_of_a_cap(constraint: Constraint, values: tuple[Any, ...], amount: int | None) -> None:
    found = allowance(constraint, P1, situation(giving(constraint.left, *values)))

    assert (None if found is None else found.cap.amount) == amount


@pytest.mark.parametrize(
    ("operator", "used", "reserved", "taken", "permitted"),
    [
        (Operator.LTEQ, 5, 1, 4, True),
        (Operator.LTEQ, 5, 2, 4, False),
        (Operator.LT, 5, 1, 3, True),
        (Operator.LT, 5, 1, 4, False),
        (Operator.LTEQ, 11, 0, 0, False),
    ],
)
def test_a_cap_compares_used_and_reserved_and_this_access(
    operator: Operator, used: int, reserved: int, taken: int, *, permitted: bool
) -> None:
    policy = constrained(an_agreement(), a_constraint(TOKEN_COUNT, operator, 10))
    state = a_state(usage={f"{P1}#tokenCount": Usage(used=used, reserved=reserved)})

    decision = evaluate(policy, giving(TOKEN_COUNT, taken), state, NOW)

    assert decision.permitted is permitted
    assert [(each.bound, each.amount) for each in decision.caps] == (
        [(10 if operator is Operator.LTEQ else 9, taken)] if permitted else []
    )


@pytest.mark.parametrize("left", [RHO, TOKEN_COUNT, RECORDS_PER_SUBJECT])
def test_a_plan_that_does_not_say_what_it_takes_of_a_cap_is_denied(left: Iri) -> None:
    capped = a_constraint(left, Operator.LTEQ, 10, unit=MICRO_RHO if left == RHO else None)

    reasons = evaluate(constrained(an_agreement(), capped), an_access(), a_state(), NOW).reasons

    assert [(each.code, each.clause) for each in reasons] == [("CONSTRAINT_NOT_MET", P1)]


def test_only_what_every_access_takes_alike_is_fixed() -> None:
    count, tokens = (a_constraint(left, Operator.LTEQ, 10) for left in (COUNT, TOKEN_COUNT))
    fixed = fixed_cap(count, P1)

    assert fixed is not None
    assert (fixed.counter, fixed.amount, fixed.per_row) == (f"{P1}#count", 1, False)
    assert fixed_cap(tokens, P1) is None


def test_a_rule_binds_the_named_party_the_members_of_a_collection_or_anybody() -> None:
    found = situation(members={TEAM: frozenset({LICENSEE})})

    assert party_matches(LICENSEE, found)
    assert party_matches(TEAM, found)
    assert party_matches(None, found)
    assert not party_matches(OWNER, found)
    assert not party_matches(TEAM, situation())


def test_an_agreement_with_collections_permits_what_belongs_to_them() -> None:
    policy = an_agreement()
    target = replace(the_permission(policy).target, source=SHELF)
    policy = permitting(policy, assignee=TEAM, target=target)
    members = {TEAM: frozenset({LICENSEE}), SHELF: frozenset({ASSET})}

    assert evaluate(policy, an_access(), a_state(members=members), NOW).permitted
    for missing in members:
        fewer = {name: each for name, each in members.items() if name != missing}
        assert not evaluate(policy, an_access(), a_state(members=fewer), NOW).permitted


@pytest.mark.parametrize(
    ("rule", "asked", "permitted", "forbidden"),
    [
        (FINE_TUNE, FINE_TUNE, S, S),
        (USE, FINE_TUNE, S, S),
        (FINE_TUNE, USE, N, S),
        (TRANSFER, FINE_TUNE, N, N),
        (TRANSFER, SELL, S, S),
        (Iri(ODRL + "play"), Iri(ODRL + "display"), S, S),
        (DISTRIBUTE, FINE_TUNE, N, N),
        (UNHEARD, FINE_TUNE, U, U),
        (FINE_TUNE, UNHEARD, U, U),
        (UNHEARD, UNHEARD, U, U),
    ],
)
def test_actions_match_along_their_hierarchy(rule: Iri, asked: Iri, permitted: Verdict, forbidden: Verdict) -> None:
    found = situation(an_access(action=asked))

    assert permitted_action(rule, found) is permitted
    assert forbidden_action(rule, found) is forbidden
