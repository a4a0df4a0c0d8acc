"""What changed between two sets of terms, in plain language, and which side each change favours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from policies import phrases
from policies.canonical import canonical, condition_form, duty_form, prohibition_form
from policies.match import contain
from policies.model import Condition, Constraint, Duty, Policy, PolicyClass, Prohibition, Rule, duties_of, flat
from policies.regions import MatchVerdict, combine, within
from policies.terms import same_terms
from policies.termset import PRICE, by_action, prefix_of, prohibitions_by_action, terms_of_permission
from policies.vocabulary import DATE_TIME, DUE_BY, RETENTION, Iri, Operator, compact, local

__all__ = ["NameChange", "TermChange", "Wider", "difference", "renaming", "same_terms"]


class Wider(StrEnum):
    """Which of the two versions of a term permits more."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    NEITHER = "NEITHER"
    """They permit different things, or the same in other words."""
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """One term that reads differently."""

    term: str
    before: str | None
    """In plain language; ``None`` when the term was not there."""
    after: str | None
    wider: Wider


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """Something that is signed with the terms and is none of them."""

    name: str
    before: str
    """Empty when it was not there."""
    after: str


def difference(before: Policy, after: Policy) -> tuple[TermChange, ...]:
    """The terms that differ, by name; class, uids, assignee, title and description are none: see ``renaming``."""
    old, new = _told(before, (before, after)), _told(after, (before, after))
    forward = {match.term: match.verdict for match in contain(after, before).terms}
    backward = {match.term: match.verdict for match in contain(before, after).terms}
    changes = tuple(
        TermChange(
            term=term,
            before=None if term not in old else old[term][0],
            after=None if term not in new else new[term][0],
            wider=_favoured(term, before, after) or _wider(_verdict(term, forward), _verdict(term, backward)),
        )
        for term in sorted(old.keys() | new.keys())
        if old.get(term) != new.get(term)
    )
    if changes or same_terms(before, after):
        return changes
    # WHY: each term stands on both sides, with another partner.
    combined = "the same terms, combined in {} way".format
    return (TermChange(term="rules", before=combined("one"), after=combined("another"), wider=Wider.UNKNOWN),)


def renaming(before: Policy, after: Policy) -> tuple[NameChange, ...]:
    """What of the signed policy differs beside its terms."""
    old, new = _names_of(before), _names_of(after)
    return tuple(
        NameChange(name=name, before=old[name], after=new[name]) for name in sorted(old) if old[name] != new[name]
    )


def _names_of(policy: Policy) -> dict[str, str]:
    rules = {each.uid for rule in policy.rules for each in (rule, *duties_of(rule))}
    return {
        "assignee": ", ".join(sorted({each.assignee for each in policy.rules if each.assignee is not None})),
        "class": local(policy.policy_class),
        "description": policy.description,
        "title": policy.title,
        "uid": policy.uid,
        "uids of rules": ", ".join(sorted(rules)),
    }


def _verdict(term: str, found: Mapping[str, MatchVerdict]) -> MatchVerdict | None:
    """The verdict on the term, or, when a whole permission has no counterpart, that on its action."""
    prefix = term.rpartition("/")[0]
    return found.get(term) or found.get(f"{prefix}/action" if prefix else "action")


def _wider(forward: MatchVerdict | None, backward: MatchVerdict | None) -> Wider:
    """From whether the later version lies inside the earlier one, and the other way round."""
    if None in {forward, backward} or MatchVerdict.UNKNOWN in {forward, backward}:
        return Wider.UNKNOWN
    narrowed, widened = forward is MatchVerdict.INSIDE, backward is MatchVerdict.INSIDE
    if narrowed == widened:
        return Wider.NEITHER
    return Wider.BEFORE if narrowed else Wider.AFTER


_RULES: Final = ("prohibition:", "obligation:")


def _favoured(term: str, before: Policy, after: Policy) -> Wider | None:
    """Where containment is not what tells which side is wider; ``None`` where it is."""
    both = (before, after)
    if term == "target":
        # WHY: more targets widen a permission, and narrow through a prohibition.
        return None if _is_about_one(both) else Wider.UNKNOWN
    if term.startswith(_RULES):
        owed = [_rules_of(term, each) for each in both]
        if any(_binds_owner(rule) for rules in owed for rule in rules):
            return Wider.UNKNOWN
        return _time_given(*owed)
    sets = any(each.policy_class is PolicyClass.SET for each in both)
    return _bounding(term, both) if sets and term != "assigner" else None


def _rules_of(term: str, policy: Policy) -> Sequence[Prohibition | Duty]:
    obligations: Mapping[str, Sequence[Prohibition | Duty]] = by_action("obligation", policy.obligations)
    return {**prohibitions_by_action(policy), **obligations}.get(term, ())


def _binds_owner(rule: Prohibition | Duty) -> bool:
    """Whether the owner's side has to keep it, so that it narrows nothing for the licensee."""
    if rule.assignee is None:
        return isinstance(rule, Duty) and rule.action.term in phrases.OWED_BY_OWNER
    return rule.assignee == rule.assigner


def _bounding(term: str, both: tuple[Policy, Policy]) -> Wider | None:
    """Of a set of rules, a permission is a bound: one more of them, or one that binds for longer, narrows."""
    before, after = (sorted(each.action.term for each in policy.permissions) for policy in both)
    timed = term.rpartition("/")[2] == compact(DATE_TIME)
    return Wider.UNKNOWN if timed or before != after or len(set(before)) != len(before) else None


