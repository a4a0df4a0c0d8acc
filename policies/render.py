"""A policy in plain language: the same terms that are enforced, for people."""

import json
from collections.abc import Iterator
from typing import Final

from policies import phrases
from policies.model import Condition, Constraint, Duty, Permission, Policy, PolicyClass, Prohibition, atoms, flat
from policies.transforms import WITHHOLDING
from policies.vocabulary import COLUMN, DATE_TIME, KEEP, PROFILE, TRANSFORM, USE, Discharge, Grain, Operator

_OPENING: Final[dict[PolicyClass, str]] = {
    PolicyClass.SET: "These rules apply",
    PolicyClass.OFFER: "This is an offer; it permits nothing yet",
    PolicyClass.REQUEST: "This is a request; it permits nothing yet",
    PolicyClass.AGREEMENT: "This is an agreement",
}
_AUTHORS: Final[dict[PolicyClass, str]] = {
    PolicyClass.SET: "whoever wrote the rules",
    PolicyClass.OFFER: "the owner",
    PolicyClass.REQUEST: "the developer",
    PolicyClass.AGREEMENT: "those who wrote it",
}
_WHEN: Final[dict[Discharge, str]] = {
    Discharge.BEFORE: "Before any use",
    Discharge.GATEWAY: "With every release, by the gateway itself",
    Discharge.AFTER: "Afterwards",
}


_OF_COLUMNS: Final = frozenset({Grain.COLUMN, Grain.JOINT, Grain.TRANSFORM})


def summary(policy: Policy) -> tuple[str, ...]:
    """Plain sentences; every term that can deny is named. Their order is that of the rules, not of the document."""
    return tuple(_sentences(policy))


def _sentences(policy: Policy) -> Iterator[str]:
    yield f"{_OPENING[policy.policy_class]}."
    yield from _free_text(policy)
    if policy.policy_class is PolicyClass.SET:
        yield "They permit nothing by themselves and only narrow what an agreement permits."
    elif not policy.permissions:
        yield "Nothing is permitted."
    for permission in sorted(policy.permissions, key=lambda rule: rule.uid):
        yield from _permission(permission, policy)
    for prohibition in sorted(policy.prohibitions, key=lambda rule: rule.uid):
        yield _led(_about(prohibition, policy), f"it is prohibited to {phrases.prohibition(prohibition)}.")
        yield from _wider(prohibition, policy)
    for obligation in sorted(policy.obligations, key=lambda rule: rule.uid):
        told = f"owed afterwards by {_debtor(obligation)}: {phrases.duty(obligation)}."
        yield _led(_about(obligation, policy), told)
    yield from _besides(policy)


def _wider(prohibition: Prohibition, policy: Policy) -> Iterator[str]:
    """That a prohibition stops the wider actions, too, of which what is forbidden is a part: rule 10."""
    forbidden = prohibition.action.term
    permitted = {each.action.term for each in policy.permissions}
    wider = [
        phrases.use(each)
        for each in PROFILE.actions
        if each != forbidden
        and PROFILE.includes(each, forbidden)
        and (policy.policy_class is PolicyClass.SET or any(PROFILE.includes(outer, each) for outer in permitted))
    ]
    if wider:
        partly = (*prohibition.action.refinements, *prohibition.constraints, *prohibition.target.refinements)
        refused = "is refused as far as this is prohibited" if partly else "is refused as well"
        yield f"A request to {' or to '.join(sorted(wider))} includes this and {refused}."


def _besides(policy: Policy) -> Iterator[str]:
    """What else refuses a request or leaves out rows: what the semantics says of every term of its kind."""
    uses: tuple[Permission | Prohibition, ...] = (*policy.permissions, *policy.prohibitions)
    if not uses:
        return
    grains = {_grain(atom) for each in uses for atom in atoms((*each.target.refinements, *each.constraints))}
    if grains & _OF_COLUMNS:
        yield "A column that a filter or the order looks at counts as read."
    if Grain.JOINT in grains:
        yield "Columns that were released before count as seen."
    if Grain.ROW in grains:
        yield "A row that does not say what a term asks of it is left out."
    if Grain.CAP in grains:
        yield "What was used before and what is reserved counts against every limit."
    yield "What nobody states is unknown, and what is unknown counts against the request."
    if policy.permissions and policy.policy_class is not PolicyClass.SET:
        yield "Nothing is permitted while the licence is suspended or once it has ended, nor what a mandate refuses."


