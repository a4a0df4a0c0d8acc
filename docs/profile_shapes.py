"""The shapes of the licence profile in SHACL: what a policy must be, made of the vocabulary alone."""

from collections.abc import Mapping
from typing import Final

from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, SH, XSD

from docs.markdown import NOTE
from docs.profile_constraints import LOGIC, MEMBERS, OPERATOR, PARTS, add_constraints, odrl
from docs.shacl import Form, Shapes
from policies.vocabulary import (
    CONSENTING_PARTY,
    DATA_SUBJECT,
    DUTY_TERMS,
    EVERY,
    INCLUDED_IN,
    OPERANDS,
    PAY_AMOUNT,
    PREFIXES,
    PROFILE_IRI,
    REVENUE_SHARE,
    SETTLE,
    DutyPlace,
    DutyTerm,
    Grain,
    Iri,
    Operator,
    Placement,
    local,
)

NAMESPACE: Final = PROFILE_IRI + "/shapes.ttl#"

_CLASSES: Final = [odrl(name) for name in ("Set", "Offer", "Request", "Agreement")]
_RULES: Final[Form] = {"alternativePath": [odrl("permission"), odrl("prohibition"), odrl("obligation")]}
_ROLES: Final = sorted({term.role for term in DUTY_TERMS.values() if term.role is not None})
_ALONE: Final = frozenset({Grain.CAP, Grain.TRANSFORM})
_RULES_OF_ACTION: Final[Form] = {
    "alternativePath": [
        {"inversePath": odrl("action")},
        [{"inversePath": RDF.value}, {"inversePath": odrl("action")}],
    ]
}
"""From an action term to the rules that have it, whether refined or not."""


def shapes() -> str:
    """The shapes in Turtle; the same bytes for the same vocabulary."""
    made = Shapes(NAMESPACE)
    for prefix, namespace in {**PREFIXES, "rdfs": str(RDFS), "sh": str(SH), "shape": NAMESPACE}.items():
        made.graph.bind(prefix, namespace)
    _policies(made)
    _permissions(made)
    _duties(made)
    _parts(made)
    add_constraints(made)
    for term in DUTY_TERMS.values():
        _duty_term(made, term)
    return f"# {NOTE}\n\n{made.graph.serialize(format='turtle').strip()}\n"


def _policies(made: Shapes) -> None:
    made.add(
        "Policy",
        "A policy has a uid, one class, this profile, the strategy `prohibit` and at least one rule, and nothing else.",
        {
            "targetClass": (*_CLASSES, odrl("Policy")),
            "targetSubjectsOf": (odrl("permission"), odrl("prohibition"), odrl("obligation")),
            "nodeKind": SH.IRI,
            "closed": True,
            "ignoredProperties": [RDF.type],
            "property": (
                _typed(*_CLASSES),
                {**_one(odrl("profile")), "hasValue": PROFILE_IRI},
                {**_one(odrl("conflict")), "hasValue": odrl("prohibit")},
                {"path": DCTERMS.title, "maxCount": 1, "datatype": XSD.string, "minLength": 1},
                {"path": DCTERMS.description, "maxCount": 1, "datatype": XSD.string, "minLength": 1},
                *({"path": odrl(name)} for name in ("permission", "prohibition", "obligation")),
                {"path": _RULES, "minCount": 1},
            ),
        },
    )
    made.add(
        "PolicyBetweenParties",
        "Offers, requests and agreements permit something, and one party grants all of it.",
        {
            "targetClass": tuple(_CLASSES[1:]),
            "property": (
                {"path": odrl("permission"), "minCount": 1},
                {"path": _RULES, "node": {"property": {"path": odrl("assigner"), "minCount": 1}}},
                {"path": [_RULES, odrl("assigner")], "maxCount": 1},
            ),
        },
    )
    made.add(
        "PolicyForOneParty",
        "Every rule of a request or agreement names who is to have the right or the duty.",
        {
            "targetClass": tuple(_CLASSES[2:]),
            "property": {"path": _RULES, "node": {"property": {"path": odrl("assignee"), "minCount": 1}}},
        },
    )


