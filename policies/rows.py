"""Row terms: what a condition on rows makes of the rows of one dataset, as a predicate."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from string import ascii_uppercase
from typing import Final, assert_never

from policies.model import Condition, Constraint, DatasetFacts, Logic, Verdict
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
from policies.truth import compare
from policies.vocabulary import (
    COLUMN,
    CONTESTED,
    LAWFUL_BASIS,
    OBSERVED_AT,
    OPT_OUT,
    RECORD_LICENCE,
    SOURCE_PLATFORM,
    SUBJECT_AGE,
    SUBJECT_REGION,
    Iri,
    Operator,
    Vocabulary,
    compact,
)

ROW_COLUMNS: Final = {
    OBSERVED_AT: "observed_at",
    RECORD_LICENCE: "licence_hint",
    SUBJECT_REGION: "subject_region",
    SUBJECT_AGE: "subject_age",
    CONTESTED: "contested",
    OPT_OUT: "opt_out",
}
"""The canonical column that a row operand looks at; a dataset without it does not say."""
_BAND: Final = ("subject_age_from", "subject_age_to")
SUBJECT_AGE_BAND: Final = frozenset(_BAND)
"""The columns of an age that is known as a band only, both ends included."""
_COMPARATORS: Final = {
    Operator.EQ: Comparator.EQ,
    Operator.LT: Comparator.LT,
    Operator.LTEQ: Comparator.LTE,
    Operator.GT: Comparator.GT,
    Operator.GTEQ: Comparator.GTE,
}


def rows_of(condition: Condition, dataset: DatasetFacts, vocabulary: Vocabulary) -> Predicate:
    """The rows of the dataset for which the condition holds; where a row does not say, neither true nor false."""
    if isinstance(condition, Constraint):
        return _row(condition, dataset, vocabulary)
    parts = tuple(sorted((rows_of(member, dataset, vocabulary) for member in condition.members), key=repr))
    match condition.logic:
        case Logic.AND:
            return together(parts)
        case Logic.OR:
            return Or(parts=parts)
        case Logic.XONE:
            return conjunction(_some(parts), Not(part=_two(parts)))
        case _:
            assert_never(condition.logic)


def _some(parts: tuple[Predicate, ...]) -> Predicate:
    return parts[0] if len(parts) == 1 else Or(parts=parts)


def _two(parts: tuple[Predicate, ...]) -> Predicate:
    """At least two of the parts hold.

    Two hold in one half, or one in each: told so, many parts stay short, where all pairs would not.
    """
    if len(parts) <= 1:
        return NOTHING
    middle = len(parts) // 2
    left, right = parts[:middle], parts[middle:]
    found = (conjunction(_some(left), _some(right)), _two(left), _two(right))
    return _some(tuple(each for each in found if each != NOTHING))


def _row(constraint: Constraint, dataset: DatasetFacts, vocabulary: Vocabulary) -> Predicate:
    declared: dict[Iri, str] = {LAWFUL_BASIS: dataset.lawful_basis, SOURCE_PLATFORM: dataset.platform}
    if constraint.left in declared:
        found = compare(constraint, frozenset({declared[constraint.left]}), vocabulary)
        return _constant(found, f"`{compact(constraint.left)}` is not known of this dataset")
    if constraint.left == SUBJECT_AGE and dataset.columns.keys() >= SUBJECT_AGE_BAND:
        return _band(constraint)
    column = constraint.on_column if constraint.left == COLUMN else ROW_COLUMNS.get(constraint.left)
    if column is None or column not in dataset.columns:
        return Unknown(reason=f"the records do not say `{constraint.on_column or compact(constraint.left)}`")
    return _compared(column, constraint, vocabulary)


def _compared(column: str, constraint: Constraint, vocabulary: Vocabulary) -> Predicate:
    values = tuple(sorted((value for value in constraint.right if not isinstance(value, timedelta)), key=repr))
    if constraint.operator in _COMPARATORS and values:
        return Compare(column=column, comparator=_COMPARATORS[constraint.operator], value=values[0])
    if constraint.operator is Operator.IS_ANY_OF:
        return AnyOf(column=column, values=values)
    operand = vocabulary.operands.get(constraint.left)
    if constraint.operator in {Operator.NEQ, Operator.IS_NONE_OF} and operand is not None and operand.namespace:
        # WHY: only a value of the closed vocabulary can be known to be none of the excluded ones.
        known = AnyOf(column=column, values=_codes(operand.namespace))
        return conjunction(known, Not(part=AnyOf(column=column, values=values)))
    return Unknown(reason=f"`{compact(constraint.operator)}` cannot be decided on rows")


@cache
def _codes(namespace: str) -> tuple[str, ...]:
    """Every code of a closed vocabulary of two capital letters."""
    return tuple(f"{namespace}{first}{second}" for first in ascii_uppercase for second in ascii_uppercase)


def _band(constraint: Constraint) -> Predicate:
    """An age by the bounds of its band: a band that the bound cuts through is unknown."""
    comparator, bound = _COMPARATORS[constraint.operator], _whole(constraint)
    low, high = (Compare(column=each, comparator=comparator, value=bound) for each in _BAND)
    straddling = conjunction(Or(parts=(low, high)), Unknown(reason="the age band lies on both sides of the bound"))
    return Or(parts=(conjunction(low, high), straddling))


def _whole(constraint: Constraint) -> int:
    bound = constraint.right[0]
    return bound if isinstance(bound, int) else 0


def _constant(found: Verdict, reason: str) -> Predicate:
    if found is Verdict.UNKNOWN:
        return Unknown(reason=reason)
    return EVERYTHING if found is Verdict.SATISFIED else NOTHING


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
