"""A second opinion on decisions: the semantics followed step by step, rule by rule and row by row.

Nothing of the code that decides is used, only the values and the vocabulary that both speak of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from policies.model import (
    Cap,
    ColumnMode,
    Condition,
    Constraint,
    Duty,
    LicenceStatus,
    Permission,
    PolicyClass,
    Price,
    Prohibition,
    Target,
    Transform,
    Usage,
    atoms,
    flat,
)
from policies.vocabulary import (
    AGGREGATE_ONLY,
    ANONYMIZE,
    BUCKET,
    COMPENSATE,
    COUNT,
    DATA_SUBJECT,
    DATE_TIME,
    DPV,
    DROP,
    DUTY_TERMS,
    ELAPSED_TIME,
    EVENT,
    FIRST_DELIVERY,
    GENERALISE,
    ISO4217,
    KEEP,
    OBTAIN_CONSENT,
    OPERANDS,
    PAY_AMOUNT,
    PER_QUERY,
    PER_RECORD,
    PSEUDONYMISE,
    RECORD_COUNT,
    REDACT_TEXT,
    TRUNCATE_TIME,
    UNIT_OF_COUNT,
    Discharge,
    Grain,
    Iri,
    Operator,
    local,
)
from tests.testkit.naive_targets import about, demanded, joint_sets, licensed, row_terms, strongest
from tests.testkit.naive_truth import (
    Truth,
    all_hold,
    counted,
    holds_for_all,
    holds_for_some,
    is_included,
    possible_row_truths,
    row_truth,
    truth_of,
)
from tests.testkit.policy_cases import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What may leave; nothing when it does not permit."""

    permits: bool
    futile: bool = False
    """No row of such a dataset can meet the terms; whether that is told by denying is left to who decides."""
    columns: frozenset[str] = frozenset()
    transforms: Mapping[str, Transform] | None = None
    limit: int = 0
    caps: tuple[Cap, ...] = ()
    joints: frozenset[frozenset[str]] = frozenset()
    consent: bool = False
    price: Price | None = None
    owed: frozenset[tuple[str, str]] = frozenset()
    kept: tuple[bool, ...] = ()
    """Of each row that was given, whether it may leave."""


DENIED: Final = Opinion(permits=False)


def opinion(case: Case) -> Opinion:
    """Steps 1 to 7 of the evaluation."""
    policies = (case.policy, *case.mandates)
    if case.policy.policy_class is not PolicyClass.AGREEMENT or case.state.status is not LicenceStatus.ACTIVE:
        return DENIED
    if any(each.policy_class is not PolicyClass.SET for each in case.mandates):
        return DENIED
    own = [each for each in case.policy.permissions if each.assignee is not None and _regulates(each, case)]
    if len(own) != 1:
        return DENIED
    binding = [each for mandate in case.mandates for each in mandate.permissions if _binds(each, case)]
    permissions = [own[0], *binding]
    prohibitions = [each for policy in policies for each in policy.prohibitions if _forbids(each, case)]
    if any(not each.target.refinements for each in prohibitions):
        return DENIED
    if not all(_active(each, case) and _discharged(each, case) for each in permissions):
        return DENIED
    caps = [cap for each in permissions for cap in _caps(each, case)]
    return _released(permissions, prohibitions, [cap for cap in caps if cap is not None], None in caps, case)


def _one_per_counter(caps: Sequence[Cap]) -> tuple[Cap, ...]:
    """Of the caps on one counter the smallest bound binds."""
    least = {cap.counter: min(each.bound for each in caps if each.counter == cap.counter) for cap in caps}
    return tuple({cap for cap in caps if cap.bound == least[cap.counter]})


def _released(
    permissions: Sequence[Permission],
    prohibitions: Sequence[Prohibition],
    caps: Sequence[Cap],
    uncounted: bool,
    case: Case,
) -> Opinion:
    request = case.request
    left = {cap: cap.bound - _used(cap, case).used - _used(cap, case).reserved for cap in caps}
    if uncounted or any(left[cap] < cap.amount for cap in caps):
        return DENIED
    read = request.selected | request.filtered | request.ordered
    transforms = {name: strongest(demanded(name, permissions)) for name in read}
    if None in transforms.values():
        return DENIED
    withheld = {name for name in read if not licensed(name, permissions, prohibitions, case)}
    withheld |= {name for name, each in transforms.items() if each is not None and each.term in {AGGREGATE_ONLY, DROP}}
    columns = request.selected - withheld
    consulted = request.filtered | request.ordered
    changed = {name: each for name, each in transforms.items() if each is not None and each.term != KEEP}
    joints = frozenset(joint for each in permissions for joint in joint_sets(each.target))
    refused = (
        not columns
        or (request.mode is ColumnMode.REFUSE and columns != request.selected)
        or bool(consulted & (withheld | changed.keys()))
        or any(joint <= read | case.state.released for joint in joints)
    )
    if refused:
        return DENIED
    own = permissions[0]
    prices = [_price(duty) for duty in own.duties if duty.action.term == COMPENSATE and _duty_active(duty, case)]
    return Opinion(
        permits=True,
        futile=not _some_row_can_leave(permissions, prohibitions, case),
        columns=columns,
        transforms={name: each for name, each in changed.items() if name in columns},
        limit=min([request.rows, *(left[cap] for cap in caps if cap.per_row)]),
        caps=_one_per_counter(caps),
        joints=joints,
        consent=any(
            duty.action.term == OBTAIN_CONSENT and _duty_active(duty, case)
            for each in permissions
            for duty in each.duties
        ),
        price=prices[0] if prices else None,
        owed=frozenset(
            (duty.uid, duty.action.term) for policy in (case.policy, *case.mandates) for duty in policy.obligations
        ),
        kept=tuple(_leaves(row, permissions, prohibitions, case) for row in case.dataset.rows),
    )