def _permissions(made: Shapes) -> None:
    constrained, refined = _placed(Placement.CONSTRAINT), _placed(Placement.TARGET)
    made.add(
        "Permission",
        "A permission has a uid, one action and one target; each condition stands where its operand has a meaning.",
        {
            "targetObjectsOf": odrl("permission"),
            "targetClass": odrl("Permission"),
            **_rule("Permission", odrl("duty"), constrained=constrained, refined=refined),
        },
    )
    made.add(
        "Prohibition",
        "A prohibition is like a permission, without limits, transforms and joint sets; it names columns or rows.",
        {
            "targetObjectsOf": odrl("prohibition"),
            "targetClass": odrl("Prohibition"),
            **_rule(
                "Prohibition",
                odrl("remedy"),
                {
                    "path": [odrl("target"), odrl("refinement"), PARTS, OPERATOR],
                    "not": {"in": [Operator.NOT_TOGETHER.value]},
                },
                constrained=[each for each in constrained if OPERANDS[each].grain not in _ALONE],
                refined=[each for each in refined if OPERANDS[each].grain not in _ALONE],
            ),
            "or": [
                {"property": _atoms([odrl("target"), odrl("refinement")], _of_grain(grain))}
                for grain in (Grain.COLUMN, Grain.ROW)
            ],
        },
    )
    made.add(
        "UsedAction",
        "What is neither done before, nor by the gateway, nor after, is the action of no duty.",
        {
            "targetNode": tuple(each for each in INCLUDED_IN if each not in DUTY_TERMS),
            "property": {
                "path": _RULES_OF_ACTION,
                "or": [{"class": odrl("Permission")}, {"class": odrl("Prohibition")}],
            },
        },
    )


def _rule(name: str, nested: URIRef, *more: Form, constrained: list[Iri], refined: list[Iri]) -> Mapping[str, Form]:
    return {
        "nodeKind": SH.IRI,
        "closed": True,
        "ignoredProperties": [RDF.type],
        "property": (
            _typed(odrl(name)),
            _one(odrl("target")),
            _one(odrl("action")),
            {"path": odrl("assigner"), "maxCount": 1, "nodeKind": SH.IRI},
            {"path": odrl("assignee"), "maxCount": 1, "nodeKind": SH.IRI},
            {"path": odrl("constraint")},
            {"path": nested},
            _atoms([odrl("constraint")], constrained),
            _atoms([odrl("target"), odrl("refinement")], refined),
            _atoms([odrl("action"), odrl("refinement")], _placed(Placement.ACTION)),
            *more,
        ),
    }


def _duties(made: Shapes) -> None:
    common: tuple[Form, ...] = (
        _typed(odrl("Duty")),
        _one(odrl("action")),
        {"path": odrl("constraint")},
        *({"path": role, "nodeKind": SH.IRI} for role in _ROLES),
        _atoms([odrl("constraint")], _placed(Placement.OBLIGATION)),
    )
    made.add(
        "Obligation",
        "An obligation of the policy has a uid, one action, and one target that is not refined.",
        {
            "targetObjectsOf": odrl("obligation"),
            "nodeKind": SH.IRI,
            "closed": True,
            "ignoredProperties": [RDF.type],
            "property": (
                *common,
                {**_one(odrl("target")), "nodeKind": SH.IRI},
                {"path": odrl("assigner"), "maxCount": 1, "nodeKind": SH.IRI},
                {"path": odrl("assignee"), "maxCount": 1, "nodeKind": SH.IRI},
                {"path": odrl("consequence")},
            ),
        },
    )
    made.add(
        "NestedDuty",
        "A nested duty takes its parties and target from its rule, does not recur, and nothing is nested in it.",
        {
            "targetObjectsOf": (odrl("duty"), odrl("remedy"), odrl("consequence")),
            "nodeKind": SH.IRI,
            "closed": True,
            "ignoredProperties": [RDF.type],
            "property": (
                *common,
                {"path": [odrl("action"), odrl("refinement"), PARTS, odrl("leftOperand")], "not": {"in": [EVERY]}},
            ),
        },
    )


