"""The limits that an agreement sets, for showing how much of them is used; nothing is decided by them here."""

from collections.abc import Iterator

from policies.deciding.access import fixed_cap, strictest
from policies.model import Cap, Constraint, Policy, flat


def caps_of(policy: Policy) -> tuple[Cap, ...]:
    """The limits of the permissions, each under the counter under which the record keeps what was used."""
    return strictest(_caps(policy))


def _caps(policy: Policy) -> Iterator[Cap]:
    for permission in policy.permissions:
        for each in flat(permission.constraints):
            cap = fixed_cap(each, permission.uid) if isinstance(each, Constraint) else None
            if cap is not None:
                yield cap
