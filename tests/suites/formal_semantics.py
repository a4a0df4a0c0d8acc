"""Runs a row of the W3C ODRL formal-semantics draft through the evaluator.

The overlay, each entry with its reason; nothing of it is in the product:

- The corrections that ``formal-semantics-cases.json`` lists for mistakes in the published files.
- A time without a zone is read as UTC and an ``xsd:date`` as its midnight in UTC: the product refuses both.
- A ``Set`` is evaluated as an agreement, with whoever asks as the assignee it leaves open: the product decides by
  agreements alone.
- ``compensate`` as a duty of a permission must be fulfilled before, as the state reports it (C1, C2).
- ``resolution`` and ``ex:dayOfWeek`` are operands of the examples only. The request of B1 names its parameter by the
  unit of the policy's refinement: it is the value of the operand whose constraint has that unit, in that unit. The
  weekday is that of the time of the request (C2).
- The policy of E42 stands in the text only, and the events of A2 and E42 are sentences: both are written down here.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
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
    Constraint,
    DatasetFacts,
    Decision,
    Duty,
    Evidence,
    LicenceStatus,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    Quantity,
    RuleReport,
    State,
    Target,
    Value,
    Verdict,
    atoms,
)
from policies.vocabulary import (
    COMPENSATE,
    ODRL,
    OPERANDS,
    PAY_AMOUNT,
    PROFILE,
    XSD,
    Discharge,
    Grain,
    Iri,
    Operand,
    Operator,
    Placement,
    ValueKind,
)

RESOLUTION: Final = Iri(ODRL + "resolution")
DAY_OF_WEEK: Final = Iri("urn:example:dayOfWeek")
ANYBODY: Final = Iri("http://example.com/party/anybody")
EURO: Final = Iri("http://dbpedia.org/resource/Euro")
_TURN_OF_2025: Final = datetime(2025, 1, 1, tzinfo=UTC)
_DAY: Final = _TURN_OF_2025.replace(day=2) - _TURN_OF_2025


def _operand(iri: Iri, kind: ValueKind, operator: Operator, unit: str = "") -> Operand:
    return Operand(
        iri=iri,
        kind=kind,
        operators=frozenset({operator}),
        placements=frozenset(Placement),
        grain=Grain.ACCESS,
        unit=unit,
    )


DRAFT: Final = replace(
    PROFILE,
    operands={
        **OPERANDS,
        RESOLUTION: _operand(RESOLUTION, ValueKind.INTEGER, Operator.LTEQ, ":"),
        DAY_OF_WEEK: _operand(DAY_OF_WEEK, ValueKind.TEXT, Operator.EQ),
    },
    duties={**PROFILE.duties, COMPENSATE: replace(PROFILE.duties[COMPENSATE], discharge=Discharge.BEFORE)},
)
"""The vocabulary of the draft's examples."""


