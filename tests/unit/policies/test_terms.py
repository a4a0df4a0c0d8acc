from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.errors import PolicyMalformedError, PolicyNotFlatError
from policies.jsonld import intake, to_document
from policies.model import PolicyClass, Transform
from policies.prices import rate_of
from policies.terms import Rate, Terms, agreement, narrowed, renamed, same_terms, terms_of
from policies.validate import validate
from policies.vocabulary import (
    COUNT,
    DATE_TIME,
    EVALUATE,
    FIELD,
    FINE_TUNE,
    PAY_AMOUNT,
    PER_QUERY,
    PSEUDONYMISE,
    TIME_UNITS,
    TRUNCATE_TIME,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    EUROS,
    GERMANY,
    LICENSEE,
    MARKETING,
    NOW,
    OFFER,
    OWNER,
    RESEARCH,
    a_constraint,
    an_agreement,
    an_offer,
    constrained,
    permitting,
    refined,
    some_terms,
    the_permission,
)

LICENCE_OF_RECORDS = Iri("https://creativecommons.org/licenses/by-sa/4.0/")
EVERYTHING_SAID = Terms(
    action=FINE_TUNE,
    purposes=frozenset({RESEARCH, MARKETING}),
    columns=frozenset({"rater", "value", "observed_at"}),
    max_records=1_000,
    max_queries=20,
    days=180,
    valid_until=datetime(2027, 6, 30, tzinfo=UTC),
    places=frozenset({GERMANY}),
    models=frozenset({Iri("urn:model:acme")}),
    price=Rate(amount_micro=1_500_000, currency="EUR", unit=PER_QUERY),
    transforms={
        "rater": Transform(term=PSEUDONYMISE),
        "observed_at": Transform(term=TRUNCATE_TIME, parameter=TIME_UNITS[4]),
    },
    consent=True,
    ethics=True,
    record_licences=frozenset({LICENCE_OF_RECORDS}),
    observed_from=datetime(2020, 1, 1, tzinfo=UTC),
    not_together=frozenset({frozenset({"rater", "observed_at"})}),
    attribution=True,
)


@pytest.mark.parametrize("terms", [EVERYTHING_SAID, some_terms(), Terms(action=EVALUATE, purposes=frozenset())])
def test_terms_come_back_from_the_policy_they_made(terms: Terms) -> None:
    offer = terms.offer(uid=OFFER, assigner=OWNER, target=ASSET)

    assert terms_of(offer) == terms
    assert terms_of(intake(to_document(offer))) == terms
    validate(offer, now=NOW)


def test_a_request_names_its_assignee() -> None:
    request = EVERYTHING_SAID.request(uid="urn:request:1", assigner=OWNER, assignee=LICENSEE, target=ASSET)

    assert request.policy_class is PolicyClass.REQUEST
    assert {rule.assignee for rule in request.rules} == {LICENSEE}
    validate(request, now=NOW)


@pytest.mark.parametrize(
    "policy",
    [
        replace(an_offer(), permissions=()),
        constrained(an_offer(), a_constraint(DATE_TIME, Operator.GTEQ, NOW)),
        replace(an_offer(), prohibitions=()),
        refined(an_offer(), a_constraint(FIELD, Operator.IS_NONE_OF, "value")),
        constrained(an_offer(), a_constraint(COUNT, Operator.LT, 3)),
    ],
)
def test_a_policy_that_says_more_or_less_is_not_flat(policy: Any) -> None:
    with pytest.raises(PolicyNotFlatError):
        terms_of(policy)


@pytest.mark.parametrize("amount", [Decimal("0.0000001"), "free"])
def test_an_odd_price_is_not_flat(amount: Any) -> None:
    offer = an_offer(price=EUROS)
    duty = the_permission(offer).duties[0]
    first, second = duty.action.refinements
    odd = replace(duty, action=replace(duty.action, refinements=(replace(first, right=(amount,)), second)))  # type: ignore[arg-type]

    assert rate_of(odd) is None
    with pytest.raises(PolicyNotFlatError):
        terms_of(permitting(offer, duties=(odd,)))


@pytest.mark.parametrize("kept", [0, 1])
def test_a_price_without_amount_or_unit_is_none(kept: int) -> None:
    duty = the_permission(an_offer(price=EUROS)).duties[0]
    part = replace(duty.action, refinements=duty.action.refinements[kept : kept + 1])

    assert rate_of(replace(duty, action=part)) is None


def test_a_price_with_two_amounts_is_none() -> None:
    duty = the_permission(an_offer(price=EUROS)).duties[0]
    other = a_constraint(PAY_AMOUNT, Operator.EQ, Decimal(1), unit=Iri("urn:eur"))
    twice = replace(duty.action, refinements=(*duty.action.refinements, other))

    assert rate_of(replace(duty, action=twice)) is None


def test_an_agreement_equals_the_offer_plus_assignee() -> None:
    offer = EVERYTHING_SAID.offer(uid=OFFER, assigner=OWNER, target=ASSET, title="Reviews")

    agreed = agreement(offer, uid="urn:agreement:9", assignee=LICENSEE)

    assert same_terms(agreed, offer)
    assert agreed.policy_class is PolicyClass.AGREEMENT
    assert (agreed.assigner, agreed.assignee, agreed.target, agreed.title) == (OWNER, LICENSEE, ASSET, "Reviews")
    assert [duty.uid for duty in the_permission(agreed).duties] == [
        f"urn:agreement:9#d{number}" for number in (1, 2, 3)
    ]
    validate(agreed, now=NOW)


