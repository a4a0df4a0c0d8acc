"""Columns, rows, transforms and joint sets of a decision."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import polars as pl
import pytest

from policies.compile import to_polars
from policies.deciding.rows import never_true, rows_of
from policies.evaluate import evaluate
from policies.model import (
    AccessRequest,
    Action,
    ColumnMode,
    Condition,
    Decision,
    Policy,
    PolicyClass,
    Prohibition,
    Target,
    Transform,
    Verdict,
)
from policies.predicate import EVERYTHING, NOTHING, And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Unknown
from policies.truth import one_of
from policies.vocabulary import (
    AGGREGATE_ONLY,
    COLUMN,
    CONTESTED,
    DATA_CATEGORY,
    DROP,
    FIELD,
    FINE_TUNE,
    ISO3166,
    KEEP,
    LAWFUL_BASIS,
    OBSERVED_AT,
    PROFILE,
    PSEUDONYMISE,
    RECORD_LICENCE,
    REDACT_TEXT,
    SENSITIVITY,
    SOURCE_PLATFORM,
    SUBJECT_REGION,
    TIME_UNITS,
    TRANSFORM,
    TRUNCATE_TIME,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    COLUMNS,
    CONSENT,
    FRANCE,
    GERMANY,
    IDENTIFYING,
    LICENCE,
    NOW,
    OWNER,
    REPUTATION,
    a_constraint,
    a_state,
    all_together,
    an_access,
    an_agreement,
    either,
    exactly_one,
    permitting,
    refined,
    the_dataset,
    the_permission,
)

P1, N9 = f"{LICENCE}#p1", f"{LICENCE}#n9"
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
CC = Iri("https://creativecommons.org/licenses/by-sa/4.0/")


def wide(*conditions: Condition) -> Policy:
    """An agreement on all columns, with these refinements of its target."""
    return refined(an_agreement(columns=frozenset()), *conditions)


def decide(policy: Policy, request: AccessRequest | None = None, **state: Any) -> Decision:
    return evaluate(policy, request or an_access(), a_state(**state), NOW)


def selecting(*names: str, **more: Any) -> AccessRequest:
    return an_access(selected=frozenset(names), **more)


@pytest.mark.requirement("R1")
@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        (a_constraint(FIELD, Operator.IS_ANY_OF, "value", "rater"), "value", "observed_at"),
        (a_constraint(FIELD, Operator.IS_NONE_OF, "rater"), "value", "rater"),
        (a_constraint(DATA_CATEGORY, Operator.IS_A, REPUTATION), "value", "rater"),
        (a_constraint(DATA_CATEGORY, Operator.IS_ANY_OF, REPUTATION, IDENTIFYING), "rater", "observed_at"),
        (a_constraint(SENSITIVITY, Operator.EQ, "none"), "licence_hint", "rater"),
        (
            either(
                a_constraint(DATA_CATEGORY, Operator.IS_A, REPUTATION),
                a_constraint(FIELD, Operator.IS_ANY_OF, "licence_hint"),
            ),
            "licence_hint",
            "rater",
        ),
    ],
)
def test_columns_are_decided_one_by_one(condition: Condition, inside: str, outside: str) -> None:
    assert decide(wide(condition), selecting(inside)).columns == {inside}
    refused = decide(wide(condition), selecting(inside, outside))
    assert [(reason.code, reason.clause) for reason in refused.reasons] == [("COLUMN_NOT_LICENSED", P1)]
    omitted = decide(wide(condition), selecting(inside, outside, mode=ColumnMode.OMIT))
    assert omitted.columns == {inside}
    assert [reason.code for reason in omitted.reasons] == ["PERMITTED", "COLUMN_NOT_LICENSED"]
    assert not decide(wide(condition), selecting(outside, mode=ColumnMode.OMIT)).permitted


def test_without_column_terms_every_declared_column_is_licensed() -> None:
    assert decide(wide(), selecting(*COLUMNS)).columns == COLUMNS.keys()
    assert not decide(wide(), selecting("undeclared")).permitted


@pytest.mark.parametrize("mode", list(ColumnMode))
@pytest.mark.parametrize("place", ["filtered", "ordered"])
def test_filtering_or_sorting_by_an_unlicensed_column_refuses(place: str, mode: ColumnMode) -> None:
    request = selecting("value", mode=mode, **{place: frozenset({"observed_at"})})

    decision = decide(an_agreement(), request)

    assert [(reason.code, reason.clause) for reason in decision.reasons] == [("COLUMN_NOT_LICENSED", P1)]


def a_transform(column: str, term: Iri, parameter: Iri | int | None = None) -> Condition:
    return a_constraint(TRANSFORM, Operator.EQ, term, on_column=column, parameter=parameter)


def test_transforms_are_part_of_the_plan() -> None:
    policy = wide(
        a_transform("rater", PSEUDONYMISE),
        a_transform("observed_at", TRUNCATE_TIME, TIME_UNITS[4]),
        a_transform("value", KEEP),
    )

    decision = decide(policy, selecting("rater", "value"))

    assert decision.transforms == {"rater": Transform(term=PSEUDONYMISE)}


def test_the_stronger_of_two_transforms_counts() -> None:
    policy = wide(a_transform("rater", PSEUDONYMISE), a_transform("rater", KEEP))

    assert decide(policy, selecting("rater")).transforms == {"rater": Transform(term=PSEUDONYMISE)}


def test_incomparable_transforms_deny() -> None:
    policy = wide(a_transform("rater", PSEUDONYMISE), a_transform("rater", REDACT_TEXT))

    assert [(each.code, each.clause) for each in decide(policy, selecting("rater")).reasons] == [
        ("TRANSFORMS_INCOMPARABLE", P1)
    ]
    assert decide(policy, selecting("value")).permitted


@pytest.mark.parametrize("term", [DROP, AGGREGATE_ONLY])
def test_a_column_that_may_not_leave_row_by_row_is_not_licensed_for_reading(term: Iri) -> None:
    policy = wide(a_transform("rater", term))

    assert decide(policy, selecting("rater")).reasons[0].code == "COLUMN_NOT_LICENSED"
    assert decide(policy, selecting("rater", "value", mode=ColumnMode.OMIT)).columns == {"value"}


def test_nobody_may_filter_by_what_a_transform_hides() -> None:
    policy = wide(a_transform("rater", PSEUDONYMISE))

    assert decide(policy, selecting("value", filtered=frozenset({"rater"}))).reasons[0].code == "COLUMN_NOT_LICENSED"
    assert decide(policy, selecting("rater", filtered=frozenset({"value"}))).permitted


JOINT = a_constraint(FIELD, Operator.NOT_TOGETHER, "rater", "observed_at")


@pytest.mark.parametrize(
    ("request_", "state", "permitted"),
    [
        (selecting("rater"), {}, True),
        (selecting("rater", "observed_at"), {}, False),
        (selecting("rater", filtered=frozenset({"observed_at"})), {}, False),
        (selecting("rater", ordered=frozenset({"observed_at"})), {}, False),
        (selecting("rater"), {"released": frozenset({"observed_at"})}, False),
        (selecting("rater", "observed_at", mode=ColumnMode.OMIT), {}, False),
        (selecting("value"), {"released": frozenset({"observed_at"})}, True),
    ],
)
def test_a_joint_set_is_never_completed(request_: AccessRequest, state: dict[str, Any], *, permitted: bool) -> None:
    decision = decide(wide(JOINT), request_, **state)

    assert decision.permitted is permitted
    assert permitted or (decision.reasons[0].code, decision.clause) == ("COLUMNS_NOT_TOGETHER", P1)


def test_a_column_that_is_left_out_still_counts_towards_a_joint_set() -> None:
    policy = wide(JOINT, a_constraint(FIELD, Operator.IS_NONE_OF, "observed_at"))

    decision = decide(policy, selecting("rater", "observed_at", mode=ColumnMode.OMIT))

    assert decision.reasons[0].code == "COLUMNS_NOT_TOGETHER"


def test_a_decision_names_the_joint_sets_for_the_one_who_books_it() -> None:
    decision = decide(wide(JOINT), selecting("value"))

    assert decision.not_together == (frozenset({"rater", "observed_at"}),)


def test_a_policys_own_row_filter_is_no_read() -> None:
    policy = wide(JOINT, a_constraint(OBSERVED_AT, Operator.GTEQ, EARLY))

    assert decide(policy, selecting("rater")).permitted


SEEN_BEFORE = Compare(column="observed_at", comparator=Comparator.LT, value=EARLY)
OF_THAT_LICENCE = AnyOf(column="licence_hint", values=(CC,))


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        (
            a_constraint(OBSERVED_AT, Operator.GTEQ, EARLY),
            Compare(column="observed_at", comparator=Comparator.GTE, value=EARLY),
        ),
        (
            a_constraint(RECORD_LICENCE, Operator.EQ, CC),
            Compare(column="licence_hint", comparator=Comparator.EQ, value=CC),
        ),
        (a_constraint(RECORD_LICENCE, Operator.IS_ANY_OF, CC), AnyOf(column="licence_hint", values=(CC,))),
        (
            a_constraint(COLUMN, Operator.LT, Decimal(5), on_column="value"),
            Compare(column="value", comparator=Comparator.LT, value=Decimal(5)),
        ),
        (a_constraint(LAWFUL_BASIS, Operator.IS_A, CONSENT), EVERYTHING),
        (a_constraint(SOURCE_PLATFORM, Operator.EQ, "bazaar"), EVERYTHING),
        (
            either(a_constraint(OBSERVED_AT, Operator.LT, EARLY), a_constraint(SOURCE_PLATFORM, Operator.EQ, "forum")),
            Or(parts=(Compare(column="observed_at", comparator=Comparator.LT, value=EARLY), NOTHING)),
        ),
        (
            exactly_one(
                all_together(a_constraint(OBSERVED_AT, Operator.LT, EARLY)),
                a_constraint(RECORD_LICENCE, Operator.IS_ANY_OF, CC),
            ),
            And(
                parts=(
                    Not(part=And(parts=(OF_THAT_LICENCE, SEEN_BEFORE))),
                    Or(parts=(OF_THAT_LICENCE, SEEN_BEFORE)),
                )
            ),
        ),
    ],
)
def test_row_terms_become_a_predicate(condition: Condition, rows: Predicate) -> None:
    assert decide(wide(condition)).rows == rows


@pytest.mark.parametrize("number", range(6))
def test_exactly_one_of_row_terms_has_the_truth_of_exactly_one(number: int) -> None:
    names = [f"c{index}" for index in range(number)]
    dataset = the_dataset(columns={name: replace(COLUMNS["rater"], name=name) for name in names})
    condition = exactly_one(*(a_constraint(COLUMN, Operator.EQ, "x", on_column=name) for name in names))
    verdicts = {"x": Verdict.SATISFIED, "y": Verdict.UNSATISFIED, None: Verdict.UNKNOWN}
    told = {Verdict.SATISFIED: True, Verdict.UNSATISFIED: False, Verdict.UNKNOWN: None}
    values = list(product(verdicts, repeat=number))
    frame = pl.DataFrame(values, schema=dict.fromkeys(names, pl.String), orient="row") if names else pl.DataFrame([1])

    truth = frame.with_columns(truth=to_polars(rows_of(condition, dataset, PROFILE)))["truth"].to_list()

    assert truth == [told[one_of(verdicts[each] for each in row)] for row in values]


def test_a_region_is_none_of_some_only_when_it_is_a_region() -> None:
    dataset = the_dataset(columns={"subject_region": replace(COLUMNS["rater"], name="subject_region")})
    condition = a_constraint(SUBJECT_REGION, Operator.IS_NONE_OF, GERMANY, FRANCE)
    frame = pl.DataFrame({"subject_region": [GERMANY, FRANCE, ISO3166 + "AT", "Austria", None]})

    truth = frame.with_columns(truth=to_polars(rows_of(condition, dataset, PROFILE)))["truth"].to_list()

    assert truth == [False, False, True, None, None]


@pytest.mark.parametrize(
    "condition",
    [
        a_constraint(LAWFUL_BASIS, Operator.EQ, Iri("https://w3id.org/dpv#Contract")),
        a_constraint(LAWFUL_BASIS, Operator.EQ, Iri("urn:unheard")),
        a_constraint(SOURCE_PLATFORM, Operator.EQ, "forum"),
        a_constraint(CONTESTED, Operator.EQ, False),  # noqa: FBT003
        a_constraint(SUBJECT_REGION, Operator.EQ, GERMANY),
        a_constraint(COLUMN, Operator.EQ, "public", on_column="visibility"),
        a_constraint(COLUMN, Operator.IS_A, "x", on_column="value"),
        a_constraint(COLUMN, Operator.LT, "m", on_column="rater"),
        either(a_constraint(SOURCE_PLATFORM, Operator.EQ, "forum"), a_constraint(CONTESTED, Operator.EQ, False)),  # noqa: FBT003
        either(a_constraint(FIELD, Operator.IS_ANY_OF, "value"), a_constraint(OBSERVED_AT, Operator.LT, EARLY)),
        either(a_transform("rater", KEEP)),
        either(JOINT),
        a_constraint(Iri("urn:unheard"), Operator.EQ, "x"),
    ],
)
def test_rows_that_no_record_can_meet_deny_before_anything_is_fetched(condition: Condition) -> None:
    decision = decide(wide(condition))

    assert {(reason.code, reason.clause) for reason in decision.reasons} == {("CONSTRAINT_NOT_MET", P1)}


def test_an_unknown_lawful_basis_of_the_dataset_denies() -> None:
    policy = wide(a_constraint(LAWFUL_BASIS, Operator.IS_A, CONSENT))

    assert not decide(policy, an_access(lawful_basis=Iri("urn:unheard"))).permitted


def prohibiting(*conditions: Condition, action: Iri = FINE_TUNE) -> Policy:
    policy = an_agreement(columns=frozenset())
    rule = Prohibition(
        uid=Iri(N9),
        assigner=OWNER,
        assignee=None,
        target=Target(source=ASSET, refinements=conditions),
        action=Action(term=action),
    )
    return replace(policy, prohibitions=(rule,))


def test_a_prohibition_on_columns_takes_them_away() -> None:
    policy = prohibiting(a_constraint(DATA_CATEGORY, Operator.IS_A, IDENTIFYING), action=USE)

    assert decide(policy, selecting("value")).columns == {"value"}
    refused = decide(policy, selecting("value", "rater"))
    assert [(reason.code, reason.clause) for reason in refused.reasons] == [("COLUMN_NOT_LICENSED", N9)]


def test_a_prohibition_on_rows_keeps_those_it_certainly_does_not_hit() -> None:
    policy = prohibiting(a_constraint(OBSERVED_AT, Operator.LT, EARLY))

    assert decide(policy).rows == Not(part=Compare(column="observed_at", comparator=Comparator.LT, value=EARLY))


def test_a_prohibition_on_columns_of_some_rows_takes_the_columns_of_all() -> None:
    policy = prohibiting(
        a_constraint(FIELD, Operator.IS_ANY_OF, "rater"), a_constraint(OBSERVED_AT, Operator.LT, EARLY)
    )

    assert decide(policy, selecting("value")).rows == EVERYTHING
    assert decide(policy, selecting("rater")).clause == N9


@pytest.mark.parametrize(
    "condition",
    [
        JOINT,
        a_transform("rater", DROP),
        a_constraint(SOURCE_PLATFORM, Operator.EQ, "bazaar"),
        either(a_constraint(FIELD, Operator.IS_ANY_OF, "rater"), a_constraint(OBSERVED_AT, Operator.LT, EARLY)),
    ],
)
def test_a_prohibition_that_cannot_be_narrowed_denies(condition: Condition) -> None:
    assert decide(prohibiting(condition)).reasons[0].code == "PROHIBITED"


def test_a_prohibition_on_rows_that_never_occur_does_nothing() -> None:
    decision = decide(prohibiting(a_constraint(SOURCE_PLATFORM, Operator.EQ, "forum")))

    assert decision.permitted


def test_a_mandates_transform_is_united_with_the_agreements() -> None:
    policy = wide(a_transform("rater", KEEP))
    rule = replace(the_permission(wide(a_transform("rater", PSEUDONYMISE), JOINT)), uid=Iri("urn:m#p1"), assignee=None)
    mandate = Policy(uid=Iri("urn:m"), policy_class=PolicyClass.SET, permissions=(rule,))

    decision = evaluate(policy, selecting("rater"), a_state(), NOW, mandates=(mandate,))
    together = evaluate(policy, selecting("rater", "observed_at"), a_state(), NOW, mandates=(mandate,))

    assert decision.transforms == {"rater": Transform(term=PSEUDONYMISE)}
    assert [(each.code, each.clause) for each in together.reasons] == [("COLUMNS_NOT_TOGETHER", "urn:m#p1")]


LEAF = Compare(column="a", comparator=Comparator.EQ, value=1)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (EVERYTHING, False),
        (NOTHING, True),
        (LEAF, False),
        (IsNull(column="a"), False),
        (AnyOf(column="a", values=()), True),
        (AnyOf(column="a", values=(1,)), False),
        (Unknown(reason="x"), True),
        (And(parts=(LEAF, NOTHING)), True),
        (Or(parts=(LEAF, NOTHING)), False),
        (Not(part=EVERYTHING), True),
        (Not(part=NOTHING), False),
        (Not(part=Unknown(reason="x")), True),
        (Not(part=Not(part=NOTHING)), True),
        (Not(part=LEAF), False),
        (Not(part=Or(parts=(LEAF, EVERYTHING))), True),
        (Not(part=And(parts=(LEAF, EVERYTHING))), False),
    ],
)
def test_never_true(predicate: Predicate, *, expected: bool) -> None:
    assert never_true(predicate) is expected


def test_an_empty_selection_is_permitted_with_no_columns() -> None:
    assert decide(permitting(an_agreement()), selecting()).columns == frozenset()
