"""The limits that an agreement sets, for showing how much of them is used; nothing is decided by them here."""

from collections.abc import Iterator

from policies.access import CAPS
from policies.model import Cap, Constraint, Policy, flat
from policies.vocabulary import Operator, local


def caps_of(policy: Policy) -> Iterator[Cap]:
    """The limits of the permissions, with the counters under which the record keeps what was used."""
    for permission in policy.permissions:
        for each in flat(permission.constraints):
            if isinstance(each, Constraint) and each.left in CAPS and isinstance(each.right[0], int):
                yield Cap(
                    counter=f"{permission.uid}#{local(each.left)}",
                    operand=each.left,
                    bound=each.right[0] - 1 if each.operator is Operator.LT else each.right[0],
                    per_row=CAPS[each.left],
                )
