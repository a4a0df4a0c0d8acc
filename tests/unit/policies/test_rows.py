"""Row terms on real rows: what they keep, what a prohibition of them keeps, and what is known of all rows at once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl
import pytest

from policies.compile import to_polars
from policies.deciding.rows import extent, never_true, rows_of
from policies.model import ColumnFacts, Condition, Value, Verdict
from policies.predicate import EVERYTHING, NOTHING, And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Unknown
from policies.vocabulary import (
    COLUMN,
    CONTESTED,
    DPV,
    ISO3166,
    LAWFUL_BASIS,
    OPT_OUT,
    PROFILE,
    SOURCE_PLATFORM,
    SUBJECT_AGE,
    SUBJECT_REGION,
    Iri,
    Operator,
    ValueKind,
)
from tests.testkit.policies import (
    CONSENT,
    FRANCE,
    GERMANY,
    NOW,
    a_constraint,
    all_together,
    either,
    exactly_one,
    the_dataset,
)

S, N, U = Verdict.SATISFIED, Verdict.UNSATISFIED, Verdict.UNKNOWN
HOLDS: Final[dict[Any, ValueKind]] = {
    pl.String: ValueKind.TEXT,
    pl.Int64: ValueKind.INTEGER,
    pl.Boolean: ValueKind.BOOLEAN,
    pl.Datetime("us", "UTC"): ValueKind.DATE_TIME,
}
SPAIN: Final = Iri(ISO3166 + "ES")
TYPES: Final[dict[str, Any]] = {
    "subject_region": pl.String,
    "subject_age": pl.Int64,
    "subject_age_from": pl.Int64,
    "subject_age_to": pl.Int64,
    "contested": pl.Boolean,
    "observed_at": pl.Datetime("us", "UTC"),
    "opt_out": pl.Boolean,
    "n": pl.Int64,
}


def verdict_on(condition: Condition, **row: Any) -> Verdict:
    """What the condition says of a record that has these columns and no others."""
    columns = {
        name: ColumnFacts(name=name, type=HOLDS[TYPES[name]], category=Iri(DPV + "Data"), sensitivity="none")
        for name in row
    }
    predicate = rows_of(condition, the_dataset(columns=columns), PROFILE)
    table = pl.DataFrame({name: [value] for name, value in row.items()}, schema={name: TYPES[name] for name in row})
    found = table.select(to_polars(predicate).alias("kept"))["kept"].to_list()
    assert {True: S, False: N, None: U}[found[0]] in extent(predicate)
    return {True: S, False: N, None: U}[found[0]]


@pytest.mark.parametrize(
    ("operator", "low", "high", "expected"),
    [
        (Operator.GTEQ, 18, 24, S),
        (Operator.GTEQ, 17, 24, U),
        (Operator.GTEQ, 16, 17, N),
        (Operator.GT, 18, 24, U),
        (Operator.GT, 19, 24, S),
        (Operator.LT, 10, 17, S),
        (Operator.LT, 10, 18, U),
        (Operator.LTEQ, 10, 18, S),
        (Operator.LTEQ, 19, 30, N),
        (Operator.GTEQ, 18, None, U),
        (Operator.GTEQ, None, 17, U),
    ],
)
def test_an_age_band_compares_by_its_bounds(
    operator: Operator, low: int | None, high: int | None, expected: Verdict
) -> None:
    term = a_constraint(SUBJECT_AGE, operator, 18)

    assert verdict_on(term, subject_age_from=low, subject_age_to=high) is expected


def test_an_age_in_years_compares_as_it_is() -> None:
    term = a_constraint(SUBJECT_AGE, Operator.GTEQ, 18)

    assert [verdict_on(term, subject_age=age) for age in (18, 17, None)] == [S, N, U]


@pytest.mark.parametrize(
    "term",
    [
        a_constraint(SUBJECT_AGE, Operator.EQ, 18),
        a_constraint(SUBJECT_AGE, Operator.IS_ANY_OF, 18),
        a_constraint(SUBJECT_AGE, Operator.GTEQ, "18"),
        a_constraint(SUBJECT_AGE, Operator.GTEQ, True),  # noqa: FBT003
    ],
)
def test_a_bound_that_an_age_band_cannot_be_compared_with_is_unknown(term: Condition) -> None:
    assert verdict_on(term, subject_age_from=18, subject_age_to=18) is U


@pytest.mark.parametrize(
    ("operator", "places", "expected"),
    [
        (Operator.EQ, [GERMANY], [S, N, N, U, U]),
        (Operator.IS_ANY_OF, [GERMANY, FRANCE], [S, S, N, U, U]),
        (Operator.NEQ, [GERMANY], [N, S, S, U, U]),
        (Operator.IS_NONE_OF, [GERMANY, FRANCE], [N, N, S, U, U]),
        (Operator.LT, [GERMANY], [U, U, U, U, U]),
    ],
)
def test_a_place_that_is_no_code_is_neither_inside_nor_outside(
    operator: Operator, places: list[Iri], expected: list[Verdict]
) -> None:
    term = a_constraint(SUBJECT_REGION, operator, *places)
    found = [verdict_on(term, subject_region=each) for each in (GERMANY, FRANCE, SPAIN, ISO3166 + "de", None)]

    assert found == expected


@pytest.mark.parametrize("operator", [Operator.EQ, Operator.IS_ANY_OF, Operator.GTEQ])
@pytest.mark.parametrize(
    ("column", "value", "bounds"),
    [
        ("subject_region", "x", (5,)),
        ("subject_region", "x", ("x", 5)),
        ("subject_age", 18, ("x",)),
        ("subject_age", 18, (True,)),
        ("subject_age", 18, (datetime(2026, 1, 1, tzinfo=UTC),)),
        ("subject_age", 18, (timedelta(days=1),)),
        ("subject_age", 18, (Decimal("NaN"),)),
        ("contested", True, (1,)),
        ("observed_at", datetime(2026, 1, 1, tzinfo=UTC), (NOW.replace(tzinfo=None),)),
    ],
)
def test_a_column_compared_with_what_it_cannot_hold_is_unknown(
    operator: Operator, column: str, value: Any, bounds: tuple[Value, ...]
) -> None:
    assert verdict_on(a_constraint(COLUMN, operator, *bounds, on_column=column), **{column: value}) is U


def test_text_has_no_order() -> None:
    assert verdict_on(a_constraint(COLUMN, Operator.LT, "y", on_column="subject_region"), subject_region="x") is U


def test_a_code_that_a_term_misspells_is_no_place() -> None:
    misspelt = a_constraint(SUBJECT_REGION, Operator.EQ, Iri(ISO3166 + "de"))

    assert verdict_on(misspelt, subject_region=ISO3166 + "de") is U


@pytest.mark.parametrize("operand", [CONTESTED, OPT_OUT])
def test_flags_are_compared_and_unknown_where_the_record_does_not_say(operand: Iri) -> None:
    column = {CONTESTED: "contested", OPT_OUT: "opt_out"}[operand]
    term = a_constraint(operand, Operator.EQ, False)  # noqa: FBT003

    assert [verdict_on(term, **{column: value}) for value in (False, True, None)] == [S, N, U]
    assert verdict_on(term, n=1) is U


@pytest.mark.parametrize(
    "term",
    [
        a_constraint(COLUMN, Operator.EQ, timedelta(1), on_column="n"),
        a_constraint(COLUMN, Operator.IS_ANY_OF, 1, timedelta(1), on_column="n"),
        a_constraint(COLUMN, Operator.NEQ, 2, on_column="n"),
        a_constraint(COLUMN, Operator.IS_NONE_OF, 2, on_column="n"),
        a_constraint(COLUMN, Operator.EQ, 1, on_column="m"),
        a_constraint(COLUMN, Operator.LT, "b", on_column="n"),
        a_constraint(COLUMN, Operator.GTEQ, True, on_column="n"),  # noqa: FBT003
    ],
)
def test_what_cannot_be_compared_on_rows_is_unknown(term: Condition) -> None:
    assert verdict_on(term, n=1) is U


def test_row_terms_combine_at_any_depth() -> None:
    low = all_together(
        a_constraint(COLUMN, Operator.GTEQ, 1, on_column="n"), a_constraint(COLUMN, Operator.LT, 3, on_column="n")
    )
    term = either(low, a_constraint(COLUMN, Operator.IS_ANY_OF, 7, 9, on_column="n"))

    assert [verdict_on(term, n=value) for value in (0, 1, 2, 3, 7, 8, 9, None)] == [N, S, S, N, S, N, S, U]


def test_exactly_one_of_several_row_terms() -> None:
    one, two, other = (
        a_constraint(COLUMN, Operator.EQ, 1, on_column="n"),
        a_constraint(COLUMN, Operator.LT, 2, on_column="n"),
        a_constraint(CONTESTED, Operator.EQ, True),  # noqa: FBT003
    )

    assert verdict_on(exactly_one(one, two), n=1) is N
    assert verdict_on(exactly_one(one, two), n=0) is S
    assert verdict_on(exactly_one(one, two), n=3) is N
    assert verdict_on(exactly_one(one, two, other), n=1) is N
    assert verdict_on(exactly_one(one, other), n=1) is U


def test_what_the_dataset_declares_is_known_of_all_rows() -> None:
    here, there = (a_constraint(SOURCE_PLATFORM, Operator.EQ, name) for name in ("bazaar", "forum"))

    assert rows_of(here, the_dataset(), PROFILE) == EVERYTHING
    assert rows_of(there, the_dataset(), PROFILE) == NOTHING
    assert extent(rows_of(either(here, there), the_dataset(), PROFILE)) == {S}
    basis = a_constraint(LAWFUL_BASIS, Operator.IS_A, CONSENT)
    assert extent(rows_of(basis, the_dataset(lawful_basis=Iri("urn:unheard")), PROFILE)) == {U}


LEAF = Compare(column="a", comparator=Comparator.EQ, value=1)
NOBODY_KNOWS = Unknown(reason="x")


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (EVERYTHING, {S}),
        (NOTHING, {N}),
        (NOBODY_KNOWS, {U}),
        (Not(part=NOBODY_KNOWS), {U}),
        (Not(part=EVERYTHING), {N}),
        (LEAF, {S, N, U}),
        (IsNull(column="a"), {S, N, U}),
        (AnyOf(column="a", values=(1,)), {S, N, U}),
        (AnyOf(column="a", values=()), {N, U}),
        (And(parts=(LEAF, NOTHING)), {N}),
        (And(parts=(LEAF, NOBODY_KNOWS)), {N, U}),
        (Or(parts=(LEAF, NOBODY_KNOWS)), {S, U}),
        (Or(parts=(LEAF, EVERYTHING)), {S}),
    ],
)
def test_what_is_known_of_all_rows(predicate: Predicate, expected: set[Verdict]) -> None:
    assert extent(predicate) == expected
    assert never_true(predicate) is (S not in expected)


@pytest.mark.parametrize("name", ["ren\u00e9", "rene\u0301"])
@pytest.mark.parametrize(
    ("operator", "more", "expected"),
    [
        (Operator.EQ, (), Compare(column="name", comparator=Comparator.EQ, value="ren\u00e9")),
        (Operator.IS_ANY_OF, ("bob",), AnyOf(column="name", values=("bob", "ren\u00e9"))),
    ],
)
def test_text_is_compared_in_one_form(
    name: str, operator: Operator, more: tuple[str, ...], expected: Predicate
) -> None:
    constraint = a_constraint(COLUMN, operator, name, *more, on_column="name")
    dataset = the_dataset(
        columns={"name": ColumnFacts(name="name", type=ValueKind.TEXT, category=Iri(DPV + "Data"), sensitivity="none")}
    )

    assert rows_of(constraint, dataset, PROFILE) == expected
