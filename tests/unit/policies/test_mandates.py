"""Mandates of governments, companies and communities are rules beside the agreement: the strictest of all prevails."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policies.access_plan import access_plan
from policies.deciding.outcome import NARROWED, PERMITTED
from policies.evaluate import evaluate
from policies.explain import explain
from policies.model import (
    Action,
    ColumnMode,
    Condition,
    Constraint,
    Decision,
    DenialCode,
    Deontic,
    Duty,
    Part,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    State,
    Target,
    Transform,
    Usage,
    Verdict,
)
from policies.predicate import Comparator, Compare
from policies.vocabulary import (
    APPROVED,
    DATE_TIME,
    DROP,
    ETHICS_DECISION,
    EVALUATE,
    FIELD,
    FINE_TUNE,
    OBSERVED_AT,
    OBTAIN_ETHICS_DECISION,
    PSEUDONYMISE,
    RECORD_COUNT,
    REDACT_TEXT,
    SPATIAL,
    TRANSFORM,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    EUROS,
    FRANCE,
    GERMANY,
    LICENCE,
    NOW,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    approval,
)

LAW = Iri("urn:mandate:law-of-a-country")
COMPANY = Iri("urn:mandate:rules-of-a-company")
COMMUNITY = Iri("urn:mandate:standards-of-a-community")


def mandate(
    uid: Iri,
    *constraints: Condition,
    columns: tuple[str, ...] = (),
    refinements: tuple[Condition, ...] = (),
    duties: tuple[Duty, ...] = (),
) -> Policy:
    """Rules that bind everybody who uses the dataset in any way."""
    listed = (Constraint(left=FIELD, operator=Operator.IS_ANY_OF, right=columns),) if columns else ()
    rule = Permission(
        uid=Iri(f"{uid}#1"),
        target=Target(source=ASSET, refinements=(*listed, *refinements)),
        action=Action(term=USE),
        constraints=constraints,
        duties=duties,
    )
    return Policy(uid=uid, policy_class=PolicyClass.SET, permissions=(rule,))


def decide(*mandates: Policy, state: State | None = None, policy: Policy | None = None, **asked: Any) -> Decision:
    now = asked.pop("now", NOW)
    return evaluate(policy or an_agreement(), an_access(**asked), state or a_state(), now, mandates=mandates)


@pytest.mark.requirement("R51")
def test_the_strictest_of_all_prevails_and_the_report_names_it() -> None:
    law = mandate(LAW, a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE))
    company = mandate(COMPANY, a_constraint(SPATIAL, Operator.EQ, GERMANY))

    inside, outside = decide(law, company, place=GERMANY), decide(law, company, place=FRANCE)

    assert inside.permitted
    assert [(each.code, each.clause) for each in inside.reasons] == [
        (PERMITTED, f"{LICENCE}#p1"),
        (NARROWED, f"{LAW}#1"),
        (NARROWED, f"{COMPANY}#1"),
    ]
    assert [(each.code, each.clause) for each in outside.reasons] == [("CONSTRAINT_NOT_MET", f"{COMPANY}#1")]
    report = explain(an_agreement(), an_access(place=FRANCE), a_state(), NOW, mandates=(law, company))
    found = {each.policy: each.premises[0].result for each in report.rules if each.policy in {LAW, COMPANY}}
    assert found == {LAW: Verdict.SATISFIED, COMPANY: Verdict.UNSATISFIED}


@pytest.mark.requirement("R51")
def test_columns_rows_caps_and_transforms_are_those_of_the_strictest() -> None:
    policy = an_agreement(max_records=80, price=EUROS)
    pseudonyms = a_constraint(TRANSFORM, Operator.EQ, PSEUDONYMISE, on_column="rater")
    recent = a_constraint(OBSERVED_AT, Operator.GTEQ, NOW)
    law = mandate(LAW, a_constraint(RECORD_COUNT, Operator.LTEQ, 50), refinements=(pseudonyms,))
    company = mandate(COMPANY, columns=("rater",), refinements=(recent,))
    state = a_state(usage={f"{LAW}#1#recordCount": Usage(used=20)})

    decision = decide(law, company, policy=policy, state=state, selected=frozenset({"rater"}))

    assert decision.permitted
    assert decision.limit == 30
    assert [each.counter for each in decision.caps] == [f"{LICENCE}#p1#recordCount", f"{LAW}#1#recordCount"]
    assert decision.transforms == {"rater": Transform(term=PSEUDONYMISE)}
    assert decision.rows == Compare(column="observed_at", comparator=Comparator.GTE, value=NOW)
    assert [(each.part, each.clause) for each in decision.sources] == [
        (Part.COLUMNS, f"{LICENCE}#p1"),
        (Part.COLUMNS, f"{COMPANY}#1"),
        (Part.ROWS, f"{COMPANY}#1"),
        (Part.TRANSFORMS, f"{LAW}#1"),
    ]
    assert decision.price is not None
    assert decide(law, company, policy=policy).reasons[0].clause == f"{COMPANY}#1"


def test_the_order_of_mandates_makes_no_difference() -> None:
    law = mandate(LAW, a_constraint(RECORD_COUNT, Operator.LTEQ, 50))
    company = mandate(COMPANY, columns=("value",))

    assert decide(law, company) == decide(company, law)
    assert decide(law, company).permitted


@pytest.mark.requirement("R52")
def test_a_mandate_counts_while_it_is_in_force() -> None:
    ends = mandate(
        LAW, a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(30)), a_constraint(SPATIAL, Operator.EQ, GERMANY)
    )

    assert not decide(ends, place=FRANCE).permitted
    assert decide(ends, place=FRANCE, now=NOW + timedelta(30)).permitted


def test_a_mandate_forbids_what_the_agreement_permits() -> None:
    rule = Prohibition(uid=Iri(f"{LAW}#1"), target=Target(source=ASSET), action=Action(term=FINE_TUNE))
    law = Policy(uid=LAW, policy_class=PolicyClass.SET, prohibitions=(rule,))

    assert [(each.code, each.clause) for each in decide(law).reasons] == [("PROHIBITED", f"{LAW}#1")]


def test_what_a_mandate_permits_beyond_the_agreement_is_not_permitted() -> None:
    assert not decide(mandate(LAW), selected=frozenset({"observed_at"})).permitted


@pytest.mark.requirement("R57")
def test_standards_of_a_community_ask_for_a_decision_on_ethics_beyond_the_agreement() -> None:
    approved = a_constraint(ETHICS_DECISION, Operator.EQ, APPROVED)
    duty = Duty(uid=Iri(f"{COMMUNITY}#1d"), action=Action(term=OBTAIN_ETHICS_DECISION, refinements=(approved,)))
    standards = mandate(COMMUNITY, duties=(duty,))
    in_force = a_state(evidence=(approval(duty.uid, until=NOW + timedelta(30)),))

    assert decide().permitted
    assert [(each.code, each.clause) for each in decide(standards).reasons] == [("DUTY_NOT_FULFILLED", duty.uid)]
    assert decide(standards, state=in_force).permitted
    assert not decide(standards, state=in_force, now=NOW + timedelta(30)).permitted
    (rule,) = explain(replace(standards), an_access(), in_force, NOW).rules
    assert rule.duties[0].deontic is Deontic.FULFILLED


def test_the_order_of_mandates_has_no_influence() -> None:
    law, company = mandate(LAW), mandate(COMPANY, a_constraint(SPATIAL, Operator.EQ, GERMANY))

    assert decide(law, company, place=GERMANY) == decide(company, law, place=GERMANY)
    assert decide(law, company, place=FRANCE) == decide(company, law, place=FRANCE)


def test_a_further_mandate_does_not_settle_what_two_others_clash_in() -> None:
    clashing = (
        mandate(LAW, refinements=(a_constraint(TRANSFORM, Operator.EQ, PSEUDONYMISE, on_column="rater"),)),
        mandate(COMPANY, refinements=(a_constraint(TRANSFORM, Operator.EQ, REDACT_TEXT, on_column="rater"),)),
    )
    dropping = mandate(COMMUNITY, refinements=(a_constraint(TRANSFORM, Operator.EQ, DROP, on_column="rater"),))
    both: dict[str, Any] = {"selected": frozenset({"rater", "value"}), "mode": ColumnMode.OMIT}

    assert not decide(*clashing, **both).permitted
    assert not decide(*clashing, dropping, **both).permitted


def test_a_bound_on_a_part_of_what_is_asked_binds_it() -> None:
    """Fine-tuning is a use: whoever asks for every use is bound by the rules on fine-tuning."""
    rule = mandate(LAW, columns=("rater",)).permissions[0]
    law = Policy(uid=LAW, policy_class=PolicyClass.SET, permissions=(replace(rule, action=Action(term=FINE_TUNE)),))
    licence = replace(an_agreement(action=USE), prohibitions=())

    for action in (FINE_TUNE, USE):
        found = decide(law, policy=licence, action=action, selected=frozenset({"value"}))
        assert found.reasons[0].code == DenialCode.COLUMN_NOT_LICENSED
    assert decide(law, policy=licence, action=EVALUATE, selected=frozenset({"value"})).permitted


def test_rules_of_one_name_are_told_apart() -> None:
    """A mandate names its rule like the agreement does: both engines go by the rule, not by its name."""
    rule = mandate(LAW, a_constraint(SPATIAL, Operator.EQ, GERMANY)).permissions[0]
    twin = replace(rule, uid=Iri(f"{LICENCE}#p1"), action=Action(term=EVALUATE))
    law = Policy(uid=LAW, policy_class=PolicyClass.SET, permissions=(twin,))
    asked = an_access()

    plan = access_plan(an_agreement(), asked.dataset, mandates=(law,))

    assert plan.decide(asked, a_state(), NOW) == decide(law)
    assert decide(law).permitted
