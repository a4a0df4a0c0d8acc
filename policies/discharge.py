"""Duties: whether one is active, whether the record shows it fulfilled, and whether it is overdue.

Only evidence about the very duty counts, while it is in force, and only when it meets every refinement of the duty.
What the gateway discharges by its plan is met by being part of the plan, whatever anybody reports.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from policies.access import Situation
from policies.model import (
    Activation,
    Condition,
    Constraint,
    Deontic,
    Duty,
    Evidence,
    LogicalConstraint,
    Verdict,
    atoms,
    flat,
)
from policies.scope import Scope
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


def fulfilment(duty: Duty, situation: Situation) -> Evidence | None:
    """The evidence on record that fulfils the duty now; one piece of evidence must meet all of its refinements."""
    return next(iter(_fulfilments(duty, situation)), None)


def _fulfilments(duty: Duty, situation: Situation) -> Iterator[Evidence]:
    now = situation.now
    if now.tzinfo is None:
        return
    for evidence in situation.state.evidence:
        in_force = evidence.since <= now and (evidence.until is None or now < evidence.until)
        if evidence.duty == duty.uid and in_force and _meets(evidence, duty, situation.vocabulary):
            yield evidence


def _meets(evidence: Evidence, duty: Duty, vocabulary: Vocabulary) -> bool:
    def shown(constraint: Constraint) -> Verdict:
        if constraint.left in _TIMING:
            return Verdict.SATISFIED
        return any_meets(constraint, evidence.values.get(constraint.left, frozenset()), vocabulary)

    return all_of(judge(each, shown) for each in duty.action.refinements) is Verdict.SATISFIED


def standing(duty: Duty, situation: Situation) -> tuple[Deontic, str]:
    """What became of a duty, and where in the record the evidence stands: violated once it is overdue."""
    found = sorted(_fulfilments(duty, situation), key=lambda each: (each.since, each.id))
    if activation(duty.constraints, situation) is Activation.ACTIVE and _overdue(duty, found, situation):
        return Deontic.VIOLATED, ""
    return (Deontic.FULFILLED, found[-1].id) if found else (Deontic.NOT_SET, "")


def _overdue(duty: Duty, found: list[Evidence], situation: Situation) -> bool:
    """Whether a due date has passed without evidence; unknown moments make nothing overdue."""
    now, began = situation.now, active_since(duty, situation)
    for constraint in atoms(duty.action.refinements):
        bound = constraint.right[0]
        if constraint.left == EVERY and isinstance(bound, timedelta) and bound > _NO_TIME and began is not None:
            periods = (now - began) // bound
            kept = {(each.since - began) // bound for each in found}
            if len([period for period in kept if 0 <= period < periods]) < periods:
                return True
        due = _due(constraint, began, situation)
        if due is not None and now > due and not any(each.since <= due for each in found):
            return True
    return False


_NO_TIME: Final = timedelta(0)


def _due(constraint: Constraint, began: datetime | None, situation: Situation) -> datetime | None:
    bound = constraint.right[0]
    if constraint.left == RETENTION:
        began = situation.state.first_delivery
    elif constraint.left != DUE_BY:
        return None
    if isinstance(bound, datetime):
        return bound
    return began + bound if isinstance(bound, timedelta) and began is not None else None


def active_since(duty: Duty, situation: Situation) -> datetime | None:
    """The moment the duty became active: the last of those its constraints wait for; ``None`` when it is not known."""
    state = situation.state
    moments = [state.effective]
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


def anonymizes(duty: Duty, selected: frozenset[str], scope: Scope) -> bool:
    """Whether the plan's transforms apply the technical measure to each selected column.

    A column counts as selected even when it is left out, so that no tighter term opens a plan.
    """
    if duty.action.term != ANONYMIZE or not duty.action.refinements:
        return False
    measures = duty.action.refinements
    treated = {name for name, transform in scope.transforms if applies(transform, measures, scope.vocabulary)}
    return selected <= treated
