"""Counters: the keys under which it is kept how much of each cap is used."""

from collections.abc import Iterable, Mapping

from policies.deciding.access import counter_of
from policies.deciding.grants import capping, is_cap
from policies.model import Condition, Constraint, Policy
from policies.vocabulary import PROFILE, Iri


def counters_of(policies: Iterable[Policy]) -> Mapping[str, Constraint]:
    """Every counter of the policies, in their order, with the cap that it is about."""
    return {
        counter_of(cap.left, permission.uid): cap
        for each in policies
        for permission in each.permissions
        for cap in capping(permission, PROFILE)
    }


def counted_as(condition: Condition, permission: Iri) -> str:
    """The counter of a condition of the permission; empty when the condition is no cap."""
    return (
        counter_of(condition.left, permission)
        if isinstance(condition, Constraint) and is_cap(condition, PROFILE)
        else ""
    )
