"""A compiled plan decides what the interpreter decides, in every part."""

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from policies.access_plan import access_plan
from policies.evaluate import evaluate
from policies.model import AccessRequest, Policy, PolicyClass, Prohibition, State
from policies.vocabulary import Iri
from tests.property.policies.test_laws_of_evaluation import AGREEMENTS, LAW
from tests.testkit.policies import NOW, the_permission
from tests.testkit.policy_strategies import PROHIBITIONS, REQUESTS, STATES


@given(AGREEMENTS, st.lists(PROHIBITIONS, max_size=1), st.none() | AGREEMENTS, REQUESTS, STATES)
@LAW
def test_a_plan_decides_what_the_interpreter_decides(
    policy: Policy, prohibitions: list[Prohibition], other: Policy | None, request: AccessRequest, state: State
) -> None:
    policy = replace(policy, prohibitions=(*policy.prohibitions, *prohibitions))
    bound = [] if other is None else [replace(the_permission(other), uid=Iri("urn:mandate#p1"), duties=())]
    mandates = [Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, permissions=(each,)) for each in bound]
    plan = access_plan(policy, request.dataset, mandates=mandates)

    expected = evaluate(policy, request, state, NOW, mandates=mandates)
    event(expected.effect)

    assert plan.decide(request, state, NOW) == expected
