"""The full account of one evaluation: every rule, every premise, whatever decided."""

from dataclasses import dataclass
from enum import StrEnum

from policies.model.request import Actuals
from policies.model.rules import Condition
from policies.model.verdict import Verdict
from policies.vocabulary import Iri


class RuleKind(StrEnum):
    """What a rule says."""

    PERMISSION = "permission"
    PROHIBITION = "prohibition"
    OBLIGATION = "obligation"


class Activation(StrEnum):
    """Whether a rule or a duty is in effect."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Deontic(StrEnum):
    """What became of what a rule demands. An active duty that is not set is what people call pending."""

    NOT_SET = "not-set"
    FULFILLED = "fulfilled"
    VIOLATED = "violated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a cap counts, in its units."""

    asked: int
    """By this request; of a cap on records every row that is asked for, of which the cap may leave fewer."""
    used: int
    reserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """One condition of a rule, and what was found."""

    condition: Condition
    actual: Actuals = frozenset()
    """The values it was compared with; none when nobody supplied one, or when its members tell."""
    result: Verdict | None
    """``None`` when it is decided row by row."""
    members: tuple["Premise", ...] = ()
    """Of a logical condition."""
    columns: tuple[tuple[str, Verdict], ...] = ()
    """Of a condition on columns: the verdict on each one that was asked for."""
    counted: Counted | None = None
    """Of a cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyReport:
    """A duty of a permission, or what follows from a breach."""

    duty: Iri
    action: Iri
    activation: Activation
    deontic: Deontic
    evidence: str = ""
    """Where in the record stands what fulfils it."""
    premises: tuple[Premise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """One rule of the agreement or of a mandate."""

    policy: Iri
    """Uid of the policy that the rule belongs to: where an effect comes from."""
    rule: Iri
    kind: RuleKind
    party: Verdict
    target: Verdict
    action: Verdict
    """Whether the rule is about who asks, what is asked for, and what is to be done with it."""
    activation: Activation
    deontic: Deontic
    evidence: str = ""
    premises: tuple[Premise, ...] = ()
    """The constraints."""
    action_premises: tuple[Premise, ...] = ()
    """The refinements of the action: they decide what is regulated, not whether the rule is active."""
    target_premises: tuple[Premise, ...] = ()
    """The refinements of the target."""
    duties: tuple[DutyReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rules of the agreement and then of each mandate, in the order of their normal forms."""

    hypothetical: bool
    """The policy is no agreement: it permits nothing, whatever its rules say."""
    rules: tuple[RuleReport, ...]
