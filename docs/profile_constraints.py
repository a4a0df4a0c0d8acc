"""Shapes of single constraints: of each left operand its operators, values, unit, column and parameter."""

from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SH, XSD

from docs.shacl import REST, Form, Shapes
from policies.vocabulary import (
    CODES,
    DPV_SUBSET,
    ISO4217,
    ODRL,
    ON_COLUMN,
    ON_COLUMN_PROPERTY,
    OPERANDS,
    PARAMETER_PROPERTY,
    SET_OPERATORS,
    TIME_UNITS,
    TRANSFORM,
    TRANSFORMS,
    Operand,
    Operator,
    Parameter,
    TransformTerm,
    ValueKind,
    local,
)


def odrl(name: str) -> URIRef:
    """A term of the ODRL core."""
    return URIRef(ODRL + name)


OPERATOR: Final = odrl("operator")
LOGIC: Final[Form] = {"alternativePath": [odrl("and"), odrl("or"), odrl("xone")]}
MEMBERS: Final[Form] = [LOGIC, REST, RDF.first]
"""From a logical constraint to its members."""
PARTS: Final[Form] = {"zeroOrOnePath": MEMBERS}
"""From a condition to itself and, if it is logical, to its members."""

_LEFT: Final = odrl("leftOperand")
_RIGHT: Final = odrl("rightOperand")
_UNIT: Final = odrl("unit")
_COLUMN_NAME: Final[Mapping[str, Form]] = {
    "datatype": XSD.string,
    "pattern": Literal("^[a-z][a-z0-9_]{0,63}$"),
}
_DATE_TIME: Final[Mapping[str, Form]] = {
    "datatype": XSD.dateTime,
    "pattern": Literal("(Z|[+-][0-9]{2}:[0-9]{2})$"),
}
_DURATION: Final[Mapping[str, Form]] = {
    "datatype": XSD.duration,
    "pattern": Literal("^P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$"),
}
_NOT_NEGATIVE: Final = Literal(0)
_KINDS: Final[Mapping[ValueKind, Mapping[str, Form]]] = {
    ValueKind.IRI: {"nodeKind": SH.IRI, "not": {"in": [RDF.nil]}},
    ValueKind.INTEGER: {"datatype": XSD.integer, "minInclusive": _NOT_NEGATIVE},
    ValueKind.DECIMAL: {
        "or": [{"datatype": XSD.decimal}, {"datatype": XSD.integer}],
        "minInclusive": _NOT_NEGATIVE,
    },
    ValueKind.DATE_TIME: _DATE_TIME,
    ValueKind.DURATION: _DURATION,
    ValueKind.DUE: {"or": [_DATE_TIME, _DURATION]},
    ValueKind.BOOLEAN: {"datatype": XSD.boolean},
    ValueKind.TEXT: {"datatype": XSD.string, "minLength": 1},
    ValueKind.COLUMN_NAME: _COLUMN_NAME,
    ValueKind.SCALAR: {
        "or": [
            {"datatype": XSD.string},
            {"datatype": XSD.integer},
            {"datatype": XSD.decimal},
            {"datatype": XSD.boolean},
            _DATE_TIME,
        ]
    },
}
_LEAST_JOINT: Final = 2


def add_constraints(made: Shapes) -> None:
    """Put in the shape of every constraint, and one for each left operand."""
    made.add(
        "Constraint",
        "A constraint has one known left operand, one known operator, one right operand or list, and nothing foreign.",
        {
            "targetClass": odrl("Constraint"),
            "targetSubjectsOf": _LEFT,
            "nodeKind": SH.BlankNode,
            "closed": True,
            "ignoredProperties": [RDF.type],
            "property": (
                {"path": RDF.type, "minCount": 1, "maxCount": 1, "in": [odrl("Constraint")]},
                {"path": _LEFT, "minCount": 1, "maxCount": 1, "in": list(OPERANDS)},
                {"path": OPERATOR, "minCount": 1, "maxCount": 1, "in": [each.value for each in Operator]},
                {"path": _RIGHT, "minCount": 1, "maxCount": 1},
                {"path": _UNIT, "maxCount": 1},
                {"path": ON_COLUMN_PROPERTY, "maxCount": 1},
                {"path": PARAMETER_PROPERTY, "maxCount": 1},
            ),
        },
    )
    for operand in OPERANDS.values():
        made.add(
            f"{local(operand.iri)}-constraint",
            operand.meaning,
            {
                "targetNode": operand.iri,
                "property": {"path": {"inversePath": _LEFT}, "node": _of(operand)},
            },
        )


