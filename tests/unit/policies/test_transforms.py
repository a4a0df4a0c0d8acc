from itertools import permutations

import pytest

from policies.model import Condition, Constraint, Transform
from policies.transforms import applies, stronger, strongest
from policies.vocabulary import (
    AGGREGATE_ONLY,
    BUCKET,
    DPV,
    DROP,
    GENERALISE,
    KEEP,
    PROFILE,
    PSEUDONYMISE,
    REDACT_TEXT,
    TECHNICAL_MEASURE,
    TIME_UNITS,
    TRUNCATE_TIME,
    Iri,
    Operator,
)
from tests.testkit.policies import a_constraint, either

DAY, MONTH = TIME_UNITS[3:5]


def a(term: Iri, parameter: Iri | int | None = None) -> Transform:
    return Transform(term=term, parameter=parameter)


@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        (a(KEEP), a(PSEUDONYMISE)),
        (a(REDACT_TEXT), a(AGGREGATE_ONLY)),
        (a(AGGREGATE_ONLY), a(DROP)),
        (a(GENERALISE, 1), a(GENERALISE, 2)),
        (a(TRUNCATE_TIME, DAY), a(TRUNCATE_TIME, MONTH)),
        (a(BUCKET, 5), a(BUCKET, 10)),
    ],
)
def test_the_declared_order(weak: Transform, strong: Transform) -> None:
    assert stronger(weak, strong) == strong
    assert stronger(strong, weak) == strong
    assert stronger(weak, weak) == weak


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (a(PSEUDONYMISE), a(REDACT_TEXT)),
        (a(BUCKET, 4), a(BUCKET, 10)),
        (a(BUCKET, 0), a(BUCKET)),
        (a(GENERALISE, 1), a(GENERALISE)),
        (a(TRUNCATE_TIME, DAY), a(TRUNCATE_TIME, Iri("urn:week"))),
        (a(KEEP), a(Iri("urn:unheard"))),
    ],
)
def test_other_pairs_are_incomparable(first: Transform, second: Transform) -> None:
    assert stronger(first, second) is None
    assert stronger(second, first) is None


def test_the_strongest_of_several_does_not_depend_on_their_order() -> None:
    several = (a(KEEP), a(GENERALISE, 1), a(GENERALISE, 2), a(DROP))

    assert {strongest(each) for each in permutations(several)} == {a(DROP)}
    assert {strongest(each) for each in permutations((a(BUCKET, 5), a(BUCKET, 10), a(BUCKET, 20)))} == {a(BUCKET, 20)}
    assert {strongest(each) for each in permutations((a(TRUNCATE_TIME, DAY), a(TRUNCATE_TIME, MONTH)))} == {
        a(TRUNCATE_TIME, MONTH)
    }
    assert strongest(()) is None


def test_a_third_transform_does_not_settle_two_that_cannot_be_compared() -> None:
    for several in (
        (a(PSEUDONYMISE), a(GENERALISE, 1), a(DROP)),
        (a(BUCKET, 4), a(BUCKET, 10), a(BUCKET, 20)),
        (a(BUCKET, 4), a(BUCKET, 6), a(BUCKET, 8)),
        (a(KEEP), a(Iri("urn:unheard")), a(DROP)),
    ):
        assert {strongest(each) for each in permutations(several)} == {None}


def measure(operator: Operator, *names: str) -> Constraint:
    return a_constraint(TECHNICAL_MEASURE, operator, *(Iri(DPV + name) for name in names))


@pytest.mark.parametrize(
    ("transform", "measures", "expected"),
    [
        (a(PSEUDONYMISE), (measure(Operator.EQ, "Pseudonymisation"),), True),
        (a(PSEUDONYMISE), (measure(Operator.IS_A, "Deidentification"),), True),
        (a(PSEUDONYMISE), (measure(Operator.EQ, "Deidentification"),), False),
        (a(PSEUDONYMISE), (measure(Operator.IS_ANY_OF, "Anonymisation", "Pseudonymisation"),), True),
        (a(PSEUDONYMISE), (measure(Operator.IS_A, "Anonymisation"),), False),
        (a(GENERALISE, 2), (measure(Operator.IS_A, "Deidentification"),), True),
        (a(TRUNCATE_TIME, DAY), (measure(Operator.IS_A, "Deidentification"),), True),
        (a(BUCKET, 5), (measure(Operator.IS_A, "Anonymisation"),), False),
        (a(REDACT_TEXT), (measure(Operator.EQ, "DataRedaction"),), True),
        (a(REDACT_TEXT), (measure(Operator.IS_A, "Deidentification"),), False),
        (a(KEEP), (measure(Operator.IS_A, "TechnicalMeasure"),), False),
        (a(Iri("urn:unheard")), (measure(Operator.IS_A, "TechnicalMeasure"),), False),
        (a(DROP), (measure(Operator.EQ, "DifferentialPrivacy"),), True),
        (a(AGGREGATE_ONLY), (measure(Operator.EQ, "Anonymisation"),), True),
        (
            a(PSEUDONYMISE),
            (measure(Operator.EQ, "Pseudonymisation"), measure(Operator.EQ, "DataRedaction")),
            False,
        ),
        (
            a(PSEUDONYMISE),
            (either(measure(Operator.EQ, "Pseudonymisation"), measure(Operator.EQ, "DataRedaction")),),
            True,
        ),
    ],
)
def test_a_transform_is_the_measure_that_it_certainly_is(
    transform: Transform, measures: tuple[Condition, ...], *, expected: bool
) -> None:
    assert applies(transform, measures, PROFILE) is expected
