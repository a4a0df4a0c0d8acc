import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import rfc8785

from policies.canonical import (
    canonical,
    canonical_bytes,
    condition_form,
    normal_form,
    policy_hash,
    require_hash,
    terms_form,
)
from policies.errors import PolicyHashMismatchError, PolicyMalformedError
from policies.model import LogicalConstraint, Policy, PolicyClass
from policies.terms import same_terms
from policies.vocabulary import COUNT, DUE_BY, FIELD, PAY_AMOUNT, SPATIAL, Iri, Operator
from tests.testkit.policies import (
    EUROS,
    FRANCE,
    GERMANY,
    a_constraint,
    all_together,
    an_agreement,
    an_offer,
    constrained,
    either,
    permitting,
    the_permission,
)
from tests.testkit.shared import shared


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": "x"}, 2**53])
def test_what_has_no_canonical_bytes_is_refused(value: Any) -> None:
    with pytest.raises(PolicyMalformedError, match="no canonical form"):
        canonical(value)


def test_the_hash_is_that_of_the_canonical_bytes() -> None:
    policy = an_agreement(price=EUROS)

    assert canonical_bytes(policy) == rfc8785.dumps(normal_form(policy))
    assert policy_hash(policy).startswith("sha-256:")
    assert len(policy_hash(policy)) == 8 + 64


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
    with pytest.raises(PolicyMalformedError):
        policy_hash(replace(an_offer(), uid=Iri(uid)))


def test_lone_surrogates_have_no_canonical_bytes() -> None:
    columns = a_constraint(FIELD, Operator.IS_ANY_OF, "\ud800", "a")

    with pytest.raises(PolicyMalformedError):
        policy_hash(replace(permitting(an_offer(), constraints=(columns,)), title="\ud800"))


def test_a_stored_policy_is_checked_against_its_hash() -> None:
    policy: Policy = an_offer()

    require_hash(policy, policy_hash(policy))
    with pytest.raises(PolicyHashMismatchError) as refused:
        require_hash(replace(policy, title="Altered"), policy_hash(policy))
    assert refused.value.code == "POLICY_HASH_MISMATCH"


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_json_is_rfc_8785(name: str) -> None:
    suite = shared("suites", "jcs")
    given = json.loads((suite / "input" / f"{name}.json").read_text("utf-8"))

    assert canonical(given) == (suite / "output" / f"{name}.json").read_bytes()
