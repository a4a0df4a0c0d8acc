"""The full report: every rule of the agreement and of its mandates, with every premise and what it was compared with.

Nothing is cut short: a rule that is not about the request is reported like any other. The verdicts are those of the
interpreter, and the order is that of the normal form, so two reports can be compared line by line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from policies.deciding.access import Situation, allowance
from policies.deciding.applies import forbidden_action, party_matches, permitted_action
from policies.deciding.discharge import Standing, activation, fulfilment, standing
from policies.deciding.grants import is_cap, within_plan
from policies.deciding.ordering import rules_in_order
from policies.deciding.rows import extent, rows_of
from policies.deciding.scope import Scope, grain_of, scope_of
from policies.model import (
    AccessRequest,
    Act,
    Activation,
    Condition,
    Constraint,
    Counted,
    Deontic,
    Duty,
    DutyReport,
    Permission,
    Policy,
    PolicyClass,
    Premise,
    Prohibition,
    Report,
    Rule,
    RuleKind,
    RuleReport,
    State,
    Target,
    Verdict,
    atoms,
    verdict,
)
from policies.predicate import Predicate
from policies.transforms import WITHHOLDING
from policies.truth import all_of, judge
from policies.vocabulary import KEEP, PROFILE, Discharge, Grain, Iri, Vocabulary


def explain(
    policy: Policy,
    request: AccessRequest,
    state: State,
    now: datetime,
    *,
    mandates: Sequence[Policy] = (),
    vocabulary: Vocabulary = PROFILE,
) -> Report:
    """Report on every rule; takes what ``policies.evaluate.evaluate`` takes.

    A policy of any class is reported on as the agreement that it would become with whoever asks; what is no agreement
    permits nothing, and its report is hypothetical.
    """
    situation = Situation(request=request, state=state, now=now, vocabulary=vocabulary)
    return Report(
        hypothetical=policy.policy_class is not PolicyClass.AGREEMENT,
        rules=tuple(_rule(rule, each.uid, situation) for each in (policy, *mandates) for rule in rules_in_order(each)),
    )


def _rule(rule: Rule, policy: Iri, situation: Situation) -> RuleReport:
    match rule:
        case Permission():
            return _permission(rule, policy, situation)
        case Prohibition():
            return _prohibition(rule, policy, situation)
        case Duty():
            return _obligation(rule, policy, situation)
        case _:
            assert_never(rule)


def _permission(rule: Permission, policy: Iri, situation: Situation) -> RuleReport:
    premises = tuple(_granted(each, rule.uid, situation) for each in rule.constraints)
    scope = scope_of(rule.target, situation.request.dataset, situation.vocabulary)
    duties = tuple(_condition(each, scope, situation) for each in rule.duties)
    held = _together(premises) is Verdict.SATISFIED and not any(_blocks(each) for each in duties)
    return RuleReport(
        policy=policy,
        rule=rule.uid,
        kind=RuleKind.PERMISSION,
        party=verdict(party_matches(rule.assignee, situation)),
        target=_target(rule.target, situation),
        action=permitted_action(rule.action.term, situation),
        activation=Activation.ACTIVE if held else Activation.INACTIVE,
        deontic=Deontic.NOT_SET,
        premises=premises,
        action_premises=_each(rule.action.refinements, situation),
        target_premises=tuple(_on_target(each, situation) for each in rule.target.refinements),
        duties=duties,
    )


def _prohibition(rule: Prohibition, policy: Iri, situation: Situation) -> RuleReport:
    premises = _each(rule.constraints, situation)
    broken = min((act.at for act in situation.state.acts if _breaks(act, rule, situation)), default=None)
    return RuleReport(
        policy=policy,
        rule=rule.uid,
        kind=RuleKind.PROHIBITION,
        party=verdict(party_matches(rule.assignee, situation)),
        target=_target(rule.target, situation),
        action=forbidden_action(rule.action.term, situation),
        activation=Activation.INACTIVE if _together(premises) is Verdict.UNSATISFIED else Activation.ACTIVE,
        deontic=Deontic.NOT_SET if broken is None else Deontic.VIOLATED,
        premises=premises,
        action_premises=_each(rule.action.refinements, situation),
        target_premises=tuple(_on_target(each, situation) for each in rule.target.refinements),
        duties=tuple(_following(each, broken, situation) for each in rule.remedies),
    )


def _breaks(act: Act, rule: Prohibition, situation: Situation) -> bool:
    """Whether the act is what the prohibition forbade at its time; what is unknown of it counts as a breach.

    Nothing is forbidden before the agreement takes effect, and what is done later than now has not been done.
    """
    state, now = situation.state, situation.now
    if (state.effective is not None and act.at < state.effective) or (now.tzinfo is not None and now < act.at):
        return False
    # WHY: what the present request declares says nothing of another act.
    done = replace(situation.request, party=act.party, action=act.action, target=act.target, values={})
    then = replace(situation, request=done, now=act.at)
    about = party_matches(rule.assignee, then) and _target(rule.target, then) is Verdict.SATISFIED
    conditions = (*rule.action.refinements, *rule.constraints)
    return (
        about
        and permitted_action(rule.action.term, then) is not Verdict.UNSATISFIED
        and all_of(judge(each, then.judge) for each in conditions) is not Verdict.UNSATISFIED
    )


def _obligation(rule: Duty, policy: Iri, situation: Situation) -> RuleReport:
    found = standing(rule, situation.state.effective, situation)
    return RuleReport(
        policy=policy,
        rule=rule.uid,
        kind=RuleKind.OBLIGATION,
        party=verdict(party_matches(rule.assignee, situation)),
        target=Verdict.SATISFIED if rule.target is None else _target(rule.target, situation),
        action=permitted_action(rule.action.term, situation),
        activation=activation(rule.constraints, situation),
        deontic=found.deontic,
        evidence=found.evidence,
        premises=_each(rule.constraints, situation),
        duties=tuple(_following(each, found.missed, situation) for each in rule.consequences),
    )


def _target(target: Target, situation: Situation) -> Verdict:
    return verdict(situation.is_or_belongs_to(target.source, situation.request.target))


def _condition(duty: Duty, scope: Scope, situation: Situation) -> DutyReport:
    """A duty of a permission: before the use the record must show it; the gateway's own is met by the plan."""
    term = situation.vocabulary.duties.get(duty.action.term)
    evidence = None
    met = term is not None and term.discharge is Discharge.GATEWAY and within_plan(duty, scope, situation)
    if term is not None and term.discharge is Discharge.BEFORE:
        evidence = fulfilment(duty, situation)
        met = evidence is not None
    return DutyReport(
        duty=duty.uid,
        action=duty.action.term,
        activation=activation(duty.constraints, situation),
        deontic=Deontic.FULFILLED if met else Deontic.NOT_SET,
        evidence="" if evidence is None else evidence.id,
        premises=_each(duty.constraints, situation),
    )


