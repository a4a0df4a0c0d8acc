"""The rules, duties and conditions of a policy, each with the place where it stands."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, assert_never

from policies.model import (
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Rule,
)
from policies.registering.places import Written
from policies.vocabulary import local

Placed: TypeAlias = tuple[Constraint, Written]

_NESTED: Final = {Permission: "duty", Prohibition: "remedy", Duty: "consequence"}


def top_rules(policy: Policy) -> Iterator[tuple[Rule, Written]]:
    """The permissions, prohibitions and obligations."""
    groups: tuple[tuple[str, tuple[Rule, ...]], ...] = (
        ("permission", policy.permissions),
        ("prohibition", policy.prohibitions),
        ("obligation", policy.obligations),
    )
    for name, rules in groups:
        for index, rule in enumerate(rules):
            yield rule, Written((name, index))


def nested_duties(rule: Rule, place: Written) -> Iterator[tuple[Duty, Written]]:
    """The duties that stand directly in a rule."""
    match rule:
        case Permission():
            duties = rule.duties
        case Prohibition():
            duties = rule.remedies
        case Duty():
            duties = rule.consequences
        case _:
            assert_never(rule)
    for index, duty in enumerate(duties):
        yield duty, place.at(_NESTED[type(rule)], index)


def every_rule(policy: Policy) -> Iterator[tuple[Rule, Written]]:
    """The rules, and after each the duties inside it, at whatever depth."""
    waiting = list(top_rules(policy))
    while waiting:
        rule, place = waiting.pop(0)
        yield rule, place
        waiting = [*nested_duties(rule, place), *waiting]


def conjuncts(conditions: Iterable[Condition], place: Written) -> Iterator[tuple[Condition, Written]]:
    """The conditions under a property."""
    for index, condition in enumerate(conditions):
        yield condition, place.at(index)


def leaves(condition: Condition, place: Written) -> Iterator[Placed]:
    """Every atomic constraint of a condition, at whatever depth."""
    if isinstance(condition, LogicalConstraint):
        for index, member in enumerate(condition.members):
            yield from leaves(member, place.at(local(condition.logic), "@list", index))
    else:
        yield condition, place


def every_constraint(policy: Policy) -> Iterator[Placed]:
    """Every atomic constraint of the policy."""
    for rule, place in every_rule(policy):
        refinements = () if rule.target is None else rule.target.refinements
        for conditions, where in (
            (refinements, place.at("target", "refinement")),
            (rule.action.refinements, place.at("action", "refinement")),
            (rule.constraints, place.at("constraint")),
        ):
            for condition, here in conjuncts(conditions, where):
                yield from leaves(condition, here)
