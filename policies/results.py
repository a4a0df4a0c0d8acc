"""Decisions and reports as JSON values: terms under the fixed prefixes, sets sorted, nothing left out."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final, assert_never

from policies import phrases
from policies.canonical import condition_form
from policies.counters import counted_as
from policies.lexical import literal
from policies.model import (
    Actuals,
    Decision,
    DutyReport,
    Premise,
    Quantity,
    Report,
    RuleKind,
    RuleReport,
    Transform,
)
from policies.predicate import EVERYTHING, And, AnyOf, Compare, IsNull, Not, Or, Predicate, Unknown
from policies.record import Record
from policies.vocabulary import Iri, compact

ROW_BY_ROW: Final = "row by row"
"""The result of a premise that has no verdict for all rows at once."""


def decision_value(decision: Decision) -> dict[str, Any]:
    """The decision: ``effect`` and ``reasons``, and of a permitting one everything that was granted."""
    reasons = [{"code": str(each.code), "clause": each.clause, "text": each.text} for each in decision.reasons]
    if not decision.permitted:
        return {"effect": str(decision.effect), "reasons": reasons}
    price = decision.price
    return {
        "effect": str(decision.effect),
        "columns": sorted(decision.columns),
        "rows": rows_value(decision.rows),
        "transforms": {name: _transform(each) for name, each in sorted(decision.transforms.items())},
        "limit": decision.limit,
        "caps": [
            {"counter": cap.counter, "bound": cap.bound, "unit": "row" if cap.per_row else "use"}
            for cap in decision.caps
        ],
        "notTogether": [sorted(each) for each in decision.not_together],
        "consentRequired": decision.consent_required,
        "obligations": [{"clause": each.clause, "action": compact(each.action)} for each in decision.obligations],
        "price": None
        if price is None
        else {"amountMicro": price.amount_micro, "currency": price.currency, "unit": compact(price.unit)},
        "reasons": reasons,
        "sources": [{"part": str(each.part), "clause": each.clause} for each in decision.sources],
    }


def record_value(record: Record) -> dict[str, Any]:
    """The decision on record, with everything that fixes it."""
    return {
        "id": record.id,
        "time": literal(record.time)[1],
        "agreement": record.agreement,
        "hypothetical": record.hypothetical,
        "policy": record.policy,
        "profile": record.profile,
        "stateVersion": record.state_version,
        "requestDigest": record.request_digest,
        "decision": decision_value(record.decision),
    }


def rows_value(predicate: Predicate) -> object:  # noqa: PLR0911  # one case per kind
    """A filter on rows: ``all``, or one comparison, or ``and``, ``or``, ``not`` over such."""
    match predicate:
        case Compare(column=column, comparator=comparator, value=value):
            return {comparator.value: [column, literal(value)[1]]}
        case AnyOf(column=column, values=values):
            return {"anyOf": [column, [literal(each)[1] for each in values]]}
        case IsNull(column=column):
            return {"isNull": column}
        case And(parts=parts):
            return "all" if predicate == EVERYTHING else {"and": [rows_value(part) for part in parts]}
        case Or(parts=parts):
            return {"or": [rows_value(part) for part in parts]}
        case Not(part=part):
            return {"not": rows_value(part)}
        case Unknown():
            return "unknown"
        case _:
            assert_never(predicate)


def report_value(report: Report) -> list[dict[str, Any]]:
    """Every rule with its premises and duties, in the order of the report."""
    return [_rule(each) for each in report.rules]


def actual_values(actuals: Actuals) -> list[str]:
    """The actual values as text, sorted; a quantity with its unit."""
    return sorted(
        f"{literal(each.number)[1]} {compact(each.unit)}" if isinstance(each, Quantity) else compact(literal(each)[1])
        for each in actuals
    )


def _transform(given: Transform) -> dict[str, Any]:
    parameter = given.parameter
    told = compact(parameter) if isinstance(parameter, str) else parameter
    return {"term": compact(given.term)} | ({} if parameter is None else {"parameter": told})


def _rule(report: RuleReport) -> dict[str, Any]:
    return {
        "policy": report.policy,
        "rule": report.rule,
        "kind": str(report.kind),
        "party": str(report.party),
        "target": str(report.target),
        "action": str(report.action),
        "activation": str(report.activation),
        "deontic": str(report.deontic),
        "evidence": report.evidence,
        "premises": _premises(report.premises, report.rule if report.kind is RuleKind.PERMISSION else None),
        "actionPremises": _premises(report.action_premises),
        "targetPremises": _premises(report.target_premises),
        "duties": [_duty(each) for each in report.duties],
    }


def _duty(report: DutyReport) -> dict[str, Any]:
    return {
        "duty": report.duty,
        "action": compact(report.action),
        "activation": str(report.activation),
        "deontic": str(report.deontic),
        "evidence": report.evidence,
        "premises": _premises(report.premises),
    }


def _premises(premises: Iterable[Premise], permission: Iri | None = None) -> list[dict[str, Any]]:
    """The premises; those that are caps of a permission name their counter."""
    return [
        {
            **_counter("" if permission is None else counted_as(each.condition, permission)),
            "condition": condition_form(each.condition),
            "told": phrases.condition(each.condition),
            "actual": actual_values(each.actual),
            "result": ROW_BY_ROW if each.result is None else str(each.result),
            "columns": {name: str(found) for name, found in each.columns},
            "members": _premises(each.members),
        }
        | ({} if each.counted is None else {"counted": asdict(each.counted)})
        for each in premises
    ]


def _counter(name: str) -> dict[str, str]:
    return {"counter": name} if name else {}
