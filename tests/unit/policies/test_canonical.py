import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import rfc8785

from policies.canonical import (
    canonical,
    canonical_bytes,
    condition_form,
    duty_form,
    normal_form,
    policy_hash,
    prohibition_form,
    rule_form,
    terms_form,
)
from policies.errors import PolicyMalformedError
from policies.model import (
    Action,
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    PolicyClass,
    Prohibition,
    Role,
    Target,
)
from policies.terms import same_terms
from policies.vocabulary import (
    COLUMN,
    COUNT,
    DATE_TIME,
    DELETE,
    DUE_BY,
    EVENT,
    FIELD,
    INFORMED_PARTY,
    LICENCE_END,
    PAY_AMOUNT,
    SPATIAL,
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
    OWNER,
    a_constraint,
    all_together,
    an_agreement,
    an_offer,
    constrained,
    either,
    permitting,
    the_permission,
)


def told(call: Callable[[], object]) -> tuple[str, int, str]:
    """Message, rule and hint of the refusal."""
    with pytest.raises(PolicyMalformedError) as refused:
        call()
    return refused.value.message, refused.value.rule, refused.value.hint


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": "x"}, 2**53])
def test_what_has_no_canonical_bytes_is_refused(value: Any) -> None:
    expected = (
        "the policy holds a value that has no canonical form",
        3,
        "take lone surrogates out, and write numbers as exact decimals",
    )
    assert told(lambda: canonical(value)) == expected


def test_the_hash_is_that_of_the_canonical_bytes() -> None:
    policy = an_agreement(price=EUROS)

    assert canonical_bytes(policy) == rfc8785.dumps(normal_form(policy))
    assert policy_hash(policy) == "sha-256:" + hashlib.sha256(canonical_bytes(policy)).hexdigest()


def test_a_top_level_and_is_flattened() -> None:
    first, second = a_constraint(COUNT, Operator.LTEQ, 3), a_constraint(SPATIAL, Operator.EQ, GERMANY)
    apart = constrained(an_offer(), first, second)
    together = constrained(an_offer(), all_together(second, all_together(first)))

    assert policy_hash(apart) == policy_hash(together)


def test_the_order_of_rules_and_members_has_no_influence() -> None:
    policy = constrained(
        an_offer(), either(a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(COUNT, Operator.LTEQ, 1))
    )
    logical = the_permission(policy).constraints[-1]
    assert isinstance(logical, LogicalConstraint)
    turned = replace(
        policy,
        permissions=tuple(
            replace(rule, constraints=(replace(logical, members=logical.members[::-1]), *rule.constraints[:-1]))
            for rule in policy.permissions
        ),
        prohibitions=policy.prohibitions[::-1],
        obligations=policy.obligations[::-1],
    )

    assert canonical_bytes(turned) == canonical_bytes(policy)


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: replace(policy, uid=Iri("urn:other")),
        lambda policy: replace(policy, title="Other"),
        lambda policy: replace(policy, description="Something"),
        lambda policy: replace(policy, policy_class=PolicyClass.SET),
    ],
)
def test_identity_and_text_are_part_of_the_hash_but_no_terms(change: object) -> None:
    policy = an_offer()
    changed = change(policy)  # type: ignore[operator]

    assert policy_hash(changed) != policy_hash(policy)
    assert same_terms(changed, policy)


def test_terms_have_no_uids_assignees_or_class() -> None:
    assert terms_form(an_agreement(price=EUROS, attribution=True)) == terms_form(
        an_offer(price=EUROS, attribution=True)
    )


def test_iris_and_literals_of_one_spelling_differ() -> None:
    text = a_constraint(Iri("urn:operand"), Operator.EQ, "urn:x")
    iri = a_constraint(SPATIAL, Operator.EQ, "urn:x")

    assert "@value" in json.dumps(condition_form(text))
    assert "@value" not in json.dumps(condition_form(iri))


