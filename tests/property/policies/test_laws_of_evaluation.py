"""A decision is whole, and what a compatible request permits the offer permits."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from policies.evaluate import evaluate
from policies.match import ContainmentVerdict, contain
from policies.model import AccessRequest, Decision, PolicyClass, State
from policies.terms import Terms, agreement, narrowed
from policies.vocabulary import Iri
from tests.testkit.laws import holds
from tests.testkit.policies import ASSET, LICENCE, LICENSEE, NOW, OFFER, OWNER
from tests.testkit.policy_cases import Case
from tests.testkit.policy_strategies import COLUMN_SETS, PURPOSES, REQUESTS, STATES, TERMS


def test_a_decision_is_whole() -> None:
    def law(case: Case) -> None:
        decision = evaluate(case.policy, case.request, case.state, case.now, mandates=case.mandates)

        assert decision.reasons
        if decision.permitted:
            assert decision.columns
            assert decision.columns <= case.request.selected
            assert 0 < decision.limit <= case.request.rows
            assert decision.transforms.keys() <= decision.columns
        else:
            assert (decision.columns, decision.limit, decision.price) == (frozenset(), 0, None)

    holds(law)


def within(narrow: Decision, wide: Decision) -> bool:
    """Whether the first gives nothing that the second does not give; rows are looked at elsewhere."""
    return not narrow.permitted or (wide.permitted and narrow.columns <= wide.columns and narrow.limit <= wide.limit)


@pytest.mark.requirement("R24")
@given(TERMS, TERMS, REQUESTS, STATES, st.booleans(), COLUMN_SETS, st.frozensets(PURPOSES, min_size=1))
@settings(max_examples=200, deadline=None)
def test_what_a_compatible_request_permits_the_offer_permits(
    asked: Terms,
    offered: Terms,
    request: AccessRequest,
    state: State,
    related: bool,  # drawn
    columns: frozenset[str],
    purposes: frozenset[Iri],
) -> None:
    offer = offered.offer(uid=OFFER, assigner=OWNER, target=ASSET)
    wanted = (
        narrowed(offer, uid="urn:r:1", policy_class=PolicyClass.REQUEST, columns=columns, purposes=purposes)
        if related
        else asked.offer(uid="urn:r:1", assigner=OWNER, target=ASSET)
    )
    verdict = contain(wanted, offer).verdict
    event(verdict)

    if verdict is ContainmentVerdict.COMPATIBLE:
        own = evaluate(agreement(wanted, uid=LICENCE, assignee=LICENSEE), request, state, NOW)
        full = evaluate(agreement(offer, uid=LICENCE, assignee=LICENSEE), request, state, NOW)
        event(f"asked {own.effect}")
        assert within(own, full)
