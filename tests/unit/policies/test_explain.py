"""The full report: every rule, every premise, and what each was compared with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.explain import explain
from policies.model import (
    AccessRequest,
    Act,
    Action,
    Activation,
    Condition,
    Counted,
    Deontic,
    Duty,
    DutyReport,
    Evidence,
    Policy,
    PolicyClass,
    Premise,
    Prohibition,
    Report,
    RuleKind,
    RuleReport,
    Target,
    Usage,
    Verdict,
)
from policies.vocabulary import (
    ANONYMIZE,
    ATTRIBUTE,
    BUCKET,
    COMPENSATE,
    CONTESTED,
    COUNT,
    DATE_TIME,
    DELETE,
    DISTRIBUTE,
    DROP,
    DUE_BY,
    ETHICS_DECISION,
    EVENT,
    FIELD,
    FINE_TUNE,
    ISO4217,
    KEEP,
    LICENCE_END,
    OBSERVED_AT,
    OBTAIN_CONSENT,
    OPT_OUT,
    PAY_AMOUNT,
    PRODUCT,
    PSEUDONYMISE,
    PURPOSE,
    RECORD_COUNT,
    SELL,
    SETTLE,
    SOURCE_PLATFORM,
    SPATIAL,
    TRANSFORM,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ACADEMIC,
    ASSET,
    EUROS,
    GERMANY,
    LICENCE,
    LICENSEE,
    MARKETING,
    NOW,
    OWNER,
    RESEARCH,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    an_offer,
    approval,
    constrained,
    either,
    permitting,
    refined,
    some_terms,
    the_permission,
)

S, N, U = Verdict.SATISFIED, Verdict.UNSATISFIED, Verdict.UNKNOWN
P1 = f"{LICENCE}#p1"
N9, O9, R9, C9 = (Iri(f"{LICENCE}#{name}") for name in ("n9", "o9", "r9", "c9"))
DAY = timedelta(1)


def report(policy: Policy, request: AccessRequest | None = None, **changes: Any) -> Report:
    now, mandates = changes.pop("now", NOW), changes.pop("mandates", ())
    return explain(policy, request or an_access(), a_state(**changes), now, mandates=mandates)


def on(rule: str, given: Report) -> RuleReport:
    (found,) = (each for each in given.rules if each.rule == rule)
    return found


def permission(policy: Policy, request: AccessRequest | None = None, **changes: Any) -> RuleReport:
    return on(P1, report(policy, request, **changes))


def told(premises: Sequence[Premise]) -> list[tuple[Condition, Verdict | None]]:
    return [(each.condition, each.result) for each in premises]


def forbidding(
    *constraints: Condition,
    refinements: tuple[Condition, ...] = (),
    remedies: tuple[Duty, ...] = (),
    action: Action | None = None,
    assignee: Iri | None = LICENSEE,
) -> Policy:
    rule = Prohibition(
        uid=N9,
        assignee=assignee,
        target=Target(source=ASSET, refinements=refinements),
        action=action or Action(term=FINE_TUNE),
        constraints=constraints,
        remedies=remedies,
    )
    return replace(an_agreement(), prohibitions=(rule,))


def obliging(*refinements: Condition, **changes: Any) -> Policy:
    given: dict[str, Any] = {"uid": O9, "assignee": LICENSEE, "action": Action(term=DELETE, refinements=refinements)}
    return replace(an_agreement(), obligations=(Duty(**(given | changes)),))


def penalty(uid: Iri = R9, due: timedelta = 10 * DAY) -> Duty:
    return Duty(uid=uid, action=Action(term=SETTLE, refinements=(a_constraint(DUE_BY, Operator.LTEQ, due),)))


def the_duty(policy: Policy, request: AccessRequest | None = None, **changes: Any) -> DutyReport:
    (found,) = permission(policy, request, **changes).duties
    return found


def test_every_rule_is_reported_in_the_order_of_the_normal_form_and_mandates_after_the_agreement() -> None:
    rule = replace(the_permission(an_agreement()), uid=Iri("urn:m#p1"), assignee=None)
    mandate = Policy(uid=Iri("urn:m"), policy_class=PolicyClass.SET, permissions=(rule,))
    policy = an_agreement()
    backwards = replace(policy, prohibitions=policy.prohibitions[::-1], obligations=policy.obligations[::-1])

    found = report(policy, mandates=(mandate,))

    assert {each.rule for each in found.rules} == {each.uid for each in (*policy.rules, rule)}
    assert [each.kind for each in found.rules if each.policy == LICENCE] == sorted(
        (each.kind for each in found.rules if each.policy == LICENCE),
        key=[RuleKind.PERMISSION, RuleKind.PROHIBITION, RuleKind.OBLIGATION].index,
    )
    assert [each.rule for each in found.rules][-1] == "urn:m#p1"
    assert report(backwards, mandates=(mandate,)) == found


def test_what_is_no_agreement_is_reported_on_as_hypothetical() -> None:
    offered = report(an_offer())

    assert offered.hypothetical
    assert {each.party for each in offered.rules} == {S}
    assert not report(an_agreement()).hypothetical


def test_a_rule_that_is_not_about_the_request_is_reported_like_any_other() -> None:
    elsewhere = an_access(party=OWNER, target=Iri("urn:dataset:other"), action=SELL)

    found = permission(an_agreement(), elsewhere)

    assert (found.party, found.target, found.action) == (N, N, N)
    assert found.activation is Activation.ACTIVE


def test_a_premise_tells_what_was_compared() -> None:
    place = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    purpose = a_constraint(PURPOSE, Operator.IS_A, RESEARCH)

    found = permission(constrained(an_agreement(), place))

    assert told(found.premises) == [(purpose, S), (place, U)]
    assert [each.actual for each in found.premises] == [{ACADEMIC}, frozenset()]
    assert found.activation is Activation.INACTIVE


def test_a_logical_premise_tells_its_members() -> None:
    one, other = a_constraint(PURPOSE, Operator.EQ, ACADEMIC), a_constraint(PURPOSE, Operator.EQ, MARKETING)
    (_, found) = permission(constrained(an_agreement(), either(other, one))).premises

    assert found.result is S
    assert told(found.members) == [(one, S), (other, N)]


def test_a_cap_on_records_counts_every_row_that_is_asked_for() -> None:
    cap = a_constraint(RECORD_COUNT, Operator.LTEQ, 50)
    usage = {f"{P1}#recordCount": Usage(used=9, reserved=2)}

    found = permission(constrained(an_agreement(), cap), usage=usage)

    assert [each.counted for each in found.premises] == [None, Counted(asked=100, used=9, reserved=2)]


@pytest.mark.parametrize(
    ("used", "actual", "result"), [(3, 4, S), (4, 5, S), (5, 6, N)], ids=["below", "at the bound", "above"]
)
def test_a_cap_is_compared_with_used_and_reserved_and_this_access(used: int, actual: int, result: Verdict) -> None:
    cap = a_constraint(COUNT, Operator.LTEQ, 5)
    usage = {f"{P1}#count": Usage(used=used - 1, reserved=1)}

    found = permission(constrained(an_agreement(), cap), usage=usage)

    (premise,) = (each for each in found.premises if each.condition == cap)
    assert premise.actual == frozenset({actual})
    assert premise.counted == Counted(asked=1, used=used - 1, reserved=1)
    assert premise.result is result
    assert found.activation is (Activation.ACTIVE if result is S else Activation.INACTIVE)


def test_a_cap_that_cannot_be_counted_and_one_in_a_prohibition_are_unknown() -> None:
    odd = a_constraint(COUNT, Operator.EQ, 5)
    cap = a_constraint(RECORD_COUNT, Operator.LTEQ, 5)

    assert (odd, U) in told(permission(constrained(an_agreement(), odd)).premises)
    assert told(on(N9, report(forbidding(cap))).premises) == [(cap, U)]
    assert on(N9, report(forbidding(cap))).activation is Activation.ACTIVE


def test_a_refinement_of_the_action_does_not_decide_whether_a_permission_is_active() -> None:
    model = a_constraint(PRODUCT, Operator.EQ, Iri("urn:model:acme"))
    policy = permitting(an_agreement(), action=Action(term=FINE_TUNE, refinements=(model,)))

    found = permission(policy, an_access(model=Iri("urn:model:other")))

    assert told(found.action_premises) == [(model, N)]
    assert found.activation is Activation.ACTIVE


def test_columns_are_reported_one_by_one_and_consulted_ones_count() -> None:
    fields = a_constraint(FIELD, Operator.IS_ANY_OF, "rater", "value")
    request = an_access(selected=frozenset({"value"}), filtered=frozenset({"observed_at"}))

    (found,) = permission(an_agreement(), request).target_premises

    assert (found.condition, found.result) == (fields, N)
    assert found.columns == (("observed_at", N), ("value", S))


EARLY = a_constraint(OBSERVED_AT, Operator.LT, NOW)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (EARLY, None),
        (a_constraint(SOURCE_PLATFORM, Operator.EQ, "bazaar"), S),
        (a_constraint(SOURCE_PLATFORM, Operator.EQ, "forum"), N),
        (a_constraint(CONTESTED, Operator.EQ, False), U),  # noqa: FBT003
        (
            either(a_constraint(CONTESTED, Operator.EQ, True), a_constraint(OPT_OUT, Operator.EQ, True)),  # noqa: FBT003
            U,
        ),
        (either(a_constraint(SOURCE_PLATFORM, Operator.EQ, "bazaar"), EARLY), S),
        (either(a_constraint(CONTESTED, Operator.EQ, True), EARLY), None),  # noqa: FBT003
        (either(a_constraint(FIELD, Operator.IS_ANY_OF, "value"), EARLY), U),
        (a_constraint(Iri("urn:unheard"), Operator.EQ, "x"), U),
    ],
)
def test_a_condition_on_rows_has_a_verdict_where_all_rows_have_the_same(
    condition: Condition, expected: Verdict | None
) -> None:
    found = permission(refined(an_agreement(columns=frozenset()), condition)).target_premises

    assert [each.result for each in found] == [expected]


def test_a_prohibition_of_rows_that_nobody_can_tell_apart_is_not_reported_as_unsatisfied() -> None:
    unsaid = either(a_constraint(CONTESTED, Operator.EQ, True), a_constraint(OPT_OUT, Operator.EQ, True))  # noqa: FBT003

    assert told(on(N9, report(forbidding(refinements=(unsaid,)))).target_premises) == [(unsaid, U)]


@pytest.mark.parametrize(
    ("selected", "released", "seen", "result"),
    [
        ({"value"}, {"rater"}, {"value", "rater"}, N),
        ({"value", "rater"}, set(), {"value", "rater"}, N),
        ({"value"}, set(), {"value"}, S),
    ],
)
def test_a_joint_set_is_compared_with_everything_seen_so_far(
    selected: set[str], released: set[str], seen: set[str], result: Verdict
) -> None:
    joint = a_constraint(FIELD, Operator.NOT_TOGETHER, "rater", "value")
    policy = refined(an_agreement(columns=frozenset()), joint)

    (found,) = permission(policy, an_access(selected=frozenset(selected)), released=frozenset(released)).target_premises

    assert found.actual == frozenset(seen)
    assert found.result is result


@pytest.mark.parametrize(
    ("term", "parameter", "selected", "filtered", "result"),
    [
        (PSEUDONYMISE, None, {"rater"}, set(), S),
        (PSEUDONYMISE, None, {"value"}, set(), S),
        (PSEUDONYMISE, None, {"value"}, {"rater"}, N),
        (BUCKET, 5, {"rater"}, {"rater"}, N),
        (KEEP, None, {"rater"}, {"rater"}, S),
        (DROP, None, {"rater"}, set(), N),
        (DROP, None, {"value"}, {"rater"}, N),
        (DROP, None, {"value"}, set(), S),
    ],
)
def test_a_transform_is_satisfied_when_the_plan_can_apply_it(
    term: Iri, parameter: int | None, selected: set[str], filtered: set[str], result: Verdict
) -> None:
    transform = a_constraint(TRANSFORM, Operator.EQ, term, on_column="rater", parameter=parameter)
    policy = refined(an_agreement(columns=frozenset()), transform)
    request = an_access(selected=frozenset(selected), filtered=frozenset(filtered))

    assert told(permission(policy, request).target_premises) == [(transform, result)]


def test_a_duty_before_the_use_names_its_evidence_or_blocks() -> None:
    policy = an_agreement(ethics=True)
    (duty,) = the_permission(policy).duties

    missing, there = the_duty(policy), the_duty(policy, evidence=(approval(duty.uid, id="event-7"),))

    assert (missing.activation, missing.deontic, missing.evidence) == (Activation.ACTIVE, Deontic.NOT_SET, "")
    assert (there.activation, there.deontic, there.evidence) == (Activation.ACTIVE, Deontic.FULFILLED, "event-7")
    assert permission(policy).activation is Activation.INACTIVE
    assert permission(policy, evidence=(approval(duty.uid),)).activation is Activation.ACTIVE


def test_what_the_gateway_does_itself_is_met_by_the_plan_and_not_by_evidence() -> None:
    paid = the_duty(an_agreement(price=EUROS))
    consented = the_duty(an_agreement(consent=True))
    bare = Duty(uid=C9, action=Action(term=ANONYMIZE))
    said = Evidence(duty=C9, id="e1", since=NOW - DAY)
    untreated = the_duty(permitting(an_agreement(), duties=(bare,)), evidence=(said,))

    assert [(each.action, each.deontic, each.evidence) for each in (paid, consented, untreated)] == [
        (COMPENSATE, Deontic.FULFILLED, ""),
        (OBTAIN_CONSENT, Deontic.FULFILLED, ""),
        (ANONYMIZE, Deontic.NOT_SET, ""),
    ]


@pytest.mark.parametrize("term", [ATTRIBUTE, Iri("urn:unheard")])
def test_a_duty_that_nobody_can_discharge_before_the_use_blocks(term: Iri) -> None:
    duty = Duty(uid=C9, action=Action(term=term))
    found = permission(permitting(an_agreement(), duties=(duty,)), evidence=(Evidence(duty=C9, since=NOW - DAY),))

    assert found.duties[0].deontic is Deontic.NOT_SET
    assert found.activation is Activation.INACTIVE


@pytest.mark.parametrize(
    ("constraint", "activation", "blocks"),
    [
        (a_constraint(DATE_TIME, Operator.GT, NOW), Activation.INACTIVE, False),
        (a_constraint(DATE_TIME, Operator.LTEQ, NOW), Activation.ACTIVE, True),
        (a_constraint(Iri("urn:unheard"), Operator.EQ, "x"), Activation.UNKNOWN, True),
    ],
)
def test_a_duty_blocks_unless_it_is_certainly_inactive(
    constraint: Condition, activation: Activation, *, blocks: bool
) -> None:
    policy = an_agreement(ethics=True)
    (duty,) = the_permission(policy).duties
    policy = permitting(policy, duties=(replace(duty, constraints=(constraint,)),))

    found = permission(policy)

    assert found.duties[0].activation is activation
    assert [each.condition for each in found.duties[0].premises] == [constraint]
    assert found.activation is (Activation.INACTIVE if blocks else Activation.ACTIVE)


@pytest.mark.parametrize(
    ("purpose", "activation"),
    [(MARKETING, Activation.ACTIVE), (ACADEMIC, Activation.INACTIVE), (None, Activation.ACTIVE)],
)
def test_a_prohibition_is_active_unless_its_constraints_are_unsatisfied(
    purpose: Iri | None, activation: Activation
) -> None:
    policy = forbidding(a_constraint(PURPOSE, Operator.IS_A, MARKETING))

    assert on(N9, report(policy, an_access(purpose=purpose))).activation is activation


def test_asking_for_more_than_is_forbidden_is_about_the_prohibition() -> None:
    assert on(N9, report(forbidding(), an_access(action=USE))).action is S
    assert on(N9, report(forbidding(), an_access(action=DISTRIBUTE))).action is N


def act(**changes: Any) -> Act:
    given: dict[str, Any] = {"party": LICENSEE, "action": FINE_TUNE, "target": ASSET, "at": NOW - 5 * DAY}
    return Act(**(given | changes))


@pytest.mark.parametrize(
    ("done", "deontic"),
    [
        (act(), Deontic.VIOLATED),
        (act(at=NOW), Deontic.VIOLATED),
        (act(action=Iri("urn:unheard")), Deontic.VIOLATED),
        (act(party=OWNER), Deontic.NOT_SET),
        (act(target=Iri("urn:dataset:other")), Deontic.NOT_SET),
        (act(action=DISTRIBUTE), Deontic.NOT_SET),
        (act(at=NOW + DAY), Deontic.NOT_SET),
        (act(at=NOW - 40 * DAY), Deontic.NOT_SET),
    ],
)
def test_a_prohibition_is_violated_by_an_act_of_the_party_while_the_agreement_is_in_effect(
    done: Act, deontic: Deontic
) -> None:
    assert on(N9, report(forbidding(), acts=(done,), effective=NOW - 30 * DAY)).deontic is deontic


def test_an_act_is_judged_at_its_own_time() -> None:
    policy = forbidding(a_constraint(DATE_TIME, Operator.LT, NOW - 2 * DAY))

    found = on(N9, report(policy, acts=(act(),)))
    later = on(N9, report(policy, acts=(act(at=NOW - DAY),)))

    assert (found.activation, found.deontic) == (Activation.INACTIVE, Deontic.VIOLATED)
    assert (later.activation, later.deontic) == (Activation.INACTIVE, Deontic.NOT_SET)


def test_what_the_present_request_declares_says_nothing_of_another_act() -> None:
    purpose = a_constraint(PURPOSE, Operator.IS_A, MARKETING)
    model = a_constraint(PRODUCT, Operator.EQ, Iri("urn:model:acme"))

    for policy in (forbidding(purpose), forbidding(action=Action(term=FINE_TUNE, refinements=(model,)))):
        for request in (an_access(purpose=ACADEMIC), an_access(purpose=MARKETING)):
            assert on(N9, report(policy, request, acts=(act(),))).deontic is Deontic.VIOLATED


def test_without_a_known_present_every_act_on_record_counts() -> None:
    naive = NOW.replace(tzinfo=None)

    assert on(N9, report(forbidding(), acts=(act(at=NOW + DAY),), now=naive)).deontic is Deontic.VIOLATED


def test_remedies_are_owed_from_the_first_breach_on() -> None:
    policy = forbidding(remedies=(penalty(),))

    (before,) = on(N9, report(policy, effective=NOW - 90 * DAY)).duties
    (after,) = on(N9, report(policy, acts=(act(),), effective=NOW - 90 * DAY)).duties
    acts = (act(), act(at=NOW - 11 * DAY))
    (overdue,) = on(N9, report(policy, acts=acts, effective=NOW - 90 * DAY)).duties
    paid = Evidence(duty=R9, id="e9", since=NOW - 5 * DAY)
    (settled,) = on(N9, report(policy, acts=acts, evidence=(paid,))).duties

    assert (before.activation, before.deontic) == (Activation.INACTIVE, Deontic.NOT_SET)
    assert (after.activation, after.deontic) == (Activation.ACTIVE, Deontic.NOT_SET)
    assert (overdue.activation, overdue.deontic) == (Activation.ACTIVE, Deontic.VIOLATED)
    assert (settled.deontic, settled.evidence) == (Deontic.FULFILLED, "e9")


def test_an_obligation_is_fulfilled_by_its_evidence_and_violated_once_overdue() -> None:
    policy = obliging(a_constraint(DUE_BY, Operator.LTEQ, 10 * DAY), consequences=(penalty(C9),))
    shown = Evidence(duty=O9, id="e1", since=NOW - 25 * DAY)

    pending = on(O9, report(policy, effective=NOW - 5 * DAY))
    met = on(O9, report(policy, effective=NOW - 30 * DAY, evidence=(shown,)))
    missed = on(O9, report(policy, effective=NOW - 15 * DAY))
    (nothing,), (owed,) = met.duties, missed.duties

    assert (pending.kind, pending.activation, pending.deontic) == (
        RuleKind.OBLIGATION,
        Activation.ACTIVE,
        Deontic.NOT_SET,
    )
    assert (met.deontic, met.evidence) == (Deontic.FULFILLED, "e1")
    assert (missed.deontic, missed.evidence) == (Deontic.VIOLATED, "")
    assert (nothing.activation, nothing.deontic) == (Activation.INACTIVE, Deontic.NOT_SET)
    assert (owed.activation, owed.deontic) == (Activation.ACTIVE, Deontic.NOT_SET)


def test_a_consequence_is_due_from_the_date_that_was_missed() -> None:
    policy = obliging(a_constraint(DUE_BY, Operator.LTEQ, 10 * DAY), consequences=(penalty(C9),))

    (owed,) = on(O9, report(policy, effective=NOW - 20 * DAY)).duties
    (overdue,) = on(O9, report(policy, effective=NOW - 21 * DAY)).duties

    assert (owed.deontic, overdue.deontic) == (Deontic.NOT_SET, Deontic.VIOLATED)


def test_an_obligation_names_its_own_party_and_target_and_waits_for_its_constraints() -> None:
    ended = a_constraint(EVENT, Operator.GT, LICENCE_END)
    target = Target(source=Iri("urn:dataset:other"))

    waiting = on(O9, report(obliging(assignee=OWNER, target=target, constraints=(ended,))))
    anywhere = on(O9, report(obliging(), ended=NOW))

    assert (waiting.party, waiting.target, waiting.action) == (N, N, N)
    assert waiting.activation is Activation.INACTIVE
    assert told(waiting.premises) == [(ended, N)]
    assert (anywhere.party, anywhere.target, anywhere.activation) == (S, S, Activation.ACTIVE)


def test_an_obligation_to_pay_is_met_by_the_amount_alone() -> None:
    unit = Iri(ISO4217 + "EUR")
    amount = a_constraint(PAY_AMOUNT, Operator.EQ, Decimal(500), unit=unit)
    policy = obliging(action=Action(term=SETTLE, refinements=(amount,)))

    assert on(O9, report(policy, evidence=(Evidence(duty=O9, since=NOW),))).deontic is Deontic.NOT_SET


@pytest.mark.parametrize("now", [NOW, NOW.replace(tzinfo=None)])
def test_a_report_is_made_at_any_moment(now: datetime) -> None:
    found = report(some_terms(ethics=True, days=3).offer(uid=LICENCE, assigner=OWNER, target=ASSET), now=now)

    assert len(found.rules) == len(an_agreement().rules)
    assert not [each for each in found.rules if each.deontic is Deontic.VIOLATED]


def test_evidence_for_an_approval_must_show_it() -> None:
    policy = an_agreement(ethics=True)
    (duty,) = the_permission(policy).duties

    shown = approval(duty.uid, values={ETHICS_DECISION: frozenset({Iri("urn:refused")})})

    assert the_duty(policy, evidence=(shown,)).deontic is Deontic.NOT_SET