def test_an_agreement_keeps_the_duties_of_the_owners_side() -> None:
    offer = an_offer()
    owed_by_owner = replace(offer.obligations[0], assignee=OWNER)

    agreed = agreement(replace(offer, obligations=(owed_by_owner,)), uid="urn:a:1", assignee=LICENSEE)

    assert agreed.obligations[0].assignee == OWNER


def test_an_agreement_with_somebody_else_than_the_asker_is_refused() -> None:
    with pytest.raises(PolicyMalformedError):
        agreement(an_agreement(), uid="urn:a:2", assignee="urn:party:third")


def test_a_request_is_made_from_an_offer() -> None:
    offer = EVERYTHING_SAID.offer(uid=OFFER, assigner=OWNER, target=ASSET)
    price = Rate(amount_micro=1, currency="USD")

    request = narrowed(
        offer,
        uid="urn:request:1",
        policy_class=PolicyClass.REQUEST,
        assignee=LICENSEE,
        title="For acme",
        action=EVALUATE,
        purposes=frozenset({RESEARCH}),
        columns=frozenset({"value"}),
        max_records=10,
        max_queries=1,
        days=30,
        valid_until=datetime(2026, 12, 31, tzinfo=UTC),
        places=frozenset({GERMANY}),
        models=frozenset({Iri("urn:model:other")}),
        price=price,
    )

    assert terms_of(request) == replace(
        EVERYTHING_SAID,
        action=EVALUATE,
        purposes=frozenset({RESEARCH}),
        columns=frozenset({"value"}),
        max_records=10,
        max_queries=1,
        days=30,
        valid_until=datetime(2026, 12, 31, tzinfo=UTC),
        models=frozenset({Iri("urn:model:other")}),
        price=price,
    )
    assert (request.title, request.assignee) == ("For acme", LICENSEE)
    validate(request, now=NOW)


def test_what_is_not_given_stays() -> None:
    offer = EVERYTHING_SAID.offer(uid=OFFER, assigner=OWNER, target=ASSET, title="Reviews")

    same = narrowed(offer, uid="urn:offer:2", policy_class=PolicyClass.OFFER)

    assert terms_of(same) == EVERYTHING_SAID
    assert (same.title, same.assignee) == ("Reviews", None)


def test_a_first_price_becomes_a_duty_of_its_own() -> None:
    request = narrowed(an_offer(consent=True), uid="urn:r:1", policy_class=PolicyClass.REQUEST, price=EUROS)

    assert terms_of(request).price == EUROS
    assert len({duty.uid for duty in the_permission(request).duties}) == 2
    assert (
        rate_of(
            the_permission(
                narrowed(
                    replace(an_offer(), permissions=(replace(the_permission(an_offer()), assigner=None),)),
                    uid="urn:r:1",
                    policy_class=PolicyClass.SET,
                    price=EUROS,
                )
            ).duties[0]
        )
        == EUROS
    )


def test_terms_that_flat_ones_cannot_replace_stay() -> None:
    staying = a_constraint(DATE_TIME, Operator.GTEQ, NOW)
    offer = constrained(an_offer(valid_until=datetime(2027, 1, 1, tzinfo=UTC)), staying)

    sooner = narrowed(
        offer, uid="urn:r:1", policy_class=PolicyClass.REQUEST, valid_until=datetime(2026, 9, 1, tzinfo=UTC)
    )

    bounds = [each for each in the_permission(sooner).constraints if each.left == DATE_TIME]  # type: ignore[union-attr]
    assert {each.operator for each in bounds} == {Operator.GTEQ, Operator.LT}  # type: ignore[union-attr]
    assert len(bounds) == 2


def test_only_one_permission_can_be_narrowed() -> None:
    with pytest.raises(PolicyNotFlatError):
        narrowed(replace(an_offer(), permissions=()), uid="urn:r:1", policy_class=PolicyClass.REQUEST)


def test_foreign_rule_uids_are_numbered_whatever_the_order_of_the_rules() -> None:
    offer = an_offer(consent=True)
    foreign = replace(
        offer,
        prohibitions=tuple(
            replace(rule, uid=Iri(f"urn:elsewhere:{index}")) for index, rule in enumerate(offer.prohibitions)
        ),
    )
    turned = replace(foreign, prohibitions=foreign.prohibitions[::-1])

    first, second = renamed(foreign, "urn:x:1"), renamed(turned, "urn:x:1")

    assert {rule.uid for rule in first.prohibitions} == {f"urn:x:1#r{number}" for number in (1, 2, 3, 4)}
    assert set(first.prohibitions) == set(second.prohibitions)
    assert the_permission(first).uid == "urn:x:1#p1"


@pytest.mark.parametrize("part", ["assigner", "assignee", "target"])
def test_parties_and_target_must_be_one(part: str) -> None:
    offer = an_agreement()
    other = replace(
        the_permission(offer),
        uid=Iri("urn:p:2"),
        assigner=Iri("urn:other"),
        assignee=Iri("urn:other"),
        target=replace(the_permission(offer).target, source=Iri("urn:other")),
    )
    two = replace(offer, permissions=(*offer.permissions, other))

    with pytest.raises(PolicyMalformedError):
        getattr(two, part)
