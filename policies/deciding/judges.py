"""Conditions on an access, compiled: what does not depend on the access is worked out once.

Each judge gives exactly the verdict that ``Situation.judge`` gives.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from operator import ge, gt, le, lt
from typing import Any, Final, TypeAlias

from policies.deciding.access import NOBODY_SAYS, Situation
from policies.model import AccessRequest, Condition, Constraint, Logic, Quantity, State, Value, Verdict
from policies.truth import all_of, any_of, compare, one_of
from policies.vocabulary import DATE_TIME, ELAPSED_TIME, EVENT, Grain, Operator, ValueKind, Vocabulary

Judge: TypeAlias = Callable[[AccessRequest, State, datetime], Verdict]

_ORDER: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.LT: lt,
    Operator.LTEQ: le,
    Operator.GT: gt,
    Operator.GTEQ: ge,
}
_COMBINED: Final = {Logic.AND: all_of, Logic.OR: any_of, Logic.XONE: one_of}


def judge_of(condition: Condition, vocabulary: Vocabulary) -> Judge:
    """The judge of a condition of any depth."""
    if not isinstance(condition, Constraint):
        members = [judge_of(member, vocabulary) for member in condition.members]
        combined = _COMBINED[condition.logic]
        return lambda request, state, now: combined([member(request, state, now) for member in members])
    operand = vocabulary.operands.get(condition.left)
    if operand is None or operand.grain is not Grain.ACCESS:
        return lambda _request, _state, _now: Verdict.UNKNOWN
    bound, ordered = condition.right[0], _ORDER.get(condition.operator)
    if ordered is not None and condition.unit is None and len(condition.right) == 1:
        if condition.left == DATE_TIME and isinstance(bound, datetime):
            return _of_the_clock(ordered, bound)
        if condition.left == ELAPSED_TIME and isinstance(bound, timedelta):
            return _since_first_delivery(ordered, bound)
    if operand.kind is ValueKind.IRI and condition.left != EVENT:
        return _of_values(condition, vocabulary)
    return _interpreted(condition, vocabulary)


def _interpreted(constraint: Constraint, vocabulary: Vocabulary) -> Judge:
    def judge(request: AccessRequest, state: State, now: datetime) -> Verdict:
        return Situation(request=request, state=state, now=now, vocabulary=vocabulary).judge(constraint)

    return judge


def _of_the_clock(ordered: Callable[[Any, Any], bool], bound: datetime) -> Judge:
    def judge(_request: AccessRequest, _state: State, now: datetime) -> Verdict:
        if now.tzinfo is None:
            return Verdict.UNKNOWN
        return Verdict.SATISFIED if ordered(now, bound) else Verdict.UNSATISFIED

    return judge


def _since_first_delivery(ordered: Callable[[Any, Any], bool], bound: timedelta) -> Judge:
    def judge(_request: AccessRequest, state: State, now: datetime) -> Verdict:
        first = state.first_delivery
        if first is None:
            return Verdict.SATISFIED if ordered(timedelta(0), bound) else Verdict.UNSATISFIED
        if now.tzinfo is None or first.tzinfo is None or now < first:
            return Verdict.UNKNOWN
        return Verdict.SATISFIED if ordered(now - first, bound) else Verdict.UNSATISFIED

    return judge


def _of_values(constraint: Constraint, vocabulary: Vocabulary) -> Judge:
    """Of a closed vocabulary every value is judged once; the vocabulary bounds what is kept."""
    left, operand = constraint.left, vocabulary.operands[constraint.left]
    judged: dict[Value | Quantity, Verdict] = {}

    def judge(request: AccessRequest, _state: State, _now: datetime) -> Verdict:
        actuals = request.values.get(left, NOBODY_SAYS)
        if len(actuals) != 1:
            return compare(constraint, actuals, vocabulary)
        (actual,) = actuals
        found = judged.get(actual)
        if found is None:
            found = compare(constraint, actuals, vocabulary)
            if operand.is_closed and isinstance(actual, str) and vocabulary.knows(operand, actual):
                judged[actual] = found
        return found

    return judge