def _blocks(duty: DutyReport) -> bool:
    return duty.activation is not Activation.INACTIVE and duty.deontic is not Deontic.FULFILLED


def _following(duty: Duty, breach: datetime | None, situation: Situation) -> DutyReport:
    """What follows from a breach, from its moment on; not active as long as there is none."""
    found = Standing(deontic=Deontic.NOT_SET) if breach is None else standing(duty, breach, situation)
    return DutyReport(
        duty=duty.uid,
        action=duty.action.term,
        activation=Activation.INACTIVE if breach is None else activation(duty.constraints, situation),
        deontic=found.deontic,
        evidence=found.evidence,
        premises=_each(duty.constraints, situation),
    )


def _together(premises: Iterable[Premise]) -> Verdict:
    return all_of(Verdict.UNKNOWN if each.result is None else each.result for each in premises)


def _granted(condition: Condition, rule: Iri, situation: Situation) -> Premise:
    """A constraint of a permission; a cap by what it leaves."""
    if not isinstance(condition, Constraint) or not is_cap(condition, situation.vocabulary):
        return _judged(condition, situation)
    found = allowance(condition, rule, situation)
    if found is None:
        return Premise(condition=condition, result=Verdict.UNKNOWN)
    cap, usage = found.cap, situation.usage(found.cap.counter)
    asked = situation.request.rows if cap.per_row else cap.amount
    return Premise(
        condition=condition,
        actual=frozenset({cap.bound - found.remaining + cap.amount}),
        result=verdict(not found.exhausted),
        counted=Counted(asked=asked, used=usage.used, reserved=usage.reserved),
    )


def _each(conditions: tuple[Condition, ...], situation: Situation) -> tuple[Premise, ...]:
    return tuple(_judged(each, situation) for each in conditions)


def _judged(condition: Condition, situation: Situation) -> Premise:
    """A condition of the access, with its members."""
    if isinstance(condition, Constraint):
        return Premise(condition=condition, actual=situation.actuals(condition.left), result=situation.judge(condition))
    return Premise(
        condition=condition,
        result=judge(condition, situation.judge),
        members=tuple(_judged(each, situation) for each in condition.members),
    )


def _on_target(condition: Condition, situation: Situation) -> Premise:
    """A refinement of the target: column by column, row by row, or over all columns together."""
    dataset, vocabulary, request = situation.request.dataset, situation.vocabulary, situation.request
    grains = {grain_of(atom, vocabulary) for atom in atoms((condition,))}
    asked = request.selected | request.consulted
    if grains == {Grain.COLUMN}:
        scope = Scope(dataset=dataset, vocabulary=vocabulary, columns=(condition,))
        columns = tuple((name, scope.covers(name)) for name in sorted(asked))
        return Premise(condition=condition, result=all_of(found for _, found in columns), columns=columns)
    if grains == {Grain.ROW}:
        return Premise(condition=condition, result=_on_rows(rows_of(condition, dataset, vocabulary)))
    if grains == {Grain.JOINT} and isinstance(condition, Constraint):
        joint = frozenset(condition.right)
        seen = joint & (asked | situation.state.released)
        return Premise(condition=condition, actual=seen, result=verdict(seen != joint))
    if grains == {Grain.TRANSFORM} and isinstance(condition, Constraint):
        return Premise(condition=condition, result=verdict(_applicable(condition, request)))
    return Premise(condition=condition, result=Verdict.UNKNOWN)


def _on_rows(predicate: Predicate) -> Verdict | None:
    """The verdict on all rows at once, where there is one; unknown when for none it is known to be satisfied."""
    found = extent(predicate)
    if len(found) == 1:
        return next(iter(found))
    return None if Verdict.SATISFIED in found else Verdict.UNKNOWN


def _applicable(transform: Constraint, request: AccessRequest) -> bool:
    """Whether the plan can apply the transform: the column is not looked at as it is, and something of it leaves."""
    term, column = transform.right[0], transform.on_column
    withheld = term in WITHHOLDING and column in request.selected
    return not withheld and (term == KEEP or column not in request.consulted)
