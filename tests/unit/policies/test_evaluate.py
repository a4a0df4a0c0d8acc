"""Who is denied, with which code and clause, and what a permission carries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.access_plan import access_plan
from policies.canonical import policy_hash
from policies.deciding.outcome import PERMITTED
from policies.evaluate import evaluate
from policies.explain import explain
from policies.model import (
    AccessRequest,
    Action,
    Activation,
    Condition,
    Decision,
    DenialCode,
    Duty,
    Effect,
    LicenceStatus,
    Policy,
    PolicyClass,
    Role,
    State,
    Target,
    Transform,
    Usage,
)
from policies.predicate import EVERYTHING, NOTHING
from policies.prices import refinements_of
from policies.terms import Rate
from policies.vocabulary import (
    ANONYMIZE,
    COMMERCIALISE,
    COMPENSATE,
    CONSENTING_PARTY,
    CONTESTED,
    COUNT,
    DATE_TIME,
    DELETE,
    DISTRIBUTE,
    DPV,
    ELAPSED_TIME,
    EVALUATE,
    EVENT,
    FINE_TUNE,
    GIVE,
    LICENCE_END,
    MODEL_RELEASE,
    OBTAIN_CONSENT,
    ODRL,
    OPEN_WEIGHTS,
    PAY_DEPOSIT,
    PER_QUERY,
    PER_RUN,
    PSEUDONYMISE,
    PUBLISH_MODEL,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    SELL,
    SPATIAL,
    STORAGE_JURISDICTION,
    SUBLICENSE,
    TECHNICAL_MEASURE,
    TOKEN_COUNT,
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
    exactly_one,
    permitting,
    the_permission,
)

P1 = f"{LICENCE}#p1"
DERIVE = Iri(ODRL + "derive")


def decide(
    policy: Policy | None = None, request: AccessRequest | None = None, state: State | None = None, **more: Any
) -> Decision:
    now = more.pop("now", NOW)
    return evaluate(policy or an_agreement(), request or an_access(), state or a_state(), now, **more)


def denial(*arguments: Any, **more: Any) -> tuple[str, str]:
    """Code and clause of the first reason."""
    decision = decide(*arguments, **more)
    assert decision.effect is Effect.DENY
    assert not decision.permitted
    assert (decision.columns, decision.rows, decision.limit) == (frozenset(), NOTHING, 0)
    assert decision.clause == decision.reasons[0].clause
    return decision.reasons[0].code, decision.reasons[0].clause


def test_what_the_agreement_permits_is_permitted() -> None:
    decision = decide()

    assert decision.permitted
    assert decision.policy == policy_hash(an_agreement())
    assert (decision.clause, decision.columns, decision.limit) == (P1, frozenset({"value"}), 100)
    assert isinstance(decision.columns, frozenset)
    assert decision.rows == EVERYTHING
    assert [reason.code for reason in decision.reasons] == [PERMITTED]
    assert [each.clause for each in decision.obligations] == [f"{LICENCE}#o{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("code", "clause", "policy", "request_", "state"),
    [
        ("NOT_AN_AGREEMENT", "urn:offer:1", an_offer(), None, None),
        ("NOT_AN_AGREEMENT", LICENCE, replace(an_agreement(), policy_class=PolicyClass.REQUEST), None, None),
        ("NOT_AN_AGREEMENT", LICENCE, replace(an_agreement(), policy_class=PolicyClass.SET), None, None),
        ("AGREEMENT_STATE", LICENCE, None, None, a_state(status=LicenceStatus.SUSPENDED)),
        ("AGREEMENT_STATE", LICENCE, None, None, a_state(status=LicenceStatus.TERMINATED)),
        ("LICENCE_EXPIRED", LICENCE, None, None, a_state(status=LicenceStatus.EXPIRED)),
        ("PARTY_NOT_LICENSED", LICENCE, None, an_access(party=Iri("urn:party:other")), None),
        ("DATASET_NOT_LICENSED", LICENCE, None, an_access(target=Iri("urn:dataset:other")), None),
        ("ACTION_NOT_LICENSED", LICENCE, None, an_access(action=EVALUATE), None),
        ("ACTION_NOT_LICENSED", LICENCE, None, an_access(action=USE), None),
        ("ACTION_NOT_LICENSED", LICENCE, None, an_access(action=Iri("urn:unheard")), None),
        ("PURPOSE_NOT_LICENSED", P1, None, an_access(purpose=MARKETING), None),
        ("PURPOSE_NOT_LICENSED", P1, None, an_access(purpose=None), None),
        ("PURPOSE_NOT_LICENSED", P1, None, an_access(purpose=Iri("urn:unheard")), None),
        (
            "PURPOSE_NOT_LICENSED",
            P1,
            an_agreement(purposes=frozenset({RESEARCH, Iri("https://w3id.org/dpv#Advertising")})),
            an_access(purpose=MARKETING),
            None,
        ),
    ],
)
def test_denials_name_what_was_wrong(
    code: str, clause: str, policy: Policy | None, request_: AccessRequest | None, state: State | None
) -> None:
    assert denial(policy, request_, state) == (code, clause)


def test_two_matching_permissions_decide_nothing() -> None:
    policy = an_agreement()
    second = replace(the_permission(policy), uid=Iri(f"{LICENCE}#p2"))

    assert denial(replace(policy, permissions=(*policy.permissions, second))) == ("ACTION_NOT_LICENSED", P1)


@pytest.mark.parametrize(
    ("code", "condition", "more"),
    [
        ("LICENCE_EXPIRED", a_constraint(DATE_TIME, Operator.LT, NOW), {}),
        ("LICENCE_EXPIRED", a_constraint(DATE_TIME, Operator.LTEQ, NOW - timedelta(1)), {}),
        ("CONSTRAINT_NOT_MET", a_constraint(DATE_TIME, Operator.GT, NOW), {}),
        ("CONSTRAINT_NOT_MET", a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1)), {"now": datetime(2026, 6, 1)}),  # noqa: DTZ001
        ("CONSTRAINT_NOT_MET", a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY), {}),
        ("CONSTRAINT_NOT_MET", a_constraint(SPATIAL, Operator.NEQ, GERMANY), {"request": an_access(place=GERMANY)}),
        (
            "CONSTRAINT_NOT_MET",
            a_constraint(SPATIAL, Operator.NEQ, GERMANY),
            {"request": an_access(place=Iri("urn:sea"))},
        ),
        (
            "CONSTRAINT_NOT_MET",
            a_constraint(STORAGE_JURISDICTION, Operator.EQ, GERMANY),
            {"request": an_access(storage=FRANCE)},
        ),
        ("CONSTRAINT_NOT_MET", a_constraint(RECIPIENT, Operator.EQ, LICENSEE), {"request": an_access(recipient=OWNER)}),
        ("CONSTRAINT_NOT_MET", a_constraint(TOKEN_COUNT, Operator.LTEQ, 10), {}),
        ("CONSTRAINT_NOT_MET", a_constraint(Iri("urn:unheard"), Operator.EQ, "x"), {}),
        (
            "CONSTRAINT_NOT_MET",
            either(a_constraint(COUNT, Operator.LTEQ, 10), a_constraint(RECORD_COUNT, Operator.LTEQ, 10)),
            {},
        ),
        (
            "CONSTRAINT_NOT_MET",
            exactly_one(
                a_constraint(PURPOSE, Operator.IS_A, RESEARCH), a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1))
            ),
            {},
        ),
        (
            "CONSTRAINT_NOT_MET",
            a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(3)),
            {"state": a_state(first_delivery=NOW + timedelta(1))},
        ),
        (
            "LICENCE_EXPIRED",
            a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(3)),
            {"state": a_state(first_delivery=NOW - timedelta(4))},
        ),
        (
            "LICENCE_QUOTA_EXCEEDED",
            a_constraint(COUNT, Operator.LTEQ, 3),
            {"state": a_state(usage={f"{P1}#count": Usage(used=2, reserved=1)})},
        ),
        (
            "LICENCE_QUOTA_EXCEEDED",
            a_constraint(COUNT, Operator.LT, 3),
            {"state": a_state(usage={f"{P1}#count": Usage(used=2)})},
        ),
        (
            "LICENCE_QUOTA_EXCEEDED",
            a_constraint(RECORD_COUNT, Operator.LTEQ, 3),
            {"state": a_state(usage={f"{P1}#recordCount": Usage(used=5)})},
        ),
    ],
)
def test_constraints_that_do_not_hold_deny(code: str, condition: Condition, more: dict[str, Any]) -> None:
    assert denial(constrained(an_agreement(), condition), **more) == (code, P1)


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        (a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1)), {}),
        (a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(3)), {}),
        (
            a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(3)),
            {"state": a_state(first_delivery=NOW - timedelta(3))},
        ),
        (a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY), {"request": an_access(place=GERMANY)}),
        (a_constraint(STORAGE_JURISDICTION, Operator.NEQ, GERMANY), {"request": an_access(storage=FRANCE)}),
        (a_constraint(RECIPIENT, Operator.IS_ANY_OF, LICENSEE), {"request": an_access(recipient=LICENSEE)}),
        (either(a_constraint(SPATIAL, Operator.EQ, FRANCE), a_constraint(PURPOSE, Operator.IS_A, RESEARCH)), {}),
    ],
)
def test_constraints_that_hold_permit(condition: Condition, more: dict[str, Any]) -> None:
    assert decide(constrained(an_agreement(), condition), **more).permitted


def test_a_naive_clock_after_the_first_delivery_is_unknown() -> None:
    policy = constrained(an_agreement(), a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(3)))

    assert denial(policy, state=a_state(first_delivery=NOW), now=datetime(2026, 6, 1))[0] == "CONSTRAINT_NOT_MET"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("refinement", "request_", "permitted"),
    [
        (a_constraint(MODEL_RELEASE, Operator.EQ, OPEN_WEIGHTS), an_access(), False),
        (a_constraint(MODEL_RELEASE, Operator.EQ, OPEN_WEIGHTS), an_access(model_release=OPEN_WEIGHTS), True),
    ],
)
def test_refinements_of_the_action(refinement: Condition, request_: AccessRequest, *, permitted: bool) -> None:
    policy = permitting(an_agreement(), action=Action(term=FINE_TUNE, refinements=(refinement,)))

    assert decide(policy, request_).permitted is permitted


def test_the_model_is_part_of_the_action() -> None:
    policy = an_agreement(models=frozenset({Iri("urn:model:acme")}))

    assert decide(policy, an_access(model=Iri("urn:model:acme"))).permitted
    assert denial(policy, an_access(model=Iri("urn:model:other"))) == ("CONSTRAINT_NOT_MET", P1)


def test_volume_caps_clip_and_all_caps_are_told() -> None:
    policy = an_agreement(max_records=50, max_queries=3)
    state = a_state(usage={f"{P1}#recordCount": Usage(used=20, reserved=5)})

    decision = decide(policy, state=state)

    assert decision.limit == 25
    assert [(cap.counter, cap.bound, cap.per_row) for cap in decision.caps] == [
        (f"{P1}#count", 3, False),
        (f"{P1}#recordCount", 50, True),
    ]


@pytest.mark.parametrize("first", [100, 150])
def test_of_two_caps_on_one_counter_the_smaller_one_is_guarded(first: int) -> None:
    bounds = (a_constraint(RECORD_COUNT, Operator.LTEQ, each) for each in (first, 250 - first))
    policy, counter = constrained(an_agreement(), *bounds), f"{P1}#recordCount"
    plan = access_plan(policy, an_access().dataset)

    for used, limit in ((0, 120), (95, 5), (100, 0), (150, 0)):
        state = a_state(usage={counter: Usage(used=used)})
        decision = decide(policy, an_access(rows=120), state)
        report = explain(policy, an_access(rows=120), state, NOW)

        assert plan.decide(an_access(rows=120), state, NOW) == decision
        assert decision.limit == min(limit, 100)
        assert [(each.counter, each.bound) for each in decision.caps] == [(counter, 100)] * decision.permitted
        assert (report.rules[0].activation is Activation.ACTIVE) == decision.permitted


def test_price_consent_and_ethics_are_discharged_each_at_its_point() -> None:
    policy = an_agreement(price=Rate(amount_micro=5, currency="EUR", unit=PER_QUERY), consent=True, ethics=True)
    ethics = next(duty for duty in the_permission(policy).duties if duty.action.refinements and duty.role is None)

    assert denial(policy) == ("DUTY_NOT_FULFILLED", ethics.uid)
    assert (
        denial(policy, state=a_state(evidence=(approval(f"{LICENCE}#d1"), approval(f"{LICENCE}#d3"))))[0]
        == "DUTY_NOT_FULFILLED"
    )
    decision = decide(policy, state=a_state(evidence=(approval(ethics.uid),)))

    assert decision.consent_required
    assert decision.price is not None
    assert (decision.price.amount_micro, decision.price.currency, decision.price.unit) == (5, "EUR", PER_QUERY)


def a_duty(action: Action, number: int = 1, **more: Any) -> Duty:
    return Duty(uid=Iri(f"{LICENCE}#d{number}"), action=action, **more)


@pytest.mark.parametrize(
    "duty",
    [
        a_duty(Action(term=ANONYMIZE)),
        a_duty(Action(term=DELETE)),
        a_duty(Action(term=Iri("urn:unheard"))),
        a_duty(Action(term=OBTAIN_CONSENT)),
        a_duty(Action(term=OBTAIN_CONSENT), role=Role(function=CONSENTING_PARTY, party=OWNER)),
        a_duty(Action(term=COMPENSATE)),
        a_duty(Action(term=COMPENSATE, refinements=refinements_of(Rate(amount_micro=1, currency="EUR", unit=PER_RUN)))),
        a_duty(Action(term=PAY_DEPOSIT), constraints=(a_constraint(EVENT, Operator.LT, LICENCE_END),)),
        a_duty(Action(term=PAY_DEPOSIT), constraints=(a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(1)),)),
    ],
)
def test_a_duty_that_is_not_discharged_denies(duty: Duty) -> None:
    assert denial(permitting(an_agreement(), duties=(duty,))) == ("DUTY_NOT_FULFILLED", duty.uid)


def test_an_inactive_duty_does_not_block_and_costs_nothing() -> None:
    over = (a_constraint(DATE_TIME, Operator.LT, NOW),)
    duties = (
        a_duty(Action(term=PAY_DEPOSIT), constraints=over),
        a_duty(Action(term=COMPENSATE, refinements=refinements_of(EUROS)), 2, constraints=over),
    )

    decision = decide(permitting(an_agreement(), duties=duties))

    assert decision.permitted
    assert decision.price is None


def test_two_prices_deny() -> None:
    pay = Action(term=COMPENSATE, refinements=refinements_of(EUROS))
    policy = permitting(an_agreement(), duties=(a_duty(pay), a_duty(pay, 2)))

    assert denial(policy) == ("DUTY_NOT_FULFILLED", P1)


def prohibiting(**more: Any) -> Policy:
    policy = an_agreement()
    return replace(policy, prohibitions=(*policy.prohibitions, a_prohibition(**more)))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"assignee": None},
        {"action": Action(term=USE)},
        {"action": Action(term=Iri("urn:unheard"))},
        {"action": Action(term=FINE_TUNE, refinements=(a_constraint(MODEL_RELEASE, Operator.EQ, OPEN_WEIGHTS),))},
        {"constraints": (a_constraint(SPATIAL, Operator.EQ, GERMANY),)},
        {"constraints": (a_constraint(PURPOSE, Operator.IS_A, RESEARCH),)},
        {"constraints": (a_constraint(COUNT, Operator.LTEQ, 0),)},
    ],
)
def test_a_prohibition_that_may_hold_denies(more: dict[str, Any]) -> None:
    assert denial(prohibiting(**more)) == ("PROHIBITED", f"{LICENCE}#n9")


@pytest.mark.parametrize(
    "more",
    [
        {"assignee": Iri("urn:party:other")},
        {"target": Target(source=Iri("urn:dataset:other"))},
        {"action": Action(term=EVALUATE)},
        {"constraints": (a_constraint(PURPOSE, Operator.IS_A, MARKETING),)},
        {"constraints": (a_constraint(DATE_TIME, Operator.LT, NOW),)},
    ],
)
def test_a_prohibition_that_cannot_hold_does_nothing(more: dict[str, Any]) -> None:
    assert decide(prohibiting(**more)).permitted


def test_a_prohibition_of_an_included_action_forbids_the_wider_one() -> None:
    """Asking for any use at all asks for distribution too."""
    policy = permitting(an_agreement(), action=Action(term=USE))

    assert denial(policy, an_access(action=USE)) == ("PROHIBITED", f"{LICENCE}#n1")
    assert decide(policy, an_access(action=EVALUATE)).permitted


@pytest.mark.requirement("R8")
@pytest.mark.parametrize(
    "action", [DERIVE, DISTRIBUTE, SELL, SUBLICENSE, GIVE, PUBLISH_MODEL, COMMERCIALISE], ids=lambda each: each[-12:]
)
@pytest.mark.parametrize("silent", [False, True], ids=["as drawn up", "without prohibitions"])
def test_passing_on_and_deriving_are_permitted_by_their_own_term_or_not_at_all(action: Iri, *, silent: bool) -> None:
    agreed = an_agreement()
    policy = replace(agreed, prohibitions=()) if silent else agreed
    explicit = permitting(replace(agreed, prohibitions=()), action=Action(term=action))

    assert denial(policy, an_access(action=action)) == ("ACTION_NOT_LICENSED", LICENCE)
    assert decide(explicit, an_access(action=action)).permitted


def a_mandate(**more: Any) -> Policy:
    """A public mandate: a Set whose one permission binds everybody."""
    permission = replace(
        the_permission(an_agreement(max_records=10)), uid=Iri("urn:mandate#p1"), assigner=None, assignee=None
    )
    given: dict[str, Any] = {"permissions": (permission,)}
    return Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, **(given | more))


def test_a_mandate_narrows() -> None:
    policy = an_agreement(max_records=40, price=EUROS)

    decision = decide(policy, mandates=(a_mandate(),))

    assert decision.limit == 10
    assert decision.price is not None
    assert [cap.counter for cap in decision.caps] == [f"{P1}#recordCount", "urn:mandate#p1#recordCount"]


def test_a_mandate_never_permits_what_the_agreement_does_not() -> None:
    assert denial(None, an_access(action=EVALUATE), mandates=(a_mandate(),))[0] == "ACTION_NOT_LICENSED"
    assert denial(None, an_access(selected=frozenset({"observed_at"})), mandates=(a_mandate(),)) == (
        "COLUMN_NOT_LICENSED",
        P1,
    )


def test_a_mandate_may_forbid_and_deny() -> None:
    forbidding = a_mandate(permissions=(), prohibitions=(a_prohibition(uid=Iri("urn:mandate#n1"), assignee=None),))
    bounding = constrained(a_mandate(), a_constraint(SPATIAL, Operator.EQ, GERMANY))

    assert denial(mandates=(forbidding,)) == ("PROHIBITED", "urn:mandate#n1")
    assert denial(mandates=(bounding,)) == ("CONSTRAINT_NOT_MET", "urn:mandate#p1")


@pytest.mark.parametrize(
    "mandate",
    [
        constrained(
            a_mandate(), a_constraint(DATE_TIME, Operator.LT, NOW), either(a_constraint(SPATIAL, Operator.EQ, GERMANY))
        ),
        permitting(a_mandate(), target=Target(source=Iri("urn:dataset:other"))),
        permitting(a_mandate(), assignee=Iri("urn:party:other")),
        permitting(a_mandate(), action=Action(term=EVALUATE)),
    ],
)
def test_a_mandate_that_does_not_concern_the_request_changes_nothing(mandate: Policy) -> None:
    assert decide(mandates=(mandate,)).limit == 100


def test_the_obligations_of_mandates_are_owed_too() -> None:
    owed = Duty(uid=Iri("urn:mandate#o1"), action=Action(term=DELETE), target=Target(source=ASSET))

    decision = decide(mandates=(a_mandate(obligations=(owed,)),))

    assert "urn:mandate#o1" in {each.clause for each in decision.obligations}


def test_only_a_set_is_a_mandate() -> None:
    assert denial(mandates=(replace(a_mandate(), policy_class=PolicyClass.AGREEMENT),)) == (
        "CONSTRAINT_NOT_MET",
        "urn:mandate",
    )


def test_all_reasons_are_told_the_most_telling_first() -> None:
    policy = constrained(an_agreement(max_records=5), a_constraint(DATE_TIME, Operator.LT, NOW))
    request = an_access(purpose=MARKETING, selected=frozenset({"observed_at"}))
    state = a_state(usage={f"{P1}#recordCount": Usage(used=5)})

    codes = [reason.code for reason in decide(policy, request, state).reasons]

    assert codes == [
        DenialCode.LICENCE_EXPIRED,
        DenialCode.PURPOSE_NOT_LICENSED,
        DenialCode.COLUMN_NOT_LICENSED,
        DenialCode.LICENCE_QUOTA_EXCEEDED,
    ]


def test_reasons_are_plain_language() -> None:
    policy = constrained(an_agreement(), a_constraint(DATE_TIME, Operator.LT, datetime(2026, 1, 1, tzinfo=UTC)))

    assert [reason.text for reason in decide(policy, an_access(purpose=MARKETING)).reasons] == [
        "Not met: the time of use is before 2026-01-01 00:00:00 UTC.",
        "Not met: the purpose is a kind of `research and development`.",
    ]


def test_a_cap_that_is_no_number_denies() -> None:
    assert denial(constrained(an_agreement(), a_constraint(COUNT, Operator.LTEQ, Decimal(3)))) == (
        "CONSTRAINT_NOT_MET",
        P1,
    )


def test_purposes_below_the_licensed_one_are_licensed() -> None:
    assert decide(request=an_access(purpose=RESEARCH)).permitted
    assert decide(request=an_access(purpose=ACADEMIC)).permitted
    assert decide(request=an_access(purpose=ACADEMIC), state=a_state(), now=NOW + timedelta(days=9_999)).permitted
    assert not decide(an_agreement(purposes=frozenset({ACADEMIC})), an_access(purpose=RESEARCH)).permitted


def test_a_row_term_of_an_operand_nobody_supplies_denies() -> None:
    policy = prohibiting(target=Target(source=ASSET, refinements=(a_constraint(CONTESTED, Operator.EQ, True),)))  # noqa: FBT003

    assert denial(policy) == ("PROHIBITED", f"{LICENCE}#n9")


def test_nobody_changes_the_transforms_of_a_decision() -> None:
    decision = decide(an_agreement(transforms={"rater": Transform(term=PSEUDONYMISE)}))

    with pytest.raises(TypeError):
        del decision.transforms["rater"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "permitted"),
    [
        ({"selected": frozenset({"rater"})}, True),
        ({"selected": frozenset({"rater"}), "filtered": frozenset({"value"})}, False),
        ({"selected": frozenset({"rater"}), "ordered": frozenset({"value"})}, False),
    ],
)
def test_a_column_that_a_filter_looks_at_must_be_treated_as_well(asked: dict[str, Any], *, permitted: bool) -> None:
    measure = a_constraint(TECHNICAL_MEASURE, Operator.EQ, Iri(DPV + "Pseudonymisation"))
    policy = permitting(
        an_agreement(transforms={"rater": Transform(term=PSEUDONYMISE)}),
        duties=(a_duty(Action(term=ANONYMIZE, refinements=(measure,))),),
    )

    assert decide(policy, an_access(**asked)).permitted is permitted


def test_the_price_is_exact_to_the_last_digit() -> None:
    micro = 12345678901234567890123456789123456

    price = decide(an_agreement(price=Rate(amount_micro=micro, currency="EUR"))).price

    assert price is not None
    assert price.amount_micro == micro


def test_a_decision_says_until_when_it_stands() -> None:
    end = NOW + timedelta(days=9)

    decision = decide(an_agreement(valid_until=end, days=30))

    # WHY: thirty days are met at their end, and no moment later.
    assert (decision.until, decision.period) == (end, timedelta(days=30, microseconds=1))
