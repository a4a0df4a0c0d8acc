"""Rules in the order of the normal form, so that what is made of a policy never depends on its spelling."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar, assert_never

from policies.canonical import condition_form, place, rule_form
from policies.model import Condition, Constraint, Duty, Permission, Policy, Prohibition, Rule, Target, flat

_Rule = TypeVar("_Rule", Permission, Prohibition, Duty)


def rules_in_order(policy: Policy) -> tuple[Rule, ...]:
    """All top-level rules: permissions, prohibitions, obligations; each kind, and everything in a rule, sorted.

    A top-level ``and`` is replaced by its members.

    Raises:
        PolicyMalformedError: the policy has no normal form.
    """
    return (*_rules(policy.permissions), *_rules(policy.prohibitions), *_rules(policy.obligations))


def _rules(rules: Iterable[_Rule]) -> tuple[_Rule, ...]:
    return tuple(sorted((_rule(each) for each in rules), key=lambda each: place(rule_form(each))))


def _rule(rule: _Rule) -> _Rule:
    action = replace(rule.action, refinements=_conjuncts(rule.action.refinements))
    rule = replace(rule, action=action, constraints=_conjuncts(rule.constraints))
    match rule:
        case Permission():
            return replace(rule, target=_target(rule.target), duties=_rules(rule.duties))
        case Prohibition():
            return replace(rule, target=_target(rule.target), remedies=_rules(rule.remedies))
        case Duty():
            return replace(rule, consequences=_rules(rule.consequences))
        case _:
            assert_never(rule)


def _target(target: Target) -> Target:
    return replace(target, refinements=_conjuncts(target.refinements))


def _conjuncts(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return _sorted(flat(conditions))


def _sorted(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(sorted((_condition(each) for each in conditions), key=lambda each: place(condition_form(each))))


def _condition(condition: Condition) -> Condition:
    if isinstance(condition, Constraint):
        return replace(condition, right=tuple(sorted(condition.right, key=repr)))
    return replace(condition, members=_sorted(condition.members))
