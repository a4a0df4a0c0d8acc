"""Registration: what is refused although it is a policy by its form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from policies.errors import PolicyError
from policies.jsonld import intake
from policies.model import (
    Action,
    Condition,
    Duty,
    Logic,
    LogicalConstraint,
    Policy,
    PolicyClass,
    Role,
    Target,
    Transform,
)
from policies.prices import refinements_of
from policies.terms import Rate
from policies.validate import validate
from policies.vocabulary import (
    ANONYMIZE,
    APPROVED,
    ATTRIBUTE,
    BUCKET,
    CERTIFY_DELETION,
    COLUMN,
    COMPENSATE,
    COMPENSATED_PARTY,
    CONSENTING_PARTY,
    CONTESTED,
    COUNT,
    DATA_SUBJECT,
    DATE_TIME,
    DELETE,
    DISTRIBUTE,
    DPV,
    DUE_BY,
    ELAPSED_TIME,
    ETHICS_DECISION,
    EVALUATE,
    EVENT,
    FIELD,
    INFORM,
    INFORMED_PARTY,
    ISO3166,
    KEEP,
    LICENCE_END,
    MARK_RECORDS,
    MIN_GROUP_SIZE,
    OBSERVED_AT,
    OBTAIN_CONSENT,
    OBTAIN_ETHICS_DECISION,
    PAY_AMOUNT,
    PAY_DEPOSIT,
    PER_RECORD,
    PER_RUN,
    PRODUCT,
    PSEUDONYMISE,
    PURPOSE,
    SETTLE,
    SPATIAL,
    SUBJECT_REGION,
    TECHNICAL_MEASURE,
    TRANSFORM,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    COLUMNS,
    EUROS,
    EVERYTHING,
    GERMANY,
    LICENSEE,
    NOW,
    OWNER,
    RESEARCH,
    a_constraint,
    an_agreement,
    an_offer,
    constrained,
    either,
    permitting,
    refined,
    the_permission,
)
from tests.testkit.shared import shared

WEEK = a_constraint(DUE_BY, Operator.LTEQ, timedelta(days=7))
EUR = Iri("http://cvx.iptc.org/iso4217a/EUR")
FIVE_EUROS = a_constraint(PAY_AMOUNT, Operator.EQ, Decimal(5), unit=EUR)


PSEUDONYMISATION = Iri(DPV + "Pseudonymisation")


def a_duty(term: Iri, *refinements: Condition, role: Role | None = None, **more: Any) -> Duty:
    given: dict[str, Any] = {
        "uid": Iri("urn:duty:9"),
        "action": Action(term=term, refinements=refinements),
        "role": role,
    }
    return Duty(**(given | more))


def an_obligation(*arguments: Any, **more: Any) -> Duty:
    given: dict[str, Any] = {"assigner": OWNER, "target": Target(source=ASSET)}
    return a_duty(*arguments, **(given | more))


def owing(duty: Duty) -> Policy:
    offer = an_offer()
    return replace(offer, obligations=(*offer.obligations, duty))


def under(duty: Duty) -> Policy:
    return permitting(an_offer(), duties=(duty,))


def pseudonymous(duty: Duty) -> Policy:
    return refined(under(duty), a_constraint(TRANSFORM, Operator.EQ, PSEUDONYMISE, on_column="rater"))


def remedied(duty: Duty) -> Policy:
    offer = an_offer()
    return replace(offer, prohibitions=(replace(offer.prohibitions[0], remedies=(duty,)), *offer.prohibitions[1:]))


def forbidding(**changes: Any) -> Policy:
    offer = an_offer()
    return replace(offer, prohibitions=(replace(offer.prohibitions[0], **changes), *offer.prohibitions[1:]))


def to_owner(function: Iri) -> Role:
    return Role(function=function, party=OWNER)


@pytest.mark.parametrize(
    "policy",
    [
        an_offer(),
        an_agreement(),
        replace(an_agreement(), policy_class=PolicyClass.REQUEST),
        Policy(uid=Iri("urn:set"), policy_class=PolicyClass.SET, prohibitions=an_offer().prohibitions),
        owing(an_obligation(MARK_RECORDS, assignee=None)),
        replace(an_agreement(), obligations=(an_obligation(MARK_RECORDS, assignee=OWNER),)),
        owing(an_obligation(INFORM, WEEK, role=to_owner(INFORMED_PARTY))),
        owing(
            an_obligation(
                DELETE,
                WEEK,
                consequences=(a_duty(SETTLE, FIVE_EUROS, role=to_owner(COMPENSATED_PARTY), uid=Iri("urn:duty:c")),),
            )
        ),
        remedied(a_duty(DELETE, WEEK)),
        under(a_duty(OBTAIN_ETHICS_DECISION, a_constraint(ETHICS_DECISION, Operator.EQ, APPROVED))),
        pseudonymous(a_duty(ANONYMIZE, a_constraint(TECHNICAL_MEASURE, Operator.IS_A, PSEUDONYMISATION))),
        constrained(
            an_offer(),
            either(a_constraint(SPATIAL, Operator.EQ, GERMANY), a_constraint(PURPOSE, Operator.IS_A, RESEARCH)),
        ),
        refined(an_offer(), a_constraint(COLUMN, Operator.EQ, "public", on_column="rater")),
    ],
)
def test_registered(policy: Policy) -> None:
    validate(policy, now=NOW, columns=COLUMNS)


def second_permission(action: Iri) -> Policy:
    offer = an_offer()
    other = replace(the_permission(offer), uid=Iri("urn:p:2"), action=Action(term=action))
    return replace(offer, permissions=(*offer.permissions, other))


def test_two_permissions_that_never_match_one_request_are_fine() -> None:
    validate(second_permission(EVALUATE), now=NOW)


REFUSED: list[tuple[str, str, Policy]] = [
    ("POLICY_MALFORMED", "", replace(an_offer(), permissions=(), prohibitions=(), obligations=())),
    ("POLICY_MALFORMED", "", replace(an_offer(), permissions=())),
    ("POLICY_MALFORMED", "/obligation/3", owing(an_obligation(MARK_RECORDS, target=None))),
    ("POLICY_MALFORMED", "/permission/0", replace(an_offer(), policy_class=PolicyClass.AGREEMENT)),
    ("POLICY_MALFORMED", "/permission/0", permitting(an_offer(), assigner=None)),
    ("POLICY_MALFORMED", "/prohibition/0/assigner", forbidding(assigner=LICENSEE)),
    ("POLICY_MALFORMED", "/prohibition/0/assignee", forbidding(assignee=LICENSEE)),
    ("POLICY_MALFORMED", "/prohibition/0/assignee", forbidding(assignee=OWNER)),
    ("POLICY_UNENFORCEABLE", "/prohibition/0/action", forbidding(action=Action(term=USE))),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/constraint",
        under(
            a_duty(
                OBTAIN_CONSENT,
                role=Role(function=CONSENTING_PARTY, party=DATA_SUBJECT),
                constraints=(a_constraint(EVENT, Operator.GT, LICENCE_END),),
            )
        ),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/1/rightOperand",
        constrained(an_offer(), a_constraint(SPATIAL, Operator.NEQ, Iri(ISO3166 + "UK"))),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/obligation/3/action/refinement/0/unit",
        owing(
            an_obligation(
                SETTLE,
                replace(FIVE_EUROS, unit=Iri("http://cvx.iptc.org/iso4217a/XXX")),
                role=to_owner(COMPENSATED_PARTY),
            )
        ),
    ),
    ("POLICY_MALFORMED", "/prohibition/0/uid", permitting(an_offer(), uid=Iri("urn:offer:1#n1"))),
    ("POLICY_UNSUPPORTED", "/prohibition/0/target", forbidding(target=Target(source=Iri("urn:other")))),
    ("POLICY_AMBIGUOUS", "/permission/1", second_permission(USE)),
    ("POLICY_TERM_UNKNOWN", "/permission/0/action", permitting(an_offer(), action=Action(term=Iri("urn:x")))),
    ("POLICY_TERM_UNKNOWN", "/permission/0/duty/0/action", under(a_duty(Iri("urn:x")))),
    ("POLICY_TERM_MISPLACED", "/permission/0/action", permitting(an_offer(), action=Action(term=DELETE))),
    ("POLICY_TERM_MISPLACED", "/prohibition/0/action", forbidding(action=Action(term=ATTRIBUTE))),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/1",
        constrained(an_offer(), a_constraint(FIELD, Operator.IS_ANY_OF, "value")),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/1",
        constrained(an_offer(), a_constraint(FIELD, Operator.NOT_TOGETHER, "value", "rater")),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/1",
        constrained(an_offer(), a_constraint(EVENT, Operator.LT, LICENCE_END)),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/target/refinement/1",
        refined(an_offer(), a_constraint(SPATIAL, Operator.EQ, GERMANY)),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/action/refinement/0",
        permitting(
            an_offer(), action=Action(term=EVALUATE, refinements=(a_constraint(SPATIAL, Operator.EQ, GERMANY),))
        ),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/constraint/0",
        forbidding(constraints=(a_constraint(COUNT, Operator.LTEQ, 3),)),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/target/refinement/0",
        forbidding(
            target=Target(source=ASSET, refinements=(a_constraint(FIELD, Operator.NOT_TOGETHER, "value", "rater"),))
        ),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/target/refinement",
        forbidding(
            target=Target(
                source=ASSET,
                refinements=(
                    a_constraint(FIELD, Operator.IS_ANY_OF, "rater"),
                    a_constraint(SUBJECT_REGION, Operator.EQ, GERMANY),
                ),
            )
        ),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/action/refinement/0",
        forbidding(action=Action(term=DISTRIBUTE, refinements=(WEEK,))),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/constraint/1",
        constrained(an_offer(), either(a_constraint(COUNT, Operator.LTEQ, 3), a_constraint(COUNT, Operator.LTEQ, 4))),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/target/refinement/1",
        refined(
            an_offer(),
            either(a_constraint(FIELD, Operator.IS_ANY_OF, "value"), a_constraint(OBSERVED_AT, Operator.LT, NOW)),
        ),
    ),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/target/refinement/1",
        refined(
            an_offer(),
            either(
                a_constraint(FIELD, Operator.NOT_TOGETHER, "value", "rater"),
                a_constraint(FIELD, Operator.IS_ANY_OF, "value"),
            ),
        ),
    ),
    (
        "POLICY_UNSUPPORTED",
        "/permission/0/constraint/1/or/@list/0",
        constrained(
            an_offer(),
            either(either(a_constraint(SPATIAL, Operator.EQ, GERMANY)), a_constraint(SPATIAL, Operator.EQ, GERMANY)),
        ),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/1",
        constrained(an_offer(), either(a_constraint(SPATIAL, Operator.EQ, GERMANY))),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/constraint/1",
        constrained(an_offer(), LogicalConstraint(logic=Logic.XONE, members=())),
    ),
    (
        "POLICY_VALUE_INVALID",
        "/permission/0/constraint/1/rightOperand",
        constrained(an_offer(), a_constraint(COUNT, Operator.LTEQ, "3")),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/constraint/1/or/@list/0/leftOperand",
        constrained(
            an_offer(), either(a_constraint(Iri("urn:x"), Operator.EQ, 1), a_constraint(Iri("urn:y"), Operator.EQ, 1))
        ),
    ),
    ("POLICY_TERM_MISPLACED", "/permission/0/duty/0/action", under(a_duty(DELETE, WEEK))),
    ("POLICY_TERM_MISPLACED", "/permission/0/duty/0/action", under(a_duty(EVALUATE))),
    ("POLICY_UNENFORCEABLE", "/permission/0/duty/0/action", under(a_duty(PAY_DEPOSIT, FIVE_EUROS))),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/action",
        under(a_duty(ANONYMIZE, a_constraint(TECHNICAL_MEASURE, Operator.EQ, PSEUDONYMISATION))),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/action",
        pseudonymous(a_duty(ANONYMIZE, a_constraint(TECHNICAL_MEASURE, Operator.EQ, Iri(DPV + "DataRedaction")))),
    ),
    ("POLICY_TERM_MISPLACED", "/obligation/3/action", owing(an_obligation(OBTAIN_CONSENT))),
    ("POLICY_TERM_MISPLACED", "/prohibition/0/remedy/0/action", remedied(a_duty(ATTRIBUTE))),
    ("POLICY_MALFORMED", "/permission/0/duty/0/assignee", under(a_duty(PAY_DEPOSIT, FIVE_EUROS, assignee=LICENSEE))),
    (
        "POLICY_TERM_MISPLACED",
        "/prohibition/0/remedy/0/consequence",
        remedied(a_duty(DELETE, WEEK, consequences=(a_duty(DELETE, uid=Iri("urn:duty:c")),))),
    ),
    (
        "POLICY_MALFORMED",
        "/obligation/3/target",
        owing(
            an_obligation(
                MARK_RECORDS,
                target=Target(source=ASSET, refinements=(a_constraint(FIELD, Operator.IS_ANY_OF, "value"),)),
            )
        ),
    ),
    ("POLICY_MALFORMED", "/obligation/3", owing(an_obligation(CERTIFY_DELETION, WEEK))),
    (
        "POLICY_MALFORMED",
        "/obligation/3/informedParty",
        owing(an_obligation(DELETE, WEEK, role=to_owner(INFORMED_PARTY))),
    ),
    (
        "POLICY_MALFORMED",
        "/permission/0/duty/0/consentingParty",
        under(a_duty(OBTAIN_CONSENT, role=to_owner(CONSENTING_PARTY))),
    ),
    ("POLICY_MALFORMED", "/permission/0/duty/0/action", under(a_duty(PAY_DEPOSIT))),
    ("POLICY_MALFORMED", "/obligation/3/action", owing(an_obligation(SETTLE, WEEK, role=to_owner(COMPENSATED_PARTY)))),
    ("POLICY_TERM_MISPLACED", "/permission/0/duty/0/action/refinement/1", under(a_duty(PAY_DEPOSIT, FIVE_EUROS, WEEK))),
    (
        "POLICY_TERM_MISPLACED",
        "/permission/0/duty/0/constraint/0",
        under(a_duty(PAY_DEPOSIT, FIVE_EUROS, constraints=(a_constraint(SPATIAL, Operator.EQ, GERMANY),))),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/target/refinement/1/leftOperand",
        refined(an_offer(), a_constraint(CONTESTED, Operator.EQ, False)),  # noqa: FBT003
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/constraint/1/leftOperand",
        constrained(an_offer(), a_constraint(MIN_GROUP_SIZE, Operator.GTEQ, 3)),
    ),
    ("POLICY_UNENFORCEABLE", "/permission/0/constraint/1/rightOperand", an_offer(valid_until=NOW)),
    ("POLICY_UNENFORCEABLE", "/permission/0/constraint/1/rightOperand", an_offer(max_queries=0)),
    ("POLICY_UNENFORCEABLE", "/permission/0/constraint/1/rightOperand", an_offer(days=0)),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/constraint/1/rightOperand",
        constrained(an_offer(), a_constraint(COUNT, Operator.LT, 1)),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/constraint/2",
        constrained(
            an_offer(valid_until=datetime(2027, 1, 1, tzinfo=UTC)),
            a_constraint(DATE_TIME, Operator.GTEQ, datetime(2028, 1, 1, tzinfo=UTC)),
        ),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/target/refinement/1",
        refined(an_offer(), a_constraint(FIELD, Operator.IS_ANY_OF, "observed_at")),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/target/refinement/2",
        refined(
            an_offer(),
            a_constraint(TRANSFORM, Operator.EQ, BUCKET, on_column="value", parameter=2),
            a_constraint(TRANSFORM, Operator.EQ, BUCKET, on_column="value", parameter=3),
        ),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/action",
        an_offer(price=Rate(amount_micro=1, currency="EUR", unit=PER_RUN)),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/action",
        an_offer(price=Rate(amount_micro=10**12 + 1, currency="EUR", unit=PER_RECORD)),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/1",
        permitting(
            an_offer(),
            duties=tuple(
                a_duty(
                    COMPENSATE, *refinements_of(EUROS), role=to_owner(COMPENSATED_PARTY), uid=Iri(f"urn:duty:{number}")
                )
                for number in (1, 2)
            ),
        ),
    ),
    (
        "POLICY_UNENFORCEABLE",
        "/permission/0/duty/0/action",
        under(
            a_duty(
                COMPENSATE,
                a_constraint(PAY_AMOUNT, Operator.EQ, Decimal("0.0000001"), unit=EUR),
                refinements_of(EUROS)[1],
                role=to_owner(COMPENSATED_PARTY),
            )
        ),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/target/refinement/0/rightOperand/@list/0",
        an_offer(columns=frozenset({"unheard"})),
    ),
    (
        "POLICY_TERM_UNKNOWN",
        "/permission/0/target/refinement/1/rep:onColumn",
        an_offer(transforms={"unheard": Transform(term=PSEUDONYMISE)}),
    ),
]


@pytest.mark.parametrize(("code", "pointer", "policy"), REFUSED)
def test_refused(code: str, pointer: str, policy: Policy) -> None:
    with pytest.raises(PolicyError) as refused:
        validate(policy, now=NOW, columns=COLUMNS)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


def test_comparable_transforms_of_one_column_and_conditional_prohibitions_are_fine() -> None:
    stronger = a_constraint(TRANSFORM, Operator.EQ, PSEUDONYMISE, on_column="rater")
    weaker = a_constraint(TRANSFORM, Operator.EQ, KEEP, on_column="rater")

    validate(refined(an_offer(), stronger, weaker), now=NOW)
    validate(forbidding(constraints=(a_constraint(SPATIAL, Operator.EQ, GERMANY),)), now=NOW)


def test_column_names_are_checked_only_against_given_columns() -> None:
    validate(an_offer(columns=frozenset({"unheard"})), now=NOW)


def test_only_caps_and_times_can_leave_nothing() -> None:
    """An upper bound of another type is left to the checks of form."""
    policy = constrained(an_offer(), a_constraint(ELAPSED_TIME, Operator.LTEQ, timedelta(days=1)))

    validate(
        permitting(
            policy, action=Action(term=EVALUATE, refinements=(a_constraint(PRODUCT, Operator.EQ, Iri("urn:m")),))
        ),
        now=NOW,
    )


def test_the_reference_example_is_registered_once_everything_is_supplied() -> None:
    policy = intake((shared("reference") / "licence-example.json").read_bytes())

    validate(policy, now=NOW, abilities=EVERYTHING)
    with pytest.raises(PolicyError) as refused:
        validate(policy, now=NOW)
    assert refused.value.code == "POLICY_UNENFORCEABLE"
    assert Role(function=CONSENTING_PARTY, party=DATA_SUBJECT) in {duty.role for duty in policy.permissions[0].duties}


OTHER = Iri("urn:party:other")


def with_assignees(policy_class: PolicyClass, *assignees: Iri | None) -> Policy:
    """A permission and prohibitions of these assignees, in this order."""
    policy = an_agreement()
    first, *others = assignees
    pattern = policy.prohibitions[0]
    return replace(
        policy,
        policy_class=policy_class,
        permissions=(replace(the_permission(policy), assignee=first),),
        obligations=(),
        prohibitions=tuple(
            replace(pattern, uid=Iri(f"urn:n{index}"), assignee=each) for index, each in enumerate(others)
        ),
    )


@pytest.mark.parametrize(
    ("policy", "pointer", "hint"),
    [
        (with_assignees(PolicyClass.AGREEMENT, LICENSEE, OTHER), "/prohibition/0/assignee", f"write `{LICENSEE}`"),
        (with_assignees(PolicyClass.AGREEMENT, LICENSEE, None), "/prohibition/0", f"write `{LICENSEE}`"),
        (with_assignees(PolicyClass.AGREEMENT, None, LICENSEE), "/permission/0", f"write `{LICENSEE}`"),
        (with_assignees(PolicyClass.AGREEMENT, OTHER, LICENSEE, LICENSEE), "/permission/0/assignee", f"`{LICENSEE}`"),
        (with_assignees(PolicyClass.AGREEMENT, OTHER, LICENSEE, None), "/prohibition/0/assignee", f"`{OTHER}`"),
        (with_assignees(PolicyClass.OFFER, None, LICENSEE), "/prohibition/0/assignee", "leave them all out"),
        (with_assignees(PolicyClass.OFFER, LICENSEE, None, None), "/permission/0/assignee", "leave them all out"),
    ],
)
def test_of_different_assignees_the_odd_one_is_the_place(policy: Policy, pointer: str, hint: str) -> None:
    with pytest.raises(PolicyError, match="name different assignees") as refused:
        validate(policy, now=NOW)

    assert refused.value.pointer == pointer
    assert hint in refused.value.hint


def test_different_assignees_are_both_named() -> None:
    with pytest.raises(PolicyError) as refused:
        validate(with_assignees(PolicyClass.AGREEMENT, LICENSEE, None), now=NOW)

    uid = the_permission(an_agreement()).uid
    assert f"`{uid}` has `{LICENSEE}`, `urn:n0` has none" in refused.value.message
