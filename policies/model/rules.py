"""ODRL 2.2 under the product's profile, as frozen values: policies, rules, duties, constraints.

The order of tuples is that of the document and has no meaning; the normal form (``policies.canonical``) sorts it away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, assert_never

from policies.errors import PolicyMalformedError
from policies.vocabulary import ODRL, Iri, Operator

Value: TypeAlias = Iri | str | int | Decimal | bool | datetime | timedelta
"""A right operand. Whether text is an IRI is said by the left operand. Times are aware UTC; floats do not occur."""


class PolicyClass(StrEnum):
    """What a policy is; only an Agreement can permit."""

    SET = ODRL + "Set"
    OFFER = ODRL + "Offer"
    REQUEST = ODRL + "Request"
    AGREEMENT = ODRL + "Agreement"


class Logic(StrEnum):
    """How the members of a logical constraint are combined."""

    AND = ODRL + "and"
    OR = ODRL + "or"
    XONE = ODRL + "xone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """``left operator right``: one atomic condition."""

    left: Iri
    operator: Operator
    right: tuple[Value, ...]
    """One value; for ``isAnyOf``, ``isNoneOf`` and ``rep:notTogether`` one or more, without order."""
    unit: Iri | None = None
    on_column: str = ""
    """The canonical column that ``rep:column`` or ``rep:transform`` speaks of."""
    parameter: Iri | int | None = None
    """Parameter of a transform: level, time unit or width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalConstraint:
    """Several conditions combined; without order."""

    logic: Logic
    members: tuple["Condition", ...]


Condition: TypeAlias = Constraint | LogicalConstraint


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The regulated asset, or the part of it that the refinements describe."""

    source: Iri
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is regulated, narrowed by refinements."""

    term: Iri
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A party with a function in a duty: who is informed, paid, named, or asked for consent."""

    function: Iri
    party: Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to be done. An obligation of the policy names its parties and target; a nested duty inherits them."""

    uid: Iri
    action: Action
    role: Role | None = None
    constraints: tuple[Condition, ...] = ()
    consequences: tuple["Duty", ...] = ()
    assigner: Iri | None = None
    assignee: Iri | None = None
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the assignee may do with the target, on which conditions, after or under which duties."""

    uid: Iri
    target: Target
    action: Action
    constraints: tuple[Condition, ...] = ()
    duties: tuple[Duty, ...] = ()
    assigner: Iri | None = None
    assignee: Iri | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prohibition:
    """What the assignee must not do with the target, and what is owed when it happened."""

    uid: Iri
    target: Target
    action: Action
    constraints: tuple[Condition, ...] = ()
    remedies: tuple[Duty, ...] = ()
    assigner: Iri | None = None
    assignee: Iri | None = None


Rule: TypeAlias = Permission | Prohibition | Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A set of rules under one uid. ``conflict`` is always ``prohibit`` and ``profile`` always profile 1."""

    uid: Iri
    policy_class: PolicyClass
    title: str = ""
    description: str = ""
    permissions: tuple[Permission, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    obligations: tuple[Duty, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All top-level rules."""
        return (*self.permissions, *self.prohibitions, *self.obligations)

    @property
    def assigner(self) -> Iri:
        """Who issues the permissions.

        Raises:
            PolicyMalformedError: none or several; validation rules that out, except for Sets.
        """
        return _only({rule.assigner for rule in self.permissions}, "assigner")

    @property
    def assignee(self) -> Iri | None:
        """Who receives the permissions; nothing when they name nobody.

        Raises:
            PolicyMalformedError: several; validation rules that out, except for Sets.
        """
        named = {rule.assignee for rule in self.permissions}
        return None if named <= {None} else _only(named, "assignee")

    @property
    def target(self) -> Iri:
        """The one asset that the policy is about.

        Raises:
            PolicyMalformedError: none or several; validation rules that out, except for Sets.
        """
        return _only({rule.target.source if rule.target else None for rule in self.rules}, "target")


def _only(named: set[Iri | None], what: str) -> Iri:
    one = named.pop() if len(named) == 1 else None
    if one is None:
        raise PolicyMalformedError(
            f"the rules of the policy do not name one `{what}`", rule=1, hint=f"name the same `{what}` in every rule"
        )
    return one


def nested(duties: tuple[Duty, ...]) -> Iterator[Duty]:
    """The duties and, after each, its consequences."""
    for duty in duties:
        yield duty
        yield from nested(duty.consequences)


def duties_of(rule: Rule) -> Iterator[Duty]:
    """All duties inside a top-level rule, not the rule itself."""
    match rule:
        case Permission():
            yield from nested(rule.duties)
        case Prohibition():
            yield from nested(rule.remedies)
        case Duty():
            yield from nested(rule.consequences)
        case _:
            assert_never(rule)


def flat(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    """The conjuncts: every top-level ``and`` is replaced by its members."""
    for condition in conditions:
        if isinstance(condition, LogicalConstraint) and condition.logic is Logic.AND:
            yield from flat(condition.members)
        else:
            yield condition


def atoms(conditions: tuple[Condition, ...]) -> Iterator[Constraint]:
    """Every atomic constraint, at whatever depth."""
    for condition in conditions:
        if isinstance(condition, LogicalConstraint):
            yield from atoms(condition.members)
        else:
            yield condition
