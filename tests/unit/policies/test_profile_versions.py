"""The profile goes on: a minor version adds terms, and agreements of before keep their hash and their meaning."""

from dataclasses import replace

import pytest

from policies.access_plan import access_plan
from policies.canonical import normal_form
from policies.evaluate import evaluate
from policies.model import Quantity, Value
from policies.vocabulary import OPERANDS, PROFILE, PROFILE_IRI, REP, Grain, Iri, Operand, Operator, Placement, ValueKind
from tests.testkit.policies import (
    NOW,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    constrained,
)

ENERGY = Iri(REP + "energyLabel")
NEWER = replace(
    PROFILE,
    operands={
        **OPERANDS,
        ENERGY: Operand(
            iri=ENERGY,
            kind=ValueKind.TEXT,
            operators=frozenset({Operator.EQ, Operator.IS_ANY_OF}),
            placements=frozenset({Placement.CONSTRAINT}),
            grain=Grain.ACCESS,
            choices=frozenset({"A", "B"}),
        ),
    },
)
"""A minor version with one term more: how efficient the training has to be."""


@pytest.mark.requirement("R64")
def test_agreements_of_before_decide_the_same_under_a_newer_profile() -> None:
    policy, request = an_agreement(), an_access()

    assert evaluate(policy, request, a_state(), NOW, vocabulary=NEWER) == evaluate(policy, request, a_state(), NOW)


@pytest.mark.requirement("R64")
def test_a_new_term_is_configured_and_not_programmed() -> None:
    policy = constrained(an_agreement(), a_constraint(ENERGY, Operator.EQ, "A"))
    labelled = {
        label: replace(an_access(), values={**an_access().values, ENERGY: frozenset[Value | Quantity]({label})})
        for label in ("A", "B", "unheard")
    }
    plan = access_plan(policy, an_access().dataset, vocabulary=NEWER)

    assert plan.decide(labelled["A"], a_state(), NOW).permitted
    assert [plan.decide(labelled[each], a_state(), NOW).permitted for each in ("B", "unheard")] == [False, False]
    assert not plan.decide(an_access(), a_state(), NOW).permitted
    assert not evaluate(policy, labelled["A"], a_state(), NOW).permitted, "the older profile does not know the term"


@pytest.mark.requirement("R84")
def test_an_agreement_says_under_which_version_of_the_profile_it_was_made() -> None:
    policy = an_agreement()

    assert normal_form(policy)["odrl:profile"] == PROFILE_IRI
    assert PROFILE_IRI.endswith("/profile/1")
