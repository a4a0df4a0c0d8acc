"""Cases that no registration would let in, and that the values of the model can hold all the same."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from policies.model import (
    Action,
    Actuals,
    Constraint,
    Duty,
    Evidence,
    Logic,
    LogicalConstraint,
    Quantity,
    Role,
    Usage,
    Value,
)
from policies.vocabulary import (
    DATA_SUBJECT,
    DUTY_TERMS,
    FIRST_DELIVERY,
    INCLUDED_IN,
    OPERANDS,
    PER_RECORD,
    TRANSFORM_TERMS,
    Iri,
    Operator,
    ValueKind,
)
from tests.testkit.case_world import UNHEARD
from tests.testkit.policies import ASSET, CONSENT, GERMANY, LICENCE, LICENSEE, NOW
from tests.testkit.policy_cases import Case
from tests.testkit.tape import Tape

_IRIS: Final = (UNHEARD, LICENSEE, CONSENT, GERMANY, PER_RECORD, FIRST_DELIVERY, *sorted(TRANSFORM_TERMS))
_TEXTS: Final = ("", "none", "value")
_PLAIN: Final[tuple[Value, ...]] = (
    0,
    -1,
    7,
    10**40,
    True,
    False,
    Decimal("0.5"),
    Decimal("-1E+400"),
    timedelta(0),
    timedelta.min,
    timedelta.max,
    NOW,
    datetime.max.replace(tzinfo=UTC),
)
_UNREADABLE: Final = (Decimal("NaN"), Decimal("Infinity"), NOW.replace(tzinfo=None))
"""No literal stands for these."""
VALUES: Final[tuple[Value, ...]] = (*_IRIS, *_TEXTS, *_PLAIN, *_UNREADABLE)
_NUMBERS: Final[tuple[int | Decimal, ...]] = (1, -1, Decimal("NaN"))
_LEFTS: Final = (*OPERANDS, UNHEARD)
_ACTIONS: Final = (*INCLUDED_IN, UNHEARD)
_ODD_IN: Final = 18
"""Percent of the parts that are odd."""


def odd(case: Case) -> Case:
    """The case with some of its parts replaced by whatever the model can hold there."""
    tape = case.tape
    request, state = case.request, case.state
    actual: Actuals = frozenset({tape.one_of(VALUES), Quantity(number=tape.one_of(_NUMBERS), unit=UNHEARD)})
    values = {**request.values, tape.one_of(_LEFTS): actual} if tape.chance(40) else request.values
    evidence = tuple(replace(each, values=values) for each in state.evidence) if tape.chance(20) else state.evidence
    if tape.chance(10):
        since = tape.one_of((NOW.replace(tzinfo=None), datetime.min.replace(tzinfo=UTC)))
        evidence = (*evidence, Evidence(duty=Iri(f"{LICENCE}#p1/d0"), since=since, until=tape.one_of((None, since))))
    usage = {counter: Usage(used=-3, reserved=10**40) for counter in state.usage} if tape.chance(10) else state.usage
    twice = case.policy.permissions[:1] if tape.chance(10) else ()
    policy = replace(case.policy, permissions=(*case.policy.permissions, *twice))
    return replace(
        case,
        policy=changed(policy, tape) if tape.chance(95) else replace(policy, permissions=()),
        mandates=(*changed(case.mandates, tape), *((case.policy,) if tape.chance(5) else ())),
        request=replace(request, values=values, rows=tape.one_of((request.rows, request.rows, 0, -5, 10**40))),
        state=replace(
            state,
            evidence=evidence,
            usage=usage,
            first_delivery=NOW.replace(tzinfo=None) if tape.chance(5) else state.first_delivery,
            members={LICENSEE: frozenset({ASSET})} if twice else state.members,
        ),
    )


def changed(thing: Any, tape: Tape) -> Any:
    """The same with parts of it replaced."""
    if isinstance(thing, tuple):
        return tuple(changed(each, tape) for each in thing)
    if not is_dataclass(thing) or isinstance(thing, type):
        return thing
    replaced = _REPLACED.get(type(thing))
    if replaced is not None and tape.chance(_ODD_IN):
        return replaced(thing, tape)
    return replace(thing, **{each.name: changed(getattr(thing, each.name), tape) for each in fields(thing)})


def _constraint(old: Constraint, tape: Tape) -> Any:
    left = tape.one_of(_LEFTS) if tape.chance(30) else old.left
    # WHY: an operand of IRIs with another value has no normal form; then the rest of the case would not be looked at.
    is_iri = left in OPERANDS and OPERANDS[left].kind is ValueKind.IRI
    fitting: tuple[Value, ...] = _IRIS if is_iri else (*_IRIS, *_TEXTS, *_PLAIN)
    pool = VALUES if tape.chance(2) else fitting
    least = 0 if tape.chance(2) else 1
    odd_values = is_iri or tape.chance(80)
    new = replace(
        old,
        left=left,
        operator=tape.one_of(tuple(Operator)) if tape.chance(40) else old.operator,
        right=tuple(tape.one_of(pool) for _ in range(tape.number(least, 2))) if odd_values else old.right,
        unit=tape.one_of((None, UNHEARD)) if tape.chance(20) else old.unit,
        on_column=tape.one_of(("", "value", "nowhere")) if tape.chance(20) else old.on_column,
        parameter=tape.one_of((None, 0, -2, True, UNHEARD)) if tape.chance(20) else old.parameter,
    )
    if not tape.chance(30):
        return new
    inner = LogicalConstraint(logic=tape.one_of(tuple(Logic)), members=(old, new)[tape.number(0, 2) :])
    return LogicalConstraint(logic=tape.one_of(tuple(Logic)), members=(inner, new))


def _duty(old: Duty, tape: Tape) -> Any:
    term = tape.one_of((*DUTY_TERMS, UNHEARD))
    role = tape.one_of((None, old.role, Role(function=UNHEARD, party=DATA_SUBJECT)))
    return replace(old, action=replace(old.action, term=term), role=role)


def _action(old: Action, tape: Tape) -> Any:
    return replace(old, term=tape.one_of(_ACTIONS) if tape.chance(40) else old.term, refinements=old.refinements * 2)


_REPLACED: Final[dict[type, Callable[[Any, Tape], Any]]] = {Constraint: _constraint, Duty: _duty, Action: _action}
