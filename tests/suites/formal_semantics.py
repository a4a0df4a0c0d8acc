"""Runs the examples of the W3C draft on formal semantics: its JSON becomes policies, requests and states."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from policies.evaluate import evaluate
from policies.explain import explain
from policies.model import (
    AccessRequest,
    Act,
    Action,
    Actuals,
    Condition,
    Constraint,
    DatasetFacts,
    Duty,
    Evidence,
    LicenceStatus,
    Permission,
    Policy,
    PolicyClass,
    Premise,
    Prohibition,
    Quantity,
    RuleReport,
    State,
    Target,
    Value,
    Verdict,
    atoms,
)
from policies.vocabulary import ODRL, PAY_AMOUNT, XSD, Iri, Operator
from tests.suites.overlay import DAY_OF_WEEK, SOMEBODY, VOCABULARY, moment

Json = dict[str, Any]

_CLOCK: Final = "sotw:CurrentXSDDateTime"
_BEFORE, _LATER = datetime(2024, 6, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
_EURO: Final = Iri("http://dbpedia.org/resource/Euro")
_ALBUM: Final = Iri("http://example.com/photoAlbum:55")
_ARCHIVE: Final = Iri(ODRL + "archive")
_LICENSEE: Final = Iri("http://example.com/assignee:55")
_OBLIGED: Final = Iri("http://example.com/obligation/1")
_PARAMETER: Final = re.compile(r'\{"@id": "(\d+)", "@type": "xsd:integer"\}')


def _archived(at: datetime) -> Act:
    return Act(party=_LICENSEE, action=_ARCHIVE, target=_ALBUM, at=at)


def _paid(amount: str) -> Evidence:
    values: dict[Iri, Actuals] = {PAY_AMOUNT: frozenset({Quantity(number=Decimal(amount), unit=_EURO)})}
    return Evidence(duty=_OBLIGED, values=values, since=_BEFORE)


_EVENTS: Final[dict[str, tuple[State, datetime]]] = {
    "A2-1": (State(status=LicenceStatus.ACTIVE, acts=(_archived(_BEFORE),)), _BEFORE),
    "A2-2": (State(status=LicenceStatus.ACTIVE), _BEFORE),
    "A2-3": (State(status=LicenceStatus.ACTIVE, acts=(_archived(_LATER),)), _LATER),
    "E42-1": (State(status=LicenceStatus.ACTIVE, evidence=(_paid("500.00"),)), _LATER),
    "E42-2": (State(status=LicenceStatus.ACTIVE), _LATER),
}
"""What happened in the rows that the draft tells in words, and when one looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the draft's tables."""

    id: str
    policy: Policy
    request: AccessRequest
    state: State
    now: datetime
    expected: dict[str, str]


def rows(suite: Path) -> Iterator[Row]:
    """All rows, with the corrections of published slips."""
    index = json.loads((suite / "formal-semantics-cases.json").read_text("utf-8"))
    for case in index["cases"]:
        corrections = [each for each in index["corrections"] if case["id"] in each["cases"]]
        policy = _example(suite) if case["id"].startswith("E42") else _read(suite / case["policy"], "policy", [])
        rules = _policy(policy)
        if case["id"] in _EVENTS:
            state, now = _EVENTS[case["id"]]
            request = _access(party=_LICENSEE, action=_ARCHIVE, target=_ALBUM)
        else:
            request, now = _request(_read(suite / case["request"], "request", corrections), rules)
            told = None if case["state"] is None else _read(suite / case["state"], "state", corrections)
            state = State(status=LicenceStatus.ACTIVE, evidence=() if told is None else (_evidence(told["context"]),))
        yield Row(id=case["id"], policy=rules, request=request, state=state, now=now, expected=case["expected"])


def answer(row: Row) -> dict[str, str]:
    """What the evaluator says, in the words of the table."""
    (rule,) = explain(row.policy, row.request, row.state, row.now, vocabulary=VOCABULARY).rules
    decision = evaluate(
        _concluded(row.policy, row.request.party), row.request, row.state, row.now, vocabulary=VOCABULARY
    )
    return {
        "decision": decision.effect.value,
        "deontic": rule.deontic.value,
        rule.kind.value: rule.activation.value,
    } | dict(_parts(rule))


def _parts(rule: RuleReport) -> Iterator[tuple[str, str]]:
    for premise in rule.premises:
        yield "constraint", _told(premise)
    for premise in rule.action_premises:
        yield "refinement", _told(premise)
    for duty in rule.duties:
        yield "condition_activation", duty.activation.value
        yield "condition", duty.deontic.value
        for premise in duty.premises:
            yield "condition_constraint", _told(premise)


def _told(premise: Premise) -> str:
    return "not-satisfied" if premise.result is Verdict.UNSATISFIED else str(premise.result)


def _concluded(policy: Policy, party: Iri) -> Policy:
    """The agreement on the policy; a rule that names nobody is agreed with whoever asks."""
    return replace(
        policy,
        policy_class=PolicyClass.AGREEMENT,
        permissions=tuple(replace(each, assignee=each.assignee or party) for each in policy.permissions),
    )


