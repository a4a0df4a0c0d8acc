"""A decision stands until the moment that it names, whatever time does before it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from policies.evaluate import evaluate
from policies.model import Decision, State
from tests.testkit.laws import holds
from tests.testkit.policy_cases import Case

_TICK = timedelta(microseconds=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


def decided(case: Case, now: datetime, state: State | None = None) -> Decision:
    return evaluate(case.policy, case.request, state or case.state, now, mandates=case.mandates)


def test_a_decision_stands_until_the_moment_that_it_names(tell: Callable[[str], None]) -> None:
    tried: Counter[str] = Counter()

    def law(case: Case) -> None:
        decision = decided(case, case.now)
        if not decision.permitted or case.now.tzinfo is None:
            return
        end = decision.until or _NEVER
        assert end > case.now
        for later in (case.now + (end - case.now) / 2, end - _TICK):
            assert decided(case, later) == decision
        tried.update(["ending"] if decision.until else ["endless"])
        if decision.until and not decided(case, decision.until).permitted:
            tried.update(["denied then"])

    holds(law)
    tell(f"laws of time: {tried['ending']:,} decisions end, {tried['denied then']:,} of them in a denial")
    assert tried["denied then"] >= 5
    assert tried["endless"] >= 5


def test_what_waits_for_the_first_delivery_stands_a_period_from_it() -> None:
    tried: Counter[str] = Counter()

    def law(case: Case) -> None:
        case = replace(case, state=replace(case.state, first_delivery=None))
        decision = decided(case, case.now)
        if not decision.permitted or case.now.tzinfo is None or decision.period is None:
            return
        delivered = replace(case.state, first_delivery=case.now)
        # WHY: that something was delivered is no matter of time, so it is compared with what holds right after it.
        after = decided(case, case.now, delivered)
        if after.permitted:
            end = min(decision.until or _NEVER, case.now + decision.period)
            tried.update(["waiting"])
            assert decided(case, end - _TICK, delivered) == after

    holds(law)
    assert tried["waiting"] >= 5
