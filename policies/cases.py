"""Cases: what is asked, what happened so far, and the moment, read from one JSON object.

Terms stand under the fixed prefixes of the normal form or as whole IRIs. What a case leaves out is unknown; what nobody
can read is refused. A term under a prefix is one of the profile; what nobody knows is tried as a whole IRI.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias, TypeVar

from policies import lexical
from policies.case_terms import require_action, require_column, require_unit, require_value
from policies.errors import CaseInvalidError, instead
from policies.model import (
    AccessRequest,
    Act,
    Actuals,
    ColumnFacts,
    ColumnMode,
    DatasetFacts,
    Evidence,
    LicenceStatus,
    Quantity,
    State,
    Usage,
    Value,
)
from policies.vocabulary import (
    COLUMN_TYPES,
    COUNT,
    DATA_CATEGORY,
    DATE_TIME,
    DUE_BY,
    ELAPSED_TIME,
    EVENT,
    EVERY,
    LAWFUL_BASIS,
    MODEL_RELEASE,
    OPERANDS,
    PREFIXES,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    RETENTION,
    SENSITIVITIES,
    SPATIAL,
    STORAGE_JURISDICTION,
    Grain,
    Iri,
    Operand,
    ValueKind,
    absolute,
    compact,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call of the evaluator, without the policy."""

    request: AccessRequest
    state: State
    now: datetime


def case_of(
    document: object,
    *,
    columns: Mapping[str, ColumnFacts] | None = None,
    state: State | None = None,
    now: datetime | None = None,
) -> Case:
    """Read a case: ``request``, ``state``, ``now``.

    Args:
        document: parsed JSON.
        columns: the columns of the dataset, for a request that does not list them.
        state: the state, for a case that does not say it.
        now: the moment, for a case that does not say it.

    Raises:
        CaseInvalidError: a member is missing, unknown or of another type; with the place.
    """
    members = _Members(document, "")
    case = Case(
        request=members.required("request", lambda value, pointer: _request(value, pointer, columns)),
        state=members.given("state", state_of, state),
        now=members.given("now", moment_of, now),
    )
    members.end()
    return case


def state_of(document: object, pointer: str = "") -> State:
    """Read the state of one agreement; raises what ``case_of`` raises."""
    members = _Members(document, pointer)
    state = State(
        status=members.required("status", _one_of({each.value: each for each in LicenceStatus})),
        version=members.optional("version", _whole, 0),
        usage=members.optional("usage", _by_name(_usage), {}),
        evidence=members.optional("evidence", _list(_evidence), ()),
        released=frozenset(members.optional("released", _list(_text), ())),
        effective=members.optional("effective", moment_of, None),
        first_delivery=members.optional("first_delivery", moment_of, None),
        ended=members.optional("ended", moment_of, None),
        acts=members.optional("acts", _list(_act), ()),
        members={
            Iri(collection): frozenset(belonging)
            for collection, belonging in members.optional("members", _by_name(_list(_iri)), {}).items()
        },
    )
    members.end()
    return state


def moment_of(value: object, pointer: str = "") -> datetime:
    """Read a moment with its offset, as UTC; raises what ``case_of`` raises."""
    return _typed(value, pointer, lexical.DATE_TIME, datetime)


_T = TypeVar("_T")
_U = TypeVar("_U")
Reader: TypeAlias = Callable[[object, str], _T]
"""From a JSON value and its place to what it means."""


class _Members:
    """The members of a JSON object, each taken out once; what is left in the end is unknown."""

    def __init__(self, value: object, pointer: str) -> None:
        if not isinstance(value, Mapping):
            raise CaseInvalidError("an object is wanted", pointer=pointer)
        self._left = {str(name): each for name, each in value.items()}
        self._pointer = pointer

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def required(self, name: str, read: Reader[_T]) -> _T:
        if name not in self._left:
            raise CaseInvalidError(f"`{name}` is missing", pointer=self._pointer)
        return read(self._left.pop(name), _below(self._pointer, name))

    def optional(self, name: str, read: Reader[_T], otherwise: _U) -> _T | _U:
        return self.required(name, read) if name in self._left else otherwise

    def given(self, name: str, read: Reader[_T], elsewhere: _T | None) -> _T:
        """What stands here; when it is given elsewhere, it need not."""
        return self.required(name, read) if elsewhere is None else self.optional(name, read, elsewhere)

    def end(self) -> None:
        unknown = min(self._left, default=None)
        if unknown is not None:
            raise CaseInvalidError(f"nothing is called `{unknown}` here", pointer=_below(self._pointer, unknown))


