"""What is known of one access, and the verdict on each constraint that concerns the access as a whole."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from policies.model import AccessRequest, Cap, Constraint, DenialCode, State, Usage, Value
from policies.truth import Verdict, compare
from policies.vocabulary import (
    COUNT,
    DATE_TIME,
    ELAPSED_TIME,
    MODEL_RELEASE,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    SPATIAL,
    STORAGE_JURISDICTION,
    Iri,
    Operator,
    Vocabulary,
    local,
)

CAPS: Final = {COUNT: False, RECORD_COUNT: True}
"""The caps that are counted here, each with whether every row is a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a decision may look at: the request, the state of the world, the moment, the vocabulary."""

    request: AccessRequest
    state: State
    now: datetime
    vocabulary: Vocabulary

    def actual(self, left: Iri) -> Value | None:
        """The actual value of an operand of the access; ``None`` when nobody supplies it."""
        request = self.request
        declared: dict[Iri, Value | None] = {
            PURPOSE: request.purpose,
            SPATIAL: request.place,
            STORAGE_JURISDICTION: request.storage,
            RECIPIENT: request.recipient,
            PRODUCT: request.model,
            MODEL_RELEASE: request.model_release,
            DATE_TIME: self.now if self.now.tzinfo is not None else None,
            ELAPSED_TIME: self._elapsed(),
        }
        return declared.get(left)

    def _elapsed(self) -> timedelta | None:
        """Since the first delivery: nothing before it; unknown when the clock goes backwards."""
        if self.state.first_delivery is None:
            return timedelta(0)
        if self.now.tzinfo is None or self.now < self.state.first_delivery:
            return None
        return self.now - self.state.first_delivery

    def judge(self, constraint: Constraint) -> Verdict:
        """The verdict on a constraint of the access; unknown for every operand that is not of that grain.

        A cap is never judged here: what it leaves is part of the plan, and inside ``or`` or ``xone`` it is unknown.
        """
        return compare(constraint, self.actual(constraint.left), self.vocabulary)

    def usage(self, counter: str) -> Usage:
        """What the counter has seen so far."""
        return self.state.usage.get(counter, Usage())


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A cap and what it leaves."""

    cap: Cap
    remaining: int


def allowance(constraint: Constraint, rule: Iri, situation: Situation) -> Allowance | None:
    """The cap that the constraint sets for the rule; ``None`` when it sets none that is counted here."""
    bound = constraint.right[0]
    if constraint.left not in CAPS or not isinstance(bound, int):
        return None
    most = bound - 1 if constraint.operator is Operator.LT else bound
    counter = f"{rule}#{local(constraint.left)}"
    cap = Cap(counter=counter, operand=constraint.left, bound=most, per_row=CAPS[constraint.left])
    usage = situation.usage(counter)
    return Allowance(cap=cap, remaining=most - usage.used - usage.reserved)


def code_of(constraint: Constraint, found: Verdict) -> DenialCode:
    """What a caller is told when this constraint of a permission is not satisfied."""
    if constraint.left == PURPOSE:
        return DenialCode.PURPOSE_NOT_LICENSED
    upper = constraint.operator in {Operator.LT, Operator.LTEQ}
    if constraint.left in {DATE_TIME, ELAPSED_TIME} and upper and found is Verdict.UNSATISFIED:
        return DenialCode.LICENCE_EXPIRED
    return DenialCode.CONSTRAINT_NOT_MET