def _parts(made: Shapes) -> None:
    made.add(
        "Target",
        "A target is an asset, or the refined collection of a source.",
        {
            "targetObjectsOf": odrl("target"),
            "or": [
                {
                    "nodeKind": SH.IRI,
                    "closed": True,
                    "ignoredProperties": [RDF.type],
                    "property": {"path": RDF.type, "in": [odrl("Asset")]},
                },
                {
                    "nodeKind": SH.BlankNode,
                    "closed": True,
                    "ignoredProperties": [RDF.type],
                    "property": (
                        _typed(odrl("AssetCollection")),
                        {**_one(odrl("source")), "nodeKind": SH.IRI},
                        {"path": odrl("refinement"), "minCount": 1},
                    ),
                },
            ],
        },
    )
    actions: Form = list(INCLUDED_IN)
    made.add(
        "Action",
        "An action is a term of the profile, or a node without class that refines one.",
        {
            "targetObjectsOf": odrl("action"),
            "or": [
                {"nodeKind": SH.IRI, "in": actions},
                {
                    "nodeKind": SH.BlankNode,
                    "closed": True,
                    "property": ({**_one(RDF.value), "in": actions}, {"path": odrl("refinement")}),
                },
            ],
        },
    )
    made.add(
        "Condition",
        "Whatever constrains or refines is a constraint or a logical constraint, without a name.",
        {
            "targetObjectsOf": (odrl("constraint"), odrl("refinement")),
            "nodeKind": SH.BlankNode,
            "property": _typed(odrl("Constraint"), odrl("LogicalConstraint")),
        },
    )
    made.add(
        "LogicalConstraint",
        "A logical constraint combines two or more constraints in one list, by one of `and`, `or`, `xone`.",
        {
            "targetClass": odrl("LogicalConstraint"),
            "targetSubjectsOf": (odrl("and"), odrl("or"), odrl("xone")),
            "nodeKind": SH.BlankNode,
            "closed": True,
            "ignoredProperties": [RDF.type],
            "property": (
                _typed(odrl("LogicalConstraint")),
                *({"path": odrl(name), "nodeKind": SH.BlankNode} for name in ("and", "or", "xone")),
                _one(LOGIC),
                {"path": MEMBERS, "minCount": 2, "node": {"property": _typed(odrl("Constraint"))}},
            ),
        },
    )
    made.add(
        "Alternative",
        "Alternatives are of one grain; limits, transforms and joint sets are none.",
        {
            "targetSubjectsOf": (odrl("or"), odrl("xone")),
            "property": {"path": [MEMBERS, OPERATOR], "not": {"in": [Operator.NOT_TOGETHER.value]}},
            "or": [
                {"property": {"path": [MEMBERS, odrl("leftOperand")], "in": _of_grain(grain)}}
                for grain in Grain
                if grain not in _ALONE | {Grain.JOINT}
            ],
        },
    )


def _duty_term(made: Shapes, term: DutyTerm) -> None:
    refined: list[Form] = [odrl("action"), odrl("refinement")]
    needed: list[Form] = [_named(refined, each) for each in sorted(term.required)]
    if term.action == SETTLE:
        needed.append({"or": [_named(refined, PAY_AMOUNT), _named(refined, REVENUE_SHARE)]})
    places: list[Form] = [
        {"path": {"inversePath": odrl(place.value)}, "maxCount": 0} for place in DutyPlace if place not in term.places
    ]
    form: Mapping[str, Form] = {
        "class": odrl("Duty"),
        "property": (
            *places,
            *(_role(term, role) for role in _ROLES),
            _atoms(refined, [each for each in OPERANDS if each in term.operands]),
        ),
    }
    made.add(
        f"{local(term.action)}-duty",
        term.meaning,
        {
            "targetNode": term.action,
            "property": {"path": _RULES_OF_ACTION, "node": {"and": [form, *needed]} if needed else form},
        },
    )


def _role(term: DutyTerm, role: Iri) -> Form:
    if role != term.role:
        return {"path": role, "maxCount": 0}
    return {**_one(role), **({"hasValue": DATA_SUBJECT} if role == CONSENTING_PARTY else {})}


def _named(steps: list[Form], operand: Iri) -> Form:
    return {"property": {"path": [*steps, PARTS, odrl("leftOperand")], "hasValue": operand}}


def _atoms(steps: list[Form], allowed: list[Iri]) -> Form:
    """Every atomic constraint that the steps lead to, inside logic or not, has one of the operands."""
    return {"path": [*steps, PARTS, odrl("leftOperand")], "in": list(allowed)}


def _placed(placement: Placement) -> list[Iri]:
    return [iri for iri, operand in OPERANDS.items() if placement in operand.placements]


def _of_grain(grain: Grain) -> list[Iri]:
    return [iri for iri, operand in OPERANDS.items() if operand.grain is grain]


def _typed(*classes: Form) -> Form:
    return {"path": RDF.type, "minCount": 1, "maxCount": 1, "in": list(classes)}


def _one(path: Form) -> dict[str, Form]:
    return {"path": path, "minCount": 1, "maxCount": 1}
