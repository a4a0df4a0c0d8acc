"""A policy in plain language: the same terms that are enforced, for people."""

from collections.abc import Iterator
from typing import Final

from policies import phrases
from policies.model import Duty, Permission, Policy, PolicyClass, flat
from policies.vocabulary import PROFILE, Discharge

_OPENING: Final[dict[PolicyClass, str]] = {
    PolicyClass.SET: "These rules apply",
    PolicyClass.OFFER: "This is an offer; it permits nothing yet",
    PolicyClass.REQUEST: "This is a request; it permits nothing yet",
    PolicyClass.AGREEMENT: "This is an agreement",
}
_WHEN: Final[dict[Discharge, str]] = {
    Discharge.BEFORE: "Before any use",
    Discharge.GATEWAY: "With every release, by the gateway itself",
    Discharge.AFTER: "Afterwards",
}


def summary(policy: Policy) -> tuple[str, ...]:
    """Plain sentences; every term that can deny is named. Their order is that of the rules, not of the document."""
    return tuple(_sentences(policy))


def _sentences(policy: Policy) -> Iterator[str]:
    yield f"{_OPENING[policy.policy_class]}{f': {policy.title}' if policy.title else ''}."
    if policy.description:
        yield policy.description
    for permission in sorted(policy.permissions, key=lambda rule: rule.uid):
        yield from _permission(permission)
    if not policy.permissions:
        yield "Nothing is permitted."
    for prohibition in sorted(policy.prohibitions, key=lambda rule: rule.uid):
        yield f"It is prohibited to {phrases.prohibition(prohibition)}."
    for obligation in sorted(policy.obligations, key=lambda rule: rule.uid):
        yield f"Owed afterwards by {_debtor(obligation)}: {phrases.duty(obligation)}."


def _debtor(obligation: Duty) -> str:
    if obligation.assignee is None and obligation.action.term in phrases.OWED_BY_OWNER:
        return "the owner's side"
    return _party(obligation.assignee)


def _party(party: str | None) -> str:
    return "the licensee" if party is None else f"`{party}`"


def _permission(permission: Permission) -> Iterator[str]:
    yield (
        f"{_party(permission.assigner) if permission.assigner else 'Somebody'} lets {_party(permission.assignee)} "
        f"use `{permission.target.source}` to {phrases.use(permission.action.term)}."
    )
    conditions = (*permission.action.refinements, *permission.constraints, *permission.target.refinements)
    for told in sorted(phrases.condition(each) for each in flat(conditions)):
        yield f"Only if {told}."
    yield from sorted(_duty(each) for each in permission.duties)


def _duty(duty: Duty) -> str:
    term = PROFILE.duties.get(duty.action.term)
    return f"{'First' if term is None else _WHEN[term.discharge]}: {phrases.duty(duty)}."
