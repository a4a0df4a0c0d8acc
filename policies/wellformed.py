"""One constraint against the operand table: operator, number and type of values, unit, column, parameter."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from policies.errors import (
    PolicyMalformedError,
    PolicyTermMisplacedError,
    PolicyTermUnknownError,
    PolicyValueInvalidError,
)
from policies.lexical import literal
from policies.model import Constraint, Policy, Value, duties_of
from policies.vocabulary import (
    BUCKET,
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
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_SCALARS: Final = (str, int, Decimal, datetime)
_LEAST_JOINT: Final = 2


def require_wellformed(constraint: Constraint, pointer: str = "") -> None:
    """Check one constraint by itself, wherever it stands.

    Raises:
        PolicyTermUnknownError: the operand, a value or the unit is not in the profile.
        PolicyTermMisplacedError: the operator, a unit, a column or a parameter has no meaning for the operand.
        PolicyValueInvalidError: a value has another type, or there are too many or too few of them.
    """
    operand = PROFILE.operands.get(constraint.left)
    if operand is None:
        raise PolicyTermUnknownError("left operand", compact(constraint.left), pointer=pointer)
    if constraint.operator not in operand.operators:
        raise PolicyTermMisplacedError(
            compact(constraint.operator), f"operator of `{compact(operand.iri)}`", pointer=pointer
        )
    _require_number(constraint, pointer)
    for value in constraint.right:
        _require_value(operand, value, pointer)
    _require_unit(operand, constraint.unit, pointer)
    _require_column(constraint, pointer)
    _require_parameter(constraint, pointer)


def _require_number(constraint: Constraint, pointer: str) -> None:
    least = _LEAST_JOINT if constraint.operator is Operator.NOT_TOGETHER else 1
    number = len(constraint.right)
    if number < least or (number > 1 and constraint.operator not in SET_OPERATORS):
        raise PolicyMalformedError(
            f"`{compact(constraint.operator)}` takes {'a list of values' if least > 1 else 'one value'}, not {number}",
            pointer=pointer,
            hint="use `isAnyOf` with a list for several values",
        )
    if len({literal(value) for value in constraint.right}) != number:
        raise PolicyMalformedError("a list holds the same value twice", pointer=pointer)


_CHECKS: Final[dict[ValueKind, Callable[[Value], bool]]] = {
    ValueKind.IRI: lambda value: isinstance(value, str) and absolute(value),
    ValueKind.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    ValueKind.DECIMAL: lambda value: isinstance(value, Decimal) and value >= 0,
    ValueKind.DATE_TIME: lambda value: isinstance(value, datetime) and value.tzinfo is not None,
    ValueKind.DURATION: lambda value: isinstance(value, timedelta),
    ValueKind.DUE: lambda value: isinstance(value, timedelta) or (isinstance(value, datetime) and bool(value.tzinfo)),
    ValueKind.BOOLEAN: lambda value: isinstance(value, bool),
    ValueKind.TEXT: lambda value: isinstance(value, str) and bool(value),
    ValueKind.COLUMN_NAME: lambda value: isinstance(value, str) and COLUMN_NAME.fullmatch(value) is not None,
    ValueKind.SCALAR: lambda value: isinstance(value, _SCALARS),
}


def _require_value(operand: Operand, value: Value, pointer: str) -> None:
    shown = literal(value)[1]
    if not _CHECKS[operand.kind](value):
        raise PolicyValueInvalidError(shown, f"a value of `{compact(operand.iri)}` ({operand.kind})", pointer=pointer)
    if not PROFILE.knows(operand, shown):
        raise PolicyTermUnknownError(f"value of `{compact(operand.iri)}`", compact(shown), pointer=pointer)


def _require_unit(operand: Operand, unit: Iri | None, pointer: str) -> None:
    if (unit is None) != (not operand.unit):
        problem = "needs a `unit`" if unit is None else "takes no `unit`"
        raise PolicyMalformedError(f"`{compact(operand.iri)}` {problem}", pointer=pointer)
    if unit is None:
        return
    if operand.unit == ISO4217:
        fits = unit.startswith(ISO4217) and _CURRENCY.fullmatch(unit[len(ISO4217) :]) is not None
    else:
        fits = operand.unit in {unit, ":"}
    if not fits:
        raise PolicyTermUnknownError(f"unit of `{compact(operand.iri)}`", compact(unit), pointer=pointer)


def _require_column(constraint: Constraint, pointer: str) -> None:
    wanted = constraint.left in ON_COLUMN
    if wanted != bool(constraint.on_column):
        problem = "needs" if wanted else "takes no"
        raise PolicyMalformedError(f"`{compact(constraint.left)}` {problem} `rep:onColumn`", pointer=pointer)
    if wanted and not COLUMN_NAME.fullmatch(constraint.on_column):
        raise PolicyValueInvalidError(constraint.on_column, "a column name", pointer=pointer)


def _require_parameter(constraint: Constraint, pointer: str) -> None:
    term = constraint.right[0] if constraint.left == TRANSFORM else None
    parameter = constraint.parameter
    if term in {GENERALISE, BUCKET}:
        fits = isinstance(parameter, int) and not isinstance(parameter, bool) and parameter >= 1
    elif term == TRUNCATE_TIME:
        fits = parameter in TIME_UNITS
    else:
        fits = parameter is None
    if not fits:
        shown = "no parameter" if parameter is None else literal(parameter)[1]
        subject = compact(constraint.left if term is None else str(term))
        raise PolicyValueInvalidError(compact(shown), f"the parameter of `{subject}`", pointer=pointer)


def require_tree(policy: Policy) -> None:
    """Refuse a policy in which one node stands at two places.

    Raises:
        PolicyMalformedError: a uid is used twice, or is also the name of a target.
    """
    rules = [(rule, *duties_of(rule)) for rule in policy.rules]
    uids = [policy.uid, *(each.uid for group in rules for each in group)]
    targets = {rule.target.source for rule in policy.rules if rule.target is not None}
    seen: set[Iri] = set()
    for uid in uids:
        if uid in seen or uid in targets:
            raise PolicyMalformedError(f"the uid `{uid}` names two nodes")
        seen.add(uid)
