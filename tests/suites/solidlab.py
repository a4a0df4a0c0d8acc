"""Runs a case of the SolidLab ODRL test suite through the evaluator.

The overlay, each entry with its reason; nothing of it is in the product:

- ``odrl:write`` is included in ``odrl:use``: the suite means it so; ODRL 2.2 deprecates the term and says nothing.
- A rule without an action is about any action: an action above all others stands for it. ODRL 2.2 asks for one.
- A rule without a target is about any asset: a collection that holds the asked asset stands for it.
- ``compensate`` as a duty of a permission must be fulfilled before, as the state reports it; the product's own
  ``compensate`` is discharged by the gateway.
- ``and`` and ``or`` come as repeated properties, not as lists.
- A top-level ``and`` is a part of the constraint set in the product's normal form; its satisfaction is that of its
  members together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF

from policies.explain import explain
from policies.model import (
    AccessRequest,
    Action,
    Activation,
    Condition,
    Constraint,
    DatasetFacts,
    Duty,
    Evidence,
    LicenceStatus,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    PolicyClass,
    Premise,
    Prohibition,
    RuleReport,
    State,
    Target,
    Verdict,
)
from policies.truth import all_of
from policies.vocabulary import COMPENSATE, PROFILE, TRANSFER, USE, Discharge, Iri, Operator

ODRL: Final = Namespace("http://www.w3.org/ns/odrl/2/")
REPORT: Final = Namespace("https://w3id.org/force/compliance-report#")
TEMP: Final = Namespace("http://example.com/request/")
ANY_ACTION: Final = URIRef("urn:suite:any-action")
ANY_ASSET: Final = URIRef("urn:suite:any-asset")

_ABOVE: Final = Iri(str(ANY_ACTION))

SUITE: Final = replace(
    PROFILE,
    actions={**PROFILE.actions, _ABOVE: None, USE: _ABOVE, TRANSFER: _ABOVE, Iri(str(ODRL.write)): USE},
    duties={**PROFILE.duties, COMPENSATE: replace(PROFILE.duties[COMPENSATE], discharge=Discharge.BEFORE)},
)
"""The vocabulary of the suite."""

_VERDICTS: Final = {REPORT.Satisfied: Verdict.SATISFIED, REPORT.Unsatisfied: Verdict.UNSATISFIED}
_PREMISES: Final = {REPORT.PartyReport: "party", REPORT.TargetReport: "target", REPORT.ActionReport: "action"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was expected of a case and what was found."""

    expected: bool
    """Whether the rule is to be active."""
    active: bool
    premises: Mapping[str, tuple[Verdict, Verdict | None]]
    """By constraint, or by ``party``, ``target`` and ``action``: the expected and the found verdict."""

    @property
    def agrees(self) -> bool:
        """Whether the activation is as expected."""
        return self.active is self.expected

    @property
    def disagreeing(self) -> list[str]:
        """The premises with another verdict."""
        return [name for name, (expected, found) in self.premises.items() if expected is not found]


class Case:
    """The graphs of one case."""

    def __init__(self, root: Path, row: Mapping[str, str]) -> None:
        self.graph = Graph()
        self.expected = Graph()
        for part in ("policy", "request", "state"):
            self.graph.parse(root / row[part], format="turtle")
        self.expected.parse(root / row["expected_report"], format="turtle")
        self.reports = bool(self.expected.value(predicate=RDF.type, object=REPORT.PolicyReport))
        self.active = row["expected_activation"] == "Active"

    def renamed(self, names: Mapping[URIRef, URIRef]) -> None:
        """Call everything else, everywhere."""
        for graph in (self.graph, self.expected):
            for triple in list(graph):
                graph.remove(triple)
                graph.add(tuple(names.get(node, node) for node in triple))  # type: ignore[call-overload]

    def run(self, *, open_duties: bool = False) -> Outcome:
        """Evaluate, and compare with the published report.

        Args:
            open_duties: a duty that is not reported as violated counts as fulfilled; of this suite only.
        """
        graph = self.graph
        conditions: dict[str, Condition] = {}
        policy = _policy(graph, conditions)
        asked = graph.value(predicate=RDF.type, object=ODRL.Request)
        request = _request(graph, graph.value(asked, ODRL.permission))
        now = graph.value(TEMP.currentTime, DCTERMS.issued).toPython()  # type: ignore[union-attr]
        state = _state(graph, request, policy, now, open_duties=open_duties)
        (rule,) = explain(policy, request, state, now, vocabulary=SUITE).rules
        return Outcome(expected=self.active, active=_is_active(rule), premises=dict(self._premises(rule, conditions)))

    def _premises(
        self, rule: RuleReport, conditions: Mapping[str, Condition]
    ) -> Iterator[tuple[str, tuple[Verdict, Verdict | None]]]:
        found = dict(_found(rule.premises))
        whole: Mapping[str, Verdict] = {"party": rule.party, "target": rule.target, "action": rule.action}
        for report, satisfaction in self.expected.subject_objects(REPORT.satisfactionState):
            expected = _VERDICTS[satisfaction]  # type: ignore[index]
            kind = self.expected.value(report, RDF.type)
            if kind in _PREMISES:
                name = _PREMISES[kind]  # type: ignore[index]
                yield name, (expected, whole[name])
            else:
                name = str(self.expected.value(report, REPORT.constraint))
                yield name, (expected, _verdict(conditions[name], found))


