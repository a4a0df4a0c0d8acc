from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policies.canonical import policy_hash
from policies.evaluate import evaluate
from policies.model import AccessRequest, ColumnMode, Quantity
from policies.record import Record, record, request_digest
from policies.vocabulary import MICRO_RHO, PROFILE_IRI, RHO, Iri
from tests.testkit.policies import GERMANY, LICENCE, NOW, a_state, an_access, an_agreement


def recorded(request: AccessRequest | None = None, **more: Any) -> Record:
    request, state, now = request or an_access(), more.pop("state", a_state()), more.pop("now", NOW)
    decision = evaluate(an_agreement(), request, state, now)
    return record(decision, agreement=LICENCE, request=request, state=state, now=now, **more)


@pytest.mark.requirement("R84")
def test_a_record_says_what_was_decided_under_which_version_of_everything() -> None:
    found = recorded(state=a_state(version=7))

    assert (found.agreement, found.policy) == (LICENCE, policy_hash(an_agreement()))
    assert (found.profile, found.state_version, found.time) == (PROFILE_IRI, 7, NOW)
    assert found.request_digest == request_digest(an_access())
    assert found.decision.permitted
    assert not found.hypothetical


def test_one_decision_has_one_id_and_any_difference_another() -> None:
    ids = [
        recorded().id,
        recorded(now=NOW + timedelta(1)).id,
        recorded(state=a_state(version=1)).id,
        recorded(an_access(rows=7)).id,
        recorded(hypothetical=True).id,
    ]

    assert recorded().id == ids[0]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "other",
    [
        an_access(party=Iri("urn:party:other")),
        an_access(selected=frozenset({"rater"})),
        an_access(filtered=frozenset({"value"})),
        an_access(ordered=frozenset({"value"})),
        an_access(place=GERMANY),
        an_access(purpose=None),
        an_access(mode=ColumnMode.OMIT),
        replace(an_access(), values={RHO: frozenset({Quantity(number=3, unit=MICRO_RHO)})}),
    ],
)
def test_another_request_has_another_digest(other: AccessRequest) -> None:
    assert request_digest(other) != request_digest(an_access())


def test_what_is_not_declared_makes_no_difference_to_the_digest() -> None:
    assert request_digest(an_access(place=None)) == request_digest(an_access())
