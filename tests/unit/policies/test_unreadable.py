"""What no registration lets in, and the model can hold all the same, is decided without an error and never permits."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from policies.access_plan import access_plan
from policies.errors import PolicyMalformedError
from policies.evaluate import evaluate
from policies.model import Condition, Constraint, DenialCode, Duty, Policy, PolicyClass, Quantity
from policies.vocabulary import (
    COLUMN,
    DATE_TIME,
    ELAPSED_TIME,
    EVENT,
    FIRST_DELIVERY,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    SPATIAL,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    GERMANY,
    LICENCE,
    NOW,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    approval,
    constrained,
    either,
    refined,
)

NAIVE = NOW.replace(tzinfo=None)
METRIC = Iri("urn:metric")
UNREADABLE = [
    Constraint(left=SPATIAL, operator=Operator.EQ, right=()),
    Constraint(left=MIN_GROUP_SIZE, operator=Operator.GTEQ, right=()),
    a_constraint(SPATIAL, Operator.EQ, "nowhere"),
    a_constraint(DATE_TIME, Operator.LT, NAIVE),
    a_constraint(MIN_QUALITY, Operator.GTEQ, Decimal("NaN"), unit=METRIC),
    a_constraint(MIN_QUALITY, Operator.GTEQ, Decimal("Infinity"), unit=METRIC),
    a_constraint(DATE_TIME, Operator.GTEQ, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
]


@pytest.mark.parametrize("term", UNREADABLE)
def test_terms_without_a_normal_form_deny_without_a_hash(term: Constraint) -> None:
    decision = evaluate(constrained(an_agreement(), term), an_access(), a_state(), NOW)

    (reason,) = decision.reasons
    assert (reason.code, reason.clause) == (DenialCode.NOT_AN_AGREEMENT, LICENCE)
    assert reason.text.startswith("The terms cannot be read: ")
    assert decision.policy == ""
    assert not decision.permitted


def test_logic_that_is_nested_too_deep_denies_without_a_hash() -> None:
    term: Condition = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    for _ in range(2_000):
        term = either(term)

    assert evaluate(constrained(an_agreement(), term), an_access(), a_state(), NOW).policy == ""


@pytest.mark.parametrize("value", [1.5, None])
def test_a_value_of_no_type_of_the_model_is_unknown(value: Any) -> None:
    policy, asked = constrained(an_agreement(), a_constraint(SPATIAL, Operator.EQ, GERMANY)), an_access()
    odd = replace(asked, values={**asked.values, SPATIAL: frozenset({value})})

    assert evaluate(policy, odd, a_state(), NOW).reasons[0].code == DenialCode.CONSTRAINT_NOT_MET


@pytest.mark.parametrize("term", UNREADABLE)
def test_a_mandate_without_a_normal_form_denies(term: Constraint) -> None:
    mandate = replace(constrained(an_agreement(), term), uid=Iri("urn:mandate"), policy_class=PolicyClass.SET)

    assert not evaluate(an_agreement(), an_access(), a_state(), NOW, mandates=(mandate,)).permitted
    with pytest.raises(PolicyMalformedError):
        access_plan(an_agreement(), an_access().dataset, mandates=(mandate,))


@pytest.mark.parametrize(
    "term",
    [
        a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1), unit=METRIC),
        a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1), 7),
        a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(90), unit=METRIC),
        a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(90), "keep"),
    ],
)
def test_a_unit_or_a_second_value_where_there_is_none_is_unknown_to_both_engines(term: Constraint) -> None:
    policy, request = constrained(an_agreement(), term), an_access()

    decision = evaluate(policy, request, a_state(), NOW)

    assert not decision.permitted
    assert access_plan(policy, request.dataset).decide(request, a_state(), NOW) == decision


@pytest.mark.parametrize("value", [Decimal("NaN"), Quantity(number=Decimal("NaN"), unit=METRIC), NAIVE])
def test_what_is_no_number_and_no_moment_compares_with_nothing(value: Decimal | Quantity | datetime) -> None:
    for left, bound, unit in (
        (MIN_QUALITY, Decimal(0), METRIC if isinstance(value, Quantity) else None),
        (MIN_GROUP_SIZE, NOW, None),
    ):
        policy = constrained(an_agreement(), a_constraint(left, Operator.GTEQ, bound, unit=unit))
        request = an_access()
        request = replace(request, values={**request.values, left: frozenset({value})})

        assert not evaluate(policy, request, a_state(), NOW).permitted


def test_evidence_without_an_offset_is_not_known_to_be_in_force() -> None:
    policy = an_agreement(ethics=True)
    (duty,) = policy.permissions[0].duties
    shown = approval(duty.uid)

    assert decided(policy, duty, since=shown.since)
    assert not decided(policy, duty, since=NAIVE)
    assert not decided(policy, duty, until=NAIVE + timedelta(9))


def decided(policy: Policy, duty: Duty, **changes: datetime) -> bool:
    evidence = approval(duty.uid, **changes)
    return evaluate(policy, an_access(), a_state(evidence=(evidence,)), NOW).permitted


def test_a_first_delivery_without_an_offset_leaves_unknown_how_long_ago_it_was() -> None:
    policy, state = an_agreement(days=90), a_state(first_delivery=NAIVE)
    request = an_access()
    waiting = an_agreement(ethics=True)
    (rule,) = waiting.permissions
    after = a_constraint(EVENT, Operator.GT, FIRST_DELIVERY)
    waiting = replace(waiting, permissions=(replace(rule, duties=(replace(rule.duties[0], constraints=(after,)),)),))

    for each in (policy, waiting):
        decision = evaluate(each, request, state, NOW)
        assert not decision.permitted
        assert access_plan(each, request.dataset).decide(request, state, NOW) == decision


def test_a_term_on_rows_that_cannot_be_decided_keeps_none() -> None:
    term = a_constraint(COLUMN, Operator.IS_ANY_OF, timedelta(1), on_column="value")

    assert not evaluate(refined(an_agreement(), term), an_access(), a_state(), NOW).permitted
