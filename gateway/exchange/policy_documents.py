"""Policies as stored documents: the canonical bytes of the normal form, so the document's digest is the policy's hash.

Anyone who has the document can check the hash with SHA-256 alone. Reading it goes through the same strict intake as
every policy that comes from outside.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from graph.journal.documents import Document
from policies.canonical import canonical_bytes
from policies.errors import PolicyMalformedError
from policies.jsonld import intake
from policies.model import Policy
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI, SET_OPERATORS, compact

MEDIA_TYPE: Final = "application/vnd.muniment.policy+json"

_Node: TypeAlias = Mapping[str, Any]

_TEXTS: Final = frozenset({"dct:title", "dct:description", "rep:onColumn", "@id", "@type"})
_RULES: Final = frozenset(
    {
        "odrl:permission",
        "odrl:prohibition",
        "odrl:obligation",
        "odrl:duty",
        "odrl:remedy",
        "odrl:consequence",
    }
)
_CONDITIONS: Final = frozenset({"odrl:constraint", "odrl:refinement"})
_SETS: Final = frozenset(compact(operator) for operator in SET_OPERATORS)


def policy_document(policy: Policy) -> Document:
    """The document to store; its digest is ``policies.canonical.policy_hash``."""
    return Document(media_type=MEDIA_TYPE, content=canonical_bytes(policy))


def stored_policy(content: bytes) -> Policy:
    """The policy that a stored document holds.

    Raises:
        PolicyError: The bytes are not what ``policy_document`` wrote.
    """
    try:
        node = _node(json.loads(content))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise PolicyMalformedError(
            "the stored policy is not in normal form", rule=3, hint="restore the document that was recorded"
        ) from error
    return intake({"@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI], **node})


def _node(form: _Node) -> dict[str, object]:
    return {key: _member(key, value) for key, value in form.items()}


def _member(key: str, value: Any) -> object:
    if key in _TEXTS:
        return value
    if key in _RULES:
        return [_node(each) for each in value]
    if key in _CONDITIONS:
        return [_condition(each) for each in value]
    if key == "odrl:target":
        return _refined(value, "odrl:source", {"@type": "odrl:AssetCollection"})
    if key == "odrl:action":
        return _refined(value, "rdf:value", {})
    return {"@id": value}


def _refined(form: _Node, subject: str, typed: _Node) -> object:
    if form.keys() == {subject}:
        return {"@id": form[subject]}
    return {**typed, **_node(form)}


def _condition(form: _Node) -> object:
    if "odrl:leftOperand" in form:
        return _constraint(form)
    return {
        "@type": "odrl:LogicalConstraint",
        **{logic: {"@list": [_condition(each) for each in members]} for logic, members in form.items()},
    }


def _constraint(form: _Node) -> object:
    right: Sequence[object] = form["odrl:rightOperand"]
    is_set = form["odrl:operator"] in _SETS
    kept = {key: value for key, value in form.items() if key in {"odrl:rightOperand", "rep:parameter"}}
    rest = _node({key: value for key, value in form.items() if key not in kept})
    operand = {"odrl:rightOperand": {"@list": list(right)} if is_set else right[0]}
    return {"@type": "odrl:Constraint", **rest, **kept, **operand}
