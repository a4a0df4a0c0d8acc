"""The tree of rules that stands behind a decision, for people: every verdict, and the values it saw."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from gateway.errors import printable
from policies import phrases
from policies.counters import counted_as
from policies.model import (
    Activation,
    Decision,
    Deontic,
    DutyReport,
    Premise,
    Report,
    RuleKind,
    RuleReport,
    Verdict,
)
from policies.results import ROW_BY_ROW, actual_values
from policies.vocabulary import Iri, compact

_STYLES: Final[dict[str, str]] = {
    Verdict.SATISFIED: "green",
    Verdict.UNSATISFIED: "red",
    Verdict.UNKNOWN: "yellow",
    Activation.ACTIVE: "green",
    Activation.INACTIVE: "dim",
    "pending": "yellow",
    Deontic.FULFILLED: "green",
    Deontic.VIOLATED: "red",
}
_UNBROKEN: Final = 10_000
"""Columns of a line that goes to a file or another program: nothing is broken there."""


def draw(report: Report) -> None:
    """Print the rules, policy by policy."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_UNBROKEN)
    for policy, rules in groupby(report.rules, key=lambda each: each.policy):
        tree = Tree(_text(f"`{policy}`"))
        for rule in rules:
            _add_rule(tree, rule)
        console.print(tree)


def outcome_lines(decision: Decision) -> Iterator[str]:
    """What was decided: every reason, and of a permitting decision what leaves."""
    first, *others = decision.reasons
    yield f"{'permitted' if decision.permitted else 'denied'}: {first.code}, {first.text}"
    for reason in others:
        yield f"  also: {reason.code}, {reason.text}"
    if decision.permitted:
        yield f"  columns: {', '.join(sorted(decision.columns)) or 'none'}"
        yield f"  rows: {decision.limit} at most"
        for name, transform in sorted(decision.transforms.items()):
            yield f"  {name}: {phrases.transformed(transform.term, transform.parameter)}"


def _add_rule(tree: Tree, rule: RuleReport) -> None:
    label = _text(f"{rule.kind} `{rule.rule}`: ", rule.activation)
    owed = rule.kind is RuleKind.OBLIGATION and rule.activation is Activation.ACTIVE
    if owed or rule.deontic is not Deontic.NOT_SET:
        label.append_text(_text(", ", _became(rule)))
    branch = tree.add(label)
    about = Text()
    for name, found in (("party", rule.party), ("target", rule.target), ("action", rule.action)):
        about.append_text(_text(f"{', ' if about else 'about this: '}{name} ", found))
    branch.add(about)
    _add_premises(branch, "action: ", rule.action_premises)
    _add_premises(branch, "target: ", rule.target_premises)
    _add_premises(branch, "", rule.premises, permission=rule.rule if rule.kind is RuleKind.PERMISSION else None)
    for duty in rule.duties:
        _add_duty(branch, duty)


def _add_duty(tree: Tree, duty: DutyReport) -> None:
    label = _text(f"duty `{compact(duty.action)}`: ", duty.activation)
    label.append_text(_text(", ", _became(duty)))
    if duty.evidence:
        label.append_text(_text(f", shown by `{duty.evidence}`"))
    _add_premises(tree.add(label), "", duty.premises)


def _became(duty: RuleReport | DutyReport) -> str:
    """What became of it, in the words of displays."""
    pending = duty.activation is Activation.ACTIVE and duty.deontic is Deontic.NOT_SET
    return "pending" if pending else duty.deontic


def _add_premises(tree: Tree, place: str, premises: Iterable[Premise], permission: Iri | None = None) -> None:
    for premise in premises:
        counter = "" if permission is None else counted_as(premise.condition, permission)
        counted = f"; counted as `{counter}`" if counter else ""
        label = _text(place, ROW_BY_ROW if premise.result is None else premise.result)
        label.append_text(_text(f": {phrases.condition(premise.condition)}{_saw(premise)}{counted}"))
        branch = tree.add(label)
        _add_premises(branch, "", premise.members)


def _saw(premise: Premise) -> str:
    if premise.columns:
        return "; saw " + ", ".join(f"`{name}` ({found})" for name, found in premise.columns)
    if premise.counted is not None:
        counted = premise.counted
        return f"; asked for `{counted.asked}`, used `{counted.used}`, reserved `{counted.reserved}`"
    if premise.actual:
        return "; saw " + ", ".join(f"`{each}`" for each in actual_values(premise.actual))
    return "; nobody says the value" if premise.result is Verdict.UNKNOWN and not premise.members else ""


def _text(told: str, found: str = "") -> Text:
    # WHY: titles, columns and names come out of a document, down to what moves a cursor or looks like markup.
    return Text(printable(told)).append(found, style=_STYLES.get(found, ""))