def _grain(atom: Constraint) -> Grain | None:
    if atom.operator is Operator.NOT_TOGETHER:
        return Grain.JOINT
    operand = PROFILE.operands.get(atom.left)
    return None if operand is None else operand.grain


def _free_text(policy: Policy) -> Iterator[str]:
    """Title and description, so that they cannot be taken for terms: whoever wrote them may say anything."""
    author = _AUTHORS[policy.policy_class]
    for name, text in (("title", policy.title), ("description", policy.description)):
        if text:
            yield f"The {name}, said by {author} and not a term: {_quoted(text)}."


def _quoted(text: str) -> str:
    # WHY: neither a quotation mark, nor a new line, nor what turns the direction of writing ends the quotation.
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in json.dumps(text, ensure_ascii=False))


def _about(rule: Prohibition | Duty, policy: Policy) -> Iterator[str]:
    """The dataset and the party of the rule, as far as the permissions do not name them."""
    if rule.target is not None and {rule.target.source} != {each.target.source for each in policy.permissions}:
        yield f"about `{rule.target.source}`"
    bound = rule.assignee if isinstance(rule, Prohibition) else None
    if bound is not None and {bound} != {each.assignee for each in policy.permissions}:
        yield f"for `{bound}`"


def _led(about: Iterator[str], told: str) -> str:
    sentence = ": ".join(filter(None, (", ".join(about), told)))
    return sentence[0].upper() + sentence[1:]


def _debtor(obligation: Duty) -> str:
    if obligation.assignee is None and obligation.action.term in phrases.OWED_BY_OWNER:
        return "the owner's side"
    return _party(obligation.assignee)


def _party(party: str | None) -> str:
    return _name(party, "the licensee")


def _name(party: str | None, nobody: str) -> str:
    return nobody if party is None else f"`{party}`"


def _permission(permission: Permission, policy: Policy) -> Iterator[str]:
    binding = policy.policy_class is PolicyClass.SET
    yield _bound(permission) if binding else _permitted(permission, policy)
    conditions = (*permission.action.refinements, *permission.constraints, *permission.target.refinements)
    yield from sorted(_condition(each, binding=binding) for each in flat(conditions))
    yield from sorted(_duty(each) for each in permission.duties)


def _permitted(permission: Permission, policy: Policy) -> str:
    owner, licensee, use = permission.assigner, permission.assignee, _use(permission)
    match policy.policy_class:
        case PolicyClass.REQUEST:
            return f"{_name(licensee, 'The developer')} asks {_name(owner, 'the owner')} for leave to {use}."
        case PolicyClass.OFFER:
            return f"{_name(owner, 'Somebody')} offers to let {_party(licensee)} {use}."
        case _:
            return f"{_name(owner, 'Somebody')} lets {_party(licensee)} {use}."


def _bound(permission: Permission) -> str:
    """Of a set of rules, whose permissions are bounds on what agreements permit."""
    return f"Where an agreement lets {_name(permission.assignee, 'anybody')} {_use(permission)}, these bounds hold."


def _use(permission: Permission) -> str:
    action, target = permission.action.term, permission.target.source
    return f"use `{target}` in any way" if action == USE else f"use `{target}` to {phrases.use(action)}"


def _condition(given: Condition, *, binding: bool) -> str:
    left = given.left if isinstance(given, Constraint) else None
    if isinstance(given, Constraint) and left == COLUMN:
        return f"Only {phrases.rows(given)}."
    if isinstance(given, Constraint) and left == TRANSFORM and given.right[0] != KEEP:
        refused = "selected, filtered" if given.right[0] in WITHHOLDING else "filtered"
        return f"Only if {phrases.condition(given)}; it can be neither {refused} nor sorted by."
    # WHY: outside its time a bound of a set of rules does not refuse; it does not bind.
    return f"{'Bound only while' if left == DATE_TIME and binding else 'Only if'} {phrases.condition(given)}."


def _duty(duty: Duty) -> str:
    term = PROFILE.duties.get(duty.action.term)
    shown = "; the record must show it" if term is not None and term.discharge is Discharge.BEFORE else ""
    return f"{'First' if term is None else _WHEN[term.discharge]}: {phrases.duty(duty)}{shown}."
