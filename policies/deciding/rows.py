"""Row terms: what a condition on rows makes of the rows of one dataset, as a predicate."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import product
from typing import Final, assert_never

from policies.model import Condition, Constraint, DatasetFacts, Logic, Verdict
from policies.predicate import (
    EVERYTHING,
    NOTHING,
    And,
    AnyOf,
    Comparator,
    Compare,
    IsNull,
    Not,
    Or,
    Predicate,
    Scalar,
    Unknown,
    conjunction,
)
from policies.truth import all_of, any_of, compare, fits_column
from policies.vocabulary import (
    CODES,
    COLUMN,
    LAWFUL_BASIS,
    SOURCE_PLATFORM,
    SUBJECT_AGE,
    Iri,
    Operator,
    Vocabulary,
    compact,
)

_BAND: Final = ("subject_age_from", "subject_age_to")
SUBJECT_AGE_BAND: Final = frozenset(_BAND)
"""The columns of an age that is known as a band only, both ends included."""
_ORDER: Final = {
    Operator.LT: Comparator.LT,
    Operator.LTEQ: Comparator.LTE,
    Operator.GT: Comparator.GT,
    Operator.GTEQ: Comparator.GTE,
}
_COMPARATORS: Final = {Operator.EQ: Comparator.EQ} | _ORDER
_LISTED: Final = {Operator.EQ: True, Operator.IS_ANY_OF: True, Operator.NEQ: False, Operator.IS_NONE_OF: False}
"""Whether the value must be among the listed ones, or must not."""
_OPPOSITE: Final = {
    Verdict.SATISFIED: Verdict.UNSATISFIED,
    Verdict.UNSATISFIED: Verdict.SATISFIED,
    Verdict.UNKNOWN: Verdict.UNKNOWN,
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
    banded = constraint.left == SUBJECT_AGE and dataset.columns.keys() >= SUBJECT_AGE_BAND
    columns = _BAND if banded else (_column(constraint, vocabulary),)
    for column in columns:
        if column not in dataset.columns:
            return Unknown(reason=f"the records do not say `{constraint.on_column or compact(constraint.left)}`")
        if not all(fits_column(value, dataset.columns[column].type) for value in constraint.right):
            return _undecided(constraint)
    return _band(constraint) if banded else _compared(columns[0], constraint, vocabulary)


def _column(constraint: Constraint, vocabulary: Vocabulary) -> str:
    """The canonical column that the condition looks at; empty when there is none."""
    if constraint.left == COLUMN:
        return constraint.on_column
    operand = vocabulary.operands.get(constraint.left)
    return "" if operand is None else operand.column


def _compared(column: str, constraint: Constraint, vocabulary: Vocabulary) -> Predicate:
    operand, operator = vocabulary.operands.get(constraint.left), constraint.operator
    if operand is not None and operand.namespace:
        return _of_vocabulary(column, operand.namespace, constraint)
    # WHY: durations fit no column; for the checker they are taken out of the values by their type.
    values = tuple(sorted((_normal(value) for value in constraint.right if not isinstance(value, timedelta)), key=repr))
    if operator in _ORDER and isinstance(values[0], str | bool):
        return _undecided(constraint)
    if operator is Operator.IS_ANY_OF:
        return AnyOf(column=column, values=values)
    if operator not in _COMPARATORS:
        return _undecided(constraint)
    return Compare(column=column, comparator=_COMPARATORS[operator], value=values[0])


def _normal(value: Scalar) -> Scalar:
    """Text in normalisation form C, in which it is compared with the text of rows."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _of_vocabulary(column: str, namespace: str, constraint: Constraint) -> Predicate:
    """Values of a closed vocabulary: a row that holds anything else does not say which one is meant."""
    if constraint.operator not in _LISTED:
        return _undecided(constraint)
    codes = _CODES[namespace]
    holding = tuple(code for code in codes if (code in constraint.right) is _LISTED[constraint.operator])
    foreign = conjunction(Not(part=AnyOf(column=column, values=codes)), Unknown(reason="the value is not known"))
    return Or(parts=(AnyOf(column=column, values=holding), foreign))


_CODES: Final = {namespace: tuple(sorted(namespace + code for code in codes)) for namespace, codes in CODES.items()}
"""Every value of each closed vocabulary of codes."""


def _band(constraint: Constraint) -> Predicate:
    """An age by the bounds of its band: a band that the bound cuts through is unknown."""
    comparator, bound = _ORDER.get(constraint.operator), constraint.right[0]
    if comparator is None or not isinstance(bound, int):
        return _undecided(constraint)
    low, high = (Compare(column=each, comparator=comparator, value=bound) for each in _BAND)
    straddling = conjunction(Or(parts=(low, high)), Unknown(reason="the age band lies on both sides of the bound"))
    return Or(parts=(conjunction(low, high), straddling))


def _undecided(constraint: Constraint) -> Predicate:
    return Unknown(reason=f"`{compact(constraint.operator)}` cannot be decided on rows with what it names")


def _constant(found: Verdict, reason: str) -> Predicate:
    if found is Verdict.UNKNOWN:
        return Unknown(reason=reason)
    return EVERYTHING if found is Verdict.SATISFIED else NOTHING


def together(parts: Iterable[Predicate]) -> Predicate:
    """All of the parts, in an order that does not depend on the spelling of the policy."""
    whole = conjunction(*parts)
    return And(parts=tuple(sorted(whole.parts, key=repr))) if isinstance(whole, And) else whole


def extent(predicate: Predicate) -> frozenset[Verdict]:
    """The verdicts that rows can have, whatever they hold; more than they do have at most."""
    match predicate:
        case And(parts=parts):
            return _combined(all_of, parts)
        case Or(parts=parts):
            return _combined(any_of, parts)
        case Not(part=part):
            return frozenset(_OPPOSITE[each] for each in extent(part))
        case AnyOf(values=()):
            return frozenset({Verdict.UNSATISFIED, Verdict.UNKNOWN})
        case Unknown():
            return frozenset({Verdict.UNKNOWN})
        case Compare() | AnyOf() | IsNull():
            return frozenset(Verdict)
        case _:
            assert_never(predicate)


def _combined(combine: Callable[[Iterable[Verdict]], Verdict], parts: tuple[Predicate, ...]) -> frozenset[Verdict]:
    found = frozenset({combine(())})
    for part in parts:
        found = frozenset(combine(pair) for pair in product(found, extent(part)))
    return found


def never_true(predicate: Predicate) -> bool:
    """Whether the predicate can keep no row, whatever the rows hold."""
    return Verdict.SATISFIED not in extent(predicate)
