"""Whatever the model can hold is decided: by both engines, alike, and without an error."""

from collections import Counter
from collections.abc import Callable

import pytest

from policies.access_plan import access_plan
from policies.errors import PolicyMalformedError
from policies.evaluate import evaluate
from tests.testkit.laws import holds
from tests.testkit.odd_cases import odd
from tests.testkit.policy_cases import Case


def test_any_policy_is_decided_by_both_engines_alike(tell: Callable[[str], None]) -> None:
    found: Counter[str] = Counter()

    def law(case: Case) -> None:
        strange = odd(case)
        request, state, now = strange.request, strange.state, strange.now
        decision = evaluate(strange.policy, request, state, now, mandates=strange.mandates)
        found.update([decision.effect])

        assert decision.reasons
        if decision.policy:
            plan = access_plan(strange.policy, request.dataset, mandates=strange.mandates)
            assert plan.decide(request, state, now) == decision
        else:
            with pytest.raises(PolicyMalformedError):
                access_plan(strange.policy, request.dataset, mandates=strange.mandates)

    holds(law)
    tell(f"laws of policies: of policies that nobody could register, {found['permit'] / found.total():.0%} permit")
