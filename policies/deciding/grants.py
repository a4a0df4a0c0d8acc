"""What one permission gives to one request, and what one prohibition takes away."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies import phrases
from policies.deciding.access import Situation, allowance, code_of, strictest
from policies.deciding.applies import forbidden_action, party_matches
from policies.deciding.discharge import activation, anonymizes, fulfilment
from policies.deciding.rows import never_true
from policies.deciding.scope import Scope, scope_of
from policies.model import (
    Activation,
    Cap,
    Condition,
    Constraint,
    DenialCode,
    Duty,
    Part,
    Permission,
    Price,
    Prohibition,
    Reason,
    Verdict,
    atoms,
    flat,
)
from policies.predicate import EVERYTHING, Not, Predicate
from policies.prices import rate_of
from policies.truth import all_of, judge
from policies.vocabulary import (
    ANONYMIZE,
    COMPENSATE,
    DATA_SUBJECT,
    OBTAIN_CONSENT,
    PER_QUERY,
    PER_RECORD,
    PURPOSE,
    Discharge,
    Grain,
    Iri,
    Vocabulary,
    compact,
    local,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one permission gives; nothing when ``denials`` is not empty."""

    clause: Iri
    scope: Scope
    caps: tuple[Cap, ...]
    limit: int
    """Rows that the caps leave of those asked for."""
    consent: bool
    prices: tuple[Price, ...]
    denials: tuple[Reason, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it narrows."""
        narrowed = {
            Part.COLUMNS: self.scope.columns,
            Part.ROWS: self.scope.rows != EVERYTHING,
            Part.TRANSFORMS: self.scope.transforms,
            Part.NOT_TOGETHER: self.scope.joints,
            Part.CONSENT: self.consent,
        }
        return tuple(part for part, narrows in narrowed.items() if narrows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """What one prohibition takes away from one request."""

    clause: Iri
    columns: frozenset[str] = frozenset()
    rows: Predicate = EVERYTHING
    """What it leaves of the rows."""
    everything: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it narrows."""
        return (Part.ROWS,) if self.rows != EVERYTHING else (Part.COLUMNS,)


def grant_of(permission: Permission, situation: Situation) -> Grant:
    """Weigh a permission that regulates the asked party, target and action."""
    denials = [*_refinements(permission, situation), *_constraints(permission, situation)]
    caps: list[Cap] = []
    limit = situation.request.rows
    for constraint in capping(permission, situation.vocabulary):
        found = allowance(constraint, permission.uid, situation)
        if found is None:
            denials.append(denied(DenialCode.CONSTRAINT_NOT_MET, permission.uid, constraint))
            continue
        caps.append(found.cap)
        limit = min(limit, found.remaining) if found.cap.per_row else limit
        if found.exhausted:
            denials.append(exhausted(permission.uid, found.cap))
    scope = scope_of(permission.target, situation.request.dataset, situation.vocabulary)
    denials.extend(
        _reason(DenialCode.CONSTRAINT_NOT_MET, permission.uid, f"The term on `{name}` cannot be decided here.")
        for name in scope.unclear
    )
    active = [duty for duty in permission.duties if activation(duty.constraints, situation) is not Activation.INACTIVE]
    denials.extend(_undischarged(active, scope, situation))
    prices = tuple(price for duty in active for price in _price(duty))
    if len(prices) > 1:
        denials.append(_reason(DenialCode.DUTY_NOT_FULFILLED, permission.uid, "Two prices stand for one use."))
    return Grant(
        clause=permission.uid,
        scope=scope,
        caps=strictest(caps),
        limit=max(limit, 0),
        consent=any(duty.action.term == OBTAIN_CONSENT for duty in active),
        prices=prices,
        denials=tuple(denials),
    )


def barrier_of(prohibition: Prohibition, situation: Situation) -> Barrier | None:
    """What the prohibition takes away; ``None`` when it certainly does not concern the request."""
    if not _concerns(prohibition, situation):
        return None
    conditions = (*prohibition.action.refinements, *prohibition.constraints)
    if all_of(judge(each, situation.judge) for each in conditions) is Verdict.UNSATISFIED:
        return None
    scope = scope_of(prohibition.target, situation.request.dataset, situation.vocabulary)
    clause = prohibition.uid
    if not prohibition.target.refinements or scope.unclear or scope.joints or scope.transforms:
        return Barrier(clause=clause, everything=True)
    if scope.columns:
        # WHY: registration refuses row terms beside them; where they stand all the same, the columns go from all rows.
        asked = situation.request.selected | situation.request.consulted
        taken = {name for name in asked if scope.covers(name) is not Verdict.UNSATISFIED}
        return Barrier(clause=clause, columns=frozenset(taken))
    left = Not(part=scope.rows)
    return Barrier(clause=clause, everything=True) if never_true(left) else Barrier(clause=clause, rows=left)


def _concerns(prohibition: Prohibition, situation: Situation) -> bool:
    """Party, target and action; an action that the vocabulary does not know concerns it."""
    return (
        party_matches(prohibition.assignee, situation)
        and situation.is_or_belongs_to(prohibition.target.source, situation.request.target)
        and forbidden_action(prohibition.action.term, situation) is not Verdict.UNSATISFIED
    )


def capping(permission: Permission, vocabulary: Vocabulary) -> Iterator[Constraint]:
    """The caps among the conjuncts."""
    for condition in flat(permission.constraints):
        if isinstance(condition, Constraint) and is_cap(condition, vocabulary):
            yield condition


def is_cap(condition: Condition, vocabulary: Vocabulary) -> bool:
    """Whether the condition limits how much may leave."""
    left = condition.left if isinstance(condition, Constraint) else None
    operand = None if left is None else vocabulary.operands.get(left)
    return operand is not None and operand.grain is Grain.CAP


def _refinements(permission: Permission, situation: Situation) -> Iterator[Reason]:
    for condition in flat(permission.action.refinements):
        if judge(condition, situation.judge) is not Verdict.SATISFIED:
            yield denied(DenialCode.CONSTRAINT_NOT_MET, permission.uid, condition)


def _constraints(permission: Permission, situation: Situation) -> Iterator[Reason]:
    for condition in flat(permission.constraints):
        if is_cap(condition, situation.vocabulary):
            continue
        found = judge(condition, situation.judge)
        if found is not Verdict.SATISFIED:
            yield denied(denial_code(condition, found), permission.uid, condition)


def denial_code(condition: Condition, found: Verdict) -> DenialCode:
    """What a caller is told when this condition of a permission is not satisfied."""
    if isinstance(condition, Constraint):
        return code_of(condition, found)
    purpose = all(atom.left == PURPOSE for atom in atoms((condition,)))
    return DenialCode.PURPOSE_NOT_LICENSED if purpose else DenialCode.CONSTRAINT_NOT_MET


def _undischarged(duties: list[Duty], scope: Scope, situation: Situation) -> Iterator[Reason]:
    """The active duties that stand in the way: not fulfilled before, or beyond what the gateway can do."""
    for duty in duties:
        term = situation.vocabulary.duties.get(duty.action.term)
        discharge = None if term is None else term.discharge
        if discharge is Discharge.BEFORE and fulfilment(duty, situation) is not None:
            continue
        if discharge is Discharge.GATEWAY and within_plan(duty, scope, situation):
            continue
        yield unfulfilled(duty)


def within_plan(duty: Duty, scope: Scope, situation: Situation) -> bool:
    """Whether this gateway can discharge the duty by its plan."""
    if duty.action.term == OBTAIN_CONSENT:
        return duty.role is not None and duty.role.party == DATA_SUBJECT and not duty.action.refinements
    if duty.action.term == ANONYMIZE:
        return anonymizes(duty, situation.request.selected | situation.request.consulted, scope)
    return duty.action.term == COMPENSATE and len(tuple(_price(duty))) == 1


def _price(duty: Duty) -> Iterator[Price]:
    rate = rate_of(duty) if duty.action.term == COMPENSATE else None
    if rate is not None and rate.unit in {PER_RECORD, PER_QUERY}:
        yield Price(amount_micro=rate.amount_micro, currency=rate.currency, unit=rate.unit, clause=duty.uid)


def unfulfilled(duty: Duty) -> Reason:
    """That the duty stands in the way."""
    text = f"The duty `{compact(duty.action.term)}` must be fulfilled first."
    return _reason(DenialCode.DUTY_NOT_FULFILLED, duty.uid, text)


def exhausted(clause: Iri, cap: Cap) -> Reason:
    """That the cap leaves nothing."""
    text = f"The limit of {cap.bound} on `{local(cap.operand)}` is used up."
    return _reason(DenialCode.LICENCE_QUOTA_EXCEEDED, clause, text)


def _reason(code: DenialCode, clause: Iri, text: str) -> Reason:
    return Reason(code=code, clause=clause, text=text)


def denied(code: DenialCode, clause: Iri, condition: Condition) -> Reason:
    """That the condition is not met."""
    return _reason(code, clause, f"Not met: {phrases.condition(condition)}.")
