"""A policy as named terms: the common ground of matching, difference and rendering.

The name of a term is its operand under the fixed prefix, with the column for terms on one column: ``odrl:purpose``,
``rep:transform:text``; ``duty:…``, ``prohibition:…`` and ``obligation:…`` with the action; ``price``, ``action``,
``target``, ``assigner``. In a policy of several permissions the names of their terms begin with the action.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policies.deciding.access import CAPS
from policies.model import Condition, Constraint, Duty, Permission, Policy, Prohibition, atoms, flat
from policies.vocabulary import COMPENSATE, FIELD, Iri, Operator, compact

PRICE = "price"
JOINT = compact(Operator.NOT_TOGETHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionTerms:
    """The terms of one permission, by name."""

    permission: Permission
    conditions: Mapping[str, tuple[Condition, ...]]
    duties: Mapping[str, tuple[Duty, ...]]
    """Without the price."""
    prices: tuple[Duty, ...]

    @property
    def columns(self) -> frozenset[str] | None:
        """The columns that are listed; ``None`` when none are, so that every column is meant."""
        listed = [
            frozenset(str(value) for value in each.right)
            for each in self.conditions.get(compact(FIELD), ())
            if isinstance(each, Constraint) and each.operator is Operator.IS_ANY_OF
        ]
        return frozenset.intersection(*listed) if listed else None

    def shared(self) -> list[str]:
        """The names of the terms that count what is taken, or look at all that is seen: several uses share them."""
        return [
            name
            for name, conditions in self.conditions.items()
            if name == JOINT or any(each.left in CAPS for each in atoms(conditions))
        ]

    def joints(self) -> list[frozenset[str]]:
        """The sets of columns that are never visible all together."""
        return [
            frozenset(str(value) for value in each.right)
            for each in self.conditions.get(JOINT, ())
            if isinstance(each, Constraint)
        ]


def terms_of_permission(permission: Permission) -> PermissionTerms:
    """Group the conditions and duties of a permission by what they speak of."""
    conditions: dict[str, tuple[Condition, ...]] = {}
    everywhere = (*permission.constraints, *permission.target.refinements, *permission.action.refinements)
    for condition in flat(everywhere):
        name = name_of(condition)
        conditions[name] = (*conditions.get(name, ()), condition)
    return PermissionTerms(
        permission=permission,
        conditions=conditions,
        duties=by_action("duty", (each for each in permission.duties if each.action.term != COMPENSATE)),
        prices=tuple(each for each in permission.duties if each.action.term == COMPENSATE),
    )


def name_of(condition: Condition) -> str:
    """The name of the term that the condition belongs to."""
    if isinstance(condition, Constraint):
        if condition.operator is Operator.NOT_TOGETHER:
            return JOINT
        return f"{compact(condition.left)}:{condition.on_column}" if condition.on_column else compact(condition.left)
    return "+".join(sorted({name_of(each) for each in atoms((condition,))}))


def by_action(kind: str, duties: Iterable[Duty]) -> dict[str, tuple[Duty, ...]]:
    """Duties by kind and action."""
    found: dict[str, tuple[Duty, ...]] = {}
    for duty in duties:
        name = f"{kind}:{compact(duty.action.term)}"
        found[name] = (*found.get(name, ()), duty)
    return found


def prohibitions_by_action(policy: Policy) -> dict[str, tuple[Prohibition, ...]]:
    """Prohibitions by action."""
    found: dict[str, tuple[Prohibition, ...]] = {}
    for prohibition in policy.prohibitions:
        name = f"prohibition:{compact(prohibition.action.term)}"
        found[name] = (*found.get(name, ()), prohibition)
    return found


def prefix_of(action: Iri, *policies: Policy) -> str:
    """What the names of a permission's terms begin with: nothing when each policy has at most one permission."""
    several = any(len(policy.permissions) > 1 for policy in policies)
    return f"{compact(action)}/" if several else ""
