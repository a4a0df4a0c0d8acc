"""A compiled plan decides what the interpreter decides, in the cases that are prepared and in those that are not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.access_plan import AccessPlan, access_plan
from policies.canonical import policy_hash
from policies.evaluate import evaluate
from policies.model import (
    AccessRequest,
    Action,
    ColumnMode,
    Condition,
    Duty,
    Policy,
    PolicyClass,
    Prohibition,
    Quantity,
    State,
    Target,
    Transform,
    Usage,
)
from policies.terms import agreement
from policies.vocabulary import (
    DATE_TIME,
    ELAPSED_TIME,
    EVALUATE,
    EVENT,
    FIELD,
    FINE_TUNE,
    LICENCE_END,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    MODEL_RELEASE,
    OPEN_WEIGHTS,
    PAY_DEPOSIT,
    PSEUDONYMISE,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    RHO,
    SPATIAL,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ACADEMIC,
    ASSET,
    EUROS,
    FRANCE,
    GERMANY,
    LICENCE,
    LICENSEE,
    MARKETING,
    NOW,
    OWNER,
    RESEARCH,
    a_constraint,
    a_prohibition,
    a_state,
    an_access,
    an_agreement,
    an_offer,
    approval,
    constrained,
    either,
    permitting,
    refined,
    the_permission,
)

P1 = f"{LICENCE}#p1"
USED = a_state(usage={f"{P1}#count": Usage(used=2), f"{P1}#recordCount": Usage(used=95, reserved=2)})
USED_UP = a_state(usage={f"{P1}#count": Usage(used=3)})
LATER = a_state(first_delivery=NOW - timedelta(4))


def prohibiting(prohibition: Prohibition) -> Policy:
    policy = an_agreement()
    return replace(policy, prohibitions=(*policy.prohibitions, prohibition))


def a_mandate(*constraints: Condition, **terms: Any) -> Policy:
    bound = constrained(agreement(an_offer(**terms), uid=LICENCE, assignee=LICENSEE), *constraints)
    rule = replace(the_permission(bound), uid=Iri("urn:mandate#p1"), assignee=None, duties=())
    return Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, permissions=(rule,))


RICH = an_agreement(
    max_queries=3,
    max_records=100,
    days=90,
    valid_until=NOW + timedelta(30),
    places=frozenset({GERMANY}),
    price=EUROS,
    consent=True,
    ethics=True,
    transforms={"rater": Transform(term=PSEUDONYMISE)},
    not_together=frozenset({frozenset({"rater", "value"})}),
)
ETHICS = approval(f"{LICENCE}#d2")


@pytest.mark.parametrize("state", [a_state(), USED, USED_UP, LATER, a_state(first_delivery=NOW + timedelta(1))])
@pytest.mark.parametrize("evidence", [(), (ETHICS,)])
@pytest.mark.parametrize("now", [NOW, NOW + timedelta(40), NOW + timedelta(400), datetime(2026, 6, 1)])  # noqa: DTZ001
@pytest.mark.parametrize(
    "request_",
    [
        an_access(place=GERMANY),
        an_access(place=GERMANY, rows=2),
        an_access(place=GERMANY, selected=frozenset({"rater"})),
        an_access(place=GERMANY, selected=frozenset({"rater", "value"})),
        an_access(place=GERMANY, selected=frozenset({"value", "observed_at"}), mode=ColumnMode.OMIT),
        an_access(place=GERMANY, filtered=frozenset({"value"})),
        an_access(place=GERMANY, ordered=frozenset({"rater"})),
        an_access(place=GERMANY, filtered=frozenset({"rater"}), selected=frozenset({"rater"})),
        an_access(place=FRANCE),
        an_access(purpose=MARKETING),
        an_access(purpose=Iri("urn:unheard"), place=GERMANY),
        an_access(purpose=None, place=GERMANY),
        an_access(action=EVALUATE),
        an_access(action=USE),
        an_access(action=Iri("urn:unheard")),
        an_access(party=Iri("urn:party:other")),
        an_access(target=Iri("urn:dataset:other")),
        an_access(place=GERMANY, platform="forum"),
        an_access(place=GERMANY, rows=-1),
    ],
)
def test_a_rich_agreement(request_: AccessRequest, now: datetime, evidence: tuple[Any, ...], state: State) -> None:
    state = replace(state, evidence=evidence)
    plan = access_plan(RICH, an_access().dataset)

    for _ in range(2):
        assert plan.decide(request_, state, now) == evaluate(RICH, request_, state, now)


SEVERAL = replace(an_access(), values={PURPOSE: frozenset({ACADEMIC, RESEARCH}), SPATIAL: frozenset({GERMANY, FRANCE})})


@pytest.mark.parametrize(
    "policy",
    [
        an_agreement(),
        an_offer(),
        constrained(an_agreement(), a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE)),
        constrained(an_agreement(), a_constraint(SPATIAL, Operator.NEQ, GERMANY)),
        constrained(an_agreement(), a_constraint(RECIPIENT, Operator.EQ, LICENSEE)),
        constrained(an_agreement(), a_constraint(MIN_GROUP_SIZE, Operator.GTEQ, 5)),
        constrained(an_agreement(), a_constraint(RHO, Operator.LTEQ, 100, unit=MICRO_RHO)),
        constrained(an_agreement(), a_constraint(EVENT, Operator.LT, LICENCE_END)),
        constrained(an_agreement(), a_constraint(Iri("urn:unheard"), Operator.EQ, "x")),
        constrained(an_agreement(), a_constraint(DATE_TIME, Operator.GT, NOW)),
        constrained(an_agreement(), a_constraint(ELAPSED_TIME, Operator.LT, timedelta(0))),
        constrained(
            an_agreement(),
            either(a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(PURPOSE, Operator.IS_A, MARKETING)),
        ),
        refined(an_agreement(), a_constraint(FIELD, Operator.IS_NONE_OF, "value")),
        permitting(
            an_agreement(),
            action=Action(term=FINE_TUNE, refinements=(a_constraint(MODEL_RELEASE, Operator.EQ, OPEN_WEIGHTS),)),
        ),
        permitting(
            an_agreement(),
            duties=(
                Duty(
                    uid=Iri(f"{LICENCE}#d1"),
                    action=Action(term=PAY_DEPOSIT),
                    constraints=(a_constraint(DATE_TIME, Operator.LT, NOW),),
                ),
            ),
        ),
        permitting(an_agreement(), assignee=None),
        prohibiting(a_prohibition()),
        prohibiting(a_prohibition(action=Action(term=EVALUATE))),
        prohibiting(a_prohibition(a_constraint(PURPOSE, Operator.IS_A, MARKETING))),
        prohibiting(a_prohibition(a_constraint(PURPOSE, Operator.IS_A, RESEARCH))),
        prohibiting(
            a_prohibition(target=Target(source=ASSET, refinements=(a_constraint(FIELD, Operator.IS_ANY_OF, "rater"),)))
        ),
    ],
)
@pytest.mark.parametrize(
    "request_",
    [
        an_access(),
        an_access(place=GERMANY, recipient=LICENSEE, model_release=OPEN_WEIGHTS),
        an_access(place=FRANCE, recipient=OWNER, selected=frozenset({"rater"})),
        SEVERAL,
        replace(an_access(), values={**an_access().values, RHO: frozenset({Quantity(number=9, unit=MICRO_RHO)})}),
        replace(an_access(), values={**an_access().values, MIN_GROUP_SIZE: frozenset({5})}),
    ],
)
def test_each_kind_of_term(policy: Policy, request_: AccessRequest) -> None:
    plan = access_plan(policy, request_.dataset)

    for state in (a_state(), LATER):
        assert plan.decide(request_, state, NOW) == evaluate(policy, request_, state, NOW)


@pytest.mark.parametrize(
    "mandate",
    [
        a_mandate(),
        a_mandate(columns=frozenset({"rater"})),
        a_mandate(max_records=40),
        a_mandate(a_constraint(DATE_TIME, Operator.LT, NOW)),
        a_mandate(a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1))),
        a_mandate(a_constraint(DATE_TIME, Operator.GT, NOW)),
        a_mandate(action=EVALUATE),
        a_mandate(purposes=frozenset({MARKETING})),
        replace(a_mandate(), policy_class=PolicyClass.AGREEMENT),
        Policy(
            uid=Iri("urn:mandate"),
            policy_class=PolicyClass.SET,
            prohibitions=(a_prohibition(a_constraint(RECORD_COUNT, Operator.LTEQ, 0), assignee=None),),
        ),
    ],
)
def test_mandates(mandate: Policy) -> None:
    plan = access_plan(an_agreement(), an_access().dataset, mandates=[mandate])

    for request_ in (an_access(), an_access(selected=frozenset({"rater"}))):
        expected = evaluate(an_agreement(), request_, a_state(), NOW, mandates=[mandate])
        assert plan.decide(request_, a_state(), NOW) == expected


def interpreted(plan: AccessPlan, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> int:
    """How often the interpreter is asked while the call runs."""
    from policies import access_plan as plans  # noqa: PLC0415
    from policies.deciding import course  # noqa: PLC0415

    asked = []

    def counted(*arguments: Any, **more: Any) -> Any:
        asked.append(arguments)
        return evaluate(plan.policy, *arguments[2:5])

    monkeypatch.setattr(plans, "interpret", counted)
    monkeypatch.setattr(course, "interpret", counted)
    call()
    return len(asked)


@pytest.mark.parametrize(
    "request_", [an_access(place=GERMANY), an_access(place=FRANCE), an_access(place=GERMANY, purpose=MARKETING)]
)
def test_plain_requests_are_decided_without_the_interpreter(
    request_: AccessRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = access_plan(RICH, request_.dataset)
    plan.decide(an_access(place=GERMANY), a_state(), NOW)

    assert interpreted(plan, monkeypatch, lambda: plan.decide(request_, a_state(), NOW)) == 0


def test_collections_are_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    group = Iri("urn:party:group")
    policy = permitting(an_agreement(), assignee=group)
    plan = access_plan(policy, an_access().dataset)
    state = a_state(members={group: frozenset({LICENSEE})})

    assert plan.decide(an_access(), state, NOW).permitted
    assert interpreted(plan, monkeypatch, lambda: plan.decide(an_access(), state, NOW)) == 1


def test_a_plan_knows_the_hash_or_works_it_out() -> None:
    dataset = an_access().dataset

    assert access_plan(an_agreement(), dataset).digest == policy_hash(an_agreement())
    assert access_plan(an_agreement(), dataset, digest="sha-256:known").digest == "sha-256:known"
