"""The one normal form of a policy, and its hash.

Absolute terms stand under the fixed prefixes; every collection is an array, sorted by the canonical bytes of its
members; a top-level ``and`` is flattened into the set it stands in; numbers, times and durations have their canonical
lexical form. Two spellings of one policy give the same bytes. Signatures, tokens and receipts refer to the hash.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias, assert_never

import rfc8785

from policies.errors import PolicyMalformedError
from policies.lexical import literal
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
    flat,
)
from policies.vocabulary import OPERANDS, PROFILE_IRI, ValueKind, absolute, compact

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int"
"""A value of the normal form; numbers occur as text only, but for the parameter of a transform."""


def normal_form(policy: Policy) -> dict[str, Json]:
    """The policy as a JSON value in which only meaning is left of its spelling.

    Raises:
        PolicyMalformedError: an IRI is not absolute, or begins with one of the fixed prefixes as its scheme; a
            constraint has no value, or one that no literal stands for.
    """
    form = _Form(identified=True).policy(policy)
    form.update({"@id": iri(policy.uid), "@type": compact(policy.policy_class)})
    for key, text in (("dct:title", policy.title), ("dct:description", policy.description)):
        if text:
            form[key] = text
    return form


def conflict_and_profile() -> dict[str, Json]:
    """What stands in every normal form, whatever the policy says."""
    return {"odrl:conflict": "odrl:prohibit", "odrl:profile": iri(PROFILE_IRI)}


def terms_form(policy: Policy) -> dict[str, Json]:
    """The normal form without class, uids, licensee, title, description: what is granted, whoever gets it."""
    return _Form(identified=False).policy(policy)


def canonical_bytes(policy: Policy) -> bytes:
    """The RFC 8785 bytes of the normal form: what is hashed and stored.

    Raises:
        PolicyMalformedError: an IRI is not one, some text is not Unicode, a moment is none of our era, or logic is
            nested too deep.
    """
    try:
        return _bytes(normal_form(policy))
    except (OverflowError, RecursionError) as error:
        raise PolicyMalformedError(
            "the policy has no normal form", rule=3, hint="keep moments within the years 1 to 9999, and logic flat"
        ) from error


def policy_hash(policy: Policy) -> str:
    """``sha-256:<64 hex>`` of the canonical bytes.

    Raises:
        PolicyMalformedError: the policy has no normal form.
    """
    return "sha-256:" + hashlib.sha256(canonical_bytes(policy)).hexdigest()


def condition_form(condition: Condition) -> Json:
    """The normal form of one condition, for comparison."""
    return _condition(condition)


def rule_form(rule: Rule) -> Json:
    """The normal form of one rule as it stands, for its place among the others."""
    return _Form(identified=True).rule(rule)


def duty_form(duty: Duty) -> Json:
    """The normal form of what a duty asks for, without its uid and parties, for comparison."""
    return _Form(identified=False).duty(duty)


def prohibition_form(prohibition: Prohibition) -> Json:
    """The normal form of what a prohibition forbids, without its uid and parties, for comparison."""
    return _Form(identified=False).rule(prohibition)


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes.

    Raises:
        PolicyMalformedError: there is a lone surrogate, or a number that not every reader of JSON reads exactly.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise PolicyMalformedError(
            "the policy holds a value that has no canonical form",
            rule=3,
            hint="take lone surrogates out, and write numbers as exact decimals",
        ) from error


def iri(value: str) -> str:
    """The IRI as the normal form writes it.

    Raises:
        PolicyMalformedError: it is not absolute, or its scheme is one of the fixed prefixes and would mislead.
    """
    if not absolute(value):
        raise PolicyMalformedError(f"`{value}` is not an absolute IRI", rule=3, hint="write it in full")
    return compact(value)


_dumps: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def place(value: Json) -> bytes:
    """The canonical bytes of a member, by which the members of a collection are sorted."""
    # WHY: for this form (ASCII keys, no floats) the standard library writes the bytes of RFC 8785, many times faster.
    return _dumps(value).encode("utf-8", "surrogatepass")


def _sorted(values: Iterable[Json]) -> list[Json]:
    several = list(values)
    if len(several) > 1:
        several.sort(key=place)
    return several


def _bytes(form: Json) -> bytes:
    try:
        # WHY: as in ``place``; a law holds the bytes equal to those of the library.
        return _dumps(form).encode()
    except UnicodeEncodeError as error:
        raise PolicyMalformedError(
            "the policy holds text that is not Unicode", rule=3, hint="take lone surrogates out"
        ) from error


def _value(value: Value, *, is_iri: bool) -> Json:
    if is_iri:
        return {"@id": iri(str(value))}
    if (isinstance(value, Decimal) and not value.is_finite()) or (isinstance(value, datetime) and value.tzinfo is None):
        raise PolicyMalformedError(
            f"no literal stands for `{value}`", rule=3, hint="give a finite number, or a moment with its offset"
        )
    datatype, text = literal(value)
    return {"@type": compact(datatype), "@value": text}


def _constraint(constraint: Constraint) -> dict[str, Json]:
    if not constraint.right:
        raise PolicyMalformedError(
            f"a constraint on `{constraint.left}` has no value", rule=1, hint="give the value to compare with"
        )
    operand = OPERANDS.get(constraint.left)
    is_iri = operand is not None and operand.kind is ValueKind.IRI
    form: dict[str, Json] = {
        "odrl:leftOperand": iri(constraint.left),
        "odrl:operator": compact(constraint.operator),
        "odrl:rightOperand": _sorted(_value(value, is_iri=is_iri) for value in constraint.right),
    }
    if constraint.unit is not None:
        form["odrl:unit"] = iri(constraint.unit)
    if constraint.on_column:
        form["rep:onColumn"] = constraint.on_column
    if constraint.parameter is not None:
        form["rep:parameter"] = _value(constraint.parameter, is_iri=isinstance(constraint.parameter, str))
    return form


def _condition(condition: Condition) -> Json:
    if isinstance(condition, Constraint):
        return _constraint(condition)
    return {compact(condition.logic): _sorted(_condition(member) for member in condition.members)}


def _conditions(conditions: tuple[Condition, ...]) -> list[Json]:
    return _sorted(_condition(condition) for condition in flat(conditions))


def _refined(key: str, subject: str, refinements: tuple[Condition, ...]) -> dict[str, Json]:
    form: dict[str, Json] = {key: iri(subject)}
    if refinements:
        form["odrl:refinement"] = _conditions(refinements)
    return form


def _target(target: Target) -> dict[str, Json]:
    return _refined("odrl:source", target.source, target.refinements)


def _action(action: Action) -> dict[str, Json]:
    return _refined("rdf:value", action.term, action.refinements)


class _Form:
    """Writes rules, with or without what identifies them."""

    def __init__(self, *, identified: bool) -> None:
        self.identified = identified

    def policy(self, policy: Policy) -> dict[str, Json]:
        form = conflict_and_profile()
        for key, rules in (
            ("odrl:permission", policy.permissions),
            ("odrl:prohibition", policy.prohibitions),
            ("odrl:obligation", policy.obligations),
        ):
            if rules:
                form[key] = _sorted(self.rule(rule) for rule in rules)
        return form

    def rule(self, rule: Rule) -> dict[str, Json]:
        match rule:
            case Permission():
                form, nested = self._core(rule, "odrl:Permission"), ("odrl:duty", rule.duties)
            case Prohibition():
                form, nested = self._core(rule, "odrl:Prohibition"), ("odrl:remedy", rule.remedies)
            case Duty():
                form, nested = self._core(rule, "odrl:Duty"), ("odrl:consequence", rule.consequences)
                if rule.role is not None:
                    form[compact(rule.role.function)] = iri(rule.role.party)
            case _:
                assert_never(rule)
        if nested[1]:
            form[nested[0]] = _sorted(self.rule(duty) for duty in nested[1])
        return form

    def duty(self, duty: Duty) -> dict[str, Json]:
        form = self.rule(duty)
        return {key: value for key, value in form.items() if key not in {"odrl:assigner", "odrl:target"}}

    def _core(self, rule: Rule, type_: str) -> dict[str, Json]:
        form: dict[str, Json] = {"@type": type_, "odrl:action": _action(rule.action)}
        if self.identified:
            form["@id"] = iri(rule.uid)
            if rule.assignee is not None:
                form["odrl:assignee"] = iri(rule.assignee)
        elif rule.assignee is not None and rule.assignee == rule.assigner:
            # WHY: who the licensee is makes no difference to the terms, but that a rule binds the owner instead does.
            form["odrl:assignee"] = iri(rule.assignee)
        if rule.assigner is not None:
            form["odrl:assigner"] = iri(rule.assigner)
        if rule.target is not None:
            form["odrl:target"] = _target(rule.target)
        if rule.constraints:
            form["odrl:constraint"] = _conditions(rule.constraints)
        return form