def _read(path: Path, field: str, corrections: list[Json]) -> Json:
    """A published file, with those corrections that are about it."""
    text = json.dumps(json.loads(path.read_text("utf-8")))
    for each in corrections:
        if each["field"].startswith(f"{field} "):
            corrected = _corrected(text, each)
            assert corrected != text, f"{path.name} holds nothing to correct"
            text = corrected
    document: Json = json.loads(text)
    return document


def _corrected(text: str, correction: Json) -> str:
    if _PARAMETER.fullmatch(correction["published"]):
        return _PARAMETER.sub(r'{"@value": "\1", "@type": "xsd:integer"}', text)
    return text.replace(json.dumps(correction["published"]), json.dumps(correction["use"]))


def _example(suite: Path) -> Json:
    """The policy of example 42, which stands in the text alone."""
    page = (suite / "formal-semantics" / "index.html").read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    start = text.rindex("{", 0, text.index('"uid": "http://example.com/policy/42"'))
    document: Json = json.JSONDecoder().raw_decode(text[start:])[0]
    return document


def _policy(document: Json) -> Policy:
    return Policy(
        uid=Iri(document["uid"]),
        policy_class=PolicyClass(ODRL + document["@type"]),
        permissions=tuple(
            Permission(
                uid=Iri(each["@id"]),
                target=Target(source=Iri(each["target"])),
                action=_action(each["action"]),
                assignee=_assignee(each),
                constraints=_conditions(each.get("constraint", ())),
                duties=tuple(_duty(duty) for duty in each.get("duty", ())),
            )
            for each in document.get("permission", ())
        ),
        prohibitions=tuple(
            Prohibition(
                uid=Iri(each["@id"]),
                target=Target(source=Iri(each["target"])),
                action=_action(each["action"]),
                assignee=_assignee(each),
                constraints=_conditions(each["constraint"]),
            )
            for each in document.get("prohibition", ())
        ),
        obligations=tuple(_duty(each) for each in document.get("obligation", ())),
    )


def _assignee(rule: Json) -> Iri | None:
    return Iri(rule["assignee"]) if "assignee" in rule else None


def _duty(duty: Json) -> Duty:
    return Duty(
        uid=Iri(duty["@id"]),
        action=_action(duty["action"]),
        constraints=_conditions(duty.get("constraint", ())),
        assignee=_assignee(duty),
    )


def _action(action: str | list[Json]) -> Action:
    if isinstance(action, str):
        return Action(term=_term(action))
    (only,) = action
    return Action(term=_term(only["rdf:value"]["@id"]), refinements=_conditions(only["refinement"]))


def _term(name: str) -> Iri:
    return Iri(name) if name.startswith("ex:") else Iri(ODRL + name.removeprefix("odrl:"))


def _conditions(given: Any) -> tuple[Condition, ...]:
    return tuple(
        Constraint(
            left=_term(each["leftOperand"]),
            operator=Operator(ODRL + each["operator"]),
            right=(_value(each["rightOperand"]),),
            unit=Iri(each["unit"]) if "unit" in each else None,
        )
        for each in given
    )


def _value(literal: Json) -> Value:
    text, kind = literal["@value"], literal["@type"].replace("xsd:", XSD).removeprefix(XSD)
    readers: dict[str, Any] = {"date": moment, "dateTime": moment, "integer": int, "decimal": Decimal, "string": str}
    value: Value = readers[kind](text)
    return value


def _request(document: Json, policy: Policy) -> tuple[AccessRequest, datetime]:
    parameter, now, values = document["requestParameters"], _LATER, dict[Iri, Actuals]()
    value = _value(parameter["value"])
    if parameter["describesFeature"] == _CLOCK:
        assert isinstance(value, datetime)
        now = value
    else:
        assert isinstance(value, int)
        unit = Iri(parameter["describesFeature"])
        (counted,) = (
            each for rule in policy.permissions for each in atoms(rule.action.refinements) if each.unit == unit
        )
        values[counted.left] = frozenset({Quantity(number=value, unit=unit)})
    values[DAY_OF_WEEK] = frozenset({f"{now:%A}"})
    request = _access(
        party=Iri(document.get("evaluatedParty", SOMEBODY)),
        action=_term(document["evaluatedAction"]),
        target=Iri(document["evaluatedTarget"]),
    )
    return replace(request, values=values), now


def _access(*, party: Iri, action: Iri, target: Iri) -> AccessRequest:
    dataset = DatasetFacts(columns={}, platform="", lawful_basis=Iri(""))
    return AccessRequest(party=party, action=action, target=target, selected=frozenset(), dataset=dataset, rows=1)


def _evidence(payment: Json) -> Evidence:
    amount, paid = _value(payment["pay:netAmount"]), _value(payment["pay:paymentDate"])
    assert isinstance(amount, Decimal)
    assert isinstance(paid, datetime)
    return Evidence(
        duty=Iri(payment["conditionId"]),
        id=payment["pay:reference"],
        values={PAY_AMOUNT: frozenset({Quantity(number=amount, unit=Iri(payment["pay:currency"]))})},
        since=paid,
    )