def test_units_columns_and_parameters_are_part_of_a_condition() -> None:
    euros = a_constraint(PAY_AMOUNT, Operator.EQ, Decimal("0.10"), unit=Iri("urn:eur"), on_column="text", parameter=3)

    assert condition_form(euros) == {
        "odrl:leftOperand": "odrl:payAmount",
        "odrl:operator": "odrl:eq",
        "odrl:rightOperand": [{"@type": "xsd:decimal", "@value": "0.1"}],
        "odrl:unit": "urn:eur",
        "rep:onColumn": "text",
        "rep:parameter": {"@type": "xsd:integer", "@value": "3"},
    }
    assert condition_form(a_constraint(DUE_BY, Operator.LTEQ, timedelta(days=7))) != condition_form(euros)
    assert condition_form(a_constraint(SPATIAL, Operator.IS_ANY_OF, GERMANY, FRANCE)) == condition_form(
        a_constraint(SPATIAL, Operator.IS_ANY_OF, FRANCE, GERMANY)
    )


@pytest.mark.parametrize("uid", ["relative", "rep:fineTune", ""])
def test_what_is_no_absolute_iri_has_no_normal_form(uid: str) -> None:
    policy = replace(an_offer(), uid=Iri(uid))

    assert told(lambda: policy_hash(policy)) == (f"`{uid}` is not an absolute IRI", 3, "write it in full")


def test_lone_surrogates_have_no_canonical_bytes() -> None:
    columns = a_constraint(FIELD, Operator.IS_ANY_OF, "\ud800", "a")
    policy = replace(permitting(an_offer(), constraints=(columns,)), title="\ud800")

    expected = ("the policy holds text that is not Unicode", 3, "take lone surrogates out")
    assert told(lambda: policy_hash(policy)) == expected


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), datetime(2026, 1, 1)])  # noqa: DTZ001
def test_values_that_no_literal_stands_for_have_no_normal_form(value: Decimal | datetime) -> None:
    expected = (f"no literal stands for `{value}`", 3, "give a finite number, or a moment with its offset")

    assert told(lambda: condition_form(a_constraint(COLUMN, Operator.EQ, value, on_column="a"))) == expected


def test_a_constraint_without_a_value_has_no_normal_form() -> None:
    constraint = Constraint(left=SPATIAL, operator=Operator.EQ, right=())

    expected = (f"a constraint on `{SPATIAL}` has no value", 1, "give the value to compare with")
    assert told(lambda: condition_form(constraint)) == expected


def test_text_is_written_as_rfc_8785_has_it() -> None:
    text = "".join(chr(each) for each in (*range(0x100), 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF))
    content = canonical_bytes(replace(an_offer(), title=text))

    assert json.loads(content)["dct:title"] == text
    assert content == rfc8785.dumps(json.loads(content))


ERASURE = Duty(
    uid=Iri("urn:d"),
    action=Action(term=DELETE, refinements=(a_constraint(DUE_BY, Operator.LTEQ, timedelta(days=7)),)),
    role=Role(function=INFORMED_PARTY, party=OWNER),
    constraints=(a_constraint(EVENT, Operator.GT, LICENCE_END),),
    consequences=(Duty(uid=Iri("urn:d#c"), action=Action(term=DELETE)),),
    assigner=OWNER,
    assignee=LICENSEE,
    target=Target(source=ASSET),
)
ERASURE_FORM = {
    "@type": "odrl:Duty",
    "odrl:action": {
        "odrl:refinement": [
            {
                "odrl:leftOperand": "rep:dueBy",
                "odrl:operator": "odrl:lteq",
                "odrl:rightOperand": [{"@type": "xsd:duration", "@value": "P7D"}],
            }
        ],
        "rdf:value": "odrl:delete",
    },
    "odrl:consequence": [{"@type": "odrl:Duty", "odrl:action": {"rdf:value": "odrl:delete"}}],
    "odrl:constraint": [
        {
            "odrl:leftOperand": "odrl:event",
            "odrl:operator": "odrl:gt",
            "odrl:rightOperand": [{"@id": "rep:licenceEnd"}],
        }
    ],
    "odrl:informedParty": OWNER,
}


