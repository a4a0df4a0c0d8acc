"""Duties of generated cases, with the evidence that fulfils them, or all but does."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from policies.model import Action, Actuals, Condition, Constraint, Duty, Evidence, Quantity, Role, Value
from policies.vocabulary import (
    ALLOW_AUDIT,
    ANONYMIZE,
    APPROVED,
    ASSURANCE_ISSUER,
    ASSURANCE_LEVEL,
    ATTRIBUTE,
    ATTRIBUTED_PARTY,
    AUDITS_PER_YEAR,
    CERTIFY_DELETION,
    COMPENSATE,
    COMPENSATED_PARTY,
    CONSENTING_PARTY,
    DATA_SUBJECT,
    DATE_TIME,
    DELETE,
    DPV,
    DUE_BY,
    ETHICS_DECISION,
    EVENT,
    EVERY,
    FIRST_DELIVERY,
    INFORM,
    INFORMED_PARTY,
    ISO4217,
    LICENCE_END,
    OBTAIN_CONSENT,
    OBTAIN_ETHICS_DECISION,
    PAY_AMOUNT,
    PAY_DEPOSIT,
    PER_PERIOD,
    PER_QUERY,
    PER_RECORD,
    PRESENT_ASSURANCE,
    REPORT_RUN,
    RETENTION,
    REVENUE_SHARE,
    REVIEW_POLICY,
    SETTLE,
    TECHNICAL_MEASURE,
    UNIT_OF_COUNT,
    WATERMARK,
    Iri,
    Operator,
)
from tests.testkit.case_world import DAY, World, moment
from tests.testkit.policies import NOW, OWNER

ISSUERS: Final = (Iri("urn:issuer:a"), Iri("urn:issuer:b"))
EUROS: Final = Iri(ISO4217 + "EUR")
DOLLARS: Final = Iri(ISO4217 + "USD")
_MEASURES: Final = tuple(
    Iri(DPV + name)
    for name in ("DataSanitisationTechnique", "Deidentification", "Pseudonymisation", "DataRedaction", "Anonymisation")
)
_BEFORE: Final = (PAY_DEPOSIT, OBTAIN_ETHICS_DECISION, PRESENT_ASSURANCE, PRESENT_ASSURANCE)
_GATEWAY: Final = (OBTAIN_CONSENT, COMPENSATE, COMPENSATE, ANONYMIZE)
_OWED: Final[dict[Iri, Iri | None]] = {
    SETTLE: COMPENSATED_PARTY,
    ATTRIBUTE: ATTRIBUTED_PARTY,
    INFORM: INFORMED_PARTY,
    REPORT_RUN: INFORMED_PARTY,
    DELETE: None,
    CERTIFY_DELETION: INFORMED_PARTY,
    ALLOW_AUDIT: None,
    WATERMARK: None,
    REVIEW_POLICY: None,
}
_BREACH: Final = (SETTLE, INFORM, DELETE, CERTIFY_DELETION)


def duties(rule: str, world: World, most: int) -> tuple[Duty, ...]:
    """Duties of a permission: to be fulfilled before, or by the gateway; at most one price."""
    found: dict[Iri, Duty] = {}
    for number in range(world.tape.number(0, most)):
        term = world.tape.one_of(_BEFORE if world.tape.chance(60) else _GATEWAY)
        found[term] = _duty(term, Iri(f"{rule}/d{number}"), world)
    return tuple(found.values())


def _duty(term: Iri, uid: Iri, world: World) -> Duty:
    role = {
        OBTAIN_CONSENT: Role(function=CONSENTING_PARTY, party=DATA_SUBJECT),
        COMPENSATE: Role(function=COMPENSATED_PARTY, party=OWNER),
    }.get(term)
    refinements, shown = _REFINED.get(term, _unrefined)(world)
    constraints = _activating(world) if world.tape.chance(25) else ()
    if term in _BEFORE:
        _show(uid, shown, world)
    return Duty(uid=uid, action=Action(term=term, refinements=refinements), role=role, constraints=constraints)


Refined = tuple[tuple[Condition, ...], dict[Iri, Actuals]]


def _unrefined(_world: World) -> Refined:
    return (), {}


def _deposit(world: World) -> Refined:
    amount = Decimal(world.tape.number(1, 50))
    shown = Quantity(number=amount, unit=EUROS)
    return (_eq(PAY_AMOUNT, amount, unit=EUROS),), {PAY_AMOUNT: frozenset({shown})}


def _ethics(_world: World) -> Refined:
    return (_eq(ETHICS_DECISION, APPROVED),), {ETHICS_DECISION: frozenset({APPROVED})}


def _assurance(world: World) -> Refined:
    tape = world.tape
    level, issuer = tape.number(1, 4), tape.one_of(ISSUERS)
    terms = [Constraint(left=ASSURANCE_LEVEL, operator=Operator.GTEQ, right=(level,))]
    if tape.chance(70):
        several = (issuer, *(each for each in ISSUERS if each != issuer))
        anyone = Constraint(left=ASSURANCE_ISSUER, operator=Operator.IS_ANY_OF, right=several)
        terms.append(anyone if tape.chance(40) else _eq(ASSURANCE_ISSUER, issuer))
    levels = {level + tape.number(0, 2)} | ({tape.number(0, 4)} if tape.chance(20) else set())
    return tuple(terms), {ASSURANCE_LEVEL: frozenset(levels), ASSURANCE_ISSUER: frozenset({issuer})}


def _price(world: World) -> Refined:
    tape = world.tape
    unit = tape.one_of((PER_RECORD, PER_QUERY)) if world.fits() else PER_PERIOD
    amount = Decimal(tape.number(1, 100)).scaleb(-tape.number(0, 4))
    return (_eq(PAY_AMOUNT, amount, unit=tape.one_of((EUROS, DOLLARS))), _eq(UNIT_OF_COUNT, unit)), {}


def _measure(world: World) -> Refined:
    tape = world.tape
    operator = tape.one_of((Operator.IS_A, Operator.IS_A, Operator.EQ, Operator.IS_ANY_OF))
    right = tape.some(_MEASURES, 2) if operator is Operator.IS_ANY_OF else [tape.one_of(_MEASURES)]
    return (Constraint(left=TECHNICAL_MEASURE, operator=operator, right=tuple(right)),), {}


_REFINED: Final[dict[Iri, Callable[[World], Refined]]] = {
    PAY_DEPOSIT: _deposit,
    OBTAIN_ETHICS_DECISION: _ethics,
    PRESENT_ASSURANCE: _assurance,
    COMPENSATE: _price,
    ANONYMIZE: _measure,
}


def _show(uid: Iri, values: dict[Iri, Actuals], world: World) -> None:
    """Put evidence on record: in force and sufficient, or lacking in one respect."""
    tape = world.tape
    found = Evidence(duty=uid, id=f"{uid}/e", values=values, since=NOW - tape.number(0, 40) * DAY)
    if tape.chance(40):
        found = replace(found, until=NOW + tape.number(1, 40) * DAY)
    if not world.fits():
        lacking = tape.one_of(
            (
                replace(found, until=NOW),
                replace(found, since=NOW + DAY, until=None),
                replace(found, duty=Iri("urn:another:duty")),
                replace(found, values={}),
                replace(found, values={left: frozenset({_poorer(each) for each in values[left]}) for left in values}),
            )
        )
        world.evidence.append(lacking)
        return
    world.evidence.append(found)


def _poorer(value: Value | Quantity) -> Value | Quantity:
    match value:
        case Quantity(number=number):
            return Quantity(number=number, unit=DOLLARS)
        case int():
            return value - 5
        case _:
            return Iri("urn:unheard")


def _activating(world: World) -> tuple[Condition, ...]:
    """What a duty waits for."""
    tape = world.tape
    operator = tape.one_of((Operator.GT, Operator.LT))
    if tape.chance(50):
        return (Constraint(left=DATE_TIME, operator=operator, right=(moment(tape.number(-2, 2)),)),)
    return (Constraint(left=EVENT, operator=operator, right=(tape.one_of((FIRST_DELIVERY, LICENCE_END)),)),)


def obligations(policy: str, target: Any, world: World, most: int) -> tuple[Duty, ...]:
    """What is owed afterwards."""
    return tuple(
        replace(_owed(world.tape.one_of(tuple(_OWED)), Iri(f"{policy}#o{number}"), world), **target)
        for number in range(world.tape.number(0, most))
    )


def remedies(rule: str, world: World) -> tuple[Duty, ...]:
    """What follows from a breach."""
    return (_owed(world.tape.one_of(_BREACH), Iri(f"{rule}/r"), world),) if world.tape.chance(20) else ()


def _owed(term: Iri, uid: Iri, world: World) -> Duty:
    tape = world.tape
    terms: list[Condition] = []
    if term == SETTLE and tape.chance(50):
        terms += [_eq(PAY_AMOUNT, Decimal(tape.number(1, 9)), unit=EUROS), _eq(UNIT_OF_COUNT, PER_PERIOD)]
    elif term == SETTLE:
        terms.append(_eq(REVENUE_SHARE, Decimal(tape.number(1, 9)).scaleb(-2)))
    if term in {SETTLE, INFORM, REPORT_RUN} and tape.chance(50):
        terms.append(_eq(EVERY, tape.number(1, 30) * DAY))
    if term in {DELETE, CERTIFY_DELETION} and tape.chance(60):
        terms.append(Constraint(left=RETENTION, operator=Operator.LTEQ, right=(tape.number(1, 90) * DAY,)))
    if term == ALLOW_AUDIT and tape.chance(60):
        terms.append(Constraint(left=AUDITS_PER_YEAR, operator=Operator.LTEQ, right=(tape.number(1, 4),)))
    if tape.chance(40):
        due = moment(tape.number(-9, 9)) if tape.chance(40) else tape.number(1, 60) * DAY
        terms.append(Constraint(left=DUE_BY, operator=Operator.LTEQ, right=(due,)))
    function = _OWED[term]
    return Duty(
        uid=uid,
        action=Action(term=term, refinements=tuple(terms)),
        role=None if function is None else Role(function=function, party=OWNER),
        constraints=_activating(world) if tape.chance(30) else (),
    )


def _eq(left: Iri, value: Value, **more: Any) -> Constraint:
    return Constraint(left=left, operator=Operator.EQ, right=(value,), **more)
