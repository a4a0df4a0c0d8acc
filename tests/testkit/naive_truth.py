"""Three values and single constraints, as the semantics define them: ``True``, ``False``, and ``None`` for unknown.

Written without any of the code that decides, slowly and straight on, to be compared with it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from policies.model import Condition, Constraint, DatasetFacts, Logic, Quantity, Value
from policies.vocabulary import (
    COLUMN,
    DPV_SUBSET,
    INCLUDED_IN,
    LAWFUL_BASIS,
    OPERANDS,
    SOURCE_PLATFORM,
    SUBJECT_AGE,
    Iri,
    Operand,
    Operator,
    ValueKind,
)

Truth: TypeAlias = bool | None
Row: TypeAlias = Mapping[str, Any]


def all_hold(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    if any(each is False for each in found):
        return False
    return None if any(each is None for each in found) else True


def some_holds(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    if any(each is True for each in found):
        return True
    return None if any(each is None for each in found) else False


def exactly_one_holds(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    holding = sum(each is True for each in found)
    if holding >= 2:
        return False
    if any(each is None for each in found):
        return None
    return holding == 1


def truth_of(condition: Condition, of_one: Callable[[Constraint], Truth]) -> Truth:
    if isinstance(condition, Constraint):
        return of_one(condition)
    truths = [truth_of(each, of_one) for each in condition.members]
    if condition.logic is Logic.AND:
        return all_hold(truths)
    return some_holds(truths) if condition.logic is Logic.OR else exactly_one_holds(truths)


def is_narrower(child: str, parent: str) -> Truth:
    """Reflexive and transitive; unknown for a concept that is not in the taxonomy."""
    if Iri(child) not in DPV_SUBSET.broader or Iri(parent) not in DPV_SUBSET.broader:
        return None
    return child == parent or any(is_narrower(each, parent) is True for each in DPV_SUBSET.broader[Iri(child)])


def is_included(inner: Iri, outer: Iri) -> Truth:
    """Whether one action is the other, or included in it."""
    if inner not in INCLUDED_IN or outer not in INCLUDED_IN:
        return None
    around = INCLUDED_IN[inner]
    return inner == outer or (around is not None and is_included(around, outer) is True)


def is_known(operand: Operand, value: str) -> bool:
    """Whether a closed vocabulary holds the value."""
    if operand.choices:
        return value in operand.choices
    if operand.namespace:
        return re.fullmatch("[A-Z][A-Z]", value.removeprefix(operand.namespace)) is not None and value.startswith(
            operand.namespace
        )
    return operand.root is None or is_narrower(value, operand.root) is True


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, datetime):
        return "moment"
    return "duration" if isinstance(value, timedelta) else "text"


def holds_for(constraint: Constraint, value: Any) -> Truth:
    """The constraint against one actual value; unknown for another type, and for a value of no closed vocabulary."""
    kinds = {_kind(each) for each in constraint.right}
    if kinds != {_kind(value)} or (isinstance(value, str) and not is_known(OPERANDS[constraint.left], value)):
        return None
    bound: Any = constraint.right[0]
    match constraint.operator:
        case Operator.EQ | Operator.IS_ANY_OF:
            return value in constraint.right
        case Operator.NEQ | Operator.IS_NONE_OF:
            return value not in constraint.right
        case Operator.IS_A:
            return is_narrower(value, bound)
        case _:
            return None if kinds & {"text", "boolean"} else _is_ordered(constraint.operator, value, bound)


def _is_ordered(operator: Operator, value: Any, bound: Any) -> Truth:
    return {
        Operator.LT: value < bound,
        Operator.LTEQ: value <= bound,
        Operator.GT: value > bound,
        Operator.GTEQ: value >= bound,
    }.get(operator)


def counted(constraint: Constraint, actual: Iterable[Any]) -> list[Any]:
    """The values in the constraint's unit: what is counted in another one answers another question."""
    if constraint.unit is None:
        return [each for each in actual if not isinstance(each, Quantity)]
    return [each.number for each in actual if isinstance(each, Quantity) and each.unit == constraint.unit]


def holds_for_all(constraint: Constraint, actual: Iterable[Any]) -> Truth:
    """Of several actual values all must meet it; without any it is unknown."""
    values = counted(constraint, actual)
    return all_hold(holds_for(constraint, each) for each in values) if values else None


def holds_for_some(constraint: Constraint, actual: Iterable[Any]) -> Truth:
    """Of measures and of what evidence shows, one that meets it suffices."""
    values = counted(constraint, actual)
    return some_holds(holds_for(constraint, each) for each in values) if values else None


def row_truth(constraint: Constraint, row: Row, dataset: DatasetFacts) -> Truth:
    """A term on rows against one row; unknown where the kind lacks the column or the row leaves it empty."""
    if constraint.left in {LAWFUL_BASIS, SOURCE_PLATFORM}:
        return holds_for(constraint, _declared(constraint.left, dataset))
    if constraint.left == SUBJECT_AGE and "subject_age_from" in dataset.columns:
        ends = [row["subject_age_from"], row["subject_age_to"]]
        truths = {None if each is None else holds_for(constraint, each) for each in ends}
        return truths.pop() if len(truths) == 1 else None
    name = constraint.on_column if constraint.left == COLUMN else OPERANDS[constraint.left].column
    value = row[name] if name in dataset.columns else None
    return None if value is None else holds_for(constraint, value)


def _declared(left: Iri, dataset: DatasetFacts) -> str:
    return dataset.lawful_basis if left == LAWFUL_BASIS else dataset.platform


def possible_row_truths(condition: Condition, dataset: DatasetFacts) -> set[Truth]:
    """What the condition can be on some row or other, whatever rows there are."""
    if isinstance(condition, Constraint):
        return _possible(condition, dataset)
    combined: set[tuple[Truth, ...]] = {()}
    for member in condition.members:
        found = possible_row_truths(member, dataset)
        combined = {(*each, truth) for each in combined for truth in found}
    combine = {Logic.AND: all_hold, Logic.OR: some_holds, Logic.XONE: exactly_one_holds}[condition.logic]
    return {combine(each) for each in combined}


def _possible(constraint: Constraint, dataset: DatasetFacts) -> set[Truth]:
    if constraint.left in {LAWFUL_BASIS, SOURCE_PLATFORM}:
        return {holds_for(constraint, _declared(constraint.left, dataset))}
    if constraint.left == SUBJECT_AGE and "subject_age_from" in dataset.columns:
        return {True, False, None}
    name = constraint.on_column if constraint.left == COLUMN else OPERANDS[constraint.left].column
    told = name in dataset.columns and all(_of(dataset.columns[name].type, each) for each in constraint.right)
    return {True, False, None} if told else {None}


def _of(kind: ValueKind, bound: Value) -> bool:
    """Whether a column of the kind can hold something to compare with the bound."""
    classes: dict[ValueKind, tuple[type, ...]] = {
        ValueKind.TEXT: (str,),
        ValueKind.INTEGER: (int, Decimal),
        ValueKind.DATE_TIME: (datetime,),
        ValueKind.BOOLEAN: (bool,),
    }
    return isinstance(bound, classes[kind]) and isinstance(bound, bool) == (kind is ValueKind.BOOLEAN)
