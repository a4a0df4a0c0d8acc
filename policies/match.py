"""Containment: whether everything a request could use lies inside an offer, term by term."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from policies.canonical import Json, canonical, duty_form, prohibition_form
from policies.model import Condition, Constraint, Duty, Permission, Policy, Transform
from policies.prices import rate_of
from policies.regions import MatchVerdict, within
from policies.termset import (
    JOINT,
    PRICE,
    PermissionTerms,
    by_action,
    prefix_of,
    prohibitions_by_action,
    terms_of_permission,
)
from policies.transforms import stronger, strongest
from policies.vocabulary import KEEP, PROFILE, TRANSFORM, Iri, compact

_T = TypeVar("_T")


class ContainmentVerdict(StrEnum):
    """Whether a request may be accepted automatically: exactly when it is compatible."""

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMatch:
    """One term of the request against the offer."""

    term: str
    verdict: MatchVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """The outcome for the whole, and for every term of either side."""

    terms: tuple[TermMatch, ...]

    @property
    def verdict(self) -> ContainmentVerdict:
        """All inside: compatible; any unknown: unknown, never accepted automatically; else incompatible."""
        seen = {match.verdict for match in self.terms}
        if MatchVerdict.UNKNOWN in seen:
            return ContainmentVerdict.UNKNOWN
        inside = seen <= {MatchVerdict.INSIDE}
        return ContainmentVerdict.COMPATIBLE if inside else ContainmentVerdict.INCOMPATIBLE

    @property
    def unmet(self) -> tuple[TermMatch, ...]:
        """The terms that are not inside."""
        return tuple(match for match in self.terms if match.verdict is not MatchVerdict.INSIDE)


def contain(request: Policy, offer: Policy) -> Containment:
    """Compare a request with an offer; classes, uids, assignees, title and description have no influence.

    The request lies inside when its columns, rows, purposes, places, times and volumes are a part of the offer's, its
    price is at least the offer's, its transforms are at least as strong, and it keeps every duty, obligation,
    prohibition and joint set of the offer.
    """
    found: dict[str, MatchVerdict] = {}
    for term, verdict in (*_parties(request, offer), *_permissions(request, offer), *_rules(request, offer)):
        # INVARIANT: of two verdicts on one term the worse one stands.
        found[term] = max(found.get(term, verdict), verdict, key=_WORSE.index)
    return Containment(terms=tuple(TermMatch(term=term, verdict=found[term]) for term in sorted(found)))


_WORSE = (MatchVerdict.INSIDE, MatchVerdict.OVERLAPS, MatchVerdict.OUTSIDE, MatchVerdict.UNKNOWN)
_Match = tuple[str, MatchVerdict]


def _equal(same: bool) -> MatchVerdict:  # noqa: FBT001  # the value itself is converted
    return MatchVerdict.INSIDE if same else MatchVerdict.OUTSIDE


def _parties(request: Policy, offer: Policy) -> Iterator[_Match]:
    yield "assigner", _equal({rule.assigner for rule in request.rules} == {rule.assigner for rule in offer.rules})
    yield "target", _equal(_targets(request) <= _targets(offer))


def _targets(policy: Policy) -> set[Iri]:
    return {rule.target.source for rule in policy.rules if rule.target is not None}


def _permissions(request: Policy, offer: Policy) -> Iterator[_Match]:
    for offered in offer.permissions:
        # WHY: what is offered and not asked for is left alone; the worse verdict on what is asked for stands.
        yield f"{prefix_of(offered.action.term, request, offer)}action", MatchVerdict.INSIDE
    granted = Counter(each.uid for asked in request.permissions for each in _fitting(asked, offer)[:1])
    for asked in request.permissions:
        prefix = prefix_of(asked.action.term, request, offer)
        same = [each for each in offer.permissions if each.target.source == asked.target.source]
        fitting = _fitting(asked, offer)
        yield f"{prefix}action", _action(asked, same, fitted=bool(fitting))
        # WHY: without a fitting permission the terms are still told, when there is only one that can be meant.
        partner = fitting or ([] if prefix else same)
        for offered in partner[:1]:
            theirs = terms_of_permission(offered)
            for term, verdict in _terms(terms_of_permission(asked), theirs):
                yield f"{prefix}{term}", verdict
            if granted[offered.uid] > 1:
                # WHY: each permission counts for itself, so that several would take of one bound several times.
                yield from ((f"{prefix}{term}", MatchVerdict.UNKNOWN) for term in theirs.shared())


def _fitting(asked: Permission, offer: Policy) -> list[Permission]:
    """The permissions of the offer that cover the action on the same target."""
    return [
        each
        for each in offer.permissions
        if each.target.source == asked.target.source and PROFILE.includes(each.action.term, asked.action.term)
    ]


def _action(asked: Permission, same: Sequence[Permission], *, fitted: bool) -> MatchVerdict:
    if fitted:
        return MatchVerdict.INSIDE
    narrower = {PROFILE.includes(asked.action.term, each.action.term) for each in same}
    if None in narrower:
        return MatchVerdict.UNKNOWN
    return MatchVerdict.OVERLAPS if True in narrower else MatchVerdict.OUTSIDE


def _terms(asked: PermissionTerms, offered: PermissionTerms) -> Iterator[_Match]:
    for name in sorted(asked.conditions.keys() | offered.conditions.keys()):
        ours, theirs = asked.conditions.get(name, ()), offered.conditions.get(name, ())
        if name == JOINT:
            yield name, _joints(asked, offered)
        elif name.startswith(compact(TRANSFORM)):
            yield name, _transforms(ours, theirs, asked)
        else:
            yield name, within(ours, theirs)
    yield from _kept(asked.duties, offered.duties, duty_form)
    if asked.prices or offered.prices:
        yield PRICE, _price(asked.prices, offered.prices)


def _joints(asked: PermissionTerms, offered: PermissionTerms) -> MatchVerdict:
    """Each offered set must be kept by one at least as strict, or be of columns that are not asked for.

    Asking for a part of a set without keeping it is outside: the rest may have been released before.
    """
    ours, columns = asked.joints(), asked.columns
    return _equal(
        all(
            any(own <= joint for own in ours) or (columns is not None and not joint & columns)
            for joint in offered.joints()
        )
    )


def _transforms(ours: Sequence[Condition], theirs: Sequence[Condition], asked: PermissionTerms) -> MatchVerdict:
    demanded, given = _strongest(theirs), _strongest(ours)
    column = next(each.on_column for each in (*ours, *theirs) if isinstance(each, Constraint))
    if not theirs or (asked.columns is not None and column not in asked.columns):
        return MatchVerdict.INSIDE
    if demanded is None or (ours and given is None):
        return MatchVerdict.UNKNOWN
    own = given or Transform(term=KEEP)
    return _equal(stronger(own, demanded) == own)


def _strongest(conditions: Iterable[Condition]) -> Transform | None:
    return strongest(
        [
            Transform(term=Iri(str(each.right[0])), parameter=each.parameter)
            for each in conditions
            if isinstance(each, Constraint)
        ]
    )


def _price(ours: Sequence[Duty], theirs: Sequence[Duty]) -> MatchVerdict:
    if not theirs:
        return MatchVerdict.INSIDE
    if not ours:
        return MatchVerdict.OUTSIDE
    if len(ours) > 1 or len(theirs) > 1 or ours[0].constraints or theirs[0].constraints:
        same = {canonical(duty_form(each)) for each in ours} == {canonical(duty_form(each)) for each in theirs}
        return MatchVerdict.INSIDE if same else MatchVerdict.UNKNOWN
    own, wanted = rate_of(ours[0]), rate_of(theirs[0])
    if own is None or wanted is None or (own.currency, own.unit) != (wanted.currency, wanted.unit):
        return MatchVerdict.UNKNOWN
    return _equal(own.amount_micro >= wanted.amount_micro and ours[0].role == theirs[0].role)


def _rules(request: Policy, offer: Policy) -> Iterator[_Match]:
    yield from _kept(prohibitions_by_action(request), prohibitions_by_action(offer), prohibition_form)
    yield from _kept(
        by_action("obligation", request.obligations), by_action("obligation", offer.obligations), duty_form
    )


def _kept(
    ours: Mapping[str, tuple[_T, ...]], theirs: Mapping[str, tuple[_T, ...]], form: Callable[[_T], Json]
) -> Iterator[_Match]:
    """Whether everything on their side stands on ours; the same action said in other words is unknown."""
    for name in sorted(ours.keys() | theirs.keys()):
        own = {canonical(form(each)) for each in ours.get(name, ())}
        wanted = {canonical(form(each)) for each in theirs.get(name, ())}
        if wanted <= own:
            yield name, MatchVerdict.INSIDE
        else:
            yield name, MatchVerdict.UNKNOWN if own else MatchVerdict.OUTSIDE
