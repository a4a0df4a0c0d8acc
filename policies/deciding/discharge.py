"""Duties: whether one is active, whether the record shows it fulfilled, and whether it is overdue.

Only evidence about the very duty counts, while it is in force, and only when it meets every refinement of the duty.
What the gateway discharges by its plan is met by being part of the plan, whatever anybody reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from policies.deciding.access import NO_TIME, Situation
from policies.deciding.moments import moved
from policies.deciding.scope import Scope
from policies.model import (
    Activation,
    Condition,
    Constraint,
    Deontic,
    Duty,
    Evidence,
    LogicalConstraint,
    State,
    Verdict,
    atoms,
    flat,
)
from policies.transforms import applies
from policies.truth import all_of, any_meets, judge
from policies.vocabulary import (
    ANONYMIZE,
    DATE_TIME,
    DUE_BY,
    EVENT,
    EVERY,
    FIRST_DELIVERY,
    RETENTION,
    Operator,
    Vocabulary,
)

_TIMING: Final = frozenset({DUE_BY, EVERY, RETENTION})
"""Refinements that say when a duty is due, not how it is met."""


def activation(conditions: tuple[Condition, ...], situation: Situation) -> Activation:
    """Whether a duty with these constraints is active; without any it is."""
    found = all_of(judge(each, situation.judge) for each in conditions)
    return {
        Verdict.SATISFIED: Activation.ACTIVE,
        Verdict.UNSATISFIED: Activation.INACTIVE,
        Verdict.UNKNOWN: Activation.UNKNOWN,
    }[found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of a duty."""

    deontic: Deontic
    evidence: str = ""
    """Where in the record stands what fulfils it."""
    missed: datetime | None = None
    """The due date that passed without evidence, when the duty is violated."""


def fulfilment(duty: Duty, situation: Situation) -> Evidence | None:
    """The latest evidence that fulfils the duty now; one piece of evidence must meet all of its refinements."""
    return max(_fulfilments(duty, situation), key=lambda each: (each.since, each.id), default=None)


def _fulfilments(duty: Duty, situation: Situation) -> Iterator[Evidence]:
    for evidence in situation.state.evidence:
        in_force = situation.is_past(evidence.since) is True and (
            evidence.until is None or situation.is_past(evidence.until) is False
        )
        if evidence.duty == duty.uid and in_force and _meets(evidence, duty, situation.vocabulary):
            yield evidence


def _meets(evidence: Evidence, duty: Duty, vocabulary: Vocabulary) -> bool:
    def shown(constraint: Constraint) -> Verdict:
        if constraint.left in _TIMING:
            return Verdict.SATISFIED
        return any_meets(constraint, evidence.values.get(constraint.left, frozenset()), vocabulary)

    return all_of(judge(each, shown) for each in duty.action.refinements) is Verdict.SATISFIED


def standing(duty: Duty, since: datetime | None, situation: Situation) -> Standing:
    """What became of a duty that is owed since a moment: violated once a due date has passed without evidence.

    ``since`` is when the agreement took effect or, for what follows from a breach, when that happened; while it is not
    known, nothing that counts from it falls due.
    """
    if activation(duty.constraints, situation) is Activation.ACTIVE:
        missed = _missed(duty, _active_since(duty, since, situation.state), situation)
        if missed is not None:
            return Standing(deontic=Deontic.VIOLATED, missed=missed)
    found = fulfilment(duty, situation)
    return (
        Standing(deontic=Deontic.NOT_SET) if found is None else Standing(deontic=Deontic.FULFILLED, evidence=found.id)
    )


def _missed(duty: Duty, began: datetime | None, situation: Situation) -> datetime | None:
    """The first due date that has passed without evidence."""
    if situation.now.tzinfo is None:
        return None
    shown = [each.since for each in _fulfilments(duty, situation)]
    dates = (_passed(each, began, shown, situation) for each in atoms(duty.action.refinements))
    return min((each for each in dates if each is not None), default=None)


def _passed(
    constraint: Constraint, began: datetime | None, shown: list[datetime], situation: Situation
) -> datetime | None:
    """The first due date of this refinement that has passed without evidence."""
    bound = constraint.right[0]
    if constraint.left == EVERY:
        if began is None or not isinstance(bound, timedelta) or bound <= NO_TIME:
            return None
        return _unreported(began, bound, shown, situation.now)
    due = _due(constraint, began, situation.state)
    late = due is not None and situation.now > due and not any(each <= due for each in shown)
    return due if late else None


def _unreported(began: datetime, period: timedelta, shown: list[datetime], now: datetime) -> datetime | None:
    """The end of the first whole period without evidence; a period ends where the next one begins."""
    reported = {(each - began) // period for each in shown}
    first = next((each for each in range((now - began) // period) if each not in reported), None)
    return None if first is None else began + (first + 1) * period


def _due(constraint: Constraint, began: datetime | None, state: State) -> datetime | None:
    bound = constraint.right[0]
    if constraint.left not in {DUE_BY, RETENTION}:
        return None
    if isinstance(bound, datetime):
        return bound
    began = state.first_delivery if constraint.left == RETENTION else began
    return moved(began, bound) if isinstance(bound, timedelta) and began is not None else None


def _active_since(duty: Duty, since: datetime | None, state: State) -> datetime | None:
    """The moment the duty became active: the last of those its constraints wait for; ``None`` when it is not known."""
    moments = [since]
    for condition in flat(duty.constraints):
        if isinstance(condition, LogicalConstraint):
            return None
        bound = condition.right[0]
        if condition.left == EVENT and condition.operator is Operator.GT:
            moments.append(state.first_delivery if bound == FIRST_DELIVERY else state.ended)
        elif condition.left == DATE_TIME and condition.operator in {Operator.GT, Operator.GTEQ}:
            moments.append(bound if isinstance(bound, datetime) else None)
    known = [each for each in moments if each is not None]
    return max(known) if len(known) == len(moments) else None


def anonymizes(duty: Duty, read: frozenset[str], scope: Scope) -> bool:
    """Whether the plan's transforms apply the technical measure to each column that is read.

    A column counts as read even when it is left out, so that no tighter term opens a plan.
    """
    if duty.action.term != ANONYMIZE or not duty.action.refinements:
        return False
    measures = duty.action.refinements
    treated = {name for name, transform in scope.transforms if applies(transform, measures, scope.vocabulary)}
    return read <= treated
