"""How a filter and an order of the schema become the product's one predicate and its order terms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.api.enums import SortDirection
from gateway.api.errors import FilterInvalidError
from gateway.exchange.read.model import OrderTerm
from policies.predicate import AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, conjunction

_MOST_TERMS: Final = 200
_MOST_VALUES: Final = 1000


class _Budget:
    """How many conditions one filter may still have."""

    def __init__(self) -> None:
        self.left = _MOST_TERMS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise FilterInvalidError(f"the filter has more than {_MOST_TERMS} conditions")


def to_predicate(where: Mapping[str, Any], columns: Mapping[str, str]) -> Predicate:
    """The predicate a filter stands for; all that is given on one level must hold.

    Args:
        where: a coerced ``XFilter``, by the names of the schema.
        columns: canonical column by field name.

    Raises:
        FilterInvalidError: a condition is null, or there are too many.
    """
    return conjunction(*_parts(where, columns, _Budget()))


def to_order(order_by: Sequence[Mapping[str, Any]]) -> tuple[OrderTerm, ...]:
    """The order a list of ``XOrder`` stands for; the first term weighs most.

    Raises:
        FilterInvalidError: a column occurs twice.
    """
    terms = tuple(
        OrderTerm(column=each["column"].value, descending=each["direction"] is SortDirection.DESC) for each in order_by
    )
    if len({term.column for term in terms}) < len(terms):
        raise FilterInvalidError("a column occurs twice in `orderBy`")
    return terms


def _parts(where: Mapping[str, Any], columns: Mapping[str, str], budget: _Budget) -> Iterator[Predicate]:
    for name, given in where.items():
        budget.spend()
        if given is None:
            # WHY: a variable that is null by mistake must not silently widen the filter.
            raise FilterInvalidError(f"`{name}` is null in the filter", hint="leave it out, or use `isNull`")
        match name:
            case "and":
                yield conjunction(*(part for each in given for part in _parts(each, columns, budget)))
            case "or":
                yield Or(parts=tuple(conjunction(*_parts(each, columns, budget)) for each in given))
            case "not":
                yield Not(part=conjunction(*_parts(given, columns, budget)))
            case _:
                yield from _conditions(columns[name], given, budget)


def _conditions(column: str, given: Mapping[str, Any], budget: _Budget) -> Iterator[Predicate]:
    for condition, value in given.items():
        budget.spend()
        if value is None:
            raise FilterInvalidError(
                f"`{condition}` is null in the filter on `{column}`", hint="leave it out, or use `isNull`"
            )
        match condition:
            case "in":
                yield AnyOf(column=column, values=_values(column, value))
            case "isNull":
                missing = IsNull(column=column)
                yield missing if value else Not(part=missing)
            case _:
                yield Compare(column=column, comparator=Comparator(condition), value=value)


def _values(column: str, given: Sequence[Any]) -> tuple[Any, ...]:
    if len(given) > _MOST_VALUES:
        raise FilterInvalidError(f"`in` has more than {_MOST_VALUES} values in the filter on `{column}`")
    return tuple(given)
