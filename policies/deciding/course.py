"""What one action under one agreement comes to, prepared: the compiled half of an access plan.

A course is prepared for the case in which every prohibition and every bound of a mandate that waits for a condition
stays as it usually is: the prohibition inactive, the bound in force. For everything else, and for columns that are not
plainly licensed, there is the interpreter. So what is prepared here can be read off the interpreter itself, column by
column, and nothing of the semantics is written twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from policies.deciding.access import Situation, fixed_cap, strictest
from policies.deciding.applies import forbidden_action
from policies.deciding.discharge import fulfilment
from policies.deciding.grants import capping, denial_code, denied, exhausted, is_cap, unfulfilled
from policies.deciding.judges import Judge, judge_of
from policies.deciding.moments import Moments, moments_of
from policies.deciding.outcome import deny, permit_part
from policies.deciding.scope import grain_of
from policies.evaluate import interpret
from policies.model import (
    AccessRequest,
    Cap,
    Condition,
    Constraint,
    DatasetFacts,
    Decision,
    DenialCode,
    Duty,
    LicenceStatus,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Reason,
    State,
    Target,
    Verdict,
    atoms,
    flat,
)
from policies.vocabulary import DATE_TIME, Discharge, Grain, Iri, Vocabulary

_NOTHING_HAPPENED: Final = State(status=LicenceStatus.ACTIVE)
_SOMETIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A cap, and the denial when it is used up."""

    cap: Cap
    denial: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Everything about one action that depends on neither request, state nor clock."""

    policy: Policy
    mandates: tuple[Policy, ...]
    vocabulary: Vocabulary
    permitted: Decision
    """The decision for all plain columns without a limit."""
    plain: frozenset[str]
    """Columns that may be selected, whatever else is."""
    open: frozenset[str]
    """Columns that may also be filtered and sorted by."""
    inactive: tuple[Judge, ...]
    """Of prohibitions: not satisfied as long as they take nothing away."""
    in_force: tuple[Judge, ...]
    """Of bounds of mandates: not unsatisfied as long as they bind."""
    checks: tuple[tuple[Judge, Mapping[Verdict, Reason]], ...]
    limits: tuple[Limit, ...]
    before: tuple[Duty, ...]
    """Duties that must be fulfilled first."""
    moments: Moments
    """Where time alone may change what was decided."""

    def decide(self, request: AccessRequest, state: State, now: datetime) -> Decision:
        """The decision on a request about this action, by the licensee, for the dataset, under a licence in force."""
        prepared = self.permitted
        if not self._plainly(request, state, now):
            return interpret(
                self.policy,
                prepared.policy,
                request,
                state,
                now,
                mandates=self.mandates,
                vocabulary=self.vocabulary,
            )
        reasons = []
        for judge, denials in self.checks:
            found = judge(request, state, now)
            if found is not Verdict.SATISFIED:
                reasons.append(denials[found])
        limit = max(request.rows, 0)
        for each in self.limits:
            cap = each.cap
            usage = state.usage.get(cap.counter)
            remaining = cap.bound if usage is None else cap.bound - usage.used - usage.reserved
            if remaining < cap.amount:
                reasons.append(each.denial)
            elif cap.per_row and remaining < limit:
                limit = remaining
        if self.before:
            situation = Situation(request=request, state=state, now=now, vocabulary=self.vocabulary)
            reasons.extend(unfulfilled(duty) for duty in self.before if fulfilment(duty, situation) is None)
        if reasons:
            return deny(prepared.policy, reasons)
        columns, transforms = request.selected, prepared.transforms
        if transforms:
            transforms = {name: each for name, each in transforms.items() if name in columns}
        until, period = self.moments.until(state, now)
        return permit_part(prepared, columns, transforms, limit, until, period)

    def _plainly(self, request: AccessRequest, state: State, now: datetime) -> bool:
        """Whether the request is of the prepared case."""
        visible = request.selected
        if not visible <= self.plain:
            return False
        if request.filtered or request.ordered:
            consulted = request.consulted
            if not consulted <= self.open:
                return False
            visible |= consulted
        joints = self.permitted.not_together
        if joints:
            visible |= state.released
            if any(joint <= visible for joint in joints):
                return False
        for judge in self.inactive:
            if judge(request, state, now) is not Verdict.UNSATISFIED:
                return False
        for judge in self.in_force:  # noqa: SIM110  # a generator costs as much as the whole rest
            if judge(request, state, now) is Verdict.UNSATISFIED:
                return False
        return True


def course_of(  # everything an access plan knows
    policy: Policy,
    digest: str,
    mandates: tuple[Policy, ...],
    *,
    action: Iri,
    party: Iri,
    target: Iri,
    dataset: DatasetFacts,
    vocabulary: Vocabulary,
) -> Course | None:
    """Prepare one action; ``None`` when nothing about it is plain, so that the interpreter decides."""
    named = [each.uid for each in _permissions((policy, *mandates))]
    if len(set(named)) < len(named):
        return None
    request = AccessRequest(party=party, action=action, target=target, selected=frozenset(), dataset=dataset, rows=1)
    situation = Situation(request=request, state=_NOTHING_HAPPENED, now=_SOMETIME, vocabulary=vocabulary)
    bare = [_bare(each, situation) for each in (policy, *mandates)]
    # WHY: row terms are the same for every column; they are worked out once, with the columns that are left.
    of_columns = [_without_rows(each, vocabulary) for each in bare]

    def permitted(terms: Sequence[Policy], name: str, filtered: frozenset[str] = frozenset()) -> Decision | None:
        asked = replace(request, selected=frozenset({name}), filtered=filtered)
        own, *bounds = terms
        found = interpret(own, digest, asked, _NOTHING_HAPPENED, _SOMETIME, mandates=bounds, vocabulary=vocabulary)
        return found if found.permitted else None

    singly = {name: found for name in dataset.columns if (found := permitted(of_columns, name)) is not None}
    whole = permitted(bare, next(iter(singly))) if singly else None
    if whole is None:
        return None
    deciding = {reason.clause for reason in whole.reasons}
    rules = [each for each in _permissions((policy, *mandates)) if each.uid in deciding]
    if not all(_is_preparable(each, vocabulary) for each in rules):
        return None
    limits = tuple(
        Limit(cap=cap, denial=exhausted(rule.uid, cap))
        for rule in rules
        for cap in _caps(rule, vocabulary)
        if cap is not None
    )
    return Course(
        policy=policy,
        mandates=mandates,
        vocabulary=vocabulary,
        permitted=whole._replace(
            transforms={name: each for found in singly.values() for name, each in found.transforms.items()},
            caps=strictest(each.cap for each in limits),
        ),
        plain=frozenset(singly),
        open=frozenset(name for name in singly if permitted(of_columns, name, frozenset({name})) is not None),
        inactive=tuple(
            judge_of(_all(each), vocabulary)
            for owner in (policy, *mandates)
            for each in owner.prohibitions
            if _is_conditional(each) and forbidden_action(each.action.term, situation) is not Verdict.UNSATISFIED
        ),
        in_force=tuple(
            judge_of(each, vocabulary)
            for rule in rules[1:]
            for each in flat(rule.constraints)
            if isinstance(each, Constraint) and each.left == DATE_TIME
        ),
        checks=tuple(check for rule in rules for check in _checks(rule, vocabulary)),
        limits=limits,
        before=tuple(duty for rule in rules for duty in rule.duties if _is_before(duty, vocabulary)),
        moments=moments_of((policy, *mandates)),
    )


def _permissions(policies: Sequence[Policy]) -> Iterator[Permission]:
    for policy in policies:
        yield from policy.permissions


def _bare(policy: Policy, situation: Situation) -> Policy:
    """The policy without anything that waits for a request's values, the state or the clock."""
    return replace(
        policy,
        permissions=tuple(
            replace(
                each,
                constraints=(),
                action=replace(each.action, refinements=()),
                duties=tuple(duty for duty in each.duties if not _is_before(duty, situation.vocabulary)),
            )
            for each in policy.permissions
        ),
        prohibitions=tuple(each for each in policy.prohibitions if not _is_conditional(each)),
    )


