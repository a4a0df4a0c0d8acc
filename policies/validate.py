"""Registration: what may become a stored policy, beyond being one by its form."""

from datetime import datetime
from itertools import combinations

from policies.bounds import SUPPLIED, require_columns, require_enforceable
from policies.errors import PolicyAmbiguousError, PolicyMalformedError, PolicyTermUnknownError, PolicyUnsupportedError
from policies.model import Permission, Policy, PolicyClass, duties_of
from policies.placement import require_placed
from policies.vocabulary import PROFILE, Iri, compact
from policies.wellformed import require_tree


def validate(
    policy: Policy,
    *,
    now: datetime,
    columns: frozenset[str] | None = None,
    supplied: frozenset[Iri] = SUPPLIED,
) -> None:
    """Check that the policy can be registered.

    Args:
        policy: as taken in, or made of flat terms.
        now: terms that lie in the past at this moment are refused.
        columns: the columns of the dataset; without them column names are not checked.
        supplied: the left operands whose actual value somebody supplies; a term on any other one is refused.

    Raises:
        PolicyError: with a code and, where it is one place, its JSON pointer.
    """
    require_tree(policy)
    _require_parties(policy)
    for rule in policy.rules:
        for each in (rule, *duties_of(rule)):
            if each.action.term not in PROFILE.actions:
                raise PolicyTermUnknownError("action", compact(each.action.term))
    require_placed(policy)
    _require_one_decides(policy)
    if columns is not None:
        require_columns(policy, columns)
    require_enforceable(policy, now=now, supplied=supplied)


def _require_parties(policy: Policy) -> None:
    """One assigner, one assignee where the class asks for it, one asset; a Set may leave them open."""
    if not policy.rules:
        raise PolicyMalformedError("a policy has at least one rule")
    if any(rule.target is None for rule in policy.rules):
        raise PolicyMalformedError("every rule of the policy names its target")
    if policy.policy_class is PolicyClass.SET:
        return
    if not policy.permissions:
        raise PolicyMalformedError("the policy permits nothing", pointer="/permission")
    if len({rule.target.source for rule in policy.rules if rule.target is not None}) != 1:
        raise PolicyUnsupportedError("a policy is about one asset")
    assigner = policy.assigner
    if any(rule.assigner != assigner for rule in policy.rules):
        raise PolicyMalformedError("every rule of the policy names the same `assigner`")
    assignee = policy.assignee
    if assignee is None and policy.policy_class is not PolicyClass.OFFER:
        raise PolicyMalformedError("every rule of the policy names its `assignee`")
    # WHY: an obligation of the provider, such as marking records, has the owner's side as its assignee.
    allowed = {assignee} if assignee is None else {assignee, assigner}
    if any(rule.assignee not in allowed for rule in policy.rules):
        raise PolicyMalformedError("the rules of the policy name different assignees")


def _require_one_decides(policy: Policy) -> None:
    for first, second in combinations(policy.permissions, 2):
        if first.target.source == second.target.source and _share(first, second):
            raise PolicyAmbiguousError(first.uid, second.uid)


def _share(first: Permission, second: Permission) -> bool:
    """Whether one action can fall under both."""
    one, other = first.action.term, second.action.term
    return PROFILE.includes(one, other) is not False or PROFILE.includes(other, one) is not False
