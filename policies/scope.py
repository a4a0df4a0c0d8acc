"""What the refinements of a target leave: columns, rows, transforms, joint sets.

A condition speaks of columns, of rows, of transforms or of joint sets, never of two at once; a mixture is unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, assert_never

from policies.access import Situation
from policies.model import ColumnFacts, Condition, Constraint, Logic, Target, Transform, atoms, flat
from policies.predicate import (
    EVERYTHING,
    NOTHING,
    And,
    AnyOf,
    Comparator,
    Compare,
    Not,
    Or,
    Predicate,
    Unknown,
    conjunction,
)
from policies.truth import Verdict, all_of, compare, judge
from policies.vocabulary import (
    COLUMN,
    DATA_CATEGORY,
    FIELD,
    LAWFUL_BASIS,
    OBSERVED_AT,
    RECORD_LICENCE,
    SENSITIVITY,
    SOURCE_PLATFORM,
    Grain,
    Iri,
    Operator,
    compact,
)

_ROW_COLUMNS: Final = {OBSERVED_AT: "observed_at", RECORD_LICENCE: "licence_hint"}
"""Row operands that are a canonical column."""
_COMPARATORS: Final = {
    Operator.EQ: Comparator.EQ,
    Operator.LT: Comparator.LT,
    Operator.LTEQ: Comparator.LTE,
    Operator.GT: Comparator.GT,
    Operator.GTEQ: Comparator.GTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The part of the asset that a target describes."""

    columns: tuple[Condition, ...] = ()
    rows: Predicate = EVERYTHING
    transforms: tuple[tuple[str, Transform], ...] = ()
    joints: tuple[frozenset[str], ...] = ()
    unclear: tuple[str, ...] = ()
    """Names of operands in conditions that speak of two things at once."""

    def covers(self, name: str, situation: Situation) -> Verdict:
        """Whether the column is in the part; unknown for a column that the dataset does not declare."""
        facts = situation.request.columns.get(name)
        if facts is None:
            return Verdict.UNKNOWN
        return all_of(judge(each, partial(_column, facts, situation)) for each in self.columns)


def scope_of(target: Target, situation: Situation) -> Scope:
    """Sort the refinements of a target by what they speak of."""
    columns: list[Condition] = []
    rows: list[Predicate] = []
    transforms: list[tuple[str, Transform]] = []
    joints: list[frozenset[str]] = []
    unclear: list[str] = []
    for condition in flat(target.refinements):
        grains = {_grain(atom, situation) for atom in atoms((condition,))}
        if grains == {Grain.COLUMN}:
            columns.append(condition)
        elif grains == {Grain.ROW}:
            rows.append(_rows(condition, situation))
        elif grains == {Grain.TRANSFORM} and isinstance(condition, Constraint):
            transform = Transform(term=Iri(str(condition.right[0])), parameter=condition.parameter)
            transforms.append((condition.on_column, transform))
        elif grains == {Grain.JOINT} and isinstance(condition, Constraint):
            joints.append(frozenset(str(value) for value in condition.right))
        else:
            unclear.extend(compact(atom.left) for atom in atoms((condition,)))
    return Scope(
        columns=tuple(columns),
        rows=together(rows),
        transforms=tuple(transforms),
        joints=tuple(joints),
        unclear=tuple(unclear),
    )


def together(parts: Iterable[Predicate]) -> Predicate:
    """All of the parts, in an order that does not depend on the spelling of the policy."""
    whole = conjunction(*parts)
    return And(parts=tuple(sorted(whole.parts, key=repr))) if isinstance(whole, And) else whole


def never_true(predicate: Predicate) -> bool:
    """Whether the predicate can keep no row, whatever the rows hold."""
    match predicate:
        case And(parts=parts):
            return any(never_true(part) for part in parts)
        case Or(parts=parts):
            return all(never_true(part) for part in parts)
        case Not(part=part):
            return _never_false(part)
        case AnyOf(values=values):
            return not values
        case Unknown():
            return True
        case _:
            return False


def _never_false(predicate: Predicate) -> bool:
    match predicate:
        case And(parts=parts):
            return all(_never_false(part) for part in parts)
        case Or(parts=parts):
            return any(_never_false(part) for part in parts)
        case Not(part=part):
            return never_true(part)
        case Unknown():
            return True
        case _:
            return False


def _grain(constraint: Constraint, situation: Situation) -> Grain | None:
    if constraint.operator is Operator.NOT_TOGETHER:
        return Grain.JOINT
    operand = situation.vocabulary.operands.get(constraint.left)
    return None if operand is None else operand.grain


def _column(facts: ColumnFacts, situation: Situation, constraint: Constraint) -> Verdict:
    actual: dict[Iri, str] = {FIELD: facts.name, DATA_CATEGORY: facts.category, SENSITIVITY: facts.sensitivity}
    return compare(constraint, actual.get(constraint.left), situation.vocabulary)


def _rows(condition: Condition, situation: Situation) -> Predicate:
    if isinstance(condition, Constraint):
        return _row(condition, situation)
    parts = tuple(sorted((_rows(member, situation) for member in condition.members), key=repr))
    match condition.logic:
        case Logic.AND:
            return together(parts)
        case Logic.OR:
            return Or(parts=parts)
        case Logic.XONE:
            return Or(parts=tuple(_alone(index, parts) for index in range(len(parts))))
        case _:
            assert_never(condition.logic)


def _alone(chosen: int, parts: tuple[Predicate, ...]) -> Predicate:
    """The chosen part holds and no other one does."""
    return conjunction(*(part if index == chosen else Not(part=part) for index, part in enumerate(parts)))


def _row(constraint: Constraint, situation: Situation) -> Predicate:
    request = situation.request
    declared: dict[Iri, str] = {LAWFUL_BASIS: request.lawful_basis, SOURCE_PLATFORM: request.platform}
    if constraint.left in declared:
        found = compare(constraint, declared[constraint.left], situation.vocabulary)
        return _constant(found, f"`{compact(constraint.left)}` is not known of this dataset")
    column = constraint.on_column if constraint.left == COLUMN else _ROW_COLUMNS.get(constraint.left)
    if column is None or column not in request.columns:
        return Unknown(reason=f"the records do not say `{constraint.on_column or compact(constraint.left)}`")
    values = tuple(sorted((value for value in constraint.right if not isinstance(value, timedelta)), key=repr))
    if constraint.operator in _COMPARATORS and values:
        return Compare(column=column, comparator=_COMPARATORS[constraint.operator], value=values[0])
    if constraint.operator is Operator.IS_ANY_OF:
        return AnyOf(column=column, values=values)
    return Unknown(reason=f"`{compact(constraint.operator)}` cannot be decided on rows")


def _constant(found: Verdict, reason: str) -> Predicate:
    if found is Verdict.UNKNOWN:
        return Unknown(reason=reason)
    return EVERYTHING if found is Verdict.SATISFIED else NOTHING
