"""What changed between two sets of terms, in plain language, and which side each change favours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from policies import phrases
from policies.canonical import canonical, condition_form, duty_form, prohibition_form
from policies.match import contain
from policies.model import Duty, Policy
from policies.regions import MatchVerdict
from policies.terms import same_terms
from policies.termset import PRICE, by_action, prefix_of, prohibitions_by_action, terms_of_permission
from policies.vocabulary import Iri, compact

__all__ = ["TermChange", "Wider", "difference", "same_terms"]


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


def difference(before: Policy, after: Policy) -> tuple[TermChange, ...]:
    """The terms that differ, by name; class, uids, assignee, title and description are no terms."""
    both = (before, after)
    old, new = dict(_told(before, both)), dict(_told(after, both))
    forward = {match.term: match.verdict for match in contain(after, before).terms}
    backward = {match.term: match.verdict for match in contain(before, after).terms}
    return tuple(
        TermChange(
            term=term,
            before=None if term not in old else old[term][0],
            after=None if term not in new else new[term][0],
            wider=_wider(_verdict(term, forward), _verdict(term, backward)),
        )
        for term in sorted(old.keys() | new.keys())
        if old.get(term) != new.get(term)
    )


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


_Told: TypeAlias = tuple[str, frozenset[bytes]]
"""A term in plain language, and the forms by which it is compared."""


def _told(policy: Policy, both: tuple[Policy, Policy]) -> Iterator[tuple[str, _Told]]:
    """Every term of the policy, by name."""
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
            yield prefix + name, _duties(duties)
        if terms.prices:
            yield prefix + PRICE, _duties(terms.prices)
    for name, duties in by_action("obligation", policy.obligations).items():
        yield name, _duties(duties)
    for name, prohibitions in prohibitions_by_action(policy).items():
        text = "; ".join(sorted(phrases.prohibition(each) for each in prohibitions))
        yield name, (text, frozenset(canonical(prohibition_form(each)) for each in prohibitions))


def _names(iris: Iterable[Iri | None]) -> _Told:
    named = sorted({each for each in iris if each is not None})
    return ", ".join(f"`{compact(each)}`" for each in named), frozenset(each.encode() for each in named)


def _duties(duties: Sequence[Duty]) -> _Told:
    text = "; ".join(sorted(phrases.duty(each) for each in duties))
    return text, frozenset(canonical(duty_form(each)) for each in duties)
