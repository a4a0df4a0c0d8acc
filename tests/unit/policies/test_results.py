"""Decisions and reports as JSON values."""

import json
from dataclasses import replace

import pytest

from policies.counters import counters_of
from policies.errors import PolicyMalformedError
from policies.evaluate import evaluate
from policies.explain import explain
from policies.hypothesis import supposed
from policies.model import PolicyClass, Quantity, Transform
from policies.predicate import NOTHING, AnyOf, Comparator, Compare, IsNull, Not, Unknown
from policies.prices import Rate
from policies.record import record
from policies.results import ROW_BY_ROW, actual_values, decision_value, record_value, report_value, rows_value
from policies.vocabulary import MICRO_RHO, PER_RECORD, PSEUDONYMISE, TRUNCATE_TIME, Iri
from tests.testkit.policies import (
    ACADEMIC,
    LICENCE,
    LICENSEE,
    NOW,
    REPUTATION,
    a_state,
    an_access,
    an_agreement,
    an_offer,
)

RICH = an_agreement(
    consent=True,
    ethics=True,
    price=Rate(amount_micro=2000, currency="EUR", unit=PER_RECORD),
    transforms={
        "rater": Transform(term=PSEUDONYMISE),
        "observed_at": Transform(term=TRUNCATE_TIME, parameter=Iri("https://muniment.example/ns#month")),
    },
    max_records=10,
    observed_from=NOW,
    not_together=frozenset({frozenset({"rater", "value"})}),
    columns=frozenset({"rater", "value", "observed_at"}),
)


def test_a_denial_says_why_and_nothing_else() -> None:
    value = decision_value(evaluate(an_agreement(), an_access(purpose=None), a_state(), NOW))

    assert value.keys() == {"effect", "reasons"}
    assert value["effect"] == "deny"
    assert value["reasons"][0]["code"] == "PURPOSE_NOT_LICENSED"
    assert value["reasons"][0]["text"].endswith(".")


def test_a_permitting_decision_says_everything_that_was_granted() -> None:
    agreed = replace(RICH, permissions=(replace(RICH.permissions[0], duties=RICH.permissions[0].duties[::2]),))
    value = decision_value(evaluate(agreed, an_access(selected=frozenset({"value", "observed_at"})), a_state(), NOW))

    assert value["columns"] == ["observed_at", "value"]
    assert value["rows"] == {"gte": ["observed_at", "2026-06-01T00:00:00Z"]}
    assert value["transforms"] == {"observed_at": {"term": "rep:truncateTime", "parameter": "rep:month"}}
    assert value["limit"] == 10
    assert value["caps"] == [{"counter": "urn:agreement:1#p1#recordCount", "bound": 10, "unit": "row"}]
    assert value["notTogether"] == [["rater", "value"]]
    assert value["consentRequired"] is True
    assert value["price"] == {"amountMicro": 2000, "currency": "EUR", "unit": "rep:perRecord"}
    assert {each["part"] for each in value["sources"]} >= {"columns", "rows", "transforms"}
    assert json.loads(json.dumps(value)) == value


def test_a_record_has_all_that_fixes_the_decision() -> None:
    request, state = an_access(), a_state(version=3)
    decision = evaluate(an_agreement(), request, state, NOW)
    recorded = record(decision, agreement=LICENCE, request=request, state=state, now=NOW, hypothetical=True)

    assert record_value(recorded) == {
        "id": recorded.id,
        "time": "2026-06-01T00:00:00Z",
        "agreement": LICENCE,
        "hypothetical": True,
        "policy": decision.policy,
        "profile": "https://muniment.example/profile/1",
        "stateVersion": 3,
        "requestDigest": recorded.request_digest,
        "decision": decision_value(decision),
    }


def test_without_a_price_there_is_none() -> None:
    value = decision_value(evaluate(an_agreement(), an_access(), a_state(), NOW))

    assert value["price"] is None
    assert value["rows"] == "all"