def _named(named: Iri, actual: Iri, case: Case) -> bool:
    return named == actual or actual in case.state.members.get(named, frozenset())


def _regulates(rule: Permission, case: Case) -> bool:
    return (
        (rule.assignee is None or _named(rule.assignee, case.request.party, case))
        and _named(rule.target.source, case.request.target, case)
        and is_included(case.request.action, rule.action.term) is True
    )


def _binds(rule: Permission, case: Case) -> bool:
    """A bound of a mandate on the use, on a part or on more of it, unless its validity is known not to hold."""
    validity = [each for each in flat(rule.constraints) if isinstance(each, Constraint) and each.left == DATE_TIME]
    return _touches(rule, case) and all(_of_access(each, case) is not False for each in validity)


def _touches(rule: Permission | Prohibition, case: Case) -> bool:
    """Whether party, target and action may be those of the request; the action in either direction."""
    asked, named = case.request.action, rule.action.term
    return (
        (rule.assignee is None or _named(rule.assignee, case.request.party, case))
        and _named(rule.target.source, case.request.target, case)
        and not (is_included(asked, named) is False and is_included(named, asked) is False)
    )


def _forbids(rule: Prohibition, case: Case) -> bool:
    """Unless it is certainly about something else, or its constraints certainly do not hold."""
    return _touches(rule, case) and _all_of_access((*rule.action.refinements, *rule.constraints), case) is not False


def _active(rule: Permission, case: Case) -> bool:
    others = [each for each in flat(rule.constraints) if not _is_cap(each)]
    return _all_of_access((*rule.action.refinements, *others), case) is True


def _all_of_access(conditions: Sequence[Condition], case: Case) -> Truth:
    return all_hold(truth_of(each, lambda one: _of_access(one, case)) for each in conditions)


def _of_access(constraint: Constraint, case: Case) -> Truth:
    operand = OPERANDS.get(constraint.left)
    if operand is None or operand.grain is not Grain.ACCESS:
        return None
    if constraint.left == EVENT:
        return _event(constraint, case)
    if constraint.left == DATE_TIME:
        return None if case.now.tzinfo is None else holds_for_all(constraint, [case.now])
    if constraint.left == ELAPSED_TIME:
        return _elapsed(constraint, case)
    return holds_for_all(constraint, case.request.values.get(constraint.left, ()))


def _event(constraint: Constraint, case: Case) -> Truth:
    """After an event, or before it; nobody knows while the clock has no zone, or went back before a delivery."""
    delivery = constraint.right[0] == FIRST_DELIVERY
    at = case.state.first_delivery if delivery else case.state.ended
    if case.now.tzinfo is None or (delivery and at is not None and case.now < at):
        return None
    return (at is not None and at <= case.now) is (constraint.operator is Operator.GT)


def _elapsed(constraint: Constraint, case: Case) -> Truth:
    """Since the first delivery, and nothing before it; unknown when the clock went backwards."""
    first = case.state.first_delivery
    if first is None:
        return holds_for_all(constraint, [timedelta(0)])
    if case.now.tzinfo is None or case.now < first:
        return None
    return holds_for_all(constraint, [case.now - first])


def _is_cap(condition: Condition) -> bool:
    return isinstance(condition, Constraint) and OPERANDS[condition.left].grain is Grain.CAP


