"""What every generated policy says besides its own terms: the default prohibitions and obligations."""

from datetime import timedelta
from typing import Final

from policies.model import Action, Constraint, Duty, Prohibition, Role, Target
from policies.vocabulary import (
    ATTRIBUTE,
    ATTRIBUTED_PARTY,
    CERTIFY_DELETION,
    DELETE,
    DISTRIBUTE,
    DUE_BY,
    EVENT,
    EVERY,
    FIRST_DELIVERY,
    INFORMED_PARTY,
    LICENCE_END,
    REIDENTIFY,
    REPORT_RUN,
    SELL,
    SUBLICENSE,
    Iri,
    Operator,
)

PROHIBITED: Final = (DISTRIBUTE, SELL, SUBLICENSE, REIDENTIFY)
"""In every licence, in this order."""
REPORT_EVERY: Final = timedelta(days=30)
DELETE_WITHIN: Final = timedelta(days=30)
CERTIFY_WITHIN: Final = timedelta(days=37)
ATTRIBUTE_WITHIN: Final = timedelta(days=30)


def prohibitions(uid: Iri, assigner: Iri, assignee: Iri | None, target: Iri) -> tuple[Prohibition, ...]:
    """No redistribution, no sale, no sublicence, no re-identification."""
    return tuple(
        Prohibition(
            uid=Iri(f"{uid}#n{number}"),
            assigner=assigner,
            assignee=assignee,
            target=Target(source=target),
            action=Action(term=action),
        )
        for number, action in enumerate(PROHIBITED, 1)
    )


def obligations(uid: Iri, assigner: Iri, assignee: Iri | None, target: Iri, *, attribution: bool) -> tuple[Duty, ...]:
    """Report while the licence lives; delete, and certify it, when it has ended; name the source when asked to."""
    ended = Constraint(left=EVENT, operator=Operator.GT, right=(LICENCE_END,))
    begun = Constraint(left=EVENT, operator=Operator.GT, right=(FIRST_DELIVERY,))
    living = Constraint(left=EVENT, operator=Operator.LT, right=(LICENCE_END,))
    wanted: list[tuple[Iri, Constraint, Constraint, Iri | None]] = [
        (REPORT_RUN, _every(REPORT_EVERY), living, INFORMED_PARTY),
        (DELETE, _within(DELETE_WITHIN), ended, None),
        (CERTIFY_DELETION, _within(CERTIFY_WITHIN), ended, INFORMED_PARTY),
    ]
    if attribution:
        wanted.append((ATTRIBUTE, _within(ATTRIBUTE_WITHIN), begun, ATTRIBUTED_PARTY))
    return tuple(
        Duty(
            uid=Iri(f"{uid}#o{number}"),
            assigner=assigner,
            assignee=assignee,
            target=Target(source=target),
            action=Action(term=action, refinements=(when,)),
            role=None if function is None else Role(function=function, party=assigner),
            constraints=(active,),
        )
        for number, (action, when, active, function) in enumerate(wanted, 1)
    )


def _within(period: timedelta) -> Constraint:
    return Constraint(left=DUE_BY, operator=Operator.LTEQ, right=(period,))


def _every(period: timedelta) -> Constraint:
    return Constraint(left=EVERY, operator=Operator.EQ, right=(period,))