def test_every_kind_of_filter_has_a_form() -> None:
    young = Compare(column="age", comparator=Comparator.LT, value=18)

    assert rows_value(Not(part=young)) == {"not": {"lt": ["age", "18"]}}
    assert rows_value(AnyOf(column="age", values=(1, 2))) == {"anyOf": ["age", ["1", "2"]]}
    assert rows_value(NOTHING) == {"or": []}
    assert rows_value(IsNull(column="age")) == {"isNull": "age"}
    assert rows_value(Unknown(reason="nobody says")) == "unknown"


def test_a_report_has_every_rule_premise_and_duty_with_the_values_it_saw() -> None:
    rules = report_value(explain(RICH, an_access(), a_state(), NOW))

    assert [each["kind"] for each in rules] == ["permission"] + ["prohibition"] * 4 + ["obligation"] * 3
    permission = rules[0]
    assert {"party", "target", "action"} <= permission.keys()
    purpose = next(each for each in permission["premises"] if "purpose" in each["told"])
    assert (purpose["actual"], purpose["result"]) == (["dpv:AcademicResearch"], "satisfied")
    assert "counted" not in purpose
    assert [each["counter"] for each in permission["premises"] if "counter" in each] == [
        "urn:agreement:1#p1#recordCount"
    ]
    assert ROW_BY_ROW in {each["result"] for each in permission["targetPremises"]}
    assert {"value": "satisfied"} in [each["columns"] for each in permission["targetPremises"]]
    assert {each["action"] for each in permission["duties"]} == {
        "odrl:obtainConsent",
        "rep:obtainEthicsDecision",
        "odrl:compensate",
    }
    assert json.loads(json.dumps(rules)) == rules


def test_a_report_says_what_a_limit_counts() -> None:
    (rule, *_) = report_value(explain(an_agreement(max_records=9), an_access(), a_state(), NOW))

    assert [each["counted"] for each in rule["premises"] if "counted" in each] == [
        {"asked": 100, "used": 0, "reserved": 0}
    ]


def test_members_of_a_logical_condition_are_reported_one_by_one() -> None:
    rules = report_value(explain(an_agreement(purposes=frozenset({ACADEMIC, REPUTATION})), an_access(), a_state(), NOW))

    members = rules[0]["premises"][0]["members"]
    assert sorted(each["result"] for each in members) == ["satisfied", "unsatisfied"]


def test_actual_values_are_text_and_quantities_name_their_unit() -> None:
    assert actual_values(frozenset({Quantity(number=5, unit=MICRO_RHO)})) == ["5 rep:microRho"]
    assert actual_values(frozenset({ACADEMIC, NOW, 7})) == ["2026-06-01T00:00:00Z", "7", "dpv:AcademicResearch"]


def test_an_offer_is_supposed_to_be_the_agreement_with_whoever_asks() -> None:
    offer = an_offer()
    tried = supposed(offer, LICENSEE)

    assert (tried.policy_class, tried.uid, tried.assignee) == (PolicyClass.AGREEMENT, offer.uid, LICENSEE)
    assert evaluate(tried, an_access(), a_state(), NOW).permitted
    assert not evaluate(offer, an_access(), a_state(), NOW).permitted


def test_the_rules_of_what_is_supposed_can_be_found_in_the_offer() -> None:
    offer = an_offer(max_records=10, ethics=True)
    permission = offer.permissions[0]
    own = replace(permission, uid=Iri("urn:rule:1"), duties=(replace(permission.duties[0], uid=Iri("urn:duty:1")),))
    tried = supposed(replace(offer, permissions=(own,)), LICENSEE)

    assert tried.permissions == (replace(own, assignee=LICENSEE),)
    assert [each.uid for each in tried.prohibitions] == [each.uid for each in offer.prohibitions]
    assert counters_of([tried]).keys() == {"urn:rule:1#recordCount"}


@pytest.mark.parametrize("policy_class", [PolicyClass.AGREEMENT, PolicyClass.SET])
def test_what_is_no_proposal_stays_as_it_is(policy_class: PolicyClass) -> None:
    policy = replace(an_agreement(), policy_class=policy_class)

    assert supposed(policy, LICENSEE) is policy


def test_a_request_of_somebody_else_supposes_nothing() -> None:
    request = replace(an_agreement(), policy_class=PolicyClass.REQUEST)

    with pytest.raises(PolicyMalformedError, match="another assignee"):
        supposed(request, Iri("urn:party:other"))