def test_the_form_of_a_duty_is_what_it_asks_for() -> None:
    assert duty_form(ERASURE) == ERASURE_FORM
    assert duty_form(replace(ERASURE, assignee=OWNER)) == {**ERASURE_FORM, "odrl:assignee": OWNER}


def test_the_form_of_a_prohibition_is_what_it_forbids() -> None:
    forbidden = Prohibition(
        uid=Iri("urn:n"),
        target=Target(source=ASSET, refinements=(a_constraint(FIELD, Operator.IS_ANY_OF, "value"),)),
        action=Action(term=USE),
        constraints=(either(a_constraint(COUNT, Operator.LTEQ, 3), a_constraint(SPATIAL, Operator.EQ, GERMANY)),),
        remedies=(replace(ERASURE, assigner=None, assignee=None, target=None),),
        assigner=OWNER,
        assignee=LICENSEE,
    )

    assert prohibition_form(forbidden) == {
        "@type": "odrl:Prohibition",
        "odrl:action": {"rdf:value": "odrl:use"},
        "odrl:assigner": OWNER,
        "odrl:constraint": [
            {
                "odrl:or": [
                    {
                        "odrl:leftOperand": "odrl:count",
                        "odrl:operator": "odrl:lteq",
                        "odrl:rightOperand": [{"@type": "xsd:integer", "@value": "3"}],
                    },
                    {
                        "odrl:leftOperand": "odrl:spatial",
                        "odrl:operator": "odrl:eq",
                        "odrl:rightOperand": [{"@id": "iso3166:DE"}],
                    },
                ]
            }
        ],
        "odrl:remedy": [ERASURE_FORM],
        "odrl:target": {
            "odrl:refinement": [
                {
                    "odrl:leftOperand": "rep:field",
                    "odrl:operator": "odrl:isAnyOf",
                    "odrl:rightOperand": [{"@type": "xsd:string", "@value": "value"}],
                }
            ],
            "odrl:source": ASSET,
        },
    }


def test_terms_name_the_licensee_nowhere_and_the_owner_where_a_rule_binds_him() -> None:
    permission = the_permission(an_agreement())

    assert LICENSEE not in json.dumps(terms_form(an_agreement()))
    assert "odrl:assignee" not in json.dumps(terms_form(permitting(an_agreement(), assigner=None, assignee=None)))
    assert "odrl:assignee" in json.dumps(terms_form(permitting(an_agreement(), assignee=permission.assigner)))


PARTIES = {"odrl:assigner": OWNER, "odrl:assignee": LICENSEE, "odrl:target": {"odrl:source": ASSET}}


def test_rules_keep_who_and_what_they_are() -> None:
    form = rule_form(ERASURE)

    assert form == {**ERASURE_FORM, **PARTIES, "@id": "urn:d"} | {
        "odrl:consequence": [{"@id": "urn:d#c", "@type": "odrl:Duty", "odrl:action": {"rdf:value": "odrl:delete"}}]
    }


def nested(depth: int) -> Condition:
    term: Condition = a_constraint(SPATIAL, Operator.EQ, GERMANY)
    for _ in range(depth):
        term = either(term)
    return term


@pytest.mark.parametrize(
    "term",
    [
        nested(2_000),
        a_constraint(DATE_TIME, Operator.LT, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    ],
    ids=["too deep", "before all times"],
)
def test_what_nothing_stands_for_has_no_normal_form(term: Condition) -> None:
    expected = ("the policy has no normal form", 3, "keep moments within the years 1 to 9999, and logic flat")

    assert told(lambda: policy_hash(constrained(an_offer(), term))) == expected
