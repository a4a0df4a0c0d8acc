"""When time alone may change a verdict that a decision rests on: until then the decision stands.

Every bound counts, also of rules that were not asked: too early is never wrong, for whoever is late may ask again.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from policies.deciding.access import NO_TIME
from policies.model import Condition, Constraint, Permission, Policy, Prohibition, State, atoms
from policies.vocabulary import DATE_TIME, ELAPSED_TIME, EVENT, Operator

Until: TypeAlias = tuple[datetime | None, timedelta | None]
"""``until`` and ``period`` of a decision."""

_Bound = TypeVar("_Bound", datetime, timedelta)

_NEXT: Final = timedelta(microseconds=1)
_DAWN: Final = datetime.min.replace(tzinfo=UTC)
_AT: Final = frozenset({Operator.LT, Operator.GTEQ})
"""Operators whose verdict is another from the bound on; of the others it may be another at it, and just after it."""
_AFTER: Final = frozenset({Operator.LTEQ, Operator.GT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Where the verdicts of a policy and its mandates may change, each sorted."""

    fixed: tuple[datetime, ...]
    periods: tuple[timedelta, ...]
    """Counted from the first delivery."""
    events: bool
    """Whether it matters that something has happened."""

    def until(self, state: State, now: datetime) -> Until:
        """Until when a decision of now stands; ``None`` where nothing ends it."""
        if now.tzinfo is None:
            # WHY: where it is not known what time it is, nothing that lies ahead can be told from what is past.
            now = _DAWN
        found = _next(self.fixed, now)
        periods, first, period = self.periods, state.first_delivery, None
        if first is None:
            period = periods[0] if periods else None
        elif periods or self.events:
            found = _earlier(found, self._delivered(first, now))
        if self.events and state.ended is not None:
            found = _earlier(found, _ahead(state.ended, now))
        for each in state.evidence:
            if each.until is not None:
                found = _earlier(found, _ahead(each.until, now))
        return found, period

    def _delivered(self, first: datetime, now: datetime) -> datetime | None:
        """What the first delivery leads to."""
        if first.tzinfo is None or now < first:
            return _ahead(first, now)
        period = _next(self.periods, now - first)
        return None if period is None else moved(first, period)


def moments_of(policies: Sequence[Policy]) -> Moments:
    """Where the verdicts of the policies may change; what decides nothing, such as an obligation, is left out."""
    looked_at = [*atoms(tuple(each for policy in policies for each in _conditions(policy)))]
    return Moments(
        fixed=_sorted(each for each in _changes(looked_at, DATE_TIME, datetime) if each.tzinfo is not None),
        periods=_sorted(each for each in _changes(looked_at, ELAPSED_TIME, timedelta) if each > NO_TIME),
        events=any(each.left == EVENT for each in looked_at),
    )


def moved(moment: _Bound, by: timedelta) -> _Bound | None:
    """The moment, or the period, later by so much; nothing when that leads beyond all calendars."""
    try:
        return moment + by
    except OverflowError:
        return None


def _conditions(policy: Policy) -> Iterator[Condition]:
    rules: tuple[Permission | Prohibition, ...] = (*policy.permissions, *policy.prohibitions)
    for rule in rules:
        yield from rule.constraints
        yield from rule.action.refinements
    for permission in policy.permissions:
        for duty in permission.duties:
            yield from duty.constraints


def _changes(looked_at: Iterable[Constraint], left: str, kind: type[_Bound]) -> Iterator[_Bound]:
    """Of every bound of the operand, where a value that grows meets it otherwise than before."""
    for each in looked_at:
        bounds = [bound for bound in each.right if isinstance(bound, kind)] if each.left == left else []
        for bound in bounds:
            if each.operator not in _AFTER:
                yield bound
            if each.operator not in _AT and (after := moved(bound, _NEXT)) is not None:
                yield after


def _sorted(found: Iterable[_Bound]) -> tuple[_Bound, ...]:
    return tuple(sorted(set(found)))


def _next(changes: tuple[_Bound, ...], now: _Bound) -> _Bound | None:
    place = bisect_right(changes, now)
    return changes[place] if place < len(changes) else None


def _ahead(moment: datetime, now: datetime) -> datetime | None:
    """The moment, when it is still to come; one without offset never comes."""
    return moment if moment.tzinfo is not None and moment > now else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None else one if other is None or one < other else other
