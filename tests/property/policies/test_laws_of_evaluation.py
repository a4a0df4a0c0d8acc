"""No change that takes something away ever opens anything, and order never matters."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from policies.evaluate import evaluate
from policies.match import ContainmentVerdict, contain
from policies.model import (
    AccessRequest,
    Condition,
    Decision,
    LicenceStatus,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    State,
    Target,
)
from policies.terms import Terms, agreement, narrowed
from policies.vocabulary import Iri
from tests.testkit.policies import (
    ASSET,
    LICENCE,
    LICENSEE,
    NOW,
    OFFER,
    OWNER,
    constrained,
    declaring,
    refined,
    the_permission,
)
from tests.testkit.policy_strategies import (
    ACCESS_CONDITIONS,
    COLUMN_SETS,
    PROHIBITIONS,
    PURPOSES,
    REQUESTS,
    STATES,
    TARGET_CONDITIONS,
    TERMS,
)

LAW = settings(max_examples=100, deadline=None)


def agreed(terms: Terms, constraints: list[Condition], refinements: list[Condition]) -> Policy:
    offer = terms.offer(uid=OFFER, assigner=OWNER, target=ASSET)
    return agreement(refined(constrained(offer, *constraints), *refinements), uid=LICENCE, assignee=LICENSEE)


AGREEMENTS = st.builds(agreed, TERMS, ACCESS_CONDITIONS, TARGET_CONDITIONS)


def within(narrow: Decision, wide: Decision) -> bool:
    """Whether the first gives nothing that the second does not give; rows are looked at elsewhere."""
    return not narrow.permitted or (wide.permitted and narrow.columns <= wide.columns and narrow.limit <= wide.limit)


@given(AGREEMENTS, REQUESTS, STATES)
@LAW
def test_a_decision_is_whole(policy: Policy, request: AccessRequest, state: State) -> None:
    decision = evaluate(policy, request, state, NOW)
    event(decision.effect)

    assert decision.reasons
    if decision.permitted:
        assert decision.columns
        assert decision.columns <= request.selected
        assert 0 < decision.limit <= request.rows
        assert decision.transforms.keys() <= decision.columns
    else:
        assert (decision.columns, decision.limit, decision.price) == (frozenset(), 0, None)


@given(AGREEMENTS, PROHIBITIONS, REQUESTS, STATES)
@LAW
def test_adding_a_prohibition_never_opens(
    policy: Policy, prohibition: Prohibition, request: AccessRequest, state: State
) -> None:
    forbidding = replace(policy, prohibitions=(*policy.prohibitions, prohibition))

    assert within(evaluate(forbidding, request, state, NOW), evaluate(policy, request, state, NOW))


@given(AGREEMENTS, ACCESS_CONDITIONS, TARGET_CONDITIONS, REQUESTS, STATES)
@LAW
def test_adding_a_conjunct_to_a_permission_never_opens(
    policy: Policy,
    constraints: list[Condition],
    refinements: list[Condition],
    request: AccessRequest,
    state: State,
) -> None:
    tighter = refined(constrained(policy, *constraints), *refinements)

    assert within(evaluate(tighter, request, state, NOW), evaluate(policy, request, state, NOW))


@given(AGREEMENTS, AGREEMENTS, REQUESTS, STATES)
@LAW
def test_a_mandate_never_opens(policy: Policy, other: Policy, request: AccessRequest, state: State) -> None:
    rule = replace(the_permission(other), uid=Iri("urn:mandate#p1"), duties=())
    mandate = Policy(uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, permissions=(rule,))

    assert within(evaluate(policy, request, state, NOW, mandates=(mandate,)), evaluate(policy, request, state, NOW))


UNKNOWN: list[Callable[[AccessRequest], AccessRequest]] = [
    lambda request: declaring(request, purpose=None),
    lambda request: declaring(request, purpose=Iri("urn:unheard")),
    lambda request: declaring(request, place=None),
    lambda request: declaring(request, place=Iri("urn:unheard")),
    lambda request: declaring(request, storage=None),
    lambda request: declaring(request, recipient=None),
    lambda request: declaring(request, model=None),
    lambda request: replace(request, action=Iri("urn:unheard")),
    lambda request: replace(request, dataset=replace(request.dataset, lawful_basis=Iri("urn:unheard"))),
    lambda request: replace(request, dataset=replace(request.dataset, columns={})),
]


@given(AGREEMENTS, PROHIBITIONS, REQUESTS, STATES, st.sampled_from(UNKNOWN))
@LAW
def test_making_a_value_unknown_never_opens(
    policy: Policy,
    prohibition: Prohibition,
    request: AccessRequest,
    state: State,
    unknown: Callable[[AccessRequest], AccessRequest],
) -> None:
    policy = replace(policy, prohibitions=(*policy.prohibitions, prohibition))

    less = evaluate(policy, unknown(request), state, NOW)

    assert within(less, evaluate(policy, request, state, NOW))


@pytest.mark.requirement("R2")
@given(
    AGREEMENTS, REQUESTS, STATES, st.sampled_from([each for each in PolicyClass if each is not PolicyClass.AGREEMENT])
)
@LAW
def test_nothing_but_an_agreement_in_force_permits(
    policy: Policy, request: AccessRequest, state: State, policy_class: PolicyClass
) -> None:
    ended = replace(state, status=LicenceStatus.TERMINATED)

    assert not evaluate(replace(policy, policy_class=policy_class), request, state, NOW).permitted
    assert not evaluate(policy, request, ended, NOW).permitted


@given(AGREEMENTS, PROHIBITIONS, REQUESTS, STATES, st.randoms(use_true_random=False))
@LAW
def test_order_never_matters(
    policy: Policy, prohibition: Prohibition, request: AccessRequest, state: State, random: Any
) -> None:
    policy = replace(policy, prohibitions=(*policy.prohibitions, prohibition))

    def shuffled(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(things, len(things)))

    def turned(rule: Permission) -> Permission:
        return replace(
            rule,
            constraints=shuffled(rule.constraints),
            duties=shuffled(rule.duties),
            target=Target(source=rule.target.source, refinements=shuffled(rule.target.refinements)),
        )

    other = replace(
        policy,
        permissions=tuple(turned(rule) for rule in policy.permissions),
        prohibitions=shuffled(policy.prohibitions),
        obligations=shuffled(policy.obligations),
    )
    assert evaluate(policy, request, state, NOW) == evaluate(other, request, state, NOW)


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
