from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.errors import PolicyError
from policies.model import Value
from policies.registering.places import Written
from policies.registering.wellformed import require_wellformed
from policies.vocabulary import (
    BUCKET,
    COLUMN,
    CONTESTED,
    COUNT,
    DATE_TIME,
    DPV,
    DUE_BY,
    FIELD,
    GENERALISE,
    ISO4217,
    KEEP,
    MICRO_RHO,
    MIN_QUALITY,
    PAY_AMOUNT,
    PURPOSE,
    RHO,
    SENSITIVITY,
    TIME_UNITS,
    TRANSFORM,
    TRUNCATE_TIME,
    Iri,
    Operator,
)
from tests.testkit.policies import a_constraint

EUR = Iri(ISO4217 + "EUR")
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "operator", "right", "more"),
    [
        (PAY_AMOUNT, Operator.EQ, (Decimal(4),), {"unit": EUR}),
        (RHO, Operator.LTEQ, (5,), {"unit": MICRO_RHO}),
        (MIN_QUALITY, Operator.GTEQ, (Decimal("0.9"),), {"unit": Iri("urn:metric:completeness")}),
        (DUE_BY, Operator.LTEQ, (timedelta(days=3),), {}),
        (DUE_BY, Operator.LTEQ, (JUNE,), {}),
        (DATE_TIME, Operator.GTEQ, (JUNE,), {}),
        (CONTESTED, Operator.EQ, (False,), {}),
        (SENSITIVITY, Operator.IS_ANY_OF, ("none", "pseudonym"), {}),
        (COLUMN, Operator.GT, (Decimal("1.5"),), {"on_column": "value"}),
        (FIELD, Operator.NOT_TOGETHER, ("a", "b"), {}),
        (TRANSFORM, Operator.EQ, (KEEP,), {"on_column": "a"}),
        (TRANSFORM, Operator.EQ, (GENERALISE,), {"on_column": "a", "parameter": 2}),
        (TRANSFORM, Operator.EQ, (TRUNCATE_TIME,), {"on_column": "a", "parameter": TIME_UNITS[0]}),
    ],
)
def test_accepted(left: Iri, operator: Operator, right: tuple[Value, ...], more: dict[str, Any]) -> None:
    require_wellformed(a_constraint(left, operator, *right, **more), Written())