def _caps(rule: Permission, case: Case) -> Iterator[Cap | None]:
    """Its caps; nothing for one of which nobody says what this access takes."""
    for each in flat(rule.constraints):
        if not isinstance(each, Constraint) or not _is_cap(each):
            continue
        actual = case.request.values.get(each.left, frozenset())
        amounts: list[Any] = [1] if each.left in {COUNT, RECORD_COUNT} else counted(each, actual)
        mixed = each.left not in {COUNT, RECORD_COUNT} and len(amounts) != len(actual)
        if not amounts or mixed or not all(type(amount) is int and amount >= 0 for amount in amounts):
            yield None
            continue
        bound: Any = each.right[0]
        yield Cap(
            counter=f"{rule.uid}#{local(each.left)}",
            operand=each.left,
            bound=bound - 1 if each.operator is Operator.LT else bound,
            per_row=each.left == RECORD_COUNT,
            amount=max(amounts),
        )


def _used(cap: Cap, case: Case) -> Usage:
    return case.state.usage.get(cap.counter, Usage())


def _duty_active(duty: Duty, case: Case) -> bool:
    return _all_of_access(duty.constraints, case) is not False


def _discharged(rule: Permission, case: Case) -> bool:
    """Every active duty is fulfilled, or the plan fulfils it; there is one price at most."""
    active = [duty for duty in rule.duties if _duty_active(duty, case)]
    prices = [duty for duty in active if duty.action.term == COMPENSATE]
    return len(prices) <= 1 and all(_met(duty, rule, case) for duty in active)


def _met(duty: Duty, rule: Permission, case: Case) -> bool:
    term = DUTY_TERMS.get(duty.action.term)
    if term is None or term.discharge is Discharge.AFTER:
        return False
    if term.discharge is Discharge.BEFORE:
        return any(_shows(number, duty, case) for number in range(len(case.state.evidence)))
    if duty.action.term == OBTAIN_CONSENT:
        return duty.role is not None and duty.role.party == DATA_SUBJECT and not duty.action.refinements
    if duty.action.term == COMPENSATE:
        return _price(duty) is not None
    return duty.action.term == ANONYMIZE and all(
        any(_is_measure(each, duty) for each in demanded(name, [rule]))
        for name in (*case.request.selected, *case.request.filtered, *case.request.ordered)
    )


def _shows(number: int, duty: Duty, case: Case) -> bool:
    """One piece of evidence, about this very duty and in force, meets every refinement."""
    evidence, now = case.state.evidence[number], case.now
    if evidence.duty != duty.uid or now.tzinfo is None or now < evidence.since:
        return False
    if evidence.until is not None and evidence.until <= now:
        return False
    truths = (
        truth_of(each, lambda one: holds_for_some(one, evidence.values.get(one.left, ())))
        for each in duty.action.refinements
    )
    return all_hold(truths) is True


def _is_measure(transform: Transform, duty: Duty) -> bool:
    measures = {PSEUDONYMISE: "Pseudonymisation", REDACT_TEXT: "DataRedaction"}
    measures |= dict.fromkeys((GENERALISE, TRUNCATE_TIME, BUCKET), "Deidentification")
    if transform.term in {AGGREGATE_ONLY, DROP}:
        return True
    if transform.term not in measures:
        return False
    applied = Iri(DPV + measures[transform.term])
    return (
        all_hold(truth_of(each, lambda one: holds_for_some(one, [applied])) for each in duty.action.refinements) is True
    )


def _price(duty: Duty) -> Price | None:
    said = {each.left: each for each in atoms(duty.action.refinements)}
    amount, unit = said[PAY_AMOUNT], said[UNIT_OF_COUNT].right[0]
    assert isinstance(amount.right[0], Decimal)
    micro = amount.right[0] * 1_000_000
    if amount.unit is None or micro != int(micro) or unit not in {PER_RECORD, PER_QUERY}:
        return None
    return Price(
        amount_micro=int(micro), currency=amount.unit.removeprefix(ISO4217), unit=Iri(str(unit)), clause=duty.uid
    )


def _some_row_can_leave(permissions: Sequence[Permission], prohibitions: Sequence[Prohibition], case: Case) -> bool:
    dataset = case.request.dataset
    wanted = [possible_row_truths(each, dataset) for rule in permissions for each in row_terms(rule.target)]
    spared = [
        set[Truth]().union(*(possible_row_truths(each, dataset) for each in row_terms(rule.target)))
        for rule in _of_rows(prohibitions)
    ]
    return all(True in each for each in wanted) and all(False in each for each in spared)


def _of_rows(prohibitions: Sequence[Prohibition]) -> list[Prohibition]:
    # WHY: beside terms on columns, terms on rows take nothing more away: the columns go for all rows.
    return [each for each in prohibitions if not about(each.target, Grain.COLUMN)]


def _leaves(row: Any, permissions: Sequence[Permission], prohibitions: Sequence[Prohibition], case: Case) -> bool:
    def meant(target: Target) -> Truth:
        dataset = case.request.dataset
        return all_hold(truth_of(each, lambda one: row_truth(one, row, dataset)) for each in row_terms(target))

    return all(meant(each.target) is True for each in permissions) and all(
        meant(each.target) is False for each in _of_rows(prohibitions)
    )
