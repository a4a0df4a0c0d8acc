"""Flat terms: what people fill in, and the policies made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from policies.model import (
    Action,
    Condition,
    Constraint,
    Duty,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    PolicyClass,
    Role,
    Target,
    Transform,
    Value,
)
from policies.prices import Rate, refinements_of
from policies.terms.defaults import obligations, prohibitions
from policies.vocabulary import (
    APPROVED,
    COMPENSATE,
    COMPENSATED_PARTY,
    CONSENTING_PARTY,
    COUNT,
    DATA_SUBJECT,
    DATE_TIME,
    ELAPSED_TIME,
    ETHICS_DECISION,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one permission, without parties and asset; ``None`` and empty mean: not limited in this way."""

    action: Iri
    purposes: frozenset[Iri]
    """Each covers everything narrower."""
    columns: frozenset[str] = frozenset()
    max_records: int | None = None
    max_queries: int | None = None
    days: int | None = None
    """From the first delivery."""
    valid_until: datetime | None = None
    """The first moment at which nothing is permitted any more."""
    places: frozenset[Iri] = frozenset()
    models: frozenset[Iri] = frozenset()
    price: Rate | None = None
    transforms: Mapping[str, Transform] = field(default_factory=dict)
    consent: bool = False
    ethics: bool = False
    record_licences: frozenset[Iri] = frozenset()
    observed_from: datetime | None = None
    not_together: frozenset[frozenset[str]] = frozenset()
    """Sets of columns that are never visible all together."""
    attribution: bool = False

    def offer(self, *, uid: str, assigner: str, target: str, title: str = "") -> Policy:
        """The Offer that says exactly these terms, with the default prohibitions and obligations."""
        return self._policy(PolicyClass.OFFER, uid=uid, assigner=assigner, assignee=None, target=target, title=title)

    def request(self, *, uid: str, assigner: str, assignee: str, target: str, title: str = "") -> Policy:
        """The Request that asks for exactly these terms, with the default prohibitions and obligations."""
        asking = Iri(assignee)
        return self._policy(
            PolicyClass.REQUEST, uid=uid, assigner=assigner, assignee=asking, target=target, title=title
        )

    def _policy(  # one argument per party and name of the policy
        self,
        policy_class: PolicyClass,
        *,
        uid: str,
        assigner: str,
        assignee: Iri | None,
        target: str,
        title: str,
    ) -> Policy:
        own, owner, asset = Iri(uid), Iri(assigner), Iri(target)
        permission = Permission(
            uid=Iri(f"{uid}#p1"),
            assigner=owner,
            assignee=assignee,
            target=Target(source=asset, refinements=tuple(_target_refinements(self))),
            action=Action(term=self.action, refinements=tuple(any_of(PRODUCT, self.models))),
            constraints=tuple(_constraints(self)),
            duties=tuple(_duties(self, own, owner)),
        )
        return Policy(
            uid=own,
            policy_class=policy_class,
            title=title,
            permissions=(permission,),
            prohibitions=prohibitions(own, owner, assignee, asset),
            obligations=obligations(own, owner, assignee, asset, attribution=self.attribution),
        )


Conditions: TypeAlias = list[Condition]


def bound(left: Iri, operator: Operator, value: Value | None) -> Conditions:
    """One comparison, or none without a value."""
    return [] if value is None else [Constraint(left=left, operator=operator, right=(value,))]


def any_of(left: Iri, values: frozenset[Iri] | frozenset[str]) -> Conditions:
    """``isAnyOf`` the values, or nothing when there are none."""
    if not values:
        return []
    return [Constraint(left=left, operator=Operator.IS_ANY_OF, right=tuple(sorted(values)))]


def kind_of(left: Iri, values: frozenset[Iri]) -> Conditions:
    """``isA`` one of the values, or nothing when there are none."""
    members = tuple(Constraint(left=left, operator=Operator.IS_A, right=(each,)) for each in sorted(values))
    return [LogicalConstraint(logic=Logic.OR, members=members)] if len(members) > 1 else list(members)


def _target_refinements(terms: Terms) -> Conditions:
    return [
        *any_of(FIELD, terms.columns),
        *(
            Constraint(left=FIELD, operator=Operator.NOT_TOGETHER, right=tuple(sorted(joint)))
            for joint in sorted(terms.not_together, key=sorted)
        ),
        *(
            Constraint(
                left=TRANSFORM,
                operator=Operator.EQ,
                right=(transform.term,),
                on_column=column,
                parameter=transform.parameter,
            )
            for column, transform in sorted(terms.transforms.items())
        ),
        *any_of(RECORD_LICENCE, terms.record_licences),
        *bound(OBSERVED_AT, Operator.GTEQ, terms.observed_from),
    ]


def _constraints(terms: Terms) -> Conditions:
    return [
        *kind_of(PURPOSE, terms.purposes),
        *bound(DATE_TIME, Operator.LT, terms.valid_until),
        *bound(ELAPSED_TIME, Operator.LTEQ, None if terms.days is None else timedelta(days=terms.days)),
        *any_of(SPATIAL, terms.places),
        *bound(COUNT, Operator.LTEQ, terms.max_queries),
        *bound(RECORD_COUNT, Operator.LTEQ, terms.max_records),
    ]


def _duties(terms: Terms, uid: Iri, assigner: Iri) -> list[Duty]:
    actions: list[tuple[Action, Role | None]] = []
    if terms.consent:
        actions.append((Action(term=OBTAIN_CONSENT), Role(function=CONSENTING_PARTY, party=DATA_SUBJECT)))
    if terms.ethics:
        approved = Constraint(left=ETHICS_DECISION, operator=Operator.EQ, right=(APPROVED,))
        actions.append((Action(term=OBTAIN_ETHICS_DECISION, refinements=(approved,)), None))
    if terms.price is not None:
        pay = Action(term=COMPENSATE, refinements=refinements_of(terms.price))
        actions.append((pay, Role(function=COMPENSATED_PARTY, party=assigner)))
    return [
        Duty(uid=Iri(f"{uid}#d{number}"), action=action, role=role) for number, (action, role) in enumerate(actions, 1)
    ]
