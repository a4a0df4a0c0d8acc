"""The difference of two policies: parties and assets as such, time given to duties, and never wider by guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.difference import NameChange, TermChange, Wider, difference, renaming, same_terms
from policies.model import Action, Condition, Duty, Permission, Policy, PolicyClass, Prohibition, Target
from policies.vocabulary import (
    COUNT,
    DATE_TIME,
    DELETE,
    DISTRIBUTE,
    DUE_BY,
    EVALUATE,
    EVERY,
    FINE_TUNE,
    INFORM,
    RETENTION,
    USE,
    WATERMARK,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ASSET,
    LICENSEE,
    NOW,
    OWNER,
    a_constraint,
    a_prohibition,
    an_agreement,
    an_offer,
    constrained,
    either,
    permitting,
)

OTHER = Iri("urn:dataset:other")


def everywhere(policy: Policy, **changes: Any) -> Policy:
    """The policy, with a part of all its rules replaced."""
    return replace(
        policy,
        permissions=tuple(replace(each, **changes) for each in policy.permissions),
        prohibitions=tuple(replace(each, **changes) for each in policy.prohibitions),
        obligations=tuple(replace(each, **changes) for each in policy.obligations),
    )


def wider(before: Policy, after: Policy) -> dict[str, Wider]:
    return {each.term: each.wider for each in difference(before, after)}


def test_another_target_is_told_as_such_and_not_of_every_rule() -> None:
    before = an_agreement(columns=frozenset())

    assert difference(before, everywhere(before, target=Target(source=OTHER))) == (
        TermChange(term="target", before="`urn:dataset:reviews`", after="`urn:dataset:other`", wider=Wider.NEITHER),
    )


def test_another_assigner_is_told_as_such_and_not_of_every_rule() -> None:
    before = an_agreement()

    (change,) = difference(before, everywhere(before, assigner=Iri("urn:party:other")))

    assert (change.term, change.before, change.after) == ("assigner", "`urn:party:owner`", "`urn:party:other`")


def test_a_rule_that_binds_the_owner_instead_says_so() -> None:
    before = replace(an_offer(), prohibitions=(a_prohibition(assignee=None),))
    after = replace(before, prohibitions=(a_prohibition(assignee=OWNER),))

    assert difference(before, after) == (
        TermChange(
            term="prohibition:rep:fineTune",
            before="fine-tune a model",
            after="fine-tune a model (binds the owner)",
            wider=Wider.UNKNOWN,
        ),
    )


def test_the_owner_that_is_bound_may_change_with_the_assigner() -> None:
    before = replace(an_offer(), prohibitions=(a_prohibition(assignee=OWNER),))
    other = Iri("urn:party:other")
    after = everywhere(before, assigner=other)
    after = replace(after, prohibitions=(replace(after.prohibitions[0], assignee=other),))

    assert [each.term for each in difference(before, after)] == ["assigner"]


def a_set(*rules: Prohibition | Duty | Permission) -> Policy:
    return Policy(
        uid=Iri("urn:s"),
        policy_class=PolicyClass.SET,
        permissions=tuple(each for each in rules if isinstance(each, Permission)),
        prohibitions=tuple(each for each in rules if isinstance(each, Prohibition)),
        obligations=tuple(each for each in rules if isinstance(each, Duty)),
    )


def test_of_rules_about_several_assets_each_is_told_with_its_own() -> None:
    here, there = (a_prohibition(target=Target(source=each)) for each in (ASSET, OTHER))
    sale, resale = (replace(each, action=Action(term=DISTRIBUTE)) for each in (here, there))

    changes = {each.term: each for each in difference(a_set(here, resale), a_set(there, sale))}

    assert changes["prohibition:rep:fineTune"] == TermChange(
        term="prohibition:rep:fineTune",
        before="fine-tune a model (about `urn:dataset:reviews`, by `urn:party:owner`)",
        after="fine-tune a model (about `urn:dataset:other`, by `urn:party:owner`)",
        wider=Wider.UNKNOWN,
    )
    assert wider(a_set(here, resale), a_set(here))["target"] is Wider.UNKNOWN


def test_a_duty_that_names_no_asset_says_so_among_those_that_do() -> None:
    named = replace(an_offer(), obligations=owing().obligations)
    bare = replace(named, obligations=(replace(named.obligations[0], target=None, assigner=None),))

    (change,) = (each for each in difference(named, bare) if each.term == "obligation:odrl:delete")

    assert change.before == "delete what was delivered (about `urn:dataset:reviews`, by `urn:party:owner`)"
    assert change.after == "delete what was delivered (about no named asset)"


def owing(*refinements: Condition, term: Iri = DELETE, **changes: Any) -> Policy:
    duty = Duty(
        uid=Iri("urn:o"),
        action=Action(term=term, refinements=refinements),
        assigner=OWNER,
        target=Target(source=ASSET),
        **changes,
    )
    return replace(an_offer(), obligations=(duty,))


def within_days(days: int, left: Iri = DUE_BY) -> Condition:
    return a_constraint(left, Operator.LTEQ, timedelta(days=days))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((within_days(30),), (within_days(60),), Wider.AFTER),
        ((within_days(60),), (within_days(30),), Wider.BEFORE),
        ((within_days(30),), (), Wider.AFTER),
        ((within_days(30, RETENTION),), (within_days(60, RETENTION),), Wider.AFTER),
        ((within_days(30), within_days(9, RETENTION)), (within_days(60), within_days(9, RETENTION)), Wider.AFTER),
        ((within_days(30), within_days(9, RETENTION)), (within_days(60), within_days(8, RETENTION)), Wider.UNKNOWN),
        ((within_days(30), within_days(60)), (within_days(30),), Wider.UNKNOWN),
        (
            (a_constraint(DUE_BY, Operator.LTEQ, NOW),),
            (a_constraint(DUE_BY, Operator.LTEQ, NOW + timedelta(1)),),
            Wider.AFTER,
        ),
        ((a_constraint(DUE_BY, Operator.LTEQ, NOW),), (within_days(30),), Wider.UNKNOWN),
        ((a_constraint(DUE_BY, Operator.LT, timedelta(30)),), (within_days(30),), Wider.UNKNOWN),
        ((either(within_days(1), within_days(2)),), (either(within_days(1), within_days(3)),), Wider.UNKNOWN),
    ],
)
def test_more_time_for_a_duty_is_wider(
    before: tuple[Condition, ...], after: tuple[Condition, ...], expected: Wider
) -> None:
    assert wider(owing(*before), owing(*after)) == {"obligation:odrl:delete": expected}


def every(days: int) -> Condition:
    return a_constraint(EVERY, Operator.EQ, timedelta(days=days))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (owing(every(30), term=INFORM), owing(every(31), term=INFORM)),
        (owing(within_days(30)), owing(within_days(60), constraints=(a_constraint(DATE_TIME, Operator.GT, NOW),))),
        (owing(within_days(30), term=WATERMARK), owing(within_days(60), term=WATERMARK)),
        (owing(within_days(30), assignee=OWNER), owing(within_days(60), assignee=OWNER)),
        (owing(term=WATERMARK), replace(owing(), obligations=())),
    ],
)
def test_what_is_not_clear_of_a_duty_is_unknown(before: Policy, after: Policy) -> None:
    assert set(wider(before, after).values()) == {Wider.UNKNOWN}


def test_several_duties_of_one_action_are_not_compared_by_their_time() -> None:
    one, two = owing(within_days(30)), owing(within_days(60))
    both = replace(one, obligations=(*one.obligations, *two.obligations))
    third = replace(one, obligations=(*one.obligations, *owing(within_days(90)).obligations))

    assert wider(both, third) == {"obligation:odrl:delete": Wider.UNKNOWN}


def bound(*constraints: Condition, action: Iri = FINE_TUNE, uid: str = "urn:b", target: Iri = ASSET) -> Permission:
    return Permission(
        uid=Iri(uid), target=Target(source=target), action=Action(term=action), constraints=constraints, assigner=OWNER
    )


FEW, FEWER = (a_constraint(COUNT, Operator.LTEQ, bound) for bound in (9, 8))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (a_set(bound(FEW)), a_set(bound(FEWER)), {"odrl:count": Wider.BEFORE}),
        (a_set(bound()), a_set(bound(action=USE)), {"action": Wider.UNKNOWN}),
        (
            a_set(bound()),
            a_set(bound(), bound(action=EVALUATE)),
            {"rep:evaluate/action": Wider.UNKNOWN},
        ),
        (
            a_set(bound(a_constraint(DATE_TIME, Operator.LT, datetime(2027, 1, 1, tzinfo=UTC)))),
            a_set(bound(a_constraint(DATE_TIME, Operator.LT, datetime(2028, 1, 1, tzinfo=UTC)))),
            {"odrl:dateTime": Wider.UNKNOWN},
        ),
    ],
)
def test_a_bound_of_a_set_is_never_called_wider_for_what_it_binds(
    before: Policy, after: Policy, expected: dict[str, Wider]
) -> None:
    assert wider(before, after) == expected


def test_two_permissions_of_one_action_are_both_compared() -> None:
    here, there = bound(FEW, uid="urn:b:1"), bound(FEW, uid="urn:b:2", target=OTHER)

    (change,) = difference(a_set(here, there), a_set(replace(here, constraints=(FEWER,)), there))

    assert change == TermChange(
        term="rep:fineTune/odrl:count",
        before="the number of uses is at most 9",
        after="the number of uses is at most 8; the number of uses is at most 9",
        wider=Wider.UNKNOWN,
    )


def test_terms_that_only_change_places_are_another_combination() -> None:
    first = (bound(FEW, uid="urn:b:1"), bound(FEWER, uid="urn:b:2", target=OTHER))
    second = (bound(FEWER, uid="urn:b:1"), bound(FEW, uid="urn:b:2", target=OTHER))

    (change,) = difference(a_set(*first), a_set(*second))

    assert (change.term, change.wider) == ("rules", Wider.UNKNOWN)
    assert change.before != change.after


def test_what_is_signed_and_no_term_is_told_beside_the_terms() -> None:
    offer = an_offer()
    named = replace(offer, title="Other", description="More")

    assert same_terms(offer, named)
    assert difference(offer, named) == ()
    assert renaming(offer, named) == (
        NameChange(name="description", before="", after="More"),
        NameChange(name="title", before="Reviews", after="Other"),
    )
    assert renaming(offer, offer) == ()


def test_class_uids_and_licensee_are_names_as_well() -> None:
    offer, agreed = an_offer(), an_agreement()

    changes = {each.name: (each.before, each.after) for each in renaming(offer, agreed)}

    assert changes.keys() == {"assignee", "class", "uid", "uids of rules"}
    assert changes["assignee"] == ("", LICENSEE)
    assert changes["class"] == ("Offer", "Agreement")
    (moved,) = renaming(offer, permitting(offer, uid=Iri("urn:offer:1#p7")))
    assert moved.name == "uids of rules"
    assert "urn:offer:1#p7" in moved.after
    assert renaming(offer, constrained(offer, FEW)) == ()
