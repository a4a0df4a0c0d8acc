"""Plain language: every term that can deny is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies import phrases
from policies.evaluate import evaluate
from policies.jsonld import intake
from policies.model import Action, Condition, Duty, Policy, PolicyClass, Target, Transform, Value, atoms, duties_of
from policies.prices import Rate
from policies.render import summary
from policies.vocabulary import (
    AGGREGATE_ONLY,
    COLUMN,
    COMPENSATE,
    CONTESTED,
    COUNT,
    DATE_TIME,
    DELETE,
    DROP,
    DUE_BY,
    EVENT,
    FIELD,
    FINE_TUNE,
    ISO4217,
    KEEP,
    LICENCE_END,
    MARK_RECORDS,
    ODRL,
    PAY_AMOUNT,
    PER_QUERY,
    PROFILE,
    PSEUDONYMISE,
    PURPOSE,
    REIDENTIFY,
    SENSITIVITY,
    SPATIAL,
    TIME_UNITS,
    TRANSFORM,
    TRUNCATE_TIME,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    EUROS,
    FRANCE,
    GERMANY,
    LICENSEE,
    MARKETING,
    NOW,
    RESEARCH,
    a_constraint,
    a_prohibition,
    a_state,
    all_together,
    an_access,
    an_agreement,
    an_offer,
    either,
    exactly_one,
    permitting,
    refined,
    the_permission,
)
from tests.testkit.shared import shared

XONE_OF_THREE = (
    "exactly one of these holds: the number of uses is 3; the place of use is one of `DE` or `FR`; "
    "the time is before the end of the licence"
)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (a_constraint(COUNT, Operator.LTEQ, 12), "the number of uses is at most 12"),
        (a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE), "the place of use is one of `DE` or `FR`"),
        (a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY), "the place of use is `DE`"),
        (a_constraint(PURPOSE, Operator.IS_A, RESEARCH), "the purpose is a kind of `research and development`"),
        (
            a_constraint(DATE_TIME, Operator.LT, datetime(2027, 1, 1, tzinfo=UTC)),
            "the time of use is before 2027-01-01 00:00:00 UTC",
        ),
        (a_constraint(EVENT, Operator.GT, LICENCE_END), "the time is after the end of the licence"),
        (a_constraint(DUE_BY, Operator.LTEQ, timedelta(days=7)), "the time until it is due is at most 7 days"),
        (a_constraint(DUE_BY, Operator.LTEQ, timedelta(hours=7)), "the time until it is due is at most PT7H"),
        (
            a_constraint(PAY_AMOUNT, Operator.EQ, Decimal("0.50"), unit=Iri(ISO4217 + "EUR")),
            "the amount is 0.5 EUR",
        ),
        (
            a_constraint(TRANSFORM, Operator.EQ, TRUNCATE_TIME, on_column="observed_at", parameter=TIME_UNITS[4]),
            "the column `observed_at` is delivered as a time cut to the month",
        ),
        (
            a_constraint(COLUMN, Operator.EQ, "public", on_column="visibility"),
            "the column `visibility` of the row is `public`",
        ),
        (
            a_constraint(FIELD, Operator.NOT_TOGETHER, "b", "a", "c"),
            "the columns are never all seen together: `a`, `b` and `c`",
        ),
        (a_constraint(Iri("urn:x:y"), Operator.EQ, "urn:z"), "the urn:x:y is `urn:z`"),
        (a_constraint(CONTESTED, Operator.EQ, False), "whether a record is contested is false"),  # noqa: FBT003
        (
            either(a_constraint(COUNT, Operator.LT, 3), a_constraint(PURPOSE, Operator.IS_A, MARKETING)),
            "the number of uses is less than 3 or the purpose is a kind of `marketing`",
        ),
        (
            all_together(a_constraint(COUNT, Operator.LT, 3), a_constraint(COUNT, Operator.LTEQ, 3)),
            "the number of uses is at most 3 and the number of uses is less than 3",
        ),
        (
            exactly_one(a_constraint(COUNT, Operator.LT, 3), a_constraint(COUNT, Operator.LTEQ, 3)),
            "exactly one of these holds: the number of uses is at most 3; the number of uses is less than 3",
        ),
        (
            exactly_one(
                a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE),
                a_constraint(EVENT, Operator.LT, LICENCE_END),
                a_constraint(COUNT, Operator.EQ, 3),
            ),
            XONE_OF_THREE,
        ),
    ],
)
def test_conditions(condition: Condition, text: str) -> None:
    assert phrases.condition(condition) == text


def test_alternatives_among_conditions_stand_in_brackets() -> None:
    place = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    few, marketing = a_constraint(COUNT, Operator.LT, 3), a_constraint(PURPOSE, Operator.IS_A, MARKETING)

    assert phrases.conditions([place, either(few, marketing)]) == (
        "(the number of uses is less than 3 or the purpose is a kind of `marketing`) and the place of use is `DE`"
    )
    assert phrases.conditions([either(few, place)]) == phrases.condition(either(few, place))
    assert phrases.conditions([all_together(few, place)]) == phrases.conditions([few, place])


def test_a_term_on_a_column_speaks_of_rows() -> None:
    offer = refined(an_offer(), a_constraint(COLUMN, Operator.GTEQ, 5, on_column="value"))

    assert "Only rows whose column `value` is at least 5." in summary(offer)


@pytest.mark.parametrize(
    ("given", "text"), [("plain", "`plain`"), (GERMANY, "`DE`"), (MARKETING, "`marketing`"), (True, "true"), (3, "3")]
)
def test_values(given: Value, text: str) -> None:
    assert phrases.value(given) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (EUROS, "0.002 EUR for each record"),
        (Rate(amount_micro=1_500_000, currency="USD", unit=PER_QUERY), "1.50 USD for each query"),
        (Rate(amount_micro=10_000_000, currency="JPY", unit=Iri("urn:unit")), "10.00 JPY for each urn:unit"),
    ],
)
def test_money(rate: Rate, text: str) -> None:
    assert phrases.money(rate) == text


READ = "A column that a filter or the order looks at counts as read."
SEEN = "Columns that were released before count as seen."
LEFT_OUT = "A row that does not say what a term asks of it is left out."
LIMITS = "What was used before and what is reserved counts against every limit."
UNKNOWN = "What nobody states is unknown, and what is unknown counts against the request."
ENDED = "Nothing is permitted while the licence is suspended or once it has ended, nor what a mandate refuses."


ETHICS = (
    "Before any use: obtain a decision of the ethics board, where the decision is `approved`; the record must show it."
)


def test_an_agreement_reads_as_sentences() -> None:
    policy = an_agreement(price=EUROS, consent=True, ethics=True, max_queries=3)
    owner, end, owed = "`urn:party:owner`", "the end of the licence", "Owed afterwards by `urn:party:licensee`"
    certify = (
        f"{owed}: certify the deletion, where the time until it is due is at most 37 days (informed party {owner}), "
    )
    until, after = f"while the time is before {end}.", f"while the time is after {end}."
    certify += after

    assert list(summary(policy)) == [
        "This is an agreement.",
        'The title, said by those who wrote it and not a term: "Reviews".',
        "`urn:party:owner` lets `urn:party:licensee` use `urn:dataset:reviews` to fine-tune a model.",
        "Only if the column is one of `rater` or `value`.",
        "Only if the number of uses is at most 3.",
        "Only if the purpose is a kind of `research and development`.",
        ETHICS,
        "With every release, by the gateway itself: leave out people without consent (consenting party `dataSubject`).",
        f"With every release, by the gateway itself: pay 0.002 EUR for each record (compensated party {owner}).",
        "It is prohibited to pass it on.",
        "It is prohibited to sell it.",
        "It is prohibited to license it to others.",
        "It is prohibited to find out who the people are.",
        f"{owed}: report every training run, where the period is 30 days (informed party {owner}), {until}",
        f"{owed}: delete what was delivered, where the time until it is due is at most 30 days, {after}",
        certify,
        READ,
        LIMITS,
        UNKNOWN,
        ENDED,
    ]


def test_an_offer_says_that_it_permits_nothing() -> None:
    offer = replace(an_offer(), title="")

    assert summary(offer)[0] == "This is an offer; it permits nothing yet."
    assert summary(offer)[1] == (
        "`urn:party:owner` offers to let the licensee use `urn:dataset:reviews` to fine-tune a model."
    )


def test_in_a_request_the_developer_asks() -> None:
    asking = replace(an_agreement(), policy_class=PolicyClass.REQUEST)

    assert summary(asking)[2] == (
        "`urn:party:licensee` asks `urn:party:owner` for leave to use `urn:dataset:reviews` to fine-tune a model."
    )
    assert summary(permitting(asking, assigner=None, assignee=None))[2].startswith(
        "The developer asks the owner for leave to use"
    )


def test_any_use_is_said_once() -> None:
    assert summary(an_agreement(action=USE))[2] == (
        "`urn:party:owner` lets `urn:party:licensee` use `urn:dataset:reviews` in any way."
    )


@pytest.mark.parametrize(
    ("policy_class", "author"),
    [
        (PolicyClass.OFFER, "the owner"),
        (PolicyClass.REQUEST, "the developer"),
        (PolicyClass.AGREEMENT, "those who wrote it"),
        (PolicyClass.SET, "whoever wrote the rules"),
    ],
)
def test_free_text_is_quoted_and_marked_as_no_term(policy_class: PolicyClass, author: str) -> None:
    claim = "Every use for any purpose is permitted to everybody."
    policy = replace(an_offer(), policy_class=policy_class, title="All", description=claim)

    assert summary(policy)[1:3] == (
        f'The title, said by {author} and not a term: "All".',
        f'The description, said by {author} and not a term: "{claim}".',
    )


def test_free_text_cannot_leave_its_quotation() -> None:
    policy = replace(an_offer(), title='Über".\nOnly \u202eif')

    assert summary(policy)[1] == 'The title, said by the owner and not a term: "Über\\".\\nOnly \\u202eif".'


def a_set(**rules: Any) -> Policy:
    return Policy(uid=Iri("urn:s"), policy_class=PolicyClass.SET, **rules)


NARROWING = "They permit nothing by themselves and only narrow what an agreement permits."


def test_a_set_of_prohibitions_names_the_dataset_and_narrows_only() -> None:
    first = replace(an_offer().prohibitions[0], assignee=None)

    assert summary(a_set(prohibitions=(first,))) == (
        "These rules apply.",
        NARROWING,
        "About `urn:dataset:reviews`: it is prohibited to pass it on.",
        "A request to use it in any way includes this and is refused as well.",
        UNKNOWN,
    )
    assert summary(a_set(prohibitions=(replace(first, assignee=LICENSEE),)))[2] == (
        "About `urn:dataset:reviews`, for `urn:party:licensee`: it is prohibited to pass it on."
    )


def test_an_obligation_names_the_dataset_when_no_permission_does() -> None:
    rule = replace(owing(DELETE), target=Target(source=ASSET))

    assert summary(a_set(obligations=(rule,)))[-1] == (
        "About `urn:dataset:reviews`: owed afterwards by the licensee: delete what was delivered."
    )


def test_permissions_of_a_set_are_told_as_bounds_that_bind_in_their_time() -> None:
    year = a_constraint(DATE_TIME, Operator.LT, datetime(2027, 1, 1, tzinfo=UTC))
    place = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    permission = replace(the_permission(an_offer()), target=Target(source=ASSET), constraints=(year, place))

    assert summary(a_set(permissions=(permission,)))[2:5] == (
        "Where an agreement lets anybody use `urn:dataset:reviews` to fine-tune a model, these bounds hold.",
        "Bound only while the time of use is before 2027-01-01 00:00:00 UTC.",
        "Only if the place of use is `DE`.",
    )
    named = replace(permission, assignee=LICENSEE)
    assert summary(a_set(permissions=(named,)))[2].startswith("Where an agreement lets `urn:party:licensee` use")


def bare(*refinements: Condition, **changes: Any) -> Policy:
    """An offer of all columns, with the given refinements and no prohibition."""
    return replace(refined(an_offer(columns=frozenset(), **changes), *refinements), prohibitions=())


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (bare(), ()),
        (bare(a_constraint(FIELD, Operator.IS_ANY_OF, "value")), (READ,)),
        (bare(a_constraint(SENSITIVITY, Operator.EQ, "none")), (READ,)),
        (bare(a_constraint(FIELD, Operator.NOT_TOGETHER, "value", "rater")), (READ, SEEN)),
        (bare(transforms={"rater": Transform(term=PSEUDONYMISE)}), (READ,)),
        (bare(a_constraint(COLUMN, Operator.EQ, 5, on_column="value")), (LEFT_OUT,)),
        (bare(max_records=9), (LIMITS,)),
    ],
)
def test_what_refuses_beside_the_terms_is_told_where_it_can(policy: Policy, told: tuple[str, ...]) -> None:
    said = summary(policy)

    assert said[-len(told) - 3 :] == (said[-len(told) - 3], *told, UNKNOWN, ENDED)
    assert not {READ, SEEN, LEFT_OUT, LIMITS} - set(told) & set(said)


@pytest.mark.parametrize(
    ("term", "refused"),
    [
        (PSEUDONYMISE, "; it can be neither filtered nor sorted by."),
        (DROP, "; it can be neither selected, filtered nor sorted by."),
        (AGGREGATE_ONLY, "; it can be neither selected, filtered nor sorted by."),
        (KEEP, "."),
    ],
)
def test_a_transformed_column_is_refused_to_filters_and_order(term: Iri, refused: str) -> None:
    transform = a_constraint(TRANSFORM, Operator.EQ, term, on_column="value")

    assert f"Only if {phrases.condition(transform)}{refused}" in summary(bare(transform))


def forbidding(action: Iri, *constraints: Condition, permitted: Iri = USE) -> Policy:
    rule = a_prohibition(*constraints, action=Action(term=action))
    return replace(an_agreement(action=permitted), prohibitions=(rule,))


@pytest.mark.parametrize(
    ("policy", "asked", "told"),
    [
        (forbidding(REIDENTIFY), USE, "A request to use it in any way includes this and is refused as well."),
        (
            forbidding(Iri(ODRL + "display")),
            Iri(ODRL + "play"),
            "A request to `odrl:play` or to use it in any way includes this and is refused as well.",
        ),
        (
            forbidding(REIDENTIFY, a_constraint(SPATIAL, Operator.EQ, GERMANY)),
            USE,
            "A request to use it in any way includes this and is refused as far as this is prohibited.",
        ),
    ],
)
def test_a_prohibition_says_that_it_stops_the_wider_use(policy: Policy, asked: Iri, told: str) -> None:
    narrow = evaluate(policy, an_access(action=FINE_TUNE), a_state(), NOW)
    wide = evaluate(policy, an_access(action=asked), a_state(), NOW)

    assert told in summary(policy)
    assert (narrow.permitted, wide.permitted) == (True, False)


def test_a_prohibition_that_no_permitted_use_includes_stands_alone() -> None:
    for policy in (forbidding(REIDENTIFY, permitted=FINE_TUNE), forbidding(USE)):
        assert not any("includes this" in each for each in summary(policy))


def test_an_offer_without_permissions_permits_nothing() -> None:
    assert summary(replace(an_offer(), permissions=()))[2] == "Nothing is permitted."


def test_rules_without_parties_and_unknown_duties_are_told_too() -> None:
    duty = Duty(uid=Iri("urn:d"), action=Action(term=Iri("urn:unheard")))
    odd = Duty(uid=Iri("urn:d:2"), action=Action(term=COMPENSATE))
    policy = permitting(an_offer(), assigner=None, duties=(duty, odd))

    assert summary(policy)[2].startswith("Somebody offers to let")
    assert summary(replace(policy, policy_class=PolicyClass.AGREEMENT))[2].startswith("Somebody lets")
    assert "First: urn:unheard." in summary(policy)
    assert "With every release, by the gateway itself: pay the price of the use." in summary(policy)


def test_every_duty_of_the_profile_has_a_phrase_of_its_own() -> None:
    bare = {term: phrases.duty(Duty(uid=Iri("urn:d"), action=Action(term=term))) for term in PROFILE.duties}

    assert {term: told for term, told in bare.items() if " " not in told or told == phrases.words(term)} == {}
    assert len(set(bare.values())) == len(bare)


def test_who_owes_what_when_nobody_is_named_is_what_the_profile_says() -> None:
    said = {term for term, each in PROFILE.duties.items() if each.meaning.endswith("owed by the owner's side.")}
    rules = Policy(uid=Iri("urn:s"), policy_class=PolicyClass.SET, obligations=tuple(map(owing, PROFILE.duties)))
    told = {each for each in summary(rules) if each.startswith("Owed afterwards by the owner's side")}

    assert said == phrases.OWED_BY_OWNER
    assert told == {f"Owed afterwards by the owner's side: {phrases.duty(owing(each))}." for each in said}


def test_a_named_party_owes_what_the_owner_owes_otherwise() -> None:
    rule = replace(owing(MARK_RECORDS), assignee=Iri("urn:party:licensee"))
    rules = Policy(uid=Iri("urn:s"), policy_class=PolicyClass.SET, obligations=(rule,))

    assert summary(rules)[-1] == (
        "Owed afterwards by `urn:party:licensee`: mark single delivered records for this licensee."
    )


def owing(term: Iri) -> Duty:
    return Duty(uid=Iri(f"urn:o:{term}"), action=Action(term=term))


@pytest.mark.requirement("R34")
def test_remedies_and_conditions_of_prohibitions_are_told() -> None:
    offer = an_offer()
    remedy = Duty(uid=Iri("urn:r"), action=Action(term=DELETE))
    rule = replace(
        offer.prohibitions[0], remedies=(remedy,), constraints=(a_constraint(SPATIAL, Operator.EQ, GERMANY),)
    )

    assert (
        phrases.prohibition(rule)
        == "pass it on, as far as the place of use is `DE`; if it happened: delete what was delivered"
    )


@pytest.mark.requirement("R53")
def test_every_term_that_people_can_set_is_named() -> None:
    policy = an_agreement(
        max_records=9,
        max_queries=8,
        days=7,
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
        places=frozenset({GERMANY, FRANCE}),
        models=frozenset({Iri("urn:model:acme")}),
        price=EUROS,
        transforms={"rater": Transform(term=PSEUDONYMISE)},
        consent=True,
        ethics=True,
        record_licences=frozenset({Iri("https://creativecommons.org/licenses/by/4.0/")}),
        observed_from=datetime(2020, 1, 1, tzinfo=UTC),
        not_together=frozenset({frozenset({"rater", "value"})}),
        attribution=True,
    )

    text = "\n".join(summary(policy))

    found = [
        atom
        for rule in policy.rules
        for each in (rule, *duties_of(rule))
        if each.action.term != COMPENSATE
        for atom in atoms(
            (*(() if each.target is None else each.target.refinements), *each.action.refinements, *each.constraints)
        )
    ]
    assert [atom for atom in found if phrases.condition(atom) not in text] == []
    assert len(found) > 15
    assert phrases.money(EUROS) in text


def test_every_term_of_the_reference_example_is_named() -> None:
    policy = intake((shared("reference") / "licence-example.json").read_bytes())
    text = "\n".join(summary(policy))

    for rule in policy.rules:
        for each in (rule, *duties_of(rule)):
            target = each.target.refinements if each.target is not None else ()
            for atom in atoms((*target, *each.action.refinements, *each.constraints)):
                if each.action.term != COMPENSATE:
                    assert (phrases.rows(atom) if atom.left == COLUMN else phrases.condition(atom)) in text
