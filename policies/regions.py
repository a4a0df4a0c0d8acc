"""Conditions on one operand as regions of its values, and whether one region lies inside another."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from policies.canonical import canonical, condition_form
from policies.lexical import literal
from policies.model import Condition, Constraint, Logic, Value, atoms
from policies.vocabulary import PROFILE, Iri, Operator


class MatchVerdict(StrEnum):
    """How what is asked lies to what is offered."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    OVERLAPS = "overlaps"
    UNKNOWN = "unknown"


Bound: TypeAlias = int | Decimal | datetime | timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Values between two ends; an end that is ``None`` is open to infinity."""

    low: Bound | None = None
    low_open: bool = False
    high: Bound | None = None
    high_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The values in ``some`` (all values when ``None``) that are not in ``none``."""

    some: frozenset["_Member"] | None = None
    none: frozenset["_Member"] = frozenset()


_Member: TypeAlias = tuple[bool, Value]
"""A value, after whether it is a boolean: to Python ``True`` and 1 are one."""


def within(asked: Sequence[Condition], offered: Sequence[Condition]) -> MatchVerdict:
    """Whether every value that meets all of ``asked`` meets all of ``offered``; both speak of one operand."""
    if not offered or _forms(offered) <= _forms(asked):
        return MatchVerdict.INSIDE
    if not asked:
        return MatchVerdict.OUTSIDE
    if len({each.unit for each in atoms((*asked, *offered))}) > 1:
        return MatchVerdict.UNKNOWN
    if _all_constraints(asked) and _all_constraints(offered):
        operators = {each.operator for each in (*asked, *offered) if isinstance(each, Constraint)}
        if operators <= _SET:
            return _members_within(_members(asked), _members(offered))
        if operators <= _ORDER:
            return _interval_within(_interval(asked), _interval(offered))
    return _kinds_within(asked, offered)


def empty(conditions: Sequence[Condition]) -> bool:
    """Whether the conditions on one operand contradict each other, so that no value can meet them all."""
    known = [each for each in conditions if isinstance(each, Constraint)]
    members = _members(each for each in known if each.operator in _SET)
    if members.some is not None and not members.some - members.none:
        return True
    kinds = [Iri(str(each.right[0])) for each in known if each.operator is Operator.IS_A]
    left = PROFILE.taxonomy.broader if members.some is None else [Iri(str(value)) for _, value in members.some]
    if kinds and not any(_is_all(each, kinds) for each in left):
        return True
    interval = _interval(each for each in known if each.operator in _ORDER)
    if interval is None or interval.low is None or interval.high is None:
        return False
    point = interval.low == interval.high
    return _less(interval.high, interval.low) or (point and (interval.low_open or interval.high_open))


def _is_all(concept: Iri, kinds: Iterable[Iri]) -> bool:
    return all(PROFILE.is_a(concept, each) is True for each in kinds)


def combine(verdicts: Iterable[MatchVerdict]) -> MatchVerdict:
    """One verdict for several parts that must all be inside: the parts of what is asked."""
    seen = set(verdicts)
    if MatchVerdict.UNKNOWN in seen:
        return MatchVerdict.UNKNOWN
    if len(seen) > 1:
        return MatchVerdict.OVERLAPS
    return seen.pop() if seen else MatchVerdict.INSIDE


_SET = frozenset({Operator.EQ, Operator.IS_ANY_OF, Operator.NEQ, Operator.IS_NONE_OF})
_ORDER = frozenset({Operator.EQ, Operator.LT, Operator.LTEQ, Operator.GT, Operator.GTEQ})


def _forms(conditions: Iterable[Condition]) -> set[bytes]:
    return {canonical(condition_form(each)) for each in conditions}


def _all_constraints(conditions: Iterable[Condition]) -> bool:
    return all(isinstance(each, Constraint) for each in conditions)


def _members(conditions: Iterable[Condition]) -> Members:
    some: frozenset[_Member] | None = None
    none: frozenset[_Member] = frozenset()
    for each in atoms(tuple(conditions)):
        values = frozenset((isinstance(value, bool), value) for value in each.right)
        if each.operator in {Operator.EQ, Operator.IS_ANY_OF}:
            some = values if some is None else some & values
        else:
            none |= values
    return Members(some=some, none=none)


def _members_within(asked: Members, offered: Members) -> MatchVerdict:
    if asked.some is None:
        inside = offered.some is None and offered.none <= asked.none
        return MatchVerdict.INSIDE if inside else MatchVerdict.OVERLAPS
    values = asked.some - asked.none
    fitting = {each for each in values if (offered.some is None or each in offered.some) and each not in offered.none}
    if fitting == values:
        return MatchVerdict.INSIDE
    return MatchVerdict.OVERLAPS if fitting else MatchVerdict.OUTSIDE


def _interval(conditions: Iterable[Condition]) -> Interval | None:
    """The intersection; ``None`` when the bounds are not all of one ordered type."""
    lows: list[tuple[Bound, bool]] = []
    highs: list[tuple[Bound, bool]] = []
    for each in conditions:
        if not isinstance(each, Constraint) or isinstance(each.right[0], str | bool):
            return None
        bound = each.right[0]
        if each.operator in {Operator.GT, Operator.GTEQ, Operator.EQ}:
            lows.append((bound, each.operator is Operator.GT))
        if each.operator in {Operator.LT, Operator.LTEQ, Operator.EQ}:
            highs.append((bound, each.operator is Operator.LT))
    if len({_type(bound) for bound, _ in (*lows, *highs)}) != 1:
        return None
    low, low_open = max(lows, default=(None, False), key=lambda end: (end[0], end[1]))
    high, high_open = min(highs, default=(None, False), key=lambda end: (end[0], not end[1]))
    return Interval(low=low, low_open=low_open, high=high, high_open=high_open)


