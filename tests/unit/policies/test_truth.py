from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from policies.model import Quantity, Value, Verdict
from policies.truth import all_of, any_meets, any_of, compare, judge, one_of
from policies.vocabulary import (
    COLUMN,
    COUNT,
    DATE_TIME,
    FIELD,
    MICRO_RHO,
    PROFILE,
    PURPOSE,
    RHO,
    SPATIAL,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ACADEMIC,
    FRANCE,
    GERMANY,
    MARKETING,
    RESEARCH,
    a_constraint,
    all_together,
    either,
    exactly_one,
)

S, N, U = Verdict.SATISFIED, Verdict.UNSATISFIED, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("verdicts", "conjoined", "chosen", "alone"),
    [
        ((), S, N, N),
        ((S,), S, S, S),
        ((S, S), S, S, N),
        ((S, U), U, S, U),
        ((S, N), N, S, S),
        ((U, U), U, U, U),
        ((U, N), N, U, U),
        ((N, N), N, N, N),
        ((S, S, U), U, S, N),
    ],
)
def test_strong_kleene(verdicts: tuple[Verdict, ...], conjoined: Verdict, chosen: Verdict, alone: Verdict) -> None:
    assert (all_of(verdicts), any_of(verdicts), one_of(verdicts)) == (conjoined, chosen, alone)


def test_logic_is_judged_at_any_depth() -> None:
    yes, no = a_constraint(COUNT, Operator.LTEQ, 1), a_constraint(COUNT, Operator.LTEQ, 2)

    def atom(constraint: object) -> Verdict:
        return S if constraint == yes else N

    assert judge(either(no, all_together(yes, exactly_one(yes, no))), atom) is S


@pytest.mark.parametrize(
    ("left", "operator", "right", "actual", "expected"),
    [
        (PURPOSE, Operator.EQ, (RESEARCH,), RESEARCH, S),
        (PURPOSE, Operator.EQ, (RESEARCH,), ACADEMIC, N),
        (PURPOSE, Operator.IS_A, (RESEARCH,), ACADEMIC, S),
        (PURPOSE, Operator.IS_A, (RESEARCH,), MARKETING, N),
        (PURPOSE, Operator.IS_A, (RESEARCH,), "urn:unheard", U),
        (PURPOSE, Operator.EQ, (RESEARCH,), "urn:unheard", U),
        (PURPOSE, Operator.EQ, (RESEARCH,), None, U),
        (SPATIAL, Operator.NEQ, (GERMANY,), FRANCE, S),
        (SPATIAL, Operator.IS_NONE_OF, (GERMANY, FRANCE), FRANCE, N),
        (SPATIAL, Operator.IS_ANY_OF, (GERMANY, FRANCE), FRANCE, S),
        (COUNT, Operator.LT, (3,), 2, S),
        (COUNT, Operator.LTEQ, (3,), 3, S),
        (COUNT, Operator.LT, (3,), 3, N),
        (COLUMN, Operator.GT, (Decimal("1.5"),), 2, S),
        (COLUMN, Operator.GTEQ, (2,), Decimal(2), S),
        (COLUMN, Operator.GT, (2,), 2, N),
        (COUNT, Operator.LT, (3,), "2", U),
        (COUNT, Operator.LT, (3,), True, U),
        (COLUMN, Operator.LT, (True,), False, U),
        (COLUMN, Operator.LT, ("b",), "a", U),
        (COLUMN, Operator.EQ, (timedelta(1),), timedelta(1), S),
        (COLUMN, Operator.LT, (timedelta(2),), timedelta(1), S),
        (DATE_TIME, Operator.LT, (datetime(2027, 1, 1, tzinfo=UTC),), datetime(2026, 1, 1, tzinfo=UTC), S),
        (FIELD, Operator.NOT_TOGETHER, ("a", "b"), "a", U),
        (Iri("urn:no-operand"), Operator.EQ, ("a",), "a", U),
    ],
)
def test_comparison(
    left: Iri, operator: Operator, right: tuple[Value, ...], actual: Value | None, expected: Verdict
) -> None:
    actuals = frozenset[Value | Quantity]() if actual is None else frozenset({actual})

    assert compare(a_constraint(left, operator, *right), actuals, PROFILE) is expected


@pytest.mark.parametrize(
    ("operator", "right", "actual", "all_hold", "one_meets"),
    [
        (Operator.IS_ANY_OF, (GERMANY, FRANCE), {GERMANY, FRANCE}, S, S),
        (Operator.EQ, (GERMANY,), {GERMANY, FRANCE}, N, S),
        (Operator.IS_NONE_OF, (GERMANY,), {GERMANY, FRANCE}, N, S),
        (Operator.EQ, (GERMANY,), {GERMANY, Iri("urn:sea")}, U, S),
        (Operator.EQ, (GERMANY,), {FRANCE, Iri("urn:sea")}, N, U),
        (Operator.EQ, (GERMANY,), set(), U, U),
    ],
)
def test_of_several_values_all_must_hold_or_one_must_meet(
    operator: Operator, right: tuple[Iri, ...], actual: set[Iri], all_hold: Verdict, one_meets: Verdict
) -> None:
    constraint, actuals = a_constraint(SPATIAL, operator, *right), frozenset[Value | Quantity](actual)

    assert compare(constraint, actuals, PROFILE) is all_hold
    assert any_meets(constraint, actuals, PROFILE) is one_meets


def test_units_must_be_equal_and_nothing_is_converted() -> None:
    bound = a_constraint(RHO, Operator.LTEQ, 100, unit=MICRO_RHO)

    assert compare(bound, frozenset({Quantity(number=100, unit=MICRO_RHO)}), PROFILE) is S
    assert compare(bound, frozenset({Quantity(number=101, unit=MICRO_RHO)}), PROFILE) is N
    assert compare(bound, frozenset({Quantity(number=1, unit=Iri("urn:unit:rho"))}), PROFILE) is U
    assert compare(bound, frozenset({1}), PROFILE) is U
    assert compare(a_constraint(COUNT, Operator.LTEQ, 3), frozenset({Quantity(number=1, unit=MICRO_RHO)}), PROFILE) is U
