"""Three truth values, and the comparison of one constraint with actual values."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, assert_never

from policies.model import Actuals, Condition, Constraint, Logic, Quantity, Value, Verdict, verdict
from policies.vocabulary import Iri, Operator, ValueKind, Vocabulary


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Strong Kleene ``and``; satisfied when there is nothing to satisfy."""
    seen = set(verdicts)
    if Verdict.UNSATISFIED in seen:
        return Verdict.UNSATISFIED
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.SATISFIED


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Strong Kleene ``or``; unsatisfied when there is nothing to choose from."""
    seen = set(verdicts)
    if Verdict.SATISFIED in seen:
        return Verdict.SATISFIED
    return Verdict.UNKNOWN if Verdict.UNKNOWN in seen else Verdict.UNSATISFIED


def one_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Exactly one: two satisfied ones settle it even when others are unknown."""
    seen = list(verdicts)
    if seen.count(Verdict.SATISFIED) > 1:
        return Verdict.UNSATISFIED
    if Verdict.UNKNOWN in seen:
        return Verdict.UNKNOWN
    return verdict(Verdict.SATISFIED in seen)


def judge(condition: Condition, atom: Callable[[Constraint], Verdict]) -> Verdict:
    """The verdict of a condition of any depth, given that of its atoms; all atoms are judged."""
    if isinstance(condition, Constraint):
        return atom(condition)
    verdicts = [judge(member, atom) for member in condition.members]
    match condition.logic:
        case Logic.AND:
            return all_of(verdicts)
        case Logic.OR:
            return any_of(verdicts)
        case Logic.XONE:
            return one_of(verdicts)
        case _:
            assert_never(condition.logic)


def compare(constraint: Constraint, actuals: Actuals, vocabulary: Vocabulary) -> Verdict:
    """The actual values against the constraint, which must hold for all of them.

    Unknown when there is none, when a type or the unit differs from the bound's, when the operand has a closed
    vocabulary that does not hold a value, or when the operator does not compare single values.
    """
    return all_of(_verdicts(constraint, actuals, vocabulary))


def any_meets(constraint: Constraint, actuals: Actuals, vocabulary: Vocabulary) -> Verdict:
    """The actual values against the constraint, which one of them must meet: measures applied, assurances presented."""
    return any_of(_verdicts(constraint, actuals, vocabulary))


def _verdicts(constraint: Constraint, actuals: Actuals, vocabulary: Vocabulary) -> list[Verdict]:
    """The verdict on each value that counts in the constraint's unit; unknown when there is no such value."""
    found = [_compared(constraint, each, vocabulary) for each in in_unit(constraint.unit, actuals)]
    return found or [Verdict.UNKNOWN]


def in_unit(unit: Iri | None, actuals: Actuals) -> list[Value | Quantity]:
    """The numbers of the quantities that are counted in the unit; without a unit, the values as they are."""
    if unit is None:
        return list(actuals)
    return [each.number for each in actuals if isinstance(each, Quantity) and each.unit == unit]


def _compared(constraint: Constraint, actual: Value | Quantity, vocabulary: Vocabulary) -> Verdict:
    operand = vocabulary.operands.get(constraint.left)
    if operand is None or isinstance(actual, Quantity) or not all(_comparable(actual, b) for b in constraint.right):
        return Verdict.UNKNOWN
    if isinstance(actual, str) and not vocabulary.knows(operand, actual):
        return Verdict.UNKNOWN
    return verdict(_holds(constraint.operator, actual, constraint.right, vocabulary))


def _comparable(actual: Value, bound: Value) -> bool:
    """Whether the two have one type; integers and decimals are both numbers, booleans are not.

    What is no number, and a moment without offset, compares with nothing.
    """
    if isinstance(actual, Decimal) and actual.is_nan():
        return False
    if isinstance(actual, datetime) and actual.tzinfo is None:
        return False
    kinds: tuple[type | tuple[type, ...], ...] = (bool, (int, Decimal), datetime, timedelta, str)
    kind = next((each for each in kinds if isinstance(actual, each)), ())
    return isinstance(bound, kind) and isinstance(bound, bool) == isinstance(actual, bool)


_SAMPLES: Final[Mapping[ValueKind, Value]] = {
    ValueKind.TEXT: "",
    ValueKind.INTEGER: 0,
    ValueKind.DECIMAL: Decimal(0),
    ValueKind.BOOLEAN: False,
    ValueKind.DATE_TIME: datetime.max.replace(tzinfo=UTC),
}


def fits_column(bound: Value, kind: ValueKind) -> bool:
    """Whether the bound can be compared with what a column of the type holds, as ``compare`` compares values."""
    return kind in _SAMPLES and _comparable(_SAMPLES[kind], bound) and _comparable(bound, _SAMPLES[kind])


def _holds(operator: Operator, actual: Value, bounds: tuple[Value, ...], vocabulary: Vocabulary) -> bool | None:
    match operator:
        case Operator.EQ | Operator.IS_ANY_OF:
            return actual in bounds
        case Operator.NEQ | Operator.IS_NONE_OF:
            return actual not in bounds
        case Operator.IS_A:
            return vocabulary.is_a(Iri(str(actual)), Iri(str(bounds[0])))
        case Operator.LT | Operator.LTEQ | Operator.GT | Operator.GTEQ:
            return _ordered(operator, actual, bounds[0])
        case Operator.NOT_TOGETHER:
            return None
        case _:
            assert_never(operator)


def _ordered(operator: Operator, actual: Value, bound: Value) -> bool | None:
    """Compare along the order; text, IRIs and booleans have none."""
    match actual, bound:
        case bool(), _:
            return None
        case (int() | Decimal(), int() | Decimal()) | (datetime(), datetime()) | (timedelta(), timedelta()):
            # WHY: _comparable has shown that both are of one of these kinds; the checker cannot follow unions pairwise.
            below, equal = actual < bound, actual == bound  # type: ignore[operator]
        case _:
            return None
    return {
        Operator.LT: below,
        Operator.LTEQ: below or equal,
        Operator.GT: not below and not equal,
        Operator.GTEQ: not below,
    }[operator]
