"""Whatever is decided, the report shows why; and it depends on meaning alone, never on spelling."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from policies.evaluate import evaluate
from policies.explain import explain
from policies.model import (
    AccessRequest,
    Activation,
    Condition,
    Constraint,
    Decision,
    DenialCode,
    Deontic,
    DutyReport,
    LogicalConstraint,
    Policy,
    PolicyClass,
    Premise,
    Prohibition,
    Reason,
    Report,
    RuleKind,
    RuleReport,
    State,
    Target,
    Verdict,
)
from policies.vocabulary import TRANSFORM, Iri, Operator
from tests.testkit.policies import NOW, the_permission
from tests.testkit.policy_strategies import AGREEMENTS, PROHIBITIONS, REQUESTS, STATES, UNKNOWN

LAW = settings(max_examples=100, deadline=None)

DECLARED: list[Callable[[AccessRequest], AccessRequest]] = [*([lambda request: request] * 20), *UNKNOWN[:-1]]
"""The request as it is, or with something unknown; which columns there are is always known."""


def about(rule: RuleReport) -> bool:
    """Whether a permission regulates what is asked."""
    return {rule.party, rule.target, rule.action} == {Verdict.SATISFIED}


def hits(rule: RuleReport) -> bool:
    """Whether a prohibition cannot be told not to hit what is asked: some column of it, where it names columns."""
    on_columns = [dict(each.columns) for each in rule.target_premises if each.columns]
    premises = rule.action_premises if on_columns else (*rule.action_premises, *rule.target_premises)
    results = {rule.party, rule.target, rule.action, *(premise.result for premise in premises)}
    concerned = rule.activation is Activation.ACTIVE and Verdict.UNSATISFIED not in results
    return concerned and (not on_columns or bool(taken(rule)))


def taken(rule: RuleReport) -> set[str]:
    """The columns that a prohibition may be about."""
    found = [{name for name, on in each.columns if on is not Verdict.UNSATISFIED} for each in rule.target_premises]
    return set.intersection(*(names for names, each in zip(found, rule.target_premises, strict=True) if each.columns))


def blocks(duty: DutyReport) -> bool:
    return duty.activation is not Activation.INACTIVE and duty.deontic is not Deontic.FULFILLED


def unmet(premises: tuple[Premise, ...]) -> list[Constraint | LogicalConstraint]:
    return [each.condition for each in premises if each.result in {Verdict.UNSATISFIED, Verdict.UNKNOWN}]


def uncovered(rule: RuleReport) -> bool:
    return any(found is not Verdict.SATISFIED for each in rule.target_premises for _, found in each.columns)


def transforms(rule: RuleReport) -> Iterator[Premise]:
    for each in rule.target_premises:
        if isinstance(each.condition, Constraint) and each.condition.left == TRANSFORM:
            yield each


def shown(reason: Reason, policy: Policy, state: State, report: Report) -> bool:  # noqa: PLR0911  # one case per code
    """Whether the report shows why this reason was given."""
    own = [each for each in report.rules if each.kind is RuleKind.PERMISSION and each.policy == policy.uid]
    rule = next((each for each in report.rules if each.rule == reason.clause), None)
    match reason.code:
        case DenialCode.NOT_AN_AGREEMENT:
            return report.hypothetical
        case DenialCode.PARTY_NOT_LICENSED | DenialCode.DATASET_NOT_LICENSED | DenialCode.ACTION_NOT_LICENSED:
            return not any(about(each) for each in own)
        case DenialCode.DUTY_NOT_FULFILLED:
            return any(each.duty == reason.clause and blocks(each) for rule in report.rules for each in rule.duties)
        case DenialCode.TRANSFORMS_INCOMPARABLE:
            asked = [each.condition for rule in report.rules for each in transforms(rule)]
            return len(asked) > len({each.on_column for each in asked if isinstance(each, Constraint)})
        case DenialCode.AGREEMENT_STATE:
            return reason.clause == policy.uid and state.status != "ACTIVE"
        case DenialCode.PROHIBITED:
            return rule is not None and rule.kind is RuleKind.PROHIBITION and hits(rule)
        case DenialCode.COLUMN_NOT_LICENSED if rule is not None and rule.kind is RuleKind.PROHIBITION:
            return hits(rule) and bool(taken(rule))
        case DenialCode.COLUMN_NOT_LICENSED:
            hidden = any(each.result is Verdict.UNSATISFIED for one in report.rules for each in transforms(one))
            return hidden or (rule is not None and uncovered(rule))
        case DenialCode.COLUMNS_NOT_TOGETHER:
            joints = [] if rule is None else unmet(rule.target_premises)
            return any(isinstance(each, Constraint) and each.operator is Operator.NOT_TOGETHER for each in joints)
        case _:
            inactive = rule is not None and rule.activation is Activation.INACTIVE and bool(unmet(rule.premises))
            return rule is not None and (inactive or bool(unmet((*rule.action_premises, *rule.target_premises))))


def agrees(decision: Decision, policy: Policy, state: State, report: Report) -> bool:
    """Whether the report is the account of the decision."""
    if not decision.permitted:
        return all(shown(each, policy, state, report) for each in decision.reasons)
    (deciding,) = (
        each for each in report.rules if each.policy == policy.uid and each.kind is RuleKind.PERMISSION and about(each)
    )
    return (
        deciding.rule == decision.clause
        and deciding.activation is Activation.ACTIVE
        and not unmet((*deciding.premises, *deciding.action_premises))
        and not any(blocks(each) for each in deciding.duties)
        and not any(
            hits(each) and not each.target_premises for each in report.rules if each.kind is RuleKind.PROHIBITION
        )
    )


@given(
    AGREEMENTS,
    st.lists(PROHIBITIONS, max_size=1),
    st.none() | AGREEMENTS,
    REQUESTS,
    STATES,
    st.sampled_from(DECLARED),
    st.sampled_from([True, True, True, True, False]),
    st.sampled_from([*([PolicyClass.AGREEMENT] * 10), PolicyClass.OFFER]),
)
@LAW
def test_the_report_shows_why_a_request_is_permitted_or_denied(
    policy: Policy,
    prohibitions: list[Prohibition],
    other: Policy | None,
    request: AccessRequest,
    state: State,
    unknown: Callable[[AccessRequest], AccessRequest],
    fitting: bool,  # drawn
    policy_class: PolicyClass,
) -> None:
    policy = replace(policy, policy_class=policy_class, prohibitions=(*policy.prohibitions, *prohibitions))
    bound = [] if other is None else [replace(the_permission(other), uid=Iri("urn:mandate#p1"), duties=())]
    mandates = [Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, permissions=(each,)) for each in bound]
    if fitting:
        request = replace(request, action=the_permission(policy).action.term)
    else:
        state = replace(state, evidence=())
    request = unknown(request)

    decision = evaluate(policy, request, state, NOW, mandates=mandates)
    report = explain(policy, request, state, NOW, mandates=mandates)
    event(decision.effect)
    for reason in decision.reasons:
        event(reason.code)

    assert agrees(decision, policy, state, report)


@given(AGREEMENTS, st.lists(PROHIBITIONS, max_size=2), REQUESTS, STATES, st.randoms(use_true_random=False))
@LAW
def test_two_spellings_of_one_policy_have_one_report(
    policy: Policy, prohibitions: list[Prohibition], request: AccessRequest, state: State, random: Any
) -> None:
    renamed = tuple(replace(each, uid=Iri(f"{each.uid}-{number}")) for number, each in enumerate(prohibitions))
    policy = replace(policy, prohibitions=(*policy.prohibitions, *renamed))

    def shuffled(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(things, len(things)))

    def respelt(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return shuffled(
            tuple(
                replace(each, right=shuffled(each.right))
                if isinstance(each, Constraint)
                else replace(each, members=respelt(each.members))
                for each in conditions
            )
        )

    def turned(rule: Any) -> Any:
        target = Target(source=rule.target.source, refinements=respelt(rule.target.refinements))
        return replace(rule, constraints=respelt(rule.constraints), target=target)

    other = replace(
        policy,
        permissions=tuple(replace(turned(each), duties=shuffled(each.duties)) for each in policy.permissions),
        prohibitions=shuffled(tuple(turned(each) for each in policy.prohibitions)),
        obligations=shuffled(policy.obligations),
    )
    evidence = shuffled(state.evidence)

    assert explain(policy, request, state, NOW) == explain(other, request, replace(state, evidence=evidence), NOW)
