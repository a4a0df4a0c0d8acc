"""Runs the ODRL test suite of SolidLab: its Turtle becomes policies, requests and states; the report becomes theirs."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeAlias

from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from policies.canonical import condition_form, place
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
    Value,
    Verdict,
)
from policies.truth import all_of
from policies.vocabulary import ODRL, Iri, Operator
from tests.suites.overlay import ANYTHING, EVERY_ACTION, VOCABULARY, moment

EX: Final = Namespace("http://example.org/")
TEMP: Final = Namespace("http://example.com/request/")
REPORT: Final = Namespace("https://w3id.org/force/compliance-report#")
TERMS: Final = Namespace(ODRL)

Rename: TypeAlias = Callable[[URIRef], URIRef]

_OWN: Final = {EX[name] for name in ("Sotw", "TestCase", "includes", "policy", "request", "sotw", "expectedReport")}
"""The vocabulary of the suite that shares a namespace with its parties and assets."""
_VOCABULARIES: Final = (
    ODRL,
    str(REPORT),
    str(DCTERMS),
    str(RDF),
    str(TEMP),
    "http://xmlns.com/foaf/",
    "http://www.w3.org/",
)
_NOTHING: Final = DatasetFacts(columns={}, platform="", lawful_basis=Iri(""))


def renamed(name: URIRef) -> URIRef:
    """Another name for what the suite names itself; terms of vocabularies keep theirs."""
    if name in _OWN or str(name).startswith(_VOCABULARIES):
        return name
    return URIRef(f"urn:other:{sha256(str(name).encode()).hexdigest()}")


def as_named(name: URIRef) -> URIRef:
    """The name as it is."""
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the evaluator says about one case, beside what the suite expects."""

    case: str
    expected: str
    """``Active`` or ``Inactive``."""
    closed: str
    """The product's answer: what is not known to be fulfilled blocks."""
    open: str
    """The answer when a duty that is not violated does not block."""
    compared: int
    """How many premises were compared."""
    differences: tuple[str, ...]
    """Premises that do not agree."""
    seconds: float
    """How long the report took."""


def cases(suite: Path) -> list[dict[str, Any]]:
    """The index of the suite."""
    listed: list[dict[str, Any]] = json.loads((suite / "cases.json").read_text("utf-8"))["cases"]
    return listed


def run(suite: Path, case: dict[str, Any], rename: Rename = as_named) -> Finding:
    """Evaluate one case and compare."""
    policy_name, request_name = (rename(URIRef(case[key])) for key in ("policyId", "requestId"))
    world = _graph(suite / case["state"], rename)
    reading = _Reading(_graph(suite / case["policy"], rename))
    policy = reading.policy(policy_name)
    request = _request(_graph(suite / case["request"], rename), request_name)
    state, now = _state(world, request), moment(str(world.value(TEMP.currentTime, DCTERMS.issued)))
    started = perf_counter()
    (found,) = explain(policy, request, state, now, vocabulary=VOCABULARY).rules
    seconds = perf_counter() - started
    expected = _graph(suite / case["expectedReport"], rename)
    (report,) = expected.objects(predicate=REPORT.ruleReport)
    assert expected.value(report, REPORT.rule) == URIRef(found.rule)
    answers = _Answers(rule=found, conditions=reading.conditions, premises=dict(_premises(found.premises)))
    compared = list(answers.compared(expected, report))
    violated = {str(world.value(each, REPORT.rule)) for each in world.subjects(REPORT.deonticState, REPORT.Violated)}
    blocked = any(each.duty in violated for each in found.duties)
    return Finding(
        case=case["case"],
        expected=_local(expected.value(report, REPORT.activationState)),
        closed=_activation(_concerns(found) and found.activation is Activation.ACTIVE),
        open=_activation(_concerns(found) and _holds(found) and not blocked),
        compared=len(compared),
        differences=tuple(each for each in compared if each),
        seconds=seconds,
    )


def _activation(active: bool) -> str:
    return "Active" if active else "Inactive"


def _concerns(rule: RuleReport) -> bool:
    return {rule.party, rule.target, rule.action} == {Verdict.SATISFIED}


def _holds(rule: RuleReport) -> bool:
    return all(each.result is Verdict.SATISFIED for each in rule.premises)


@cache
def _parsed(path: Path) -> Graph:
    return Graph().parse(path, format="turtle")


def _graph(path: Path, rename: Rename) -> Graph:
    if rename is as_named:
        return _parsed(path)
    graph = Graph()
    for triple in _parsed(path):
        graph.add(tuple(rename(node) if isinstance(node, URIRef) else node for node in triple))  # type: ignore[arg-type]
    return graph