def _type(bound: Bound) -> type:
    return Decimal if isinstance(bound, int) else type(bound)


def _interval_within(asked: Interval | None, offered: Interval | None) -> MatchVerdict:
    if asked is None or offered is None:
        return MatchVerdict.UNKNOWN
    ends = [end for end in (asked.low, asked.high, offered.low, offered.high) if end is not None]
    if len({_type(end) for end in ends}) != 1:
        return MatchVerdict.UNKNOWN
    if _apart(asked, offered) or _apart(offered, asked):
        return MatchVerdict.OUTSIDE
    inside = _low_fits(asked, offered) and _high_fits(asked, offered)
    return MatchVerdict.INSIDE if inside else MatchVerdict.OVERLAPS


def _less(first: Bound, second: Bound) -> bool:
    # WHY: the callers have shown that both are of one type; the checker cannot follow unions pairwise.
    return bool(first < second)  # type: ignore[operator]


def _apart(lower: Interval, upper: Interval) -> bool:
    """Whether all of ``lower`` lies below all of ``upper``."""
    if lower.high is None or upper.low is None:
        return False
    touching = lower.high == upper.low and (lower.high_open or upper.low_open)
    return touching or _less(lower.high, upper.low)


def _low_fits(asked: Interval, offered: Interval) -> bool:
    if offered.low is None:
        return True
    if asked.low is None:
        return False
    same = asked.low == offered.low and (asked.low_open or not offered.low_open)
    return same or _less(offered.low, asked.low)


def _high_fits(asked: Interval, offered: Interval) -> bool:
    if offered.high is None:
        return True
    if asked.high is None:
        return False
    same = asked.high == offered.high and (asked.high_open or not offered.high_open)
    return same or _less(asked.high, offered.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Concept:
    """A value of one operand."""

    left: Iri
    on_column: str
    datatype: Iri
    text: str
    broad: bool
    """Whether it stands for everything narrower too."""


def _concept(constraint: Constraint, value: Value) -> _Concept:
    datatype, text = literal(value)
    return _Concept(
        left=constraint.left,
        on_column=constraint.on_column,
        datatype=datatype,
        text=text,
        broad=constraint.operator is Operator.IS_A,
    )


_Concepts: TypeAlias = frozenset[_Concept] | None
"""Alternatives; ``None`` for a condition of another form."""


def _kinds_within(asked: Sequence[Condition], offered: Sequence[Condition]) -> MatchVerdict:
    """Concepts of a taxonomy: each offered condition must hold the alternatives of one asked condition."""
    ours = {_alternatives(each) for each in asked}
    return max((_best(ours, _alternatives(each)) for each in offered), key=_PREFERENCE.index)


def _best(ours: Collection[_Concepts], concepts: _Concepts) -> MatchVerdict:
    """How the best of our alternatives lie to the concepts."""
    if concepts is None:
        return MatchVerdict.UNKNOWN
    # WHY: many alternatives are made of few concepts; each is looked up in the taxonomy once.
    named: frozenset[_Concept] = frozenset().union(*(own for own in ours if own is not None))
    known = {each: _one_kind(each, concepts) for each in named}
    found = (MatchVerdict.UNKNOWN if own is None else combine(known[each] for each in own) for own in ours)
    return min(found, key=_PREFERENCE.index)


_PREFERENCE = (MatchVerdict.INSIDE, MatchVerdict.OVERLAPS, MatchVerdict.OUTSIDE, MatchVerdict.UNKNOWN)


def _alternatives(condition: Condition) -> _Concepts:
    """The concepts one of which must be met."""
    if isinstance(condition, Constraint):
        if condition.operator not in {Operator.EQ, Operator.IS_ANY_OF, Operator.IS_A}:
            return None
        return frozenset(_concept(condition, value) for value in condition.right)
    parts = [_alternatives(member) for member in condition.members]
    if condition.logic is not Logic.OR or None in parts:
        return None
    return frozenset(concept for part in parts if part is not None for concept in part)


def _one_kind(asked: _Concept, offered: frozenset[_Concept]) -> MatchVerdict:
    if asked in offered or replace(asked, broad=True) in offered:
        return MatchVerdict.INSIDE
    # INVARIANT: a value says nothing about another operand, nor about another column.
    alike = [each for each in offered if (each.left, each.on_column) == (asked.left, asked.on_column)]
    below = [PROFILE.is_a(Iri(asked.text), Iri(each.text)) for each in alike if each.broad]
    if True in below:
        return MatchVerdict.INSIDE
    above = [PROFILE.is_a(Iri(each.text), Iri(asked.text)) for each in alike] if asked.broad else []
    if None in below or None in above:
        return MatchVerdict.UNKNOWN
    return MatchVerdict.OVERLAPS if True in above else MatchVerdict.OUTSIDE
