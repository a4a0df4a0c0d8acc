"""Registration: what may become a stored policy, beyond being one by its form."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from policies.errors import PolicyAmbiguousError, PolicyMalformedError, PolicyUnsupportedError, shown
from policies.model import ColumnFacts, Duty, Permission, Policy, PolicyClass, Rule
from policies.registering.abilities import HERE, Abilities
from policies.registering.bounds import require_enforceable
from policies.registering.columns import require_columns
from policies.registering.left_out import unknown
from policies.registering.parts import every_rule, top_rules
from policies.registering.placement import require_placed
from policies.registering.places import Written
from policies.registering.wellformed import require_tree
from policies.vocabulary import PROFILE, local


def validate(
    policy: Policy,
    *,
    now: datetime,
    columns: Mapping[str, ColumnFacts] | None = None,
    abilities: Abilities = HERE,
) -> None:
    """Check that the policy can be registered.

    Args:
        policy: as taken in, or made of flat terms.
        now: terms that lie in the past at this moment are refused.
        columns: the columns of the dataset, by name; without them neither names nor types of columns are checked.
        abilities: what can be enforced; a term that needs anything else is refused.

    Raises:
        PolicyError: with a code, the broken rule, and a JSON pointer into the document that is written of it.
    """
    require_tree(policy)
    _require_parties(policy)
    for rule, place in every_rule(policy):
        if rule.action.term not in PROFILE.actions:
            raise unknown("action", rule.action.term, rule=10, known=PROFILE.actions, pointer=place.pointer("action"))
    require_placed(policy)
    _require_one_decides(policy)
    if columns is not None:
        require_columns(policy, columns)
    require_enforceable(policy, now=now, abilities=abilities)


def _require_parties(policy: Policy) -> None:
    """One assigner, one assignee where the class asks for it, one asset; a Set may leave them open."""
    if not policy.rules:
        raise PolicyMalformedError("a policy has at least one rule", rule=1, hint="give it a permission")
    for rule, place in top_rules(policy):
        if rule.target is None:
            raise PolicyMalformedError(
                "every rule of the policy names its target",
                rule=1,
                hint="name the dataset as `target`",
                pointer=place.pointer(),
            )
    if policy.policy_class is PolicyClass.SET:
        return
    if not policy.permissions:
        raise PolicyMalformedError("the policy permits nothing", rule=1, hint="give it a permission")
    _require_same(policy)
    if policy.permissions[0].assignee is None and policy.policy_class is not PolicyClass.OFFER:
        raise PolicyMalformedError(
            f"a rule of a policy of class `{local(policy.policy_class)}` names its `assignee`",
            rule=17,
            hint="name the licensee, or make it an Offer",
            pointer="/permission/0",
        )


def _require_same(policy: Policy) -> None:
    """All rules have the asset, the assigner and the assignee of the first permission."""
    first = policy.permissions[0]
    if first.assigner is None:
        raise PolicyMalformedError(
            "every rule of the policy names its `assigner`", rule=1, hint="name the owner", pointer="/permission/0"
        )
    for rule, place in top_rules(policy):
        if rule.target is not None and rule.target.source != first.target.source:
            raise PolicyUnsupportedError(
                "a policy is about one asset",
                rule=20,
                hint="write one policy for each dataset",
                pointer=place.pointer("target"),
            )
        if rule.assigner != first.assigner:
            raise PolicyMalformedError(
                "every rule of the policy names the same `assigner`",
                rule=1,
                hint=f"write `{shown(first.assigner)}`",
                pointer=place.pointer() if rule.assigner is None else place.pointer("assigner"),
            )
    _require_one_assignee(policy, first)


def _require_one_assignee(policy: Policy, first: Permission) -> None:
    """All rules have the assignee of the first permission; the one that has another is the place to look at."""
    rules = list(top_rules(policy))
    differing = [(rule, place) for rule, place in rules if not _binds_the_same(rule, first)]
    if not differing:
        return
    odd, place = differing[0]
    others = [rule.assignee for rule, _ in differing]
    alone = 1 < len(others) == len(rules) - 1 and len(set(others)) == 1
    needed = first.assignee is None and policy.policy_class is not PolicyClass.OFFER
    mistaken, place = rules[0] if alone or needed else (odd, place)
    wanted = odd.assignee if alone or needed else first.assignee
    raise PolicyMalformedError(
        f"the rules of the policy name different assignees: `{shown(first.uid)}` {_assignee(first)},"
        f" `{shown(odd.uid)}` {_assignee(odd)}",
        rule=1,
        hint="leave them all out" if wanted is None else f"write `{shown(wanted)}`",
        pointer=place.pointer() if mistaken.assignee is None else place.pointer("assignee"),
    )


def _binds_the_same(rule: Rule, first: Permission) -> bool:
    """Whether the rule has the licensee; an obligation of the provider, such as marking records, has the owner."""
    if isinstance(rule, Duty) and first.assignee is not None and rule.assignee == first.assigner:
        return True
    return rule.assignee == first.assignee


def _assignee(rule: Rule) -> str:
    return "has none" if rule.assignee is None else f"has `{shown(rule.assignee)}`"


def _require_one_decides(policy: Policy) -> None:
    for (first, second), index in _pairs(policy.permissions):
        if first.target.source == second.target.source and _share(first, second):
            raise PolicyAmbiguousError(first.uid, second.uid, pointer=Written(("permission", index)).pointer())


def _pairs(permissions: Sequence[Permission]) -> Iterator[tuple[tuple[Permission, Permission], int]]:
    """Every two permissions, with the index of the later one."""
    for index, later in enumerate(permissions):
        for earlier in permissions[:index]:
            yield (earlier, later), index


def _share(first: Permission, second: Permission) -> bool:
    """Whether one action can fall under both."""
    one, other = first.action.term, second.action.term
    return PROFILE.includes(one, other) is not False or PROFILE.includes(other, one) is not False
