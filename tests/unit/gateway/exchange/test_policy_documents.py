"""Policies under their own hash: what is stored is what is hashed, and reading it back gives the same policy."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.exchange.agreement import agreed, ends_at, valid_until
from gateway.exchange.caps import caps_of
from gateway.exchange.policy_documents import policy_document
from policies.canonical import policy_hash
from policies.errors import PolicyError, PolicyTooLargeError
from policies.model import (
    Action,
    Constraint,
    Duty,
    Logic,
    LogicalConstraint,
    Policy,
    PolicyClass,
    Transform,
)
from policies.stored import MAX_BYTES, stored_policy
from policies.terms import Rate, Terms, same_terms
from policies.vocabulary import (
    COLUMN,
    COUNT,
    DATE_TIME,
    DELETE,
    DPV,
    FINE_TUNE,
    GENERALISE,
    PURPOSE,
    RECORD_COUNT,
    REP,
    TRUNCATE_TIME,
    Iri,
    Operator,
)

RESEARCH, BENEFIT = Iri(DPV + "ResearchAndDevelopment"), Iri(DPV + "PublicBenefit")
END = datetime(2027, 1, 1, tzinfo=UTC)
FULL = Terms(
    action=FINE_TUNE,
    purposes=frozenset({RESEARCH, BENEFIT}),
    columns=frozenset({"rated", "value", "observed_at"}),
    max_records=100,
    max_queries=7,
    days=30,
    valid_until=END,
    models=frozenset({Iri("https://models.example/m1")}),
    price=Rate(amount_micro=1, currency="EUR"),
    transforms={
        "observed_at": Transform(term=TRUNCATE_TIME, parameter=Iri(REP + "month")),
        "rated": Transform(term=GENERALISE, parameter=2),
    },
    consent=True,
    ethics=True,
    record_licences=frozenset({Iri("https://creativecommons.org/licenses/by/4.0/")}),
    observed_from=datetime(2020, 1, 1, tzinfo=UTC),
    not_together=frozenset({frozenset({"rated", "value"})}),
    attribution=True,
)


def full() -> Policy:
    return FULL.offer(uid="urn:p", assigner="urn:owner", target="urn:dataset", title="Ratings")


def with_constraints(policy: Policy, *constraints: Constraint | LogicalConstraint) -> Policy:
    (permission,) = policy.permissions
    return replace(policy, permissions=(replace(permission, constraints=(*permission.constraints, *constraints)),))


def full_of_rules() -> Policy:
    """Nested duties, remedies and values of every type."""
    policy = full()
    (permission,) = policy.permissions
    erase = Duty(uid=Iri("urn:p#erase"), action=Action(term=DELETE))
    value = Constraint(left=COLUMN, operator=Operator.GT, right=(Decimal("1.5"),), on_column="value")
    target = replace(permission.target, refinements=(*permission.target.refinements, value))
    first, *others = policy.prohibitions
    told, *rest = policy.obligations
    return replace(
        policy,
        description="For tests.",
        permissions=(replace(permission, target=target),),
        prohibitions=(replace(first, remedies=(erase,)), *others),
        obligations=(replace(told, consequences=(replace(erase, uid=Iri("urn:p#again")),)), *rest),
    )


@pytest.mark.parametrize(
    "policy",
    [
        full(),
        full_of_rules(),
        Terms(action=FINE_TUNE, purposes=frozenset({RESEARCH})).offer(uid="urn:q", assigner="urn:o", target="urn:d"),
    ],
)
def test_a_policy_comes_back_as_it_was(policy: Policy) -> None:
    document = policy_document(policy)

    assert document.digest == policy_hash(policy) == "sha-256:" + hashlib.sha256(document.content).hexdigest()
    again = stored_policy(document.content)
    assert policy_hash(again) == policy_hash(policy)
    assert same_terms(again, policy)
    assert policy_document(again).content == document.content


@pytest.mark.parametrize(
    "content", [b"", b"7", b"[]", b"{}", b'{"odrl:permission": []}', b'{"@type": "odrl:Offer", "x:y": "z"}']
)
def test_what_is_no_policy_is_refused(content: bytes) -> None:
    with pytest.raises(PolicyError):
        stored_policy(content)


def test_every_changed_byte_is_refused_or_has_another_hash() -> None:
    content = policy_document(full()).content

    for position in range(0, len(content), 97):
        changed = content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
        try:
            found = policy_hash(stored_policy(changed))
        except PolicyError:
            continue
        assert found != policy_hash(full())


def test_the_agreement_is_the_accepted_policy_plus_the_licensee() -> None:
    drawn = agreed("urn:muniment:negotiation:1", full(), "urn:developer")

    assert drawn.agreement == "urn:muniment:agreement:1"
    assert drawn.policy.policy_class is PolicyClass.AGREEMENT
    assert drawn.policy.assignee == "urn:developer"
    assert same_terms(drawn.policy, full())
    assert drawn == agreed("urn:muniment:negotiation:1", full(), "urn:developer")
    assert drawn.document().digest == drawn.hash == drawn.payload["policy"]


def test_a_policy_ends_at_its_earliest_end() -> None:
    earlier = Constraint(left=DATE_TIME, operator=Operator.LTEQ, right=(END.replace(year=2026),))
    begin = Constraint(left=DATE_TIME, operator=Operator.GTEQ, right=(END.replace(year=2020),))
    either = LogicalConstraint(
        logic=Logic.OR,
        members=(
            Constraint(left=PURPOSE, operator=Operator.IS_A, right=(RESEARCH,)),
            Constraint(left=DATE_TIME, operator=Operator.LT, right=(END.replace(year=2021),)),
        ),
    )

    assert valid_until(full()) == END
    assert valid_until(with_constraints(full(), begin, either, earlier)) == END.replace(year=2026)
    assert valid_until(replace(FULL, valid_until=None).offer(uid="urn:p", assigner="urn:o", target="urn:d")) is None


def test_caps_are_shown_with_the_counters_that_the_record_keeps() -> None:
    below = Constraint(left=COUNT, operator=Operator.LT, right=(5,))
    one = replace(FULL, max_queries=None).offer(uid="urn:p", assigner="urn:o", target="urn:d")

    wider = Constraint(left=RECORD_COUNT, operator=Operator.LTEQ, right=(150,))
    caps = caps_of(with_constraints(one, below, wider))

    assert [(cap.counter, cap.operand, cap.bound, cap.per_row) for cap in caps] == [
        ("urn:p#p1#count", COUNT, 4, False),
        ("urn:p#p1#recordCount", RECORD_COUNT, 100, True),
    ]


def test_days_end_a_licence_from_its_first_delivery_on_unless_it_ends_before() -> None:
    open_end = replace(FULL, valid_until=None).offer(uid="urn:p", assigner="urn:o", target="urn:d")
    early, late = END - timedelta(days=40), END - timedelta(days=20)

    assert ends_at(open_end, None) is None
    assert ends_at(open_end, early) == early + timedelta(days=30)
    assert ends_at(full(), None) == END
    assert ends_at(full(), early) == early + timedelta(days=30)
    assert ends_at(full(), late) == END


def test_days_that_lead_beyond_the_calendar_end_nothing() -> None:
    endless = replace(FULL, valid_until=None, days=900_000_000).offer(uid="urn:p", assigner="urn:o", target="urn:d")

    assert ends_at(endless, END) is None


def test_what_could_not_be_read_back_is_not_stored() -> None:
    with pytest.raises(PolicyTooLargeError):
        policy_document(replace(full(), description="x" * MAX_BYTES))