class Row:
    """One row: the policy and what is asked, ready to be evaluated."""

    def __init__(self, root: Path, row: Mapping[str, Any], corrections: Mapping[str, Any]) -> None:
        self._corrections = corrections
        self.id: str = row["id"]
        self.policy = _obligation() if self.id.startswith("E42") else self._policy(self._read(root, row["policy"]))
        self.now = _TURN_OF_2025 + (_DAY if self.id == "A2-3" else -_DAY)
        self.request = self._asked()
        if "request" in row:
            self._told(self._read(root, row["request"]))
        self.state = State(status=LicenceStatus.ACTIVE, acts=self._acts(), evidence=self._evidence(root, row))

    def decide(self) -> Decision:
        """Permit or deny."""
        permissions = tuple(
            replace(rule, assignee=rule.assignee or self.request.party) for rule in self.policy.permissions
        )
        agreement = replace(self.policy, policy_class=PolicyClass.AGREEMENT, permissions=permissions)
        return evaluate(agreement, self.request, self.state, self.now, vocabulary=DRAFT)

    def report(self) -> RuleReport:
        """On the one rule of the policy."""
        (rule,) = explain(self.policy, self.request, self.state, self.now, vocabulary=DRAFT).rules
        return rule

    @staticmethod
    def _read(root: Path, name: str) -> Any:
        return json.loads((root / name).read_text("utf-8"))

    def _corrected(self, field: str, published: str) -> str:
        found = self._corrections.get(field)
        return published if found is None or self.id not in found["cases"] else found["use"]

    def _policy(self, document: Mapping[str, Any]) -> Policy:
        return Policy(
            uid=Iri(document["uid"]),
            policy_class=PolicyClass(ODRL + document["@type"]),
            permissions=tuple(
                Permission(**_rule(each), duties=tuple(_duty(duty) for duty in each.get("duty", ())))
                for each in document.get("permission", ())
            ),
            prohibitions=tuple(Prohibition(**_rule(each)) for each in document.get("prohibition", ())),
        )

    def _asked(self) -> AccessRequest:
        rule = self.policy.rules[0]
        return AccessRequest(
            party=rule.assignee or ANYBODY,
            action=rule.action.term,
            target=Iri("urn:example:no-asset") if rule.target is None else rule.target.source,
            selected=frozenset(),
            dataset=DatasetFacts(columns={}, platform="", lawful_basis=Iri("urn:example:no-basis")),
            rows=1,
        )

    def _told(self, document: Mapping[str, Any]) -> None:
        """What the published request says besides."""
        party = document.get("evaluatedParty", ANYBODY)
        parameter = document["requestParameters"]
        value, feature = parameter["value"], parameter["describesFeature"]
        values: dict[Iri, Actuals] = {}
        if feature == "sotw:CurrentXSDDateTime":
            self.now = _moment(value["@value"])
            values[DAY_OF_WEEK] = frozenset({f"{self.now:%A}"})
        else:
            number = Quantity(number=int(value.get("@value", value.get("@id"))), unit=Iri(feature))
            named = next(each for each in atoms(self.policy.rules[0].action.refinements) if each.unit == feature)
            values[named.left] = frozenset({number})
        self.request = replace(
            self.request,
            party=Iri(self._corrected("request evaluatedParty", party)) if "evaluatedParty" in document else ANYBODY,
            action=Iri(ODRL + document["evaluatedAction"].removeprefix("odrl:")),
            target=Iri(document["evaluatedTarget"]),
            values=values,
        )

    def _acts(self) -> tuple[Act, ...]:
        if self.id not in {"A2-1", "A2-3"}:
            return ()
        asked = self.request
        return (Act(party=asked.party, action=asked.action, target=asked.target, at=self.now),)

    def _evidence(self, root: Path, row: Mapping[str, Any]) -> tuple[Evidence, ...]:
        if self.id == "E42-1":
            paid: Actuals = frozenset({Quantity(number=Decimal(500), unit=EURO)})
            return (Evidence(duty=self.policy.rules[0].uid, values={PAY_AMOUNT: paid}, since=self.now),)
        if row.get("state") is None:
            return ()
        told = self._read(root, row["state"])["context"]
        amount = Quantity(
            number=Decimal(told["pay:netAmount"]["@value"]),
            unit=Iri(self._corrected("state pay:currency", told["pay:currency"])),
        )
        since = _moment(self._corrected("state pay:paymentDate", told["pay:paymentDate"]["@value"]))
        return (Evidence(duty=Iri(told["conditionId"]), values={PAY_AMOUNT: frozenset({amount})}, since=since),)


def _rule(given: Mapping[str, Any]) -> dict[str, Any]:
    assignee = given.get("assignee")
    return {
        "uid": Iri(given["@id"]),
        "assigner": Iri(given["assigner"]),
        "assignee": None if assignee is None else Iri(assignee),
        "target": Target(source=Iri(given["target"])),
        "action": _action(given["action"]),
        "constraints": tuple(_constraint(each) for each in given.get("constraint", ())),
    }


def _duty(given: Mapping[str, Any]) -> Duty:
    return Duty(
        uid=Iri(given["@id"]),
        action=_action(given["action"]),
        constraints=tuple(_constraint(each) for each in given.get("constraint", ())),
    )


def _action(given: Any) -> Action:
    if isinstance(given, str):
        return Action(term=Iri(ODRL + given))
    (node,) = given
    term = Iri(ODRL + node["rdf:value"]["@id"].removeprefix("odrl:"))
    return Action(term=term, refinements=tuple(_constraint(each) for each in node["refinement"]))


def _constraint(given: Mapping[str, Any]) -> Constraint:
    left, unit = given["leftOperand"], given.get("unit")
    return Constraint(
        left=DAY_OF_WEEK if left == "ex:dayOfWeek" else Iri(ODRL + left),
        operator=Operator(ODRL + given["operator"]),
        right=(_value(given["rightOperand"]),),
        unit=None if unit is None else Iri(unit),
    )


def _value(given: Mapping[str, str]) -> Value:
    text, kind = given["@value"], given["@type"].replace("xsd:", XSD)
    if kind in {XSD + "date", XSD + "dateTime"}:
        return _moment(text)
    parsed: Value = {XSD + "integer": int, XSD + "decimal": Decimal, XSD + "string": str}[kind](text)
    return parsed


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _obligation() -> Policy:
    amount = Constraint(left=PAY_AMOUNT, operator=Operator.EQ, right=(Decimal(500),), unit=EURO)
    owed = Duty(
        uid=Iri("http://example.com/policy:42#1"),
        assigner=Iri("http://example.com/party:43"),
        assignee=Iri("http://example.com/party:44"),
        action=Action(term=COMPENSATE, refinements=(amount,)),
    )
    return Policy(uid=Iri("http://example.com/policy:42"), policy_class=PolicyClass.AGREEMENT, obligations=(owed,))


def satisfied(rule: RuleReport, name: str) -> Verdict | None:
    """The verdict that the draft calls ``constraint``, ``refinement`` or ``condition_constraint``."""
    premises = {
        "constraint": rule.premises,
        "refinement": rule.action_premises,
        "condition_constraint": rule.duties[0].premises if rule.duties else (),
    }[name]
    (premise,) = premises
    return premise.result