def _below(pointer: str, name: str | int) -> str:
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value:
        raise CaseInvalidError("text is wanted", pointer=pointer)
    return value


def _whole(value: object, pointer: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CaseInvalidError("a whole number from 0 on is wanted", pointer=pointer)
    return value


def _iri(value: object, pointer: str) -> Iri:
    text = _text(value, pointer)
    prefix, _, rest = text.partition(":")
    iri = PREFIXES[prefix] + rest if prefix in PREFIXES and rest else text
    if not absolute(iri):
        raise CaseInvalidError(f"`{text}` is neither a term under a known prefix nor an IRI", pointer=pointer)
    return Iri(iri)


def _known(require: Callable[[Iri, str], None]) -> Reader[Iri]:
    """A term of a closed list; written as a whole IRI it may be any other."""

    def read(value: object, pointer: str) -> Iri:
        iri = _iri(value, pointer)
        if iri != value:
            require(iri, pointer)
        return iri

    return read


_action: Final = _known(require_action)


def _value_of(operand: Operand) -> Reader[Iri]:
    return _known(partial(require_value, operand))


def _typed(value: object, pointer: str, datatype: Iri, kind: type[_T]) -> _T:
    text = _text(value, pointer)
    found = lexical.parse(text, datatype)
    if not isinstance(found, kind):
        raise CaseInvalidError(f"`{text}` is not {_TOLD[datatype]}", pointer=pointer)
    return found


_TOLD: Final = {
    lexical.DATE_TIME: "a moment with its offset",
    lexical.DECIMAL: "a decimal number in quotes",
}


def _decimal(value: object, pointer: str) -> Decimal:
    return _typed(str(value) if type(value) is int else value, pointer, lexical.DECIMAL, Decimal)


def _one_of(choices: Mapping[str, _T]) -> Reader[_T]:
    def read(value: object, pointer: str) -> _T:
        if not isinstance(value, str) or value not in choices:
            raise CaseInvalidError(f"one of {', '.join(f'`{each}`' for each in choices)} is wanted", pointer=pointer)
        return choices[value]

    return read


def _list(read: Reader[_T]) -> Reader[tuple[_T, ...]]:
    def read_all(value: object, pointer: str) -> tuple[_T, ...]:
        if not isinstance(value, list):
            raise CaseInvalidError("a list is wanted", pointer=pointer)
        return tuple(read(each, _below(pointer, place)) for place, each in enumerate(value))

    return read_all


def _one_or_more(read: Reader[_T]) -> Reader[frozenset[_T]]:
    def read_all(value: object, pointer: str) -> frozenset[_T]:
        found = _list(read)(value, pointer) if isinstance(value, list) else (read(value, pointer),)
        if not found:
            raise CaseInvalidError("leave out what is unknown", pointer=pointer)
        return frozenset(found)

    return read_all


def _by_name(read: Reader[_T]) -> Reader[dict[str, _T]]:
    def read_all(value: object, pointer: str) -> dict[str, _T]:
        if not isinstance(value, Mapping):
            raise CaseInvalidError("an object is wanted", pointer=pointer)
        return {str(name): read(each, _below(pointer, str(name))) for name, each in value.items()}

    return read_all


_DECLARED: Final = {
    "purpose": PURPOSE,
    "place": SPATIAL,
    "storage": STORAGE_JURISDICTION,
    "recipient": RECIPIENT,
    "model": PRODUCT,
    "model_release": MODEL_RELEASE,
}
"""What most requests declare, by its short name."""
_NEVER_STATED: Final = frozenset({DATE_TIME, ELAPSED_TIME, EVENT, COUNT, RECORD_COUNT, DUE_BY, EVERY, RETENTION})
"""Operands whose actual value comes from the moment and the state."""
_OF_REQUEST: Final = frozenset({Grain.ACCESS, Grain.CAP})
_NUMBERS: Final[Mapping[ValueKind, Reader[int | Decimal]]] = {ValueKind.INTEGER: _whole, ValueKind.DECIMAL: _decimal}


def _request(value: object, pointer: str, columns: Mapping[str, ColumnFacts] | None) -> AccessRequest:
    members = _Members(value, pointer)
    if columns is None or "columns" in members:
        columns = members.required("columns", _columns)
    named = _list(_column_of(columns))
    declared: dict[Iri, Actuals] = {
        left: members.required(name, _actual(OPERANDS[left])) for name, left in _DECLARED.items() if name in members
    }
    for left, found in members.optional("values", _values(_OF_REQUEST), {}).items():
        if left in declared:
            raise CaseInvalidError(f"`{compact(left)}` is declared twice", pointer=f"{pointer}/values")
        declared[left] = found
    request = AccessRequest(
        party=members.required("party", _iri),
        action=members.required("action", _action),
        target=members.required("target", _iri),
        selected=frozenset(members.required("selected", named)),
        filtered=frozenset(members.optional("filtered", named, ())),
        ordered=frozenset(members.optional("ordered", named, ())),
        dataset=DatasetFacts(
            columns=columns,
            platform=members.required("platform", _text),
            lawful_basis=members.required("lawful_basis", _value_of(OPERANDS[LAWFUL_BASIS])),
        ),
        values=declared,
        rows=members.required("rows", _whole),
        mode=members.optional("mode", _one_of({each.value: each for each in ColumnMode}), ColumnMode.REFUSE),
    )
    members.end()
    return request


def _column_of(columns: Collection[str]) -> Reader[str]:
    def read(value: object, pointer: str) -> str:
        name = _text(value, pointer)
        require_column(name, columns, pointer)
        return name

    return read


def _columns(value: object, pointer: str) -> dict[str, ColumnFacts]:
    category_of = _value_of(OPERANDS[DATA_CATEGORY])

    def column(facts: object, place: str) -> tuple[ValueKind, Iri, str]:
        members = _Members(facts, place)
        kind = members.required("type", _one_of({each.value: each for each in sorted(COLUMN_TYPES)}))
        category = members.required("category", category_of)
        sensitivity = members.required("sensitivity", _one_of({each: each for each in sorted(SENSITIVITIES)}))
        members.end()
        return kind, category, sensitivity

    return {
        name: ColumnFacts(name=name, type=kind, category=category, sensitivity=sensitivity)
        for name, (kind, category, sensitivity) in _by_name(column)(value, pointer).items()
    }


def _usage(value: object, pointer: str) -> Usage:
    members = _Members(value, pointer)
    usage = Usage(used=members.optional("used", _whole, 0), reserved=members.optional("reserved", _whole, 0))
    members.end()
    return usage


def _evidence(value: object, pointer: str) -> Evidence:
    members = _Members(value, pointer)
    evidence = Evidence(
        duty=members.required("duty", _iri),
        id=members.optional("id", _text, ""),
        values=members.optional("values", _values(frozenset({Grain.DUTY})), {}),
        since=members.required("since", moment_of),
        until=members.optional("until", moment_of, None),
    )
    members.end()
    return evidence


def _act(value: object, pointer: str) -> Act:
    members = _Members(value, pointer)
    act = Act(
        party=members.required("party", _iri),
        action=members.required("action", _action),
        target=members.required("target", _iri),
        at=members.required("at", moment_of),
    )
    members.end()
    return act


def _values(grains: frozenset[Grain]) -> Reader[dict[Iri, Actuals]]:
    """Actual values by operand, of the operands that somebody can state here."""

    def read(value: object, pointer: str) -> dict[Iri, Actuals]:
        found: dict[Iri, Actuals] = {}
        for name, given in _by_name(lambda each, _: each)(value, pointer).items():
            place = _below(pointer, name)
            operand = OPERANDS.get(_iri(name, place))
            if operand is None or operand.grain not in grains or operand.iri in _NEVER_STATED:
                stated = [each for each in OPERANDS.values() if each.grain in grains and each.iri not in _NEVER_STATED]
                raise CaseInvalidError(
                    f"nobody states the value of `{name}` here",
                    pointer=place,
                    hint=instead(name, [compact(each.iri) for each in stated]),
                )
            found[operand.iri] = _actual(operand)(given, place)
        return found

    return read


def _actual(operand: Operand) -> Reader[Actuals]:
    """The actual values of an operand, each in its unit when it has one."""

    def quantity(value: object, pointer: str) -> Value | Quantity:
        members = _Members(value, pointer)
        number = members.required("number", _NUMBERS[operand.kind])
        found = Quantity(number=number, unit=members.required("unit", _known(partial(require_unit, operand))))
        members.end()
        return found

    if operand.unit:
        return _one_or_more(quantity)
    return _one_or_more(_value_of(operand) if operand.kind is ValueKind.IRI else _NUMBERS[operand.kind])