def _found(premises: tuple[Premise, ...]) -> Iterator[tuple[Condition, Verdict | None]]:
    for premise in premises:
        yield premise.condition, premise.result
        yield from _found(premise.members)


def _verdict(condition: Condition, found: Mapping[Condition, Verdict | None]) -> Verdict | None:
    if condition in found or isinstance(condition, Constraint):
        return found.get(condition)
    return all_of(found[member] or Verdict.UNKNOWN for member in condition.members)


def _is_active(rule: RuleReport) -> bool:
    about = {rule.party, rule.target, rule.action} == {Verdict.SATISFIED}
    return about and rule.activation is Activation.ACTIVE


def _policy(graph: Graph, conditions: dict[str, Condition]) -> Policy:
    node = graph.value(predicate=RDF.type, object=ODRL.Set)
    permissions = [_rule(graph, each, Permission, conditions) for each in graph.objects(node, ODRL.permission)]
    prohibitions = [_rule(graph, each, Prohibition, conditions) for each in graph.objects(node, ODRL.prohibition)]
    return Policy(
        uid=Iri(str(node)),
        policy_class=PolicyClass.SET,
        permissions=tuple(permissions),
        prohibitions=tuple(prohibitions),
    )


def _rule(graph: Graph, node: Any, kind: Any, conditions: dict[str, Condition]) -> Any:
    assignee = graph.value(node, ODRL.assignee)
    duties = tuple(_duty(graph, each) for each in graph.objects(node, ODRL.duty))
    return kind(
        uid=Iri(str(node)),
        assignee=None if assignee is None else Iri(str(assignee)),
        target=Target(source=Iri(str(graph.value(node, ODRL.target, default=ANY_ASSET)))),
        action=Action(term=Iri(str(graph.value(node, ODRL.action, default=ANY_ACTION)))),
        constraints=tuple(_condition(graph, each, conditions) for each in graph.objects(node, ODRL.constraint)),
        **({"duties": duties} if duties else {}),
    )


def _duty(graph: Graph, node: Any) -> Duty:
    return Duty(uid=Iri(str(node)), action=Action(term=Iri(str(graph.value(node, ODRL.action)))))


def _condition(graph: Graph, node: Any, conditions: dict[str, Condition]) -> Condition:
    condition = _logical(graph, node, conditions)
    if condition is None:
        right = graph.value(node, ODRL.rightOperand)
        condition = Constraint(
            left=Iri(str(graph.value(node, ODRL.leftOperand))),
            operator=Operator(str(graph.value(node, ODRL.operator))),
            right=(right.toPython() if isinstance(right, Literal) else Iri(str(right)),),
        )
    conditions[str(node)] = condition
    return condition


def _logical(graph: Graph, node: Any, conditions: dict[str, Condition]) -> Condition | None:
    for logic in Logic:
        members = tuple(_condition(graph, each, conditions) for each in graph.objects(node, URIRef(logic)))
        if members:
            return LogicalConstraint(logic=logic, members=members)
    return None


def _request(graph: Graph, rule: Any) -> AccessRequest:
    return AccessRequest(
        party=Iri(str(graph.value(rule, ODRL.assignee))),
        action=Iri(str(graph.value(rule, ODRL.action))),
        target=Iri(str(graph.value(rule, ODRL.target))),
        selected=frozenset(),
        dataset=DatasetFacts(columns={}, platform="", lawful_basis=Iri("urn:suite:no-basis")),
        rows=1,
    )


def _state(graph: Graph, request: AccessRequest, policy: Policy, now: datetime, *, open_duties: bool) -> State:
    members: dict[Iri, frozenset[Iri]] = {Iri(str(ANY_ASSET)): frozenset({request.target})}
    for member, collection in graph.subject_objects(ODRL.partOf):
        name = Iri(str(collection))
        members[name] = members.get(name, frozenset()) | {Iri(str(member))}
    reported = {
        str(graph.value(report, REPORT.rule)): graph.value(report, REPORT.deonticState)
        for report in graph.subjects(RDF.type, REPORT.DutyReport)
    }
    fulfilled = {duty for duty, deontic in reported.items() if deontic == REPORT.Fulfilled}
    if open_duties:
        own = {duty.uid for rule in policy.permissions for duty in rule.duties}
        fulfilled |= {duty for duty in own if reported.get(duty) != REPORT.Violated}
    evidence = tuple(Evidence(duty=Iri(duty), since=now) for duty in sorted(fulfilled))
    return State(status=LicenceStatus.ACTIVE, evidence=evidence, members=members)
