"""Containment of a request in an offer, term by term, and the difference between two sets of terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.difference import Wider, difference, same_terms
from policies.match import ContainmentVerdict, contain
from policies.model import Action, Condition, Policy, PolicyClass, Target, Transform
from policies.regions import MatchVerdict, combine, empty, within
from policies.terms import Rate, narrowed
from policies.vocabulary import (
    BUCKET,
    COLUMN,
    CONTESTED,
    COUNT,
    DATA_CATEGORY,
    DATE_TIME,
    DPV,
    EVALUATE,
    EVENT,
    FIELD,
    FINE_TUNE,
    KEEP,
    LICENCE_END,
    MIN_QUALITY,
    OBSERVED_AT,
    PER_QUERY,
    PSEUDONYMISE,
    PURPOSE,
    RECORD_COUNT,
    SPATIAL,
    STORAGE_JURISDICTION,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ACADEMIC,
    EUROS,
    FRANCE,
    GERMANY,
    LICENSEE,
    MARKETING,
    NOW,
    RESEARCH,
    a_constraint,
    all_together,
    an_agreement,
    an_offer,
    constrained,
    either,
    permitting,
    refined,
    the_permission,
)

INSIDE, OUTSIDE, OVERLAPS, UNKNOWN = (
    MatchVerdict.INSIDE,
    MatchVerdict.OUTSIDE,
    MatchVerdict.OVERLAPS,
    MatchVerdict.UNKNOWN,
)


def verdict(term: str, request: Policy, offer: Policy) -> MatchVerdict:
    return {match.term: match.verdict for match in contain(request, offer).terms}[term]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        ([], [], INSIDE),
        ([a_constraint(COUNT, Operator.LTEQ, 3)], [], INSIDE),
        ([], [a_constraint(COUNT, Operator.LTEQ, 3)], OUTSIDE),
        ([a_constraint(COUNT, Operator.LTEQ, 3)], [a_constraint(COUNT, Operator.LTEQ, 3)], INSIDE),
        ([a_constraint(COUNT, Operator.LTEQ, 2)], [a_constraint(COUNT, Operator.LTEQ, 3)], INSIDE),
        ([a_constraint(COUNT, Operator.LTEQ, 4)], [a_constraint(COUNT, Operator.LTEQ, 3)], OVERLAPS),
        ([a_constraint(COUNT, Operator.LTEQ, 3)], [a_constraint(COUNT, Operator.LT, 3)], OVERLAPS),
        ([a_constraint(COUNT, Operator.LT, 3)], [a_constraint(COUNT, Operator.LTEQ, 3)], INSIDE),
        (
            [a_constraint(DATE_TIME, Operator.GTEQ, at(3)), a_constraint(DATE_TIME, Operator.LT, at(5))],
            [a_constraint(DATE_TIME, Operator.GT, at(2)), a_constraint(DATE_TIME, Operator.LT, at(5))],
            INSIDE,
        ),
        ([a_constraint(DATE_TIME, Operator.GTEQ, at(3))], [a_constraint(DATE_TIME, Operator.GT, at(3))], OVERLAPS),
        ([a_constraint(DATE_TIME, Operator.GT, at(3))], [a_constraint(DATE_TIME, Operator.GTEQ, at(3))], INSIDE),
        ([a_constraint(DATE_TIME, Operator.LT, at(3))], [a_constraint(DATE_TIME, Operator.GT, at(1))], OVERLAPS),
        ([a_constraint(DATE_TIME, Operator.GT, at(1))], [a_constraint(DATE_TIME, Operator.LT, at(3))], OVERLAPS),
        ([a_constraint(DATE_TIME, Operator.LT, at(3))], [a_constraint(DATE_TIME, Operator.GT, at(4))], OUTSIDE),
        ([a_constraint(DATE_TIME, Operator.LT, at(3))], [a_constraint(DATE_TIME, Operator.GTEQ, at(3))], OUTSIDE),
        ([a_constraint(DATE_TIME, Operator.GT, at(5))], [a_constraint(DATE_TIME, Operator.LT, at(4))], OUTSIDE),
        ([a_constraint(COLUMN, Operator.GT, 2)], [a_constraint(COLUMN, Operator.GT, Decimal("1.5"))], INSIDE),
        ([a_constraint(COLUMN, Operator.GT, 2)], [a_constraint(COLUMN, Operator.GT, at(1))], UNKNOWN),
        ([a_constraint(COLUMN, Operator.GT, "b")], [a_constraint(COLUMN, Operator.GT, "a")], UNKNOWN),
        ([a_constraint(COLUMN, Operator.EQ, 2)], [a_constraint(COLUMN, Operator.LT, 3)], INSIDE),
        ([a_constraint(EVENT, Operator.LT, LICENCE_END)], [a_constraint(EVENT, Operator.GT, LICENCE_END)], UNKNOWN),
        (
            [a_constraint(COLUMN, Operator.GT, 2), a_constraint(COLUMN, Operator.LT, at(3))],
            [a_constraint(COLUMN, Operator.GT, 1)],
            UNKNOWN,
        ),
        (
            [a_constraint(SPATIAL, Operator.EQ, GERMANY)],
            [a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE)],
            INSIDE,
        ),
        (
            [a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE)],
            [a_constraint(SPATIAL, Operator.EQ, GERMANY)],
            OVERLAPS,
        ),
        ([a_constraint(SPATIAL, Operator.EQ, FRANCE)], [a_constraint(SPATIAL, Operator.EQ, GERMANY)], OUTSIDE),
        ([a_constraint(SPATIAL, Operator.EQ, FRANCE)], [a_constraint(SPATIAL, Operator.NEQ, GERMANY)], INSIDE),
        ([a_constraint(SPATIAL, Operator.NEQ, FRANCE)], [a_constraint(SPATIAL, Operator.EQ, GERMANY)], OVERLAPS),
        (
            [a_constraint(SPATIAL, Operator.IS_NONE_OF, FRANCE, GERMANY)],
            [a_constraint(SPATIAL, Operator.NEQ, GERMANY)],
            INSIDE,
        ),
        (
            [a_constraint(SPATIAL, Operator.IS_ANY_OF, FRANCE, GERMANY), a_constraint(SPATIAL, Operator.NEQ, FRANCE)],
            [a_constraint(SPATIAL, Operator.EQ, GERMANY)],
            INSIDE,
        ),
        (
            [a_constraint(SPATIAL, Operator.EQ, FRANCE)],
            [a_constraint(SPATIAL, Operator.IS_ANY_OF, FRANCE, GERMANY), a_constraint(SPATIAL, Operator.EQ, GERMANY)],
            OUTSIDE,
        ),
        ([a_constraint(PURPOSE, Operator.IS_A, ACADEMIC)], [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], INSIDE),
        ([a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], [a_constraint(PURPOSE, Operator.IS_A, ACADEMIC)], OVERLAPS),
        ([a_constraint(PURPOSE, Operator.IS_A, MARKETING)], [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], OUTSIDE),
        ([a_constraint(PURPOSE, Operator.EQ, RESEARCH)], [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], INSIDE),
        ([a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], [a_constraint(PURPOSE, Operator.EQ, RESEARCH)], OVERLAPS),
        (
            [a_constraint(PURPOSE, Operator.IS_A, Iri("urn:x"))],
            [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)],
            UNKNOWN,
        ),
        ([a_constraint(PURPOSE, Operator.IS_A, RESEARCH)], [a_constraint(PURPOSE, Operator.EQ, Iri("urn:x"))], UNKNOWN),
        (
            [either(a_constraint(PURPOSE, Operator.IS_A, ACADEMIC), a_constraint(PURPOSE, Operator.IS_A, MARKETING))],
            [either(a_constraint(PURPOSE, Operator.IS_A, RESEARCH), a_constraint(PURPOSE, Operator.IS_A, MARKETING))],
            INSIDE,
        ),
        (
            [either(a_constraint(PURPOSE, Operator.IS_A, ACADEMIC), a_constraint(PURPOSE, Operator.IS_A, MARKETING))],
            [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)],
            OVERLAPS,
        ),
        (
            [a_constraint(PURPOSE, Operator.IS_A, ACADEMIC), a_constraint(PURPOSE, Operator.IS_A, MARKETING)],
            [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)],
            INSIDE,
        ),
        (
            [a_constraint(PURPOSE, Operator.IS_A, ACADEMIC)],
            [a_constraint(PURPOSE, Operator.IS_A, RESEARCH), a_constraint(PURPOSE, Operator.IS_A, MARKETING)],
            OUTSIDE,
        ),
        (
            [all_together(a_constraint(PURPOSE, Operator.IS_A, ACADEMIC))],
            [a_constraint(PURPOSE, Operator.IS_A, RESEARCH)],
            UNKNOWN,
        ),
        (
            [a_constraint(PURPOSE, Operator.IS_A, ACADEMIC)],
            [either(a_constraint(COUNT, Operator.LT, 3), a_constraint(PURPOSE, Operator.IS_A, RESEARCH))],
            UNKNOWN,
        ),
    ],
)
def test_regions(asked: list[Condition], offered: list[Condition], expected: MatchVerdict) -> None:
    assert within(asked, offered) is expected


def test_parts_combine() -> None:
    assert combine([]) is INSIDE
    assert combine([INSIDE, OUTSIDE]) is OVERLAPS
    assert combine([INSIDE, UNKNOWN]) is UNKNOWN


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([a_constraint(COUNT, Operator.LTEQ, 3)], False),
        ([a_constraint(DATE_TIME, Operator.GT, at(3)), a_constraint(DATE_TIME, Operator.LT, at(3))], True),
        ([a_constraint(DATE_TIME, Operator.GTEQ, at(3)), a_constraint(DATE_TIME, Operator.LTEQ, at(3))], False),
        ([a_constraint(DATE_TIME, Operator.GTEQ, at(3)), a_constraint(DATE_TIME, Operator.LT, at(3))], True),
        ([a_constraint(DATE_TIME, Operator.GT, at(4)), a_constraint(DATE_TIME, Operator.LT, at(3))], True),
        ([a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(SPATIAL, Operator.EQ, FRANCE)], True),
        ([a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(SPATIAL, Operator.NEQ, GERMANY)], True),
        ([either(a_constraint(SPATIAL, Operator.EQ, GERMANY))], False),
    ],
)
def test_contradictions(conditions: list[Condition], *, expected: bool) -> None:
    assert empty(conditions) is expected


def test_the_same_terms_are_compatible_whoever_gets_them() -> None:
    offer = an_offer(
        price=EUROS, consent=True, attribution=True, not_together=frozenset({frozenset({"rater", "value"})})
    )

    assert contain(offer, offer).verdict is ContainmentVerdict.COMPATIBLE
    assert (
        contain(
            an_agreement(
                price=EUROS, consent=True, attribution=True, not_together=frozenset({frozenset({"rater", "value"})})
            ),
            offer,
        ).unmet
        == ()
    )


@pytest.mark.parametrize(
    ("term", "expected", "offered", "asked"),
    [
        ("rep:field", INSIDE, {}, {"columns": frozenset({"value"})}),
        ("rep:field", OVERLAPS, {}, {"columns": frozenset({"value", "observed_at"})}),
        ("rep:field", OUTSIDE, {}, {"columns": frozenset({"observed_at"})}),
        ("rep:field", OUTSIDE, {}, {"columns": frozenset()}),
        ("rep:field", INSIDE, {"columns": frozenset()}, {}),
        ("rep:recordCount", OUTSIDE, {"max_records": 5}, {}),
        ("rep:recordCount", INSIDE, {}, {"max_records": 5}),
        ("odrl:elapsedTime", OVERLAPS, {"days": 5}, {"days": 6}),
        ("price", INSIDE, {}, {"price": EUROS}),
        ("price", OUTSIDE, {"price": EUROS}, {}),
        ("price", INSIDE, {"price": EUROS}, {"price": replace(EUROS, amount_micro=2_001)}),
        ("price", OUTSIDE, {"price": EUROS}, {"price": replace(EUROS, amount_micro=1_999)}),
        ("price", UNKNOWN, {"price": EUROS}, {"price": replace(EUROS, currency="USD")}),
        ("price", UNKNOWN, {"price": EUROS}, {"price": replace(EUROS, unit=PER_QUERY)}),
        ("duty:odrl:obtainConsent", OUTSIDE, {"consent": True}, {}),
        ("duty:odrl:obtainConsent", INSIDE, {}, {"consent": True}),
        ("obligation:odrl:attribute", OUTSIDE, {"attribution": True}, {}),
        (
            "rep:transform:rater",
            INSIDE,
            {"transforms": {"rater": Transform(term=BUCKET, parameter=5)}},
            {"transforms": {"rater": Transform(term=BUCKET, parameter=10)}},
        ),
        (
            "rep:transform:rater",
            OUTSIDE,
            {"transforms": {"rater": Transform(term=BUCKET, parameter=5)}},
            {"transforms": {"rater": Transform(term=PSEUDONYMISE)}},
        ),
        ("rep:transform:rater", OUTSIDE, {"transforms": {"rater": Transform(term=PSEUDONYMISE)}}, {}),
        (
            "rep:transform:rater",
            INSIDE,
            {"transforms": {"rater": Transform(term=PSEUDONYMISE)}},
            {"columns": frozenset({"value"})},
        ),
        (
            "rep:transform:rater",
            OUTSIDE,
            {"transforms": {"rater": Transform(term=PSEUDONYMISE)}},
            {"columns": frozenset()},
        ),
        ("rep:transform:rater", INSIDE, {"transforms": {"rater": Transform(term=KEEP)}}, {}),
        ("rep:transform:rater", INSIDE, {}, {"transforms": {"rater": Transform(term=PSEUDONYMISE)}}),
        ("rep:notTogether", OUTSIDE, {"not_together": frozenset({frozenset({"rater", "value"})})}, {}),
        (
            "rep:notTogether",
            OUTSIDE,
            {"not_together": frozenset({frozenset({"rater", "value"})})},
            {"columns": frozenset()},
        ),
        (
            "rep:notTogether",
            OUTSIDE,
            {"not_together": frozenset({frozenset({"rater", "value"})})},
            {"columns": frozenset({"rater"})},
        ),
        (
            "rep:notTogether",
            INSIDE,
            {"not_together": frozenset({frozenset({"rater", "value"})})},
            {"columns": frozenset({"observed_at"})},
        ),
        (
            "rep:notTogether",
            INSIDE,
            {"not_together": frozenset({frozenset({"rater", "value", "observed_at"})}), "columns": frozenset()},
            {"not_together": frozenset({frozenset({"rater", "value"})}), "columns": frozenset()},
        ),
    ],
)
def test_terms(term: str, expected: MatchVerdict, offered: dict[str, Any], asked: dict[str, Any]) -> None:
    assert verdict(term, an_offer(**asked), an_offer(**offered)) is expected


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        (FINE_TUNE, USE, INSIDE),
        (USE, FINE_TUNE, OVERLAPS),
        (EVALUATE, FINE_TUNE, OUTSIDE),
        (Iri("urn:x"), USE, UNKNOWN),
    ],
)
def test_actions(asked: Iri, offered: Iri, expected: MatchVerdict) -> None:
    request = permitting(an_offer(), action=Action(term=asked))

    assert verdict("action", request, permitting(an_offer(), action=Action(term=offered))) is expected


def test_another_asset_or_owner_is_outside() -> None:
    elsewhere = permitting(an_offer(), target=Target(source=Iri("urn:dataset:other")))

    assert verdict("target", elsewhere, an_offer()) is OUTSIDE
    assert verdict("action", elsewhere, an_offer()) is OUTSIDE
    assert verdict("assigner", permitting(an_offer(), assigner=Iri("urn:other")), an_offer()) is OUTSIDE


def test_verdicts_of_the_whole() -> None:
    unclear = constrained(
        an_offer(), either(a_constraint(COUNT, Operator.LT, 3), a_constraint(RECORD_COUNT, Operator.LT, 3))
    )

    assert contain(an_offer(max_records=5), an_offer()).verdict is ContainmentVerdict.COMPATIBLE
    assert contain(an_offer(), an_offer(max_records=5)).verdict is ContainmentVerdict.INCOMPATIBLE
    assert (
        contain(
            constrained(
                an_offer(), either(a_constraint(COUNT, Operator.LT, 4), a_constraint(RECORD_COUNT, Operator.LT, 3))
            ),
            unclear,
        ).verdict
        is ContainmentVerdict.UNKNOWN
    )
    assert contain(unclear, unclear).verdict is ContainmentVerdict.COMPATIBLE


def test_prohibitions_and_obligations_must_be_kept_as_they_are() -> None:
    offer = an_offer()
    fewer = replace(offer, prohibitions=offer.prohibitions[1:], obligations=offer.obligations[1:])
    softer = replace(
        offer,
        prohibitions=(
            replace(offer.prohibitions[0], constraints=(a_constraint(DATE_TIME, Operator.LT, NOW),)),
            *offer.prohibitions[1:],
        ),
    )

    assert verdict("prohibition:odrl:distribute", fewer, offer) is OUTSIDE
    assert verdict("obligation:rep:reportRun", fewer, offer) is OUTSIDE
    assert verdict("prohibition:odrl:distribute", softer, offer) is UNKNOWN
    assert verdict("prohibition:odrl:distribute", offer, fewer) is INSIDE


@pytest.mark.parametrize(
    ("rules", "term"),
    [("prohibitions", "prohibition:odrl:distribute"), ("obligations", "obligation:rep:reportRun")],
)
def test_a_rule_that_binds_the_owner_does_not_bind_the_licensee(rules: str, term: str) -> None:
    offer = an_offer()
    changed: dict[str, Any] = {rules: tuple(replace(each, assignee=each.assigner) for each in getattr(offer, rules))}
    turned = replace(offer, **changed)

    assert verdict(term, turned, offer) is UNKNOWN
    assert term in {change.term for change in difference(offer, turned)}
    assert not same_terms(offer, turned)


def test_a_price_to_somebody_else_is_outside_and_an_odd_one_unknown() -> None:
    offer = an_offer(price=EUROS)
    duty = the_permission(offer).duties[0]
    assert duty.role is not None
    elsewhere = permitting(offer, duties=(replace(duty, role=replace(duty.role, party=LICENSEE)),))
    sometimes = permitting(offer, duties=(replace(duty, constraints=(a_constraint(DATE_TIME, Operator.LT, NOW),)),))
    odd = permitting(offer, duties=(replace(duty, action=replace(duty.action, refinements=())),))

    assert verdict("price", elsewhere, offer) is OUTSIDE
    assert verdict("price", sometimes, offer) is UNKNOWN
    assert verdict("price", sometimes, sometimes) is INSIDE
    assert verdict("price", odd, offer) is UNKNOWN


def test_incomparable_transforms_on_one_side_are_unknown() -> None:
    offer = an_offer(transforms={"rater": Transform(term=PSEUDONYMISE)})
    torn = refined(
        offer,
        *the_permission(an_offer(transforms={"rater": Transform(term=BUCKET, parameter=2)})).target.refinements[1:],
    )

    assert verdict("rep:transform:rater", torn, offer) is UNKNOWN
    assert verdict("rep:transform:rater", offer, torn) is UNKNOWN


def two_permissions(**second: Any) -> Policy:
    policy = an_offer()
    other = replace(the_permission(an_offer(**({"action": EVALUATE} | second))), uid=Iri("urn:offer:1#p2"))
    return replace(policy, permissions=(*policy.permissions, other))


def test_several_permissions_are_compared_by_their_action() -> None:
    offer = two_permissions(max_records=5)

    assert contain(two_permissions(max_records=4), offer).verdict is ContainmentVerdict.COMPATIBLE
    assert verdict("rep:evaluate/rep:recordCount", two_permissions(max_records=6), offer) is OVERLAPS
    assert verdict("rep:evaluate/action", two_permissions(), an_offer()) is OUTSIDE
    assert verdict("rep:fineTune/action", an_offer(), offer) is INSIDE
    assert (
        verdict(
            "rep:ground/action",
            permitting(an_offer(), action=Action(term=Iri("https://muniment.example/ns#ground"))),
            offer,
        )
        is OUTSIDE
    )


def change(before: Policy, after: Policy, term: str) -> tuple[str | None, str | None, Wider]:
    found = {each.term: each for each in difference(before, after)}[term]
    return found.before, found.after, found.wider


def test_a_difference_names_each_term_and_whom_it_favours() -> None:
    before = an_offer(max_records=10, price=EUROS)
    after = narrowed(
        before,
        uid="urn:offer:2",
        policy_class=PolicyClass.OFFER,
        columns=frozenset({"value"}),
        max_records=20,
        price=Rate(amount_micro=3_000, currency="EUR"),
        title="Other title",
    )

    assert [each.term for each in difference(before, after)] == ["price", "rep:field", "rep:recordCount"]
    assert change(before, after, "rep:field") == (
        "the column is one of `rater` or `value`",
        "the column is `value`",
        Wider.BEFORE,
    )
    assert change(before, after, "rep:recordCount")[2] is Wider.AFTER
    assert change(before, after, "price")[2] is Wider.BEFORE
    assert not same_terms(before, after)
    assert difference(before, an_agreement(max_records=10, price=EUROS)) == ()


@pytest.mark.parametrize(
    ("term", "before", "after", "wider"),
    [
        ("odrl:purpose", {"purposes": frozenset({RESEARCH})}, {"purposes": frozenset({MARKETING})}, Wider.NEITHER),
        ("odrl:purpose", {"purposes": frozenset({RESEARCH})}, {"purposes": frozenset()}, Wider.AFTER),
        (
            "odrl:purpose",
            {"purposes": frozenset({Iri(DPV + "Unheard")})},
            {"purposes": frozenset({RESEARCH})},
            Wider.UNKNOWN,
        ),
        ("duty:odrl:obtainConsent", {"consent": True}, {}, Wider.AFTER),
        ("obligation:odrl:attribute", {}, {"attribution": True}, Wider.BEFORE),
        ("rep:observedAt", {}, {"observed_from": NOW}, Wider.BEFORE),
        ("action", {"action": FINE_TUNE}, {"action": USE}, Wider.AFTER),
    ],
)
def test_wider(term: str, before: dict[str, Any], after: dict[str, Any], wider: Wider) -> None:
    assert change(an_offer(**before), an_offer(**after), term)[2] is wider


def test_two_words_for_the_same_are_told_as_neither_wider() -> None:
    before = constrained(an_offer(), a_constraint(SPATIAL, Operator.EQ, GERMANY))
    after = constrained(an_offer(), a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY))

    assert change(before, after, "odrl:spatial")[2] is Wider.NEITHER


def test_a_permission_that_disappears_is_named() -> None:
    changes = {each.term: each.wider for each in difference(two_permissions(), an_offer())}

    assert set(changes) == {"rep:evaluate/action", "rep:evaluate/odrl:purpose", "rep:evaluate/rep:field"}
    assert set(changes.values()) == {Wider.BEFORE}


def test_prohibitions_are_terms() -> None:
    offer = an_offer()
    fewer = replace(offer, prohibitions=offer.prohibitions[1:])

    assert change(offer, fewer, "prohibition:odrl:distribute") == ("pass it on", None, Wider.AFTER)


UNCONTESTED = a_constraint(CONTESTED, Operator.EQ, False)  # noqa: FBT003  # the value of the term


def test_row_and_category_terms_are_matched_like_any_other() -> None:
    narrow = refined(
        an_offer(),
        a_constraint(OBSERVED_AT, Operator.GT, NOW),
        a_constraint(DATA_CATEGORY, Operator.IS_A, Iri("https://w3id.org/dpv/pd#Friend")),
    )
    broad = refined(
        an_offer(),
        a_constraint(OBSERVED_AT, Operator.GTEQ, NOW - timedelta(1)),
        a_constraint(DATA_CATEGORY, Operator.IS_A, Iri("https://w3id.org/dpv/pd#SocialNetwork")),
    )

    assert contain(narrow, broad).verdict is ContainmentVerdict.COMPATIBLE
    assert verdict("rep:contested", an_offer(), refined(an_offer(), UNCONTESTED)) is OUTSIDE
    assert (
        verdict(
            "rep:field",
            refined(an_offer(columns=frozenset()), a_constraint(FIELD, Operator.IS_NONE_OF, "rater")),
            an_offer(),
        )
        is OVERLAPS
    )


def test_a_value_of_one_operand_says_nothing_about_another() -> None:
    stored, used = a_constraint(STORAGE_JURISDICTION, Operator.EQ, GERMANY), a_constraint(SPATIAL, Operator.EQ, GERMANY)
    abroad = a_constraint(SPATIAL, Operator.EQ, FRANCE)

    assert within([either(stored, abroad)], [either(stored, used)]) is OVERLAPS
    assert within([either(stored, used)], [either(stored, abroad)]) is OVERLAPS
    changes = difference(constrained(an_offer(), either(stored, abroad)), constrained(an_offer(), either(stored, used)))
    assert [change.wider for change in changes] == [Wider.NEITHER]


def test_a_number_is_no_boolean_and_units_are_not_compared() -> None:
    one, true = (a_constraint(COLUMN, Operator.EQ, value, on_column="value") for value in (1, True))
    complete, valid = (
        a_constraint(MIN_QUALITY, Operator.GTEQ, Decimal("0.9"), unit=Iri(f"urn:metric:{name}"))
        for name in ("completeness", "validity")
    )

    assert within([one], [true]) is OUTSIDE
    assert within([complete], [valid]) is UNKNOWN


def test_kinds_that_nothing_belongs_to_contradict_each_other() -> None:
    academic, marketing = (a_constraint(PURPOSE, Operator.IS_A, each) for each in (ACADEMIC, MARKETING))

    assert empty([academic, marketing])
    assert empty([academic, a_constraint(PURPOSE, Operator.EQ, RESEARCH)])
    assert not empty([academic, a_constraint(PURPOSE, Operator.IS_A, RESEARCH)])


@pytest.mark.parametrize(
    ("bounds", "compatible"),
    [
        ({}, True),
        ({"max_queries": 1}, False),
        ({"max_records": 100}, False),
        ({"not_together": frozenset({frozenset({"rater", "value"})})}, False),
    ],
)
def test_several_uses_under_one_permission_do_not_share_what_it_counts(
    bounds: dict[str, Any], *, compatible: bool
) -> None:
    """Each permission counts for itself: a request of two uses could take a bound twice."""
    offer, asked = an_offer(action=USE, **bounds), an_offer(action=FINE_TUNE, **bounds)
    one = asked.permissions[0]
    two = replace(one, uid=Iri("urn:offer:1#p2"), action=Action(term=EVALUATE))

    found = contain(replace(asked, permissions=(one, two)), offer)

    assert found.verdict is (ContainmentVerdict.COMPATIBLE if compatible else ContainmentVerdict.UNKNOWN)
    assert contain(asked, offer).verdict is ContainmentVerdict.COMPATIBLE
