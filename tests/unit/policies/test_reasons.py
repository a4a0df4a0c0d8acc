"""What a decision tells: one plain sentence for each way in which it can come out, and what the release must keep."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policies.evaluate import evaluate
from policies.model import Action, Decision, LicenceStatus, Policy, PolicyClass, Prohibition, Target
from policies.vocabulary import DATE_TIME, EVALUATE, FINE_TUNE, SPATIAL, Iri, Operator
from tests.testkit.policies import (
    ASSET,
    FRANCE,
    GERMANY,
    LICENCE,
    NOW,
    a_constraint,
    a_state,
    an_access,
    an_agreement,
    an_offer,
    permitting,
    the_permission,
)


def decide(policy: Policy | None = None, *, status: LicenceStatus = LicenceStatus.ACTIVE, **more: Any) -> Decision:
    mandates = more.pop("mandates", ())
    return evaluate(policy or an_agreement(), an_access(**more), a_state(status=status), NOW, mandates=mandates)


def twice_permitted() -> Policy:
    policy = an_agreement()
    return replace(policy, permissions=(*policy.permissions, replace(the_permission(policy), uid=Iri(f"{LICENCE}#p2"))))


def forbidden() -> Policy:
    prohibition = Prohibition(uid=Iri("urn:n"), target=Target(source=ASSET), action=Action(term=FINE_TUNE))
    return replace(an_agreement(), prohibitions=(prohibition,))


def a_mandate(**changes: Any) -> Policy:
    return replace(an_agreement(), uid=Iri("urn:mandate"), policy_class=PolicyClass.SET, prohibitions=(), **changes)


@pytest.mark.parametrize(
    ("text", "policy", "more"),
    [
        ("Permitted by the agreement.", an_agreement(), {}),
        ("A policy of class `Offer` never permits; an Agreement does.", an_offer(), {}),
        ("The licence has expired.", an_agreement(), {"status": LicenceStatus.EXPIRED}),
        ("The licence is suspended.", an_agreement(), {"status": LicenceStatus.SUSPENDED}),
        ("The licence is terminated.", an_agreement(), {"status": LicenceStatus.TERMINATED}),
        ("The agreement names another licensee.", an_agreement(), {"party": Iri("urn:party:other")}),
        ("The agreement is about another dataset.", an_agreement(), {"target": Iri("urn:dataset:other")}),
        ("The action `rep:evaluate` is not licensed.", an_agreement(), {"action": EVALUATE}),
        ("Two permissions match; one must decide.", twice_permitted(), {}),
        ("The terms prohibit this use.", forbidden(), {}),
        ("A mandate must be a set of rules.", an_agreement(), {"mandates": (an_offer(),)}),
    ],
)
def test_every_outcome_has_its_sentence(text: str, policy: Policy, more: dict[str, Any]) -> None:
    assert [reason.text for reason in decide(policy, **more).reasons] == [text]


def test_a_permission_tells_which_columns_must_not_come_together() -> None:
    joints = frozenset({frozenset({"rater", "value"}), frozenset({"observed_at", "value"})})
    agreed = an_agreement(not_together=joints, columns=frozenset())
    bound = a_mandate(permissions=an_agreement(not_together=frozenset({frozenset({"rater", "record_id"})})).permissions)

    assert decide(agreed).not_together == (frozenset({"observed_at", "value"}), frozenset({"rater", "value"}))
    assert decide(agreed, mandates=(bound,)).not_together == (
        frozenset({"observed_at", "value"}),
        frozenset({"rater", "record_id"}),
        frozenset({"rater", "value"}),
    )
    assert decide().not_together == ()


def test_a_mandate_binds_until_its_time_is_over_whatever_else_it_asks() -> None:
    place = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    until, over = (a_constraint(DATE_TIME, Operator.LT, NOW + timedelta(days)) for days in (1, 0))

    assert not decide(mandates=(permitting(a_mandate(), constraints=(place,)),), place=FRANCE).permitted
    assert not decide(mandates=(permitting(a_mandate(), constraints=(place, until)),), place=FRANCE).permitted
    assert decide(mandates=(permitting(a_mandate(), constraints=(place, over)),), place=FRANCE).permitted
