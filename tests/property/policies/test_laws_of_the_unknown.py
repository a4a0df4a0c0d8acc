"""What is not known never permits, and what nobody could have meant is decided all the same."""

from dataclasses import replace

import pytest

from policies.evaluate import evaluate
from policies.model import Decision, LicenceStatus, PolicyClass
from tests.testkit.case_changes import unknown
from tests.testkit.laws import holds, opened
from tests.testkit.policy_cases import Case


def decided(case: Case) -> Decision:
    return evaluate(case.policy, case.request, case.state, case.now, mandates=case.mandates)


def test_making_a_value_unknown_never_opens() -> None:
    def law(case: Case) -> None:
        known = decided(case)
        for less in case.tape.shuffled(list(unknown(case)))[:5]:
            assert opened(decided(less), known, case.dataset) == []

    holds(law)


@pytest.mark.requirement("R2")
def test_nothing_but_an_agreement_in_force_permits() -> None:
    others = [each for each in PolicyClass if each is not PolicyClass.AGREEMENT]
    ended = [each for each in LicenceStatus if each is not LicenceStatus.ACTIVE]

    def law(case: Case) -> None:
        policy = replace(case.policy, policy_class=case.tape.one_of(others))
        state = replace(case.state, status=case.tape.one_of(ended))

        assert not decided(replace(case, policy=policy)).permitted
        assert not decided(replace(case, state=state)).permitted

    holds(law)
