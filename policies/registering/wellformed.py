"""One constraint against the operand table: operator, number and type of values, unit, column, parameter."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from policies.errors import (
    PolicyMalformedError,
    PolicyTermMisplacedError,
    PolicyTermUnknownError,
    PolicyValueInvalidError,
    shown,
)
from policies.lexical import BOOLEAN, DATE_TIME, DECIMAL, DURATION, INTEGER, literal, parse
from policies.model import Constraint, Policy, Value
from policies.registering.left_out import unknown
from policies.registering.parts import every_rule
from policies.registering.places import Path, Place, Written
from policies.vocabulary import (
    BUCKET,
    CODES,
    COLUMN,
    GENERALISE,
    ISO4217,
    ON_COLUMN,
    PROFILE,
    SET_OPERATORS,
    TIME_UNITS,
    TRANSFORM,
    TRUNCATE_TIME,
    Iri,
    Operand,
    Operator,
    ValueKind,
    absolute,
    compact,
)

COLUMN_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_SCALARS: Final = (str, int, Decimal, datetime)
_LEAST_JOINT: Final = 2
_ORDER: Final = frozenset({Operator.LT, Operator.LTEQ, Operator.GT, Operator.GTEQ})


def require_wellformed(constraint: Constraint, place: Place) -> None:
    """Check one constraint by itself, wherever it stands.

    Raises:
        PolicyTermUnknownError: the operand, a value or the unit is not in the profile.
        PolicyTermMisplacedError: the operator, a unit, a column or a parameter has no meaning for the operand.
        PolicyValueInvalidError: a value has another type, or there are too many or too few of them.
    """
    operand = PROFILE.operands.get(constraint.left)
    if operand is None:
        pointer = place.pointer("leftOperand")
        raise unknown("left operand", constraint.left, rule=2, known=PROFILE.operands, pointer=pointer)
    if constraint.operator not in operand.operators:
        raise PolicyTermMisplacedError(
            compact(constraint.operator),
            f"operator of `{compact(operand.iri)}`",
            rule=8,
            hint=f"use one of {_listed(compact(each) for each in operand.operators)}",
            pointer=place.pointer("operator"),
        )
    _require_number(constraint, place)
    for index, value in enumerate(constraint.right):
        _require_value(operand, value, place, ("@list", index) if constraint.operator in SET_OPERATORS else ())
    _require_distinct(constraint, place)
    _require_one_type(constraint, place)
    _require_order(constraint, place)
    _require_unit(operand, constraint.unit, place)
    _require_column(constraint, place)
    _require_parameter(constraint, place)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(names))


def _require_number(constraint: Constraint, place: Place) -> None:
    joint = constraint.operator is Operator.NOT_TOGETHER
    least = _LEAST_JOINT if joint else 1
    number = len(constraint.right)
    if number < least or (number > 1 and constraint.operator not in SET_OPERATORS):
        raise PolicyMalformedError(
            f"`{compact(constraint.operator)}` takes {'a list of values' if joint else 'one value'}, not {number}",
            rule=11 if joint else 8,
            hint="name two columns or more" if joint else "use `isAnyOf` with a list for several values",
            pointer=place.pointer("rightOperand"),
        )


def _require_distinct(constraint: Constraint, place: Place) -> None:
    seen = set()
    for index, value in enumerate(constraint.right):
        if (each := literal(value)) in seen:
            raise PolicyMalformedError(
                "a list holds the same value twice",
                rule=5,
                hint="keep one of the two",
                pointer=place.pointer("rightOperand", "@list", index),
            )
        seen.add(each)


def _require_order(constraint: Constraint, place: Place) -> None:
    """Text and booleans have no order, so that nothing would ever lie before or after such a bound."""
    if constraint.left == COLUMN and constraint.operator in _ORDER and isinstance(constraint.right[0], str | bool):
        raise PolicyValueInvalidError(
            literal(constraint.right[0])[1],
            f"a bound of `{compact(constraint.operator)}`",
            rule=12,
            hint="compare with a number or a moment, or use `eq` and `isAnyOf`",
            pointer=place.pointer("rightOperand"),
        )


def _require_one_type(constraint: Constraint, place: Place) -> None:
    """A column has values of one type, so that a value of another one would never be met."""
    types = [Decimal if type(value) is int else type(value) for value in constraint.right]
    odd = next((index for index, each in enumerate(types) if each is not types[0]), None)
    if odd is not None and constraint.left == COLUMN:
        raise PolicyValueInvalidError(
            literal(constraint.right[odd])[1],
            f"of the type of `{shown(literal(constraint.right[0])[1])}`",
            rule=12,
            hint="give values of the type of the column",
            pointer=place.pointer("rightOperand", "@list", odd),
        )


_AS_UNIT: Final = '{"@id": "rep:month"}'
_BARE: Final = frozenset({INTEGER, BOOLEAN})
"""Datatypes that JSON has itself."""
_MOMENT: Final = '`{"@value": "2027-06-30T00:00:00Z", "@type": "xsd:dateTime"}`'
_DAYS: Final = '`{"@value": "P180D", "@type": "xsd:duration"}`'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Type:
    """What the values of one kind of operand are."""

    fits: Callable[[Value], bool]
    rule: int
    told: str
    datatypes: tuple[str, ...] = ()
    """Those whose texts people forget to type."""


_TYPES: Final[Mapping[ValueKind, _Type]] = {
    ValueKind.IRI: _Type(fits=lambda value: isinstance(value, str) and absolute(value), rule=1, told="an absolute IRI"),
    ValueKind.INTEGER: _Type(
        fits=lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        rule=7,
        told="a whole number from 0 on, such as `1000`",
        datatypes=(INTEGER,),
    ),
    ValueKind.DECIMAL: _Type(
        fits=lambda value: isinstance(value, Decimal) and value >= 0,
        rule=7,
        told='an exact decimal number from 0 on, such as `{"@value": "0.5", "@type": "xsd:decimal"}`',
        datatypes=(DECIMAL,),
    ),
    ValueKind.DATE_TIME: _Type(
        fits=lambda value: isinstance(value, datetime) and value.tzinfo is not None,
        rule=6,
        told=f"an `xsd:dateTime` with its offset, such as {_MOMENT}",
        datatypes=(DATE_TIME,),
    ),
    ValueKind.DURATION: _Type(
        fits=lambda value: isinstance(value, timedelta),
        rule=6,
        told=f"an `xsd:duration` in days or smaller, such as {_DAYS}",
        datatypes=(DURATION,),
    ),
    ValueKind.DUE: _Type(
        fits=lambda value: isinstance(value, timedelta) or (isinstance(value, datetime) and bool(value.tzinfo)),
        rule=29,
        told=f"an `xsd:dateTime` with its offset or an `xsd:duration` in days or smaller, such as {_DAYS}",
        datatypes=(DATE_TIME, DURATION),
    ),
    ValueKind.BOOLEAN: _Type(
        fits=lambda value: isinstance(value, bool), rule=12, told="`true` or `false`", datatypes=(BOOLEAN,)
    ),
    ValueKind.TEXT: _Type(fits=lambda value: isinstance(value, str) and bool(value), rule=2, told="a text"),
    ValueKind.COLUMN_NAME: _Type(
        fits=lambda value: isinstance(value, str) and COLUMN_NAME.fullmatch(value) is not None,
        rule=11,
        told="a column name in small letters, digits and underscores",
    ),
    ValueKind.SCALAR: _Type(
        fits=lambda value: isinstance(value, _SCALARS) and value != "",
        rule=12,
        told="a literal of the type of its column",
    ),
}


def _require_value(operand: Operand, value: Value, place: Place, steps: Path) -> None:
    given = literal(value)[1]
    wanted = _TYPES[operand.kind]
    if not wanted.fits(value):
        raise PolicyValueInvalidError(
            given,
            f"a value of `{compact(operand.iri)}`",
            rule=wanted.rule,
            hint=_typed(value, wanted) or f"write {wanted.told}",
            pointer=place.pointer("rightOperand", *steps),
        )
    if PROFILE.knows(operand, given):
        return
    what, known, hint, otherwise = f"value of `{compact(operand.iri)}`", operand.choices, "", ""
    if operand.namespace:
        hint = "write a country by its code of ISO 3166, such as `iso3166:DE`; the United Kingdom is `iso3166:GB`"
    elif operand.root is not None:
        _require_below(operand.root, Iri(given), what, place.pointer("rightOperand", *steps))
        known = frozenset(each for each in PROFILE.taxonomy.broader if PROFILE.is_a(each, operand.root))
        otherwise = f"use a concept below `{compact(operand.root)}`, spelt as the profile has it"
    raise PolicyTermUnknownError(
        what,
        compact(given),
        rule=9 if operand.root is not None else 2,
        known=[compact(each) for each in known],
        hint=hint,
        otherwise=otherwise,
        pointer=place.pointer("rightOperand", *steps),
    )


def _typed(value: Value, wanted: _Type) -> str:
    """How to write a text that is one of the wanted type but for its type; empty when it is none."""
    if not isinstance(value, str) or not wanted.datatypes:
        return ""
    for datatype in wanted.datatypes:
        parsed = parse(value, datatype)
        if parsed is not None and wanted.fits(parsed):
            bare = f", or bare, without quotes: `{literal(parsed)[1]}`" if datatype in _BARE else ""
            return f'this is text: write `{{"@value": "{value}", "@type": "{compact(datatype)}"}}`{bare}'
    return f"this is text: write {wanted.told}"


def _require_below(root: Iri, concept: Iri, what: str, pointer: str) -> None:
    """Refuse a concept that is known elsewhere."""
    broader = PROFILE.taxonomy.broader
    if concept in broader:
        top = next(each for each in PROFILE.taxonomy.ancestors(concept) if not broader[each])
        raise PolicyTermMisplacedError(
            compact(concept),
            what,
            rule=9,
            hint=f"it is a concept of `{compact(top)}`; use `{compact(root)}` or a concept below it",
            pointer=pointer,
        )


def _require_unit(operand: Operand, unit: Iri | None, place: Place) -> None:
    if (unit is None) != (not operand.unit):
        problem = "needs a `unit`" if unit is None else "takes no `unit`"
        raise PolicyMalformedError(
            f"`{compact(operand.iri)}` {problem}",
            rule=7,
            hint=f"write {_unit(operand)}" if unit is None else "leave the unit out; nothing is converted",
            pointer=place.pointer() if unit is None else place.pointer("unit"),
        )
    if unit is None:
        return
    if operand.unit == ISO4217:
        fits = unit.startswith(ISO4217) and unit.removeprefix(ISO4217) in CODES[ISO4217]
    else:
        fits = operand.unit in {unit, ":"}
    if not fits:
        raise PolicyTermUnknownError(
            f"unit of `{compact(operand.iri)}`",
            compact(unit),
            rule=7,
            hint=f"write {_unit(operand)}",
            pointer=place.pointer("unit"),
        )


def _unit(operand: Operand) -> str:
    """The unit that the operand takes, for people."""
    named = {ISO4217: "a currency such as `iso4217:EUR`", ":": "the IRI of a metric"}
    return named.get(operand.unit, f"`{compact(operand.unit)}`")


def _require_column(constraint: Constraint, place: Place) -> None:
    wanted = constraint.left in ON_COLUMN
    if wanted != bool(constraint.on_column):
        problem = "needs" if wanted else "takes no"
        raise PolicyMalformedError(
            f"`{compact(constraint.left)}` {problem} `rep:onColumn`",
            rule=28,
            hint="name the column that it speaks of"
            if wanted
            else "`rep:column` and `rep:transform` speak of a column",
            pointer=place.pointer() if wanted else place.pointer("rep:onColumn"),
        )
    if wanted and not COLUMN_NAME.fullmatch(constraint.on_column):
        raise PolicyValueInvalidError(
            constraint.on_column,
            "a column name",
            rule=28,
            hint="write the canonical name: small letters, digits and underscores",
            pointer=place.pointer("rep:onColumn"),
        )


def _require_parameter(constraint: Constraint, place: Place) -> None:
    term = constraint.right[0] if constraint.left == TRANSFORM else None
    parameter = constraint.parameter
    if term in {GENERALISE, BUCKET}:
        fits = isinstance(parameter, int) and not isinstance(parameter, bool) and parameter >= 1
        wanted = "a whole number from 1 on"
    elif term == TRUNCATE_TIME:
        fits = parameter in TIME_UNITS
        wanted = f"one of {_listed(compact(each) for each in TIME_UNITS)}, as in `{_AS_UNIT}`"
    else:
        fits, wanted = parameter is None, "no parameter"
    if fits:
        return
    subject = compact(constraint.left if term is None else str(term))
    if parameter is None:
        raise PolicyMalformedError(
            f"`{subject}` needs a `rep:parameter`",
            rule=28,
            hint=f"give it a `rep:parameter`, {wanted}",
            pointer=place.pointer(),
        )
    raise PolicyValueInvalidError(
        compact(literal(parameter)[1]),
        f"the parameter of `{subject}`",
        rule=28,
        hint=f"`{subject}` takes {wanted}",
        pointer=place.pointer("rep:parameter"),
    )


def require_tree(policy: Policy) -> None:
    """Refuse a policy in which one node stands at two places.

    Raises:
        PolicyMalformedError: a uid is used twice, or is also the name of a target.
    """
    targets = {rule.target.source for rule in policy.rules if rule.target is not None}
    seen: set[Iri] = set()
    for uid, place in ((policy.uid, Written()), *((each.uid, place) for each, place in every_rule(policy))):
        if uid in seen or uid in targets:
            raise PolicyMalformedError(
                f"the uid `{shown(uid)}` names two nodes",
                rule=1,
                hint="give every rule and duty a uid of its own",
                pointer=place.pointer("uid"),
            )
        seen.add(uid)