def _without_rows(policy: Policy, vocabulary: Vocabulary) -> Policy:
    """The policy as far as it speaks of columns; a prohibition on rows alone takes no column away."""

    def left(target: Target) -> Target:
        kept = (each for each in flat(target.refinements) if not _is_of_rows(each, vocabulary))
        return replace(target, refinements=tuple(kept))

    return replace(
        policy,
        permissions=tuple(replace(each, target=left(each.target)) for each in policy.permissions),
        prohibitions=tuple(
            replace(each, target=left(each.target))
            for each in policy.prohibitions
            if not each.target.refinements or left(each.target).refinements
        ),
    )


def _is_of_rows(condition: Condition, vocabulary: Vocabulary) -> bool:
    return {grain_of(atom, vocabulary) for atom in atoms((condition,))} == {Grain.ROW}


def _is_conditional(prohibition: Prohibition) -> bool:
    return bool(prohibition.constraints or prohibition.action.refinements)


def _is_before(duty: Duty, vocabulary: Vocabulary) -> bool:
    term = vocabulary.duties.get(duty.action.term)
    return term is not None and term.discharge is Discharge.BEFORE


def _is_preparable(permission: Permission, vocabulary: Vocabulary) -> bool:
    """Whether its duties are always active, and each of its caps takes the same from every access."""
    return not any(duty.constraints for duty in permission.duties) and None not in _caps(permission, vocabulary)


def _caps(permission: Permission, vocabulary: Vocabulary) -> list[Cap | None]:
    return [fixed_cap(each, permission.uid) for each in capping(permission, vocabulary)]


def _all(prohibition: Prohibition) -> Condition:
    return LogicalConstraint(logic=Logic.AND, members=(*prohibition.action.refinements, *prohibition.constraints))


def _checks(permission: Permission, vocabulary: Vocabulary) -> Iterator[tuple[Judge, Mapping[Verdict, Reason]]]:
    for condition in flat(permission.action.refinements):
        reason = denied(DenialCode.CONSTRAINT_NOT_MET, permission.uid, condition)
        yield judge_of(condition, vocabulary), {Verdict.UNSATISFIED: reason, Verdict.UNKNOWN: reason}
    for condition in flat(permission.constraints):
        if not is_cap(condition, vocabulary):
            told = {
                each: denied(denial_code(condition, each), permission.uid, condition)
                for each in (Verdict.UNSATISFIED, Verdict.UNKNOWN)
            }
            yield judge_of(condition, vocabulary), told