class _Reading:
    """Reads a policy, and remembers the name of each condition."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.conditions: dict[str, Condition] = {}

    def policy(self, name: URIRef) -> Policy:
        graph = self._graph
        return Policy(
            uid=Iri(str(name)),
            policy_class=PolicyClass.SET,
            permissions=tuple(
                Permission(
                    uid=_iri(rule),
                    target=self._target(rule),
                    action=self._action(rule),
                    assignee=self._assignee(rule),
                    constraints=self._constraints(rule),
                    duties=tuple(
                        Duty(uid=_iri(duty), action=self._action(duty), constraints=self._constraints(duty))
                        for duty in graph.objects(rule, TERMS.duty)
                    ),
                )
                for rule in graph.objects(name, TERMS.permission)
            ),
            prohibitions=tuple(
                Prohibition(
                    uid=_iri(rule),
                    target=self._target(rule),
                    action=self._action(rule),
                    assignee=self._assignee(rule),
                    constraints=self._constraints(rule),
                )
                for rule in graph.objects(name, TERMS.prohibition)
            ),
        )

    def _target(self, rule: Node) -> Target:
        named = self._graph.value(rule, TERMS.target)
        return Target(source=ANYTHING if named is None else _iri(named))

    def _action(self, rule: Node) -> Action:
        named = self._graph.value(rule, TERMS.action)
        return Action(term=EVERY_ACTION if named is None else _iri(named))

    def _assignee(self, rule: Node) -> Iri | None:
        named = self._graph.value(rule, TERMS.assignee)
        return None if named is None else _iri(named)

    def _constraints(self, rule: Node) -> tuple[Condition, ...]:
        return tuple(self._condition(each) for each in self._graph.objects(rule, TERMS.constraint))

    def _condition(self, node: Node) -> Condition:
        graph = self._graph
        for logic in Logic:
            members = tuple(self._condition(each) for each in graph.objects(node, URIRef(logic)))
            if members:
                break
        found: Condition = (
            LogicalConstraint(logic=logic, members=members)
            if members
            else Constraint(
                left=_iri(graph.value(node, TERMS.leftOperand)),
                operator=Operator(str(graph.value(node, TERMS.operator))),
                right=(_value(graph.value(node, TERMS.rightOperand)),),
            )
        )
        self.conditions[str(node)] = found
        return found


def _request(graph: Graph, name: URIRef) -> AccessRequest:
    rule = graph.value(name, TERMS.permission)
    return AccessRequest(
        party=_iri(graph.value(rule, TERMS.assignee)),
        action=_iri(graph.value(rule, TERMS.action)),
        target=_iri(graph.value(rule, TERMS.target)),
        selected=frozenset(),
        dataset=_NOTHING,
        rows=1,
    )


def _state(world: Graph, request: AccessRequest) -> State:
    members: dict[Iri, frozenset[Iri]] = {ANYTHING: frozenset({request.target})}
    for member, collection in world.subject_objects(TERMS.partOf):
        members[_iri(collection)] = members.get(_iri(collection), frozenset()) | {_iri(member)}
    evidence = tuple(
        Evidence(duty=_iri(world.value(each, REPORT.rule)), id=str(each), since=_created(world, each))
        for each in world.subjects(REPORT.deonticState, REPORT.Fulfilled)
    )
    return State(status=LicenceStatus.ACTIVE, members=members, evidence=evidence)


def _created(world: Graph, duty_report: Node) -> datetime:
    return moment(str(world.value(world.value(None, REPORT.ruleReport, duty_report), DCTERMS.created)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """The report of one rule, by what the suite's report speaks of."""

    rule: RuleReport
    conditions: Mapping[str, Condition]
    """By the name that the suite gives them."""
    premises: Mapping[bytes, Premise]
    """By the normal form of their conditions."""

    def result(self, condition: Condition) -> Verdict | None:
        """The verdict on a condition; that of a top-level ``and`` follows from those of its members."""
        found = self.premises.get(_form(condition))
        if found is None and isinstance(condition, LogicalConstraint) and condition.logic is Logic.AND:
            return all_of(self.result(each) or Verdict.UNKNOWN for each in condition.members)
        return None if found is None else found.result

    def compared(self, expected: Graph, report: Node) -> Iterator[str]:
        """Each fact of the expected premises: empty when it agrees, else how it differs."""
        own: dict[Node | None, Verdict] = {
            REPORT.TargetReport: self.rule.target,
            REPORT.PartyReport: self.rule.party,
            REPORT.ActionReport: self.rule.action,
        }
        for premise in expected.objects(report, REPORT.premiseReport):
            kind = expected.value(premise, RDF.type)
            wanted = _local(expected.value(premise, REPORT.satisfactionState)).lower()
            if kind in own:
                yield _difference(premise, wanted, own[kind])
            elif kind == REPORT.ConstraintReport:
                condition = self.conditions[str(expected.value(premise, REPORT.constraint))]
                yield _difference(premise, wanted, self.result(condition))
                yield from self._published(expected, premise, condition)
                yield from self.compared(expected, premise)

    def _published(self, expected: Graph, premise: Node, condition: Condition) -> Iterator[str]:
        """What was compared with what; of an unsatisfied premise the suite publishes the actual value alone."""
        if not isinstance(condition, Constraint):
            return
        found = self.premises[_form(condition)]
        told = {
            REPORT.constraintLeftOperand: found.actual,
            REPORT.constraintRightOperand: frozenset(condition.right),
            REPORT.constraintOperator: frozenset({condition.operator.value}),
        }
        for published, values in told.items():
            wanted = expected.value(premise, published)
            if wanted is not None:
                yield _difference(premise, frozenset({_value(wanted)}), values)


def _premises(premises: Iterable[Premise]) -> Iterator[tuple[bytes, Premise]]:
    for premise in premises:
        yield _form(premise.condition), premise
        yield from _premises(premise.members)


def _form(condition: Condition) -> bytes:
    return place(condition_form(condition))


def _difference(premise: Node, wanted: object, found: object) -> str:
    return "" if wanted == found else f"{premise}: {wanted} is expected, {found} is found"


def _local(name: Node | None) -> str:
    return str(name).rpartition("#")[2]


def _iri(name: Node | None) -> Iri:
    assert isinstance(name, URIRef)
    return Iri(str(name))


def _value(node: Node | None) -> Value:
    return moment(str(node)) if isinstance(node, Literal) else _iri(node)
