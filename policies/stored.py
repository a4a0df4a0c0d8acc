"""Reading a policy back from the bytes of its normal form: strictly, fast, without JSON-LD.

Only the very bytes that ``canonical_bytes`` writes are accepted, so bytes and policy stand for each other.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from policies.canonical import canonical_bytes, conflict_and_profile
from policies.errors import PolicyError, PolicyHashMismatchError, PolicyMalformedError, PolicyTooLargeError
from policies.lexical import parse
from policies.model import (
    Action,
    Condition,
    Constraint,
    Duty,
    Logic,
    LogicalConstraint,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    Role,
    Target,
    Value,
)
from policies.registering.places import Written
from policies.registering.wellformed import require_wellformed
from policies.vocabulary import (
    ATTRIBUTED_PARTY,
    COMPENSATED_PARTY,
    CONSENTING_PARTY,
    INFORMED_PARTY,
    Iri,
    Operator,
    compact,
    expand,
)

_Form = Mapping[str, Any]

MAX_BYTES: Final = 1024 * 1024
"""What is longer is not stored: the normal form writes out what a document, or flat terms, say shortly."""
_ROLES: Final = {
    compact(each): each for each in (ATTRIBUTED_PARTY, COMPENSATED_PARTY, CONSENTING_PARTY, INFORMED_PARTY)
}
_LOGIC: Final = {compact(each): each for each in Logic}
_CLASSES: Final = {compact(each): each for each in PolicyClass}
_OPERATORS: Final = {compact(each): each for each in Operator}


def stored_policy(content: bytes, digest: str = "") -> Policy:
    """The policy whose normal form these bytes are.

    Args:
        content: what was stored.
        digest: the hash it is stored under; checked when it is given.

    Raises:
        PolicyHashMismatchError: the bytes have another hash.
        PolicyTooLargeError: there are too many of them.
        PolicyMalformedError: they are not the normal form of a policy, byte for byte.
        PolicyError: a constraint is not one of the profile.
    """
    if len(content) > MAX_BYTES:
        raise PolicyTooLargeError("bytes", MAX_BYTES)
    actual = "sha-256:" + hashlib.sha256(content).hexdigest()
    if digest and actual != digest:
        raise PolicyHashMismatchError(expected=digest, actual=actual)
    try:
        policy = _policy(json.loads(content))
        same = canonical_bytes(policy) == content
    except PolicyError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _not_normal() from error
    if not same:
        raise _not_normal()
    return policy


def _not_normal() -> PolicyMalformedError:
    return PolicyMalformedError(
        "the stored policy is not in normal form", rule=3, hint="restore the document that was recorded"
    )


def _policy(form: _Form) -> Policy:
    rest = {key: value for key, value in form.items() if key not in _WHOLE}
    if rest != conflict_and_profile():
        raise _not_normal()
    return Policy(
        uid=_iri(form["@id"]),
        policy_class=_CLASSES[form["@type"]],
        title=_text(form.get("dct:title", "")),
        description=_text(form.get("dct:description", "")),
        permissions=tuple(_permission(each) for each in form.get("odrl:permission", ())),
        prohibitions=tuple(_prohibition(each) for each in form.get("odrl:prohibition", ())),
        obligations=tuple(_duty(each) for each in form.get("odrl:obligation", ())),
    )


_WHOLE: Final = frozenset(
    {"@id", "@type", "dct:title", "dct:description", "odrl:permission", "odrl:prohibition", "odrl:obligation"}
)


def _permission(form: _Form) -> Permission:
    return Permission(
        uid=_iri(form["@id"]),
        target=_target(form["odrl:target"]),
        action=_action(form["odrl:action"]),
        constraints=_conditions(form.get("odrl:constraint", ())),
        duties=tuple(_duty(each) for each in form.get("odrl:duty", ())),
        assigner=_optional(form.get("odrl:assigner")),
        assignee=_optional(form.get("odrl:assignee")),
    )


def _prohibition(form: _Form) -> Prohibition:
    return Prohibition(
        uid=_iri(form["@id"]),
        target=_target(form["odrl:target"]),
        action=_action(form["odrl:action"]),
        constraints=_conditions(form.get("odrl:constraint", ())),
        remedies=tuple(_duty(each) for each in form.get("odrl:remedy", ())),
        assigner=_optional(form.get("odrl:assigner")),
        assignee=_optional(form.get("odrl:assignee")),
    )


def _duty(form: _Form) -> Duty:
    target = form.get("odrl:target")
    roles = [Role(function=role, party=_iri(form[key])) for key, role in _ROLES.items() if key in form]
    return Duty(
        uid=_iri(form["@id"]),
        action=_action(form["odrl:action"]),
        role=roles[0] if roles else None,
        constraints=_conditions(form.get("odrl:constraint", ())),
        consequences=tuple(_duty(each) for each in form.get("odrl:consequence", ())),
        assigner=_optional(form.get("odrl:assigner")),
        assignee=_optional(form.get("odrl:assignee")),
        target=None if target is None else _target(target),
    )


def _target(form: _Form) -> Target:
    return Target(source=_iri(form["odrl:source"]), refinements=_conditions(form.get("odrl:refinement", ())))


def _action(form: _Form) -> Action:
    return Action(term=_iri(form["rdf:value"]), refinements=_conditions(form.get("odrl:refinement", ())))


def _conditions(forms: Iterable[_Form]) -> tuple[Condition, ...]:
    return tuple(_condition(each) for each in forms)


def _condition(form: _Form) -> Condition:
    if "odrl:leftOperand" in form:
        return _constraint(form)
    ((logic, members),) = form.items()
    return LogicalConstraint(logic=_LOGIC[logic], members=_conditions(members))


def _constraint(form: _Form) -> Constraint:
    parameter = form.get("rep:parameter")
    constraint = Constraint(
        left=_iri(form["odrl:leftOperand"]),
        operator=_OPERATORS[form["odrl:operator"]],
        right=tuple(_value(each) for each in form["odrl:rightOperand"]),
        unit=_optional(form.get("odrl:unit")),
        on_column=_text(form.get("rep:onColumn", "")),
        parameter=None if parameter is None else _parameter(parameter),
    )
    require_wellformed(constraint, Written())
    return constraint


def _parameter(form: _Form) -> Iri | int:
    value = _iri(form["@id"]) if "@id" in form else _value(form)
    return value if isinstance(value, int) else Iri(str(value))


def _value(form: _Form) -> Value:
    if "@id" in form:
        return _iri(form["@id"])
    value = parse(_text(form["@value"]), expand(form["@type"]))
    return _refuse() if value is None else value


def _optional(text: Any) -> Iri | None:
    return None if text is None else _iri(text)


def _iri(text: Any) -> Iri:
    return expand(text) if isinstance(text, str) else _refuse()


def _text(text: Any) -> str:
    return text if isinstance(text, str) else _refuse()


def _refuse() -> NoReturn:
    raise _not_normal()