@pytest.mark.parametrize(
    ("code", "left", "operator", "right", "more"),
    [
        ("POLICY_TERM_UNKNOWN", Iri("urn:x"), Operator.EQ, (1,), {}),
        ("POLICY_MALFORMED", PAY_AMOUNT, Operator.EQ, (Decimal(4),), {}),
        ("POLICY_TERM_UNKNOWN", PAY_AMOUNT, Operator.EQ, (Decimal(4),), {"unit": Iri(ISO4217 + "euro")}),
        ("POLICY_TERM_UNKNOWN", PAY_AMOUNT, Operator.EQ, (Decimal(4),), {"unit": Iri("urn:EUR")}),
        ("POLICY_TERM_UNKNOWN", RHO, Operator.LTEQ, (5,), {"unit": EUR}),
        ("POLICY_MALFORMED", DATE_TIME, Operator.LT, (JUNE,), {"unit": EUR}),
        ("POLICY_VALUE_INVALID", PAY_AMOUNT, Operator.EQ, (Decimal(-4),), {"unit": EUR}),
        ("POLICY_VALUE_INVALID", DATE_TIME, Operator.LT, (datetime(2026, 6, 1),), {}),  # noqa: DTZ001  # on purpose
        ("POLICY_VALUE_INVALID", COLUMN, Operator.EQ, (timedelta(1),), {"on_column": "value"}),
        ("POLICY_TERM_UNKNOWN", SENSITIVITY, Operator.EQ, ("harmless",), {}),
        ("POLICY_MALFORMED", FIELD, Operator.NOT_TOGETHER, ("a",), {}),
        ("POLICY_MALFORMED", FIELD, Operator.IS_ANY_OF, (), {}),
        ("POLICY_VALUE_INVALID", FIELD, Operator.IS_ANY_OF, ("Not A Column",), {}),
        ("POLICY_VALUE_INVALID", TRANSFORM, Operator.EQ, (KEEP,), {"on_column": "NO"}),
        ("POLICY_MALFORMED", TRANSFORM, Operator.EQ, (KEEP,), {}),
        ("POLICY_VALUE_INVALID", TRANSFORM, Operator.EQ, (BUCKET,), {"on_column": "a", "parameter": 0}),
        ("POLICY_MALFORMED", TRANSFORM, Operator.EQ, (BUCKET,), {"on_column": "a"}),
        (
            "POLICY_VALUE_INVALID",
            TRANSFORM,
            Operator.EQ,
            (TRUNCATE_TIME,),
            {"on_column": "a", "parameter": Iri("urn:w")},
        ),
    ],
)
def test_refused(code: str, left: Iri, operator: Operator, right: tuple[Value, ...], more: dict[str, Any]) -> None:
    with pytest.raises(PolicyError) as refused:
        require_wellformed(a_constraint(left, operator, *right, **more), Written(("here",)))
    assert refused.value.code == code
    assert refused.value.pointer.startswith("/here")
    assert refused.value.rule in range(1, 35)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("left", "operator", "right", "hint"),
    [
        (COUNT, Operator.LTEQ, "1000", '"@value": "1000", "@type": "xsd:integer"}`, or bare, without quotes: `1000`'),
        (COUNT, Operator.LTEQ, "many", "this is text: write a whole number from 0 on, such as `1000`"),
        (COUNT, Operator.LTEQ, "-1", "this is text: write a whole number from 0 on, such as `1000`"),
        (COUNT, Operator.LTEQ, Decimal("1000.5"), "write a whole number from 0 on, such as `1000`"),
        (PAY_AMOUNT, Operator.EQ, "0.5", 'this is text: write `{"@value": "0.5", "@type": "xsd:decimal"}`'),
        (
            DATE_TIME,
            Operator.LT,
            "2036-01-01T00:00:00Z",
            'this is text: write `{"@value": "2036-01-01T00:00:00Z", "@type": "xsd:dateTime"}`',
        ),
        (DATE_TIME, Operator.LT, "1 June", "this is text: write an `xsd:dateTime` with its offset, such as `{"),
        (DUE_BY, Operator.LTEQ, "P3D", 'this is text: write `{"@value": "P3D", "@type": "xsd:duration"}`'),
        (CONTESTED, Operator.EQ, "false", '"@type": "xsd:boolean"}`, or bare, without quotes: `false`'),
        (CONTESTED, Operator.EQ, "no", "this is text: write `true` or `false`"),
        (FIELD, Operator.IS_ANY_OF, "Not A Column", "write a column name in small letters, digits and underscores"),
    ],
)
def test_the_right_text_of_the_wrong_type_is_shown_with_its_type(
    left: Iri, operator: Operator, right: Value, hint: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        require_wellformed(a_constraint(left, operator, right), Written())
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("term", "problem", "hint"),
    [
        (BUCKET, "`rep:bucket` needs a `rep:parameter`", "give it a `rep:parameter`, a whole number from 1 on"),
        (TRUNCATE_TIME, "`rep:truncateTime` needs a `rep:parameter`", 'as in `{"@id": "rep:month"}`'),
    ],
)
def test_a_missing_parameter_is_named(term: Iri, problem: str, hint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        require_wellformed(a_constraint(TRANSFORM, Operator.EQ, term, on_column="a"), Written())
    assert refused.value.message == problem
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("concept", "message", "hint"),
    [
        ("AcademicResarch", "unknown value of `odrl:purpose` `dpv:AcademicResarch`", "did you mean `dpv:AcademicRes"),
        ("Nothing", "unknown value of `odrl:purpose` `dpv:Nothing`", "use a concept below `dpv:Purpose`"),
        (
            "Consent",
            "`dpv:Consent` has no meaning as value of `odrl:purpose`",
            "it is a concept of `dpv:LegalBasis`; use `dpv:Purpose` or a concept below it",
        ),
        ("LegalBasis", "`dpv:LegalBasis` has no meaning as value of `odrl:purpose`", "it is a concept of"),
    ],
)
def test_concepts_are_answered_with_the_nearest_or_with_where_they_stand(concept: str, message: str, hint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        require_wellformed(a_constraint(PURPOSE, Operator.IS_A, Iri(DPV + concept)), Written())
    assert refused.value.message == f"{message}, at `/rightOperand`"
    assert hint in refused.value.hint
