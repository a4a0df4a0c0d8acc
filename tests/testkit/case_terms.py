"""Constraints on every operand, made to fit what is true in a case, or made not to."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from policies.model import Condition, Constraint, Logic, LogicalConstraint, Quantity, Usage, Value
from policies.vocabulary import (
    BUCKET,
    COLUMN,
    CONTESTED,
    COUNT,
    DATA_CATEGORY,
    DATE_TIME,
    DPV_SUBSET,
    ELAPSED_TIME,
    FIELD,
    GENERALISE,
    LAWFUL_BASIS,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    MODEL_RELEASE,
    OBSERVED_AT,
    OPERANDS,
    OPT_OUT,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    RECORD_LICENCE,
    RECORDS_PER_SUBJECT,
    RHO,
    SENSITIVITIES,
    SENSITIVITY,
    SOURCE_PLATFORM,
    SPATIAL,
    STORAGE_JURISDICTION,
    SUBJECT_AGE,
    SUBJECT_REGION,
    TIME_UNITS,
    TOKEN_COUNT,
    TRANSFORM,
    TRANSFORM_TERMS,
    TRUNCATE_TIME,
    Iri,
    Operator,
    local,
)
from tests.testkit.case_world import (
    BASES,
    DAY,
    LICENCES,
    METRIC,
    MODELS,
    PARTIES,
    PLACES,
    PLATFORMS,
    PURPOSES,
    RELEASES,
    World,
    moment,
)
from tests.testkit.policies import REPUTATION

POOLS: Final[dict[Iri, Sequence[str]]] = {
    PURPOSE: PURPOSES,
    SPATIAL: PLACES,
    STORAGE_JURISDICTION: PLACES,
    RECIPIENT: PARTIES,
    PRODUCT: MODELS,
    MODEL_RELEASE: RELEASES,
    LAWFUL_BASIS: BASES,
    SOURCE_PLATFORM: PLATFORMS,
    SUBJECT_REGION: PLACES,
    RECORD_LICENCE: LICENCES,
}
ACCESS: Final = (
    PURPOSE,
    SPATIAL,
    STORAGE_JURISDICTION,
    RECIPIENT,
    DATE_TIME,
    ELAPSED_TIME,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
)
CAPS: Final = (COUNT, RECORD_COUNT, TOKEN_COUNT, RECORDS_PER_SUBJECT, RHO)
ROWS: Final = (
    SUBJECT_REGION,
    LAWFUL_BASIS,
    SUBJECT_AGE,
    CONTESTED,
    OPT_OUT,
    OBSERVED_AT,
    RECORD_LICENCE,
    SOURCE_PLATFORM,
    COLUMN,
)
ACTIONS: Final = (PRODUCT, MODEL_RELEASE)
COLUMNS: Final = (FIELD, FIELD, DATA_CATEGORY, SENSITIVITY)
_UPPER: Final = frozenset({Operator.LT, Operator.LTEQ})
_NEGATIVE: Final = frozenset({Operator.NEQ, Operator.IS_NONE_OF})
_OPERATORS: Final = {left: tuple(sorted(each.operators - {Operator.NOT_TOGETHER})) for left, each in OPERANDS.items()}
_TRANSFORMS: Final = tuple(sorted(TRANSFORM_TERMS))


def term(left: Iri, world: World, *, fits: bool) -> Constraint:
    """A constraint on the access, the columns or the rows."""
    if left in {FIELD, DATA_CATEGORY, SENSITIVITY}:
        return _of_columns(left, world, fits=fits)
    if left in ROWS:
        return _of_rows(left, world, fits=fits)
    if left in POOLS:
        known = frozenset(POOLS[left]) & world.values.get(left, frozenset())
        return _listed(left, world, {str(each) for each in known}, fits=fits)
    return _bounded(left, world, fits=fits)


def condition(lefts: Sequence[Iri], world: World) -> Condition:
    """One constraint, sometimes several under ``or``, ``xone`` or ``and``."""
    fits, tape = world.fits(), world.tape
    left = tape.one_of(lefts)
    if left == world.missing and not tape.chance(15):
        left = tape.one_of([each for each in lefts if each != left])
    first = term(left, world, fits=fits)
    if not tape.chance(16):
        return first
    logic = tape.one_of((Logic.OR, Logic.OR, Logic.XONE, Logic.XONE, Logic.AND))
    others = [
        term(tape.one_of(lefts), world, fits=fits and (logic is Logic.AND or (logic is Logic.OR and tape.chance(50))))
        for _ in range(tape.number(1, 2))
    ]
    members = tuple(sorted({first, *others}, key=repr))
    return LogicalConstraint(logic=logic, members=members) if len(members) > 1 else first


def conditions(lefts: Sequence[Iri], world: World, most: int) -> tuple[Condition, ...]:
    """Some of them, each once."""
    return tuple(dict.fromkeys(condition(lefts, world) for _ in range(world.tape.number(0, most))))


def _listed(left: Iri, world: World, actual: set[str], *, fits: bool) -> Constraint:
    tape, pool = world.tape, POOLS[left]
    operator = tape.one_of(_OPERATORS[left])
    others = [each for each in pool if each not in actual] or list(pool)
    holding = fits is not (operator in _NEGATIVE)
    right: list[str] = sorted(actual) if holding and actual else tape.some(others, 2)
    if operator is Operator.IS_A:
        shared = _shared(frozenset(right))
        return _one(left, operator, Iri(tape.one_of(shared)) if fits and shared else Iri(right[0]))
    if operator in {Operator.EQ, Operator.NEQ}:
        return _one(left, operator, Iri(right[0]))
    if holding:
        right = list(dict.fromkeys([*right, *tape.some(pool, 2)]))
    return _several(left, operator, right)


@cache
def _shared(concepts: frozenset[str]) -> list[str]:
    """What all of the concepts are kinds of."""
    return sorted(frozenset.intersection(*(DPV_SUBSET.ancestors(Iri(each)) for each in concepts)))


def _of_columns(left: Iri, world: World, *, fits: bool) -> Constraint:
    tape, facts = world.tape, world.facts.columns
    looked_at = (*world.selected, *world.consulted)
    covered = looked_at if fits else looked_at[1:]
    if left == FIELD:
        operator = tape.one_of(_OPERATORS[FIELD])
        if operator is Operator.IS_NONE_OF:
            others = [each for each in world.dataset.columns if each not in covered]
            return _several(FIELD, operator, tape.some(others or list(world.dataset.columns), 3))
        return _several(FIELD, operator, [*covered, *tape.some(world.dataset.columns, 2)])
    if left == SENSITIVITY:
        found = [facts[name].sensitivity for name in covered] or [tape.one_of(sorted(SENSITIVITIES))]
        return _several(SENSITIVITY, Operator.IS_ANY_OF, found)
    found = [facts[name].category for name in covered] or [REPUTATION]
    operator = tape.one_of((Operator.IS_A, Operator.IS_ANY_OF))
    if operator is Operator.IS_A:
        kinds = _shared(frozenset(found))
        return _one(left, operator, Iri(tape.one_of(kinds or found)))
    return _several(left, operator, found)


def _of_rows(left: Iri, world: World, *, fits: bool) -> Constraint:
    tape = world.tape
    if left in {LAWFUL_BASIS, SOURCE_PLATFORM}:
        actual = world.facts.lawful_basis if left == LAWFUL_BASIS else world.facts.platform
        return _listed(left, world, {actual} & {*POOLS[left]}, fits=fits)
    if left in POOLS:
        return _listed(left, world, set(), fits=fits)
    operator = tape.one_of(_OPERATORS[left])
    if left in {CONTESTED, OPT_OUT}:
        return _one(left, Operator.EQ, tape.chance(30))
    if left == SUBJECT_AGE:
        return _one(left, operator, tape.number(14, 26))
    if left == OBSERVED_AT:
        return _one(left, operator, moment(tape.number(-3, 3)))
    return _on_a_column(operator, world)


def _on_a_column(operator: Operator, world: World) -> Constraint:
    tape = world.tape
    texts = operator in {Operator.EQ, Operator.IS_ANY_OF} and tape.chance(50)
    name = tape.one_of(("rater", "text")) if texts else tape.one_of(("value", "value", "observed_at", "nowhere"))
    pools: dict[str, tuple[Value, ...]] = {
        "rater": ("a", "b", "c"),
        "text": ("good", "bad"),
        "value": (0, 1, -1, Decimal("0.5"), Decimal(2)),
    }
    times = (moment(0), moment(-1), moment(2))
    pool = pools.get(name, times)
    if tape.chance(5):
        # WHY: a column that is compared with what it cannot hold is unknown, and keeps no row.
        pool = pools["value"] if name == "observed_at" else times
    right = tape.some(pool, 2) if operator is Operator.IS_ANY_OF else [tape.one_of(pool)]
    return Constraint(left=COLUMN, operator=operator, right=tuple(sorted(right, key=repr)), on_column=name)


def _bounded(left: Iri, world: World, *, fits: bool) -> Constraint:
    """An order against a number, a moment or a duration: some way on the right side, or on the wrong one."""
    tape, operator = world.tape, world.tape.one_of(_OPERATORS[left])
    slack = tape.number(0, 3)
    strict = operator in {Operator.LT, Operator.GT}
    steps = slack + (1 if strict else 0) if fits else -slack - (0 if strict else 1)
    if operator not in _UPPER:
        steps = -steps
    numbers = [each.number if isinstance(each, Quantity) else each for each in world.values.get(left, ())]
    if left == DATE_TIME:
        return _one(left, operator, moment(steps))
    if left == ELAPSED_TIME:
        elapsed = moment(0) - world.first_delivery if world.first_delivery else timedelta(0)
        return _one(left, operator, max(elapsed + steps * DAY, timedelta(0)))
    number = next((each for each in numbers if isinstance(each, int | Decimal)), 1)
    if left == MIN_QUALITY:
        return _one(left, operator, Decimal(number) + Decimal(steps).scaleb(-2), unit=METRIC)
    return _one(left, operator, max(int(number) + steps, 0))


def cap(left: Iri, rule: str, world: World) -> Constraint:
    """A cap of the rule, and what its counter has seen."""
    tape, fits = world.tape, world.fits()
    counter = f"{rule}#{local(left)}"
    seen = world.usage.setdefault(counter, Usage(used=tape.number(0, 3), reserved=tape.number(0, 1)))
    counted = [each.number if isinstance(each, Quantity) else each for each in world.values.get(left, ())]
    amount = max((each for each in counted if isinstance(each, int)), default=1)
    spare = tape.number(0, 120 if left == RECORD_COUNT else 3)
    operator = tape.one_of(_OPERATORS[left])
    bound = seen.used + seen.reserved + (amount + spare if fits else amount - 1)
    return _one(
        left, operator, bound + 1 if operator is Operator.LT else bound, unit=MICRO_RHO if left == RHO else None
    )


def transform(column: str, world: World) -> Constraint:
    """A transform of a column, with the parameter that it takes."""
    chosen = world.tape.one_of(_TRANSFORMS)
    parameters: dict[Iri, Callable[[], Iri | int]] = {
        GENERALISE: lambda: world.tape.number(1, 3),
        BUCKET: lambda: world.tape.number(1, 6),
        TRUNCATE_TIME: lambda: world.tape.one_of(TIME_UNITS),
    }
    given = parameters.get(chosen)
    return _one(TRANSFORM, Operator.EQ, chosen, on_column=column, parameter=given() if given else None)


def joint(world: World) -> Constraint:
    """A set of columns that are never visible together; when it fits, one of them is not looked at."""
    tape, names = world.tape, world.dataset.columns
    fits = world.fits() and not tape.chance(20)
    seen = (*world.selected, *world.consulted)
    unseen = [each for each in names if each not in seen] or list(names)
    first = [tape.one_of(unseen)] if fits else list(seen[:2])
    if not fits and tape.chance(60):
        # WHY: what was released before counts as seen, whatever is asked for now.
        first = [seen[0], unseen[0]]
        world.released.append(unseen[0])
    found = list(dict.fromkeys([*first, *(tape.some(names, 3) if fits else ())]))
    other = [each for each in names if each not in found][:1]
    return _several(FIELD, Operator.NOT_TOGETHER, found if len(found) > 1 else [*found, *other])


def _one(left: Iri, operator: Operator, value: Value | datetime, **more: Any) -> Constraint:
    return Constraint(left=left, operator=operator, right=(value,), **more)


def _several(left: Iri, operator: Operator, values: Sequence[str]) -> Constraint:
    return Constraint(left=left, operator=operator, right=tuple(sorted(set(values))))