def _of(operand: Operand) -> Form:
    forms = list(_sides(operand))
    parts: list[Form] = [
        forms[0] if len(forms) == 1 else {"or": forms},
        {"property": (_unit(operand), _column(operand))},
    ]
    if operand.iri == TRANSFORM:
        parts.append({"or": [_parametrised(term) for term in TRANSFORMS.values()]})
    else:
        parts.append({"property": {"path": PARAMETER_PROPERTY, "maxCount": 0}})
    return {"and": parts}


def _sides(operand: Operand) -> Iterable[Form]:
    """Operators with their right side: one value, a list, or a list of two and more."""
    single = [each.value for each in Operator if each in operand.operators - SET_OPERATORS]
    lists = [each.value for each in Operator if each in operand.operators & SET_OPERATORS - {Operator.NOT_TOGETHER}]
    if single:
        yield {"property": ({"path": OPERATOR, "in": list(single)}, {"path": _RIGHT, **_value(operand)})}
    if lists:
        yield _list(operand, lists, 1)
    if Operator.NOT_TOGETHER in operand.operators:
        yield _list(operand, [Operator.NOT_TOGETHER.value], _LEAST_JOINT)


def _list(operand: Operand, operators: list[str], least: int) -> Form:
    return {
        "property": (
            {"path": OPERATOR, "in": list(operators)},
            {"path": _RIGHT, "nodeKind": SH.BlankNode},
            {"path": [_RIGHT, REST], "hasValue": RDF.nil},
            {"path": [_RIGHT, REST, RDF.first], "minCount": least, **_value(operand)},
        )
    }


def _value(operand: Operand) -> Mapping[str, Form]:
    if operand.root is not None:
        narrower = sorted(each for each in DPV_SUBSET.broader if operand.root in DPV_SUBSET.ancestors(each))
        return {"in": list(narrower)}
    if operand.namespace:
        return {"nodeKind": SH.IRI, "pattern": _code(operand.namespace)}
    if operand.choices:
        closed = sorted(operand.choices)
        return {"in": [Literal(each) for each in closed] if operand.kind is ValueKind.TEXT else list(closed)}
    return _KINDS[operand.kind]


def _unit(operand: Operand) -> Form:
    match operand.unit:
        case "":
            return {"path": _UNIT, "maxCount": 0}
        case ":":
            return {"path": _UNIT, "minCount": 1, "nodeKind": SH.IRI}
        case unit if unit == ISO4217:
            return {"path": _UNIT, "minCount": 1, "nodeKind": SH.IRI, "pattern": _code(ISO4217)}
        case unit:
            return {"path": _UNIT, "minCount": 1, "hasValue": unit}


def _column(operand: Operand) -> Form:
    if operand.iri in ON_COLUMN:
        return {"path": ON_COLUMN_PROPERTY, "minCount": 1, **_COLUMN_NAME}
    return {"path": ON_COLUMN_PROPERTY, "maxCount": 0}


def _parametrised(term: TransformTerm) -> Form:
    match term.parameter:
        case None:
            parameter: Mapping[str, Form] = {"maxCount": 0}
        case Parameter.TIME_UNIT:
            parameter = {"minCount": 1, "in": list(TIME_UNITS)}
        case Parameter.LEVEL | Parameter.WIDTH:
            parameter = {"minCount": 1, "datatype": XSD.integer, "minInclusive": 1}
    return {"property": ({"path": _RIGHT, "in": [term.iri]}, {"path": PARAMETER_PROPERTY, **parameter})}


def _code(namespace: str) -> Literal:
    """One of the codes under the namespace."""
    return Literal(f"^{_escaped(namespace)}({'|'.join(sorted(CODES[namespace]))})$")


def _escaped(text: str) -> str:
    return text.replace(".", "\\.")
