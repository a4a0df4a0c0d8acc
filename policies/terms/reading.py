"""From a policy back to the flat terms it was made of."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from policies.canonical import terms_form
from policies.errors import PolicyNotFlatError
from policies.model import Condition, Constraint, Duty, LogicalConstraint, Permission, Policy, Transform, Value, flat
from policies.prices import Rate, rate_of
from policies.terms.flat import Terms
from policies.vocabulary import (
    ATTRIBUTE,
    COMPENSATE,
    COUNT,
    DATE_TIME,
    ELAPSED_TIME,
    FIELD,
    OBSERVED_AT,
    OBTAIN_CONSENT,
    OBTAIN_ETHICS_DECISION,
    PRODUCT,
    PURPOSE,
    RECORD_COUNT,
    RECORD_LICENCE,
    SPATIAL,
    TRANSFORM,
    Iri,
    Operator,
)

_DAY: Final = timedelta(days=1)


def same_terms(first: Policy, second: Policy) -> bool:
    """Whether both grant the same: normal forms equal but for class, uids, assignee, title and description."""
    return terms_form(first) == terms_form(second)


def terms_of(policy: Policy) -> Terms:
    """The flat terms that the policy says, all of it.

    Raises:
        PolicyNotFlatError: the policy says more than flat terms can say, or something else.
    """
    terms = need_of(policy)
    rebuilt = terms.offer(uid=policy.uid, assigner=policy.assigner, target=policy.target)
    if not same_terms(policy, rebuilt):
        raise PolicyNotFlatError("the policy says more than flat terms can say")
    return terms


def need_of(policy: Policy) -> Terms:
    """What a request asks for, as far as flat terms can say it; whatever else it says is left out.

    Raises:
        PolicyNotFlatError: it has not exactly one permission, or its price is no whole number of millionths.
    """
    if len(policy.permissions) != 1:
        raise PolicyNotFlatError("flat terms are those of one permission")
    return _extract(policy.permissions[0], policy.obligations)


def _extract(permission: Permission, obligations: tuple[Duty, ...]) -> Terms:
    """What can be read flatly; whatever else the policy says is not looked at here."""
    limits = _Found(permission.constraints)
    target = _Found(permission.target.refinements)
    action = _Found(permission.action.refinements)
    duties = {duty.action.term: duty for duty in permission.duties}
    records, queries = limits.bound(RECORD_COUNT), limits.bound(COUNT)
    period, until, since = limits.bound(ELAPSED_TIME), limits.bound(DATE_TIME), target.bound(OBSERVED_AT)
    return Terms(
        action=permission.action.term,
        purposes=limits.kinds(PURPOSE),
        columns=target.values(FIELD, Operator.IS_ANY_OF),
        max_records=records if isinstance(records, int) else None,
        max_queries=queries if isinstance(queries, int) else None,
        days=period // _DAY if isinstance(period, timedelta) else None,
        valid_until=until if isinstance(until, datetime) else None,
        places=limits.iris(SPATIAL),
        models=action.iris(PRODUCT),
        price=_rate(duties[COMPENSATE]) if COMPENSATE in duties else None,
        transforms={
            each.on_column: Transform(term=Iri(str(each.right[0])), parameter=each.parameter)
            for each in target.of(TRANSFORM)
        },
        consent=OBTAIN_CONSENT in duties,
        ethics=OBTAIN_ETHICS_DECISION in duties,
        record_licences=target.iris(RECORD_LICENCE),
        observed_from=since if isinstance(since, datetime) else None,
        not_together=frozenset(
            frozenset(str(value) for value in each.right)
            for each in target.of(FIELD)
            if each.operator is Operator.NOT_TOGETHER
        ),
        attribution=any(each.action.term == ATTRIBUTE for each in obligations),
    )


def _rate(duty: Duty) -> Rate:
    rate = rate_of(duty)
    if rate is None:
        raise PolicyNotFlatError("the price is not a whole number of millionths for one unit")
    return rate


class _Found:
    """Conditions, asked by operand."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(flat(tuple(conditions)))

    def of(self, left: Iri) -> list[Constraint]:
        return [each for each in self.conditions if isinstance(each, Constraint) and each.left == left]

    def values(self, left: Iri, operator: Operator) -> frozenset[str]:
        return frozenset(str(value) for each in self.of(left) if each.operator is operator for value in each.right)

    def iris(self, left: Iri) -> frozenset[Iri]:
        return frozenset(Iri(value) for value in self.values(left, Operator.IS_ANY_OF))

    def kinds(self, left: Iri) -> frozenset[Iri]:
        alone = self.values(left, Operator.IS_A)
        members = [_Found(each.members) for each in self.conditions if isinstance(each, LogicalConstraint)]
        return frozenset(Iri(value) for value in alone.union(*(each.values(left, Operator.IS_A) for each in members)))

    def bound(self, left: Iri) -> Value | None:
        return next((each.right[0] for each in self.of(left)), None)
