"""Policies made from other policies: requests and counter-offers from offers, agreements from what was accepted."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from policies.errors import PolicyMalformedError, PolicyNotFlatError
from policies.model import (
    Action,
    Condition,
    Duty,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    Role,
    atoms,
    duties_of,
    flat,
)
from policies.prices import Rate, refinements_of
from policies.terms.flat import any_of, bound, kind_of
from policies.vocabulary import (
    COMPENSATE,
    COMPENSATED_PARTY,
    COUNT,
    DATE_TIME,
    ELAPSED_TIME,
    FIELD,
    PRODUCT,
    PURPOSE,
    RECORD_COUNT,
    SPATIAL,
    Iri,
    Operator,
)

_STAYING: Final = frozenset({Operator.NOT_TOGETHER, Operator.IS_NONE_OF, Operator.NEQ, Operator.GT, Operator.GTEQ})
"""Conditions with these operators are never replaced: flat terms say nothing that could take their place."""


def narrowed(  # noqa: PLR0913  # one argument per term that a side may change
    policy: Policy,
    *,
    uid: str,
    policy_class: PolicyClass,
    assignee: str | None = None,
    title: str | None = None,
    action: Iri | None = None,
    purposes: frozenset[Iri] = frozenset(),
    columns: frozenset[str] = frozenset(),
    max_records: int | None = None,
    max_queries: int | None = None,
    days: int | None = None,
    valid_until: datetime | None = None,
    places: frozenset[Iri] = frozenset(),
    models: frozenset[Iri] = frozenset(),
    price: Rate | None = None,
) -> Policy:
    """Another side's version of a policy: the given terms replace its own; duties, transforms and the rest stay.

    ``None`` and empty leave a term as it is. Without an assignee the policy keeps the one it has. Rule uids are made
    anew from ``uid``. Nothing here checks that the result is narrower; ``policies.match.contain`` does.

    Raises:
        PolicyNotFlatError: the policy has not exactly one permission.
    """
    if len(policy.permissions) != 1:
        raise PolicyNotFlatError("only a policy of one permission can be narrowed by flat terms")
    old = policy.permissions[0]
    limits: Mapping[Iri, list[Condition]] = {
        PURPOSE: kind_of(PURPOSE, purposes),
        DATE_TIME: bound(DATE_TIME, Operator.LT, valid_until),
        ELAPSED_TIME: bound(ELAPSED_TIME, Operator.LTEQ, None if days is None else timedelta(days=days)),
        SPATIAL: any_of(SPATIAL, places),
        COUNT: bound(COUNT, Operator.LTEQ, max_queries),
        RECORD_COUNT: bound(RECORD_COUNT, Operator.LTEQ, max_records),
    }
    permission = replace(
        old,
        target=replace(old.target, refinements=_replaced(old.target.refinements, {FIELD: any_of(FIELD, columns)})),
        action=Action(
            term=action or old.action.term,
            refinements=_replaced(old.action.refinements, {PRODUCT: any_of(PRODUCT, models)}),
        ),
        constraints=_replaced(old.constraints, limits),
        duties=old.duties if price is None else _priced(old, price, policy.uid),
    )
    changed = replace(
        policy,
        policy_class=policy_class,
        title=policy.title if title is None else title,
        permissions=(permission,),
    )
    return renamed(changed if assignee is None else _assigned(changed, Iri(assignee)), uid)


def agreement(policy: Policy, *, uid: str, assignee: str) -> Policy:
    """The Agreement that equals the accepted policy plus its assignee; only class and uids differ besides.

    Raises:
        PolicyMalformedError: a rule already names another assignee who is not the assigner either.
    """
    return renamed(replace(_assigned(policy, Iri(assignee)), policy_class=PolicyClass.AGREEMENT), uid)


def renamed(policy: Policy, uid: str) -> Policy:
    """The same policy under another uid, with the uids of its rules made anew from it.

    A rule uid that is a fragment of the old policy uid keeps its fragment; the others are numbered in the order of
    their old uids, so that the spelling of the document has no influence. Under its own uid the policy stays as it is.
    """
    if uid == policy.uid:
        return policy
    fragments: dict[Iri, str] = {}
    foreign: list[Iri] = []
    for rule in policy.rules:
        for each in (rule, *duties_of(rule)):
            start, _, fragment = each.uid.partition("#")
            if start == policy.uid and fragment:
                fragments[each.uid] = fragment
            else:
                foreign.append(each.uid)
    taken = set(fragments.values())
    free = (name for name in (f"r{number}" for number in range(1, len(foreign) + len(taken) + 1)) if name not in taken)
    fragments.update(zip(sorted(foreign), free, strict=False))
    return _mapped(replace(policy, uid=Iri(uid)), lambda old: Iri(f"{uid}#{fragments[old]}"))


def _assigned(policy: Policy, assignee: Iri) -> Policy:
    def named(rule: Permission | Prohibition | Duty) -> Iri | None:
        if rule.assignee not in {None, assignee, rule.assigner}:
            raise PolicyMalformedError(
                f"the rule `{rule.uid}` already names another assignee",
                rule=1,
                hint="leave the assignee of the offer out",
            )
        return rule.assignee or assignee

    return replace(
        policy,
        permissions=tuple(replace(rule, assignee=named(rule)) for rule in policy.permissions),
        prohibitions=tuple(replace(rule, assignee=named(rule)) for rule in policy.prohibitions),
        obligations=tuple(replace(rule, assignee=named(rule)) for rule in policy.obligations),
    )


def _mapped(policy: Policy, new: Callable[[Iri], Iri]) -> Policy:
    def duty(old: Duty) -> Duty:
        return replace(old, uid=new(old.uid), consequences=tuple(duty(each) for each in old.consequences))

    return replace(
        policy,
        permissions=tuple(
            replace(rule, uid=new(rule.uid), duties=tuple(duty(each) for each in rule.duties))
            for rule in policy.permissions
        ),
        prohibitions=tuple(
            replace(rule, uid=new(rule.uid), remedies=tuple(duty(each) for each in rule.remedies))
            for rule in policy.prohibitions
        ),
        obligations=tuple(duty(rule) for rule in policy.obligations),
    )


def _replaced(conditions: tuple[Condition, ...], changed: Mapping[Iri, list[Condition]]) -> tuple[Condition, ...]:
    """The conditions, in which those that speak of a changed operand alone give way to the new ones."""
    operands = {left for left, new in changed.items() if new}
    kept = [each for each in flat(conditions) if not _speaks_of(each, operands)]
    return (*kept, *(each for new in changed.values() for each in new))


def _speaks_of(condition: Condition, operands: set[Iri]) -> bool:
    return all(each.left in operands and each.operator not in _STAYING for each in atoms((condition,)))


def _priced(permission: Permission, rate: Rate, policy: Iri) -> tuple[Duty, ...]:
    pay = Action(term=COMPENSATE, refinements=refinements_of(rate))
    paying = [duty for duty in permission.duties if duty.action.term == COMPENSATE]
    if paying:
        return tuple(replace(duty, action=pay) if duty in paying else duty for duty in permission.duties)
    role = None if permission.assigner is None else Role(function=COMPENSATED_PARTY, party=permission.assigner)
    return (*permission.duties, Duty(uid=Iri(f"{policy}#price"), action=pay, role=role))