_PERIODS: Final = (DUE_BY, RETENTION)


def _time_given(before: Sequence[Rule], after: Sequence[Rule]) -> Wider | None:
    """Of one duty on both sides that differs in the time it gives: more time is wider. ``None`` for any other."""
    if len(before) != 1 or len(after) != 1:
        return None
    old, new = before[0], after[0]
    if not isinstance(old, Duty) or not isinstance(new, Duty) or _form(_timeless(old)) != _form(_timeless(new)):
        return None
    found = _wider(_within_time(new, old), _within_time(old, new))
    # WHY: of two times one may count for nothing beside the other, so that neither is wider would be a guess.
    return found if found in {Wider.BEFORE, Wider.AFTER} else Wider.UNKNOWN


def _timeless(duty: Duty) -> Duty:
    kept = tuple(each for each in flat(duty.action.refinements) if not _is_time(each))
    return replace(duty, assigner=None, target=None, action=replace(duty.action, refinements=kept))


def _is_time(condition: Condition) -> bool:
    return (
        isinstance(condition, Constraint)
        and condition.left in _PERIODS
        and condition.operator is Operator.LTEQ
        and condition.unit is None
    )


def _within_time(asked: Duty, offered: Duty) -> MatchVerdict:
    ours, theirs = ([each for each in flat(duty.action.refinements) if _is_time(each)] for duty in (asked, offered))
    return combine(within(_on(left, ours), _on(left, theirs)) for left in _PERIODS)


def _on(left: Iri, conditions: Iterable[Condition]) -> list[Condition]:
    return [each for each in conditions if isinstance(each, Constraint) and each.left == left]


_Told: TypeAlias = tuple[str, frozenset[bytes]]
"""A term in plain language, and the forms by which it is compared."""


def _told(policy: Policy, both: tuple[Policy, Policy]) -> dict[str, _Told]:
    """Every term of the policy, by name; terms of one name are one term."""
    found: dict[str, list[_Told]] = {}
    for name, told in _terms(policy, both):
        found.setdefault(name, []).append(told)
    return {
        name: ("; ".join(sorted({text for text, _ in several})), frozenset().union(*(forms for _, forms in several)))
        for name, several in found.items()
    }


def _terms(policy: Policy, both: tuple[Policy, Policy]) -> Iterator[tuple[str, _Told]]:
    alone = _is_about_one(both)
    yield "assigner", _names(rule.assigner for rule in policy.rules)
    yield "target", _names(None if rule.target is None else rule.target.source for rule in policy.rules)
    for permission in policy.permissions:
        prefix = prefix_of(permission.action.term, *both)
        terms = terms_of_permission(permission)
        yield f"{prefix}action", _names([permission.action.term])
        for name, conditions in terms.conditions.items():
            text = phrases.conditions(conditions)
            yield prefix + name, (text, frozenset(canonical(condition_form(each)) for each in conditions))
        for name, duties in terms.duties.items():
            yield prefix + name, _ruled(duties, alone=True)
        if terms.prices:
            yield prefix + PRICE, _ruled(terms.prices, alone=True)
    for name, obligations in by_action("obligation", policy.obligations).items():
        yield name, _ruled(obligations, alone=alone)
    for name, prohibitions in prohibitions_by_action(policy).items():
        yield name, _ruled(prohibitions, alone=alone)


def _is_about_one(policies: Iterable[Policy]) -> bool:
    """Whether each policy has one assigner and one target, which then stand for themselves."""
    return all(
        len({(rule.assigner, None if rule.target is None else rule.target.source) for rule in policy.rules}) == 1
        for policy in policies
    )


def _names(iris: Iterable[Iri | None]) -> _Told:
    named = sorted({each for each in iris if each is not None})
    return ", ".join(f"`{compact(each)}`" for each in named), frozenset(each.encode() for each in named)


def _ruled(rules: Sequence[Prohibition | Duty], *, alone: bool) -> _Told:
    """Rules of one kind and action; target and assigner are a part of them when the policy has several."""
    told = sorted(_text(each) + ("" if alone else _about(each)) for each in rules)
    return "; ".join(told), frozenset(_form(each) + ("" if alone else _about(each)).encode() for each in rules)


def _text(rule: Prohibition | Duty) -> str:
    text = phrases.prohibition(rule) if isinstance(rule, Prohibition) else phrases.duty(rule)
    return f"{text} (binds the owner)" if _names_owner(rule) else text


def _about(rule: Rule) -> str:
    target = "no named asset" if rule.target is None else f"`{rule.target.source}`"
    return f" (about {target}{'' if rule.assigner is None else f', by `{rule.assigner}`'})"


_SOMETHING: Final = Iri("urn:something")


def _form(rule: Prohibition | Duty) -> bytes:
    """The rule without uid, parties and asset, but with whether it binds the owner."""
    neutral = replace(rule, assigner=None, assignee=None)
    if isinstance(neutral, Prohibition):
        form = canonical(prohibition_form(replace(neutral, target=replace(neutral.target, source=_SOMETHING))))
    else:
        form = canonical(duty_form(neutral))
    return form + (b" binds the owner" if _names_owner(rule) else b"")


def _names_owner(rule: Rule) -> bool:
    return rule.assignee is not None and rule.assignee == rule.assigner
