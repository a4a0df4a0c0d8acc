"""What is known of one access, and the verdict on each constraint that concerns the access as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from policies.model import (
    AccessRequest,
    Actuals,
    Cap,
    Constraint,
    DenialCode,
    Quantity,
    State,
    Usage,
    Value,
    Verdict,
    verdict,
)
from policies.truth import compare, in_unit
from policies.vocabulary import (
    COUNT,
    DATE_TIME,
    ELAPSED_TIME,
    EVENT,
    FIRST_DELIVERY,
    LICENCE_END,
    PURPOSE,
    RECORD_COUNT,
    RECORDS_PER_SUBJECT,
    RHO,
    TOKEN_COUNT,
    Grain,
    Iri,
    Operator,
    Vocabulary,
    local,
)

CAPS: Final = {COUNT: False, RECORD_COUNT: True, TOKEN_COUNT: False, RECORDS_PER_SUBJECT: False, RHO: False}
"""The caps, each with whether every row is a unit. Of the others the plan says how much a release takes."""

_OF_ONE: Final = frozenset({COUNT, RECORD_COUNT})
_UPPER: Final = frozenset({Operator.LT, Operator.LTEQ})

NOBODY_SAYS: Final[Actuals] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision may look at: the request, the state of the world, the moment, the vocabulary."""

    request: AccessRequest
    state: State
    now: datetime
    vocabulary: Vocabulary

    def actuals(self, left: Iri) -> Actuals:
        """The actual values of an operand of the access; none when nobody supplies it."""
        if left == DATE_TIME:
            return NOBODY_SAYS if self.now.tzinfo is None else frozenset((self.now,))
        if left == ELAPSED_TIME:
            return self._elapsed()
        return self.request.values.get(left, NOBODY_SAYS)

    def _elapsed(self) -> Actuals:
        """Since the first delivery: nothing before it; unknown when the clock goes backwards."""
        first = self.state.first_delivery
        if first is None:
            return frozenset((NO_TIME,))
        return frozenset((self.now - first,)) if self.is_past(first) else NOBODY_SAYS

    def is_past(self, moment: datetime) -> bool | None:
        """Whether the moment has come; nobody knows while it or the clock has no offset."""
        return None if self.now.tzinfo is None or moment.tzinfo is None else moment <= self.now

    def judge(self, constraint: Constraint) -> Verdict:
        """The verdict on a constraint of the access; unknown for every operand that is not of that grain.

        A cap is never judged here: what it leaves is part of the plan, and inside ``or`` or ``xone`` it is unknown.
        """
        operand = self.vocabulary.operands.get(constraint.left)
        if operand is None or operand.grain is not Grain.ACCESS:
            return Verdict.UNKNOWN
        if constraint.left == EVENT:
            return self._happened(constraint)
        return compare(constraint, self.actuals(constraint.left), self.vocabulary)

    def _happened(self, constraint: Constraint) -> Verdict:
        """``gt`` an event: it has happened; ``lt``: it has not.

        The end of a licence may be known ahead; a delivery that is still to come tells that the clock went backwards.
        """
        events = {FIRST_DELIVERY: self.state.first_delivery, LICENCE_END: self.state.ended}
        event = constraint.right[0]
        if event not in events or self.now.tzinfo is None:
            return Verdict.UNKNOWN
        at = events[Iri(str(event))]
        happened = False if at is None else self.is_past(at)
        if happened is None or (event == FIRST_DELIVERY and at is not None and not happened):
            return Verdict.UNKNOWN
        return verdict({Operator.GT: happened, Operator.LT: not happened}.get(constraint.operator))

    def usage(self, counter: str) -> Usage:
        """What the counter has seen so far."""
        return self.state.usage.get(counter, NO_USAGE)

    def is_or_belongs_to(self, named: Iri, actual: Iri) -> bool:
        """Whether the party or asset is the named one, or a member of the named collection."""
        return named == actual or actual in self.state.members.get(named, ())


NO_TIME: Final = timedelta(0)
NO_USAGE: Final = Usage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A cap and what it leaves."""

    cap: Cap
    remaining: int

    @property
    def exhausted(self) -> bool:
        """Whether not even this access fits."""
        return self.remaining < self.cap.amount


def allowance(constraint: Constraint, rule: Iri, situation: Situation) -> Allowance | None:
    """The cap that the constraint sets for the rule; ``None`` when it sets none, or nobody says what it takes."""
    amount = _amount(constraint, situation)
    cap = None if amount is None else _cap(constraint, rule, amount)
    if cap is None:
        return None
    usage = situation.usage(cap.counter)
    return Allowance(cap=cap, remaining=cap.bound - usage.used - usage.reserved)


def fixed_cap(constraint: Constraint, rule: Iri) -> Cap | None:
    """The cap of a constraint that takes one unit of every execution or of every row; ``None`` for the others."""
    return _cap(constraint, rule, 1) if constraint.left in _OF_ONE else None


def strictest(caps: Iterable[Cap]) -> tuple[Cap, ...]:
    """Of the caps on one counter the one with the smallest bound, in the order of the counters.

    Each cap is guarded by itself, and what it guards is booked: two on one counter would count everything twice.
    """
    found = sorted(caps, key=lambda cap: (cap.counter, -cap.bound))
    return tuple({cap.counter: cap for cap in found}.values())


def counter_of(operand: Iri, rule: Iri) -> str:
    """Key of the counter that a cap of the rule is kept under, within the agreement."""
    return f"{rule}#{local(operand)}"


def _cap(constraint: Constraint, rule: Iri, amount: int) -> Cap | None:
    bound, operator = _whole(constraint.right[0]), constraint.operator
    if constraint.left not in CAPS or bound is None or operator not in _UPPER:
        return None
    return Cap(
        counter=counter_of(constraint.left, rule),
        operand=constraint.left,
        bound=bound - 1 if operator is Operator.LT else bound,
        per_row=CAPS[constraint.left],
        amount=amount,
    )


def _amount(constraint: Constraint, situation: Situation) -> int | None:
    """How many units the access takes, or each of its rows; of several values the largest, when all are counts."""
    if constraint.left in _OF_ONE:
        return 1
    actuals = situation.actuals(constraint.left)
    numbers = [number for each in in_unit(constraint.unit, actuals) if (number := _whole(each)) is not None]
    return max(numbers) if numbers and len(numbers) == len(actuals) else None


def _whole(value: Value | Quantity) -> int | None:
    """The value, when it is a number of things."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def code_of(constraint: Constraint, found: Verdict) -> DenialCode:
    """What a caller is told when this constraint of a permission is not satisfied."""
    if constraint.left == PURPOSE:
        return DenialCode.PURPOSE_NOT_LICENSED
    if constraint.left in {DATE_TIME, ELAPSED_TIME} and constraint.operator in _UPPER and found is Verdict.UNSATISFIED:
        return DenialCode.LICENCE_EXPIRED
    return DenialCode.CONSTRAINT_NOT_MET
