"""From the model to a compact JSON-LD document under the two context addresses."""

from collections.abc import Mapping
from typing import Final, assert_never

from policies.jsonld.limits import CONTEXTS
from policies.lexical import STRING, literal
from policies.model import (
    Action,
    Condition,
    Constraint,
    Duty,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Target,
    Value,
)
from policies.vocabulary import (
    ODRL,
    OPERANDS,
    PROFILE_IRI,
    SET_OPERATORS,
    Iri,
    ValueKind,
    compact,
    local,
)

_NESTED: Final = {Permission: "duty", Prohibition: "remedy", Duty: "consequence"}


def to_document(policy: Policy) -> dict[str, object]:
    """The policy as a JSON-LD document; taking it in again gives the same policy and the same hash."""
    document: dict[str, object] = {
        "@context": list(CONTEXTS),
        "@type": local(policy.policy_class),
        "uid": policy.uid,
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
    }
    texts = {"title": policy.title, "description": policy.description}
    document.update({key: text for key, text in texts.items() if text})
    for key, rules in (
        ("permission", policy.permissions),
        ("prohibition", policy.prohibitions),
        ("obligation", policy.obligations),
    ):
        if rules:
            document[key] = [_rule(rule) for rule in rules]
    return document


def _rule(rule: Rule) -> dict[str, object]:
    written: dict[str, object] = {"@type": type(rule).__name__, "uid": rule.uid}
    if rule.assigner is not None:
        written["assigner"] = rule.assigner
    if rule.assignee is not None:
        written["assignee"] = rule.assignee
    if rule.target is not None:
        written["target"] = _target(rule.target)
    written["action"] = _action(rule.action)
    if isinstance(rule, Duty) and rule.role is not None:
        written[local(rule.role.function)] = rule.role.party
    if rule.constraints:
        written["constraint"] = [_condition(each) for each in rule.constraints]
    nested = _nested(rule)
    if nested:
        written[_NESTED[type(rule)]] = [_rule(duty) for duty in nested]
    return written


def _nested(rule: Rule) -> tuple[Duty, ...]:
    match rule:
        case Permission():
            return rule.duties
        case Prohibition():
            return rule.remedies
        case Duty():
            return rule.consequences
        case _:
            assert_never(rule)


def _target(target: Target) -> object:
    if not target.refinements:
        return target.source
    return {
        "@type": "AssetCollection",
        "source": target.source,
        "refinement": [_condition(each) for each in target.refinements],
    }


def _action(action: Action) -> object:
    if not action.refinements:
        return compact(action.term)
    return {
        "rdf:value": {"@id": compact(action.term)},
        "refinement": [_condition(each) for each in action.refinements],
    }


def _condition(condition: Condition) -> Mapping[str, object]:
    if isinstance(condition, Constraint):
        return _constraint(condition)
    return {
        "@type": "LogicalConstraint",
        local(condition.logic): {"@list": [_condition(member) for member in condition.members]},
    }


def _constraint(constraint: Constraint) -> dict[str, object]:
    is_iri = OPERANDS[constraint.left].kind is ValueKind.IRI
    right = [_value(value, is_iri=is_iri) for value in constraint.right]
    written: dict[str, object] = {"@type": "Constraint"}
    if constraint.on_column:
        written["rep:onColumn"] = constraint.on_column
    written["leftOperand"] = _term(constraint.left)
    written["operator"] = _term(Iri(constraint.operator))
    written["rightOperand"] = {"@list": right} if constraint.operator in SET_OPERATORS else right[0]
    if constraint.unit is not None:
        written["unit"] = {"@id": compact(constraint.unit)}
    if constraint.parameter is not None:
        written["rep:parameter"] = _value(constraint.parameter, is_iri=isinstance(constraint.parameter, str))
    return written


def _term(iri: Iri) -> str:
    """A term of the core as the contexts name it, every other one under its prefix."""
    return local(iri) if iri.startswith(ODRL) else compact(iri)


def _value(value: Value, *, is_iri: bool) -> object:
    if is_iri:
        return {"@id": compact(str(value))}
    datatype, text = literal(value)
    return text if datatype == STRING else {"@value": text, "@type": compact(datatype)}
