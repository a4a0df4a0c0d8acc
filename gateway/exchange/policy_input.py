"""From what a party hands in, flat terms or an ODRL document, to a policy that may be registered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.exchange.commands import PolicyInput
from gateway.exchange.errors import InputInvalidError, PolicyMisplacedError
from gateway.exchange.reading import Reading
from policies.jsonld import intake, pointing_into
from policies.model import ColumnFacts, Policy, PolicyClass
from policies.terms import Terms
from policies.validate import validate
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI, PROFILE_IRI, local

MOST_DAYS: Final = 36_500
"""A hundred years: longer terms are mistakes."""
_RULES: Final = ("permission", "prohibition", "obligation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The place that a policy is handed in for: it must speak of these and of nobody else."""

    uid: str
    """Of the policy, unless the document has one of its own."""
    target: str
    """The dataset."""
    assigner: str
    assignee: str | None = None
    """The developer, when the policy is part of a negotiation."""
    policy_class: PolicyClass = PolicyClass.OFFER
    """Request when the developer hands it in."""
    title: str
    columns: Mapping[str, ColumnFacts]
    """Columns that the source fills, by name."""
    ethics: bool
    """The dataset is sensitive: flat terms ask for an ethics decision."""


def policy_from(given: PolicyInput, place: Placement, reading: Reading) -> Policy:
    """The policy, of the place's class, valid now, for this dataset and these parties.

    What a document leaves out and the place knows is filled in: context, profile, conflict strategy, class, uids of the
    policy and of its rules, parties and target of its rules.

    Raises:
        InputInvalidError: Flat terms name no purpose or no column, which would mean all of them, or too many days.
        PolicyError: It is not a policy of the profile, or may not be registered.
        PolicyMisplacedError: It names another dataset or another party.
    """
    if isinstance(given, Terms):
        return _registrable(_flat(given, place), place, reading)
    document = _filled(given, place)
    policy = intake(document)
    with pointing_into(document):
        return _registrable(policy, place, reading)


def _registrable(policy: Policy, place: Placement, reading: Reading) -> Policy:
    _require_placed(policy, place)
    placed = replace(policy, policy_class=place.policy_class)
    validate(placed, now=reading.now, columns=place.columns)
    return placed


def require_days(days: int | None, field: str) -> None:
    """Pass when the number of days can be a term.

    Raises:
        InputInvalidError: It cannot.
    """
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InputInvalidError(field, f"expected 1 to {MOST_DAYS}")


def _flat(terms: Terms, place: Placement) -> Policy:
    for field, named in (("terms.purposes", terms.purposes), ("terms.columns", terms.columns)):
        if not named:
            # WHY: nothing named is nothing limited; whoever wants that says it in a whole document.
            raise InputInvalidError(field, "name at least one")
    require_days(terms.days, "terms.days")
    own = replace(terms, ethics=terms.ethics or place.ethics)
    if place.policy_class is PolicyClass.REQUEST and place.assignee is not None:
        return own.request(
            uid=place.uid, assigner=place.assigner, assignee=place.assignee, target=place.target, title=place.title
        )
    return own.offer(uid=place.uid, assigner=place.assigner, target=place.target, title=place.title)


def _filled(document: Mapping[str, object], place: Placement) -> Mapping[str, object]:
    filled: dict[str, object] = {
        "@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI],
        "@type": local(place.policy_class),
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
        **({} if "@id" in document else {"uid": place.uid}),
        **document,
    }
    for name in _RULES:
        rules = filled.get(name)
        if isinstance(rules, Mapping):
            filled[name] = _rule(rules, name, 1, place)
        elif isinstance(rules, list):
            filled[name] = [_rule(rule, name, number, place) for number, rule in enumerate(rules, 1)]
    return filled


def _rule(rule: object, name: str, number: int, place: Placement) -> object:
    """A rule with the parties and the target that it leaves out. What is no object is left for the intake to refuse."""
    if not isinstance(rule, Mapping):
        return rule
    known: dict[str, object] = {"assigner": place.assigner, "target": place.target}
    if "@id" not in rule:
        known["uid"] = f"{place.uid}#{name}-{number}"
    if place.policy_class is PolicyClass.REQUEST and place.assignee is not None:
        known["assignee"] = place.assignee
    return {**known, **rule}


def _require_placed(policy: Policy, place: Placement) -> None:
    for rule in policy.rules:
        source = None if rule.target is None else rule.target.source
        for part, expected, found in (
            ("target", place.target, source),
            ("assigner", place.assigner, rule.assigner),
            ("assignee", place.assignee, rule.assignee or place.assignee),
        ):
            if found != expected:
                raise PolicyMisplacedError(part, expected or "nobody", found or "nobody")
