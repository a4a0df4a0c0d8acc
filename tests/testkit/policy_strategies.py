"""Random terms, conditions, prohibitions, requests and states, from a small world in which permits are common."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from policies.model import (
    AccessRequest,
    Action,
    ColumnMode,
    Condition,
    Constraint,
    LicenceStatus,
    Logic,
    LogicalConstraint,
    Policy,
    Prohibition,
    State,
    Target,
    Transform,
    Usage,
)
from policies.predicate import And, AnyOf, Comparator, Compare, IsNull, Not, Or, Predicate, Unknown
from policies.terms import Rate, Terms, agreement
from policies.vocabulary import (
    BUCKET,
    COUNT,
    DATA_CATEGORY,
    DATE_TIME,
    DISTRIBUTE,
    ELAPSED_TIME,
    EVALUATE,
    FIELD,
    FINE_TUNE,
    KEEP,
    LAWFUL_BASIS,
    OBSERVED_AT,
    PER_QUERY,
    PER_RECORD,
    PSEUDONYMISE,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    RECORD_LICENCE,
    SENSITIVITY,
    SOURCE_PLATFORM,
    SPATIAL,
    STORAGE_JURISDICTION,
    TIME_UNITS,
    TOKEN_COUNT,
    TRUNCATE_TIME,
    USE,
    Iri,
    Operator,
)
from tests.testkit.policies import (
    ACADEMIC,
    ASSET,
    COLUMNS,
    CONSENT,
    FRANCE,
    GERMANY,
    IDENTIFYING,
    LICENCE,
    LICENSEE,
    MARKETING,
    NOW,
    OFFER,
    OWNER,
    REPUTATION,
    RESEARCH,
    an_access,
    approval,
    constrained,
    declaring,
    refined,
)

PURPOSES: Final = st.sampled_from([RESEARCH, ACADEMIC, MARKETING])
PLACES: Final = st.sampled_from([GERMANY, FRANCE])
MOMENTS: Final = st.sampled_from([NOW - timedelta(1), NOW + timedelta(1), datetime(2030, 1, 1, tzinfo=UTC)])
NAMES: Final = st.sampled_from(sorted(COLUMNS))
COLUMN_SETS: Final = st.frozensets(NAMES, min_size=1)
LICENCES: Final = st.sampled_from([Iri("urn:licence:a"), Iri("urn:licence:b")])
TRANSFORMS: Final = st.one_of(
    st.sampled_from([Transform(term=KEEP), Transform(term=PSEUDONYMISE)]),
    st.builds(Transform, term=st.just(BUCKET), parameter=st.integers(1, 6)),
    st.builds(Transform, term=st.just(TRUNCATE_TIME), parameter=st.sampled_from(TIME_UNITS)),
)

TERMS: Final = st.builds(
    Terms,
    action=st.sampled_from([FINE_TUNE, EVALUATE]),
    purposes=st.frozensets(PURPOSES, min_size=1),
    columns=st.one_of(st.just(frozenset[str]()), COLUMN_SETS),
    max_records=st.none() | st.integers(1, 200),
    max_queries=st.none() | st.integers(1, 5),
    days=st.none() | st.integers(1, 400),
    valid_until=st.none() | st.sampled_from([NOW + timedelta(1), datetime(2030, 1, 1, tzinfo=UTC)]),
    places=st.one_of(st.just(frozenset[Iri]()), st.frozensets(PLACES)),
    models=st.one_of(st.just(frozenset[Iri]()), st.just(frozenset({Iri("urn:model:acme")}))),
    price=st.none()
    | st.builds(
        Rate,
        amount_micro=st.integers(0, 5_000_000),
        currency=st.sampled_from(["EUR", "USD"]),
        unit=st.sampled_from([PER_RECORD, PER_QUERY]),
    ),
    transforms=st.dictionaries(NAMES, TRANSFORMS, max_size=2),
    consent=st.booleans(),
    ethics=st.booleans(),
    record_licences=st.frozensets(LICENCES),
    observed_from=st.none() | MOMENTS,
    not_together=st.frozensets(st.frozensets(NAMES, min_size=2), max_size=1),
    attribution=st.booleans(),
)


def _one(left: Iri, operator: Operator, values: st.SearchStrategy[object]) -> st.SearchStrategy[Constraint]:
    return st.builds(
        lambda value: Constraint(left=left, operator=operator, right=(value,)),
        values,
    )


ORDERED: Final = st.sampled_from([Operator.LT, Operator.LTEQ, Operator.GT, Operator.GTEQ])
ACCESS_TERMS: Final[st.SearchStrategy[Constraint]] = st.one_of(
    _one(PURPOSE, Operator.IS_A, PURPOSES),
    _one(PURPOSE, Operator.EQ, PURPOSES),
    _one(SPATIAL, Operator.EQ, PLACES),
    _one(SPATIAL, Operator.NEQ, PLACES),
    _one(STORAGE_JURISDICTION, Operator.EQ, PLACES),
    _one(RECIPIENT, Operator.EQ, st.sampled_from([LICENSEE, OWNER])),
    _one(DATE_TIME, Operator.LT, MOMENTS),
    _one(DATE_TIME, Operator.GTEQ, MOMENTS),
    _one(ELAPSED_TIME, Operator.LTEQ, st.sampled_from([timedelta(1), timedelta(90)])),
    _one(TOKEN_COUNT, Operator.LTEQ, st.integers(1, 5)),
)
CAP_TERMS: Final[st.SearchStrategy[Constraint]] = st.one_of(
    _one(COUNT, Operator.LTEQ, st.integers(1, 5)), _one(RECORD_COUNT, Operator.LTEQ, st.integers(1, 200))
)
COLUMN_TERMS: Final[st.SearchStrategy[Constraint]] = st.one_of(
    st.builds(
        lambda names, operator: Constraint(left=FIELD, operator=operator, right=tuple(sorted(names))),
        COLUMN_SETS,
        st.sampled_from([Operator.IS_ANY_OF, Operator.IS_NONE_OF]),
    ),
    _one(DATA_CATEGORY, Operator.IS_A, st.sampled_from([REPUTATION, IDENTIFYING])),
    _one(SENSITIVITY, Operator.EQ, st.sampled_from(["none", "pseudonym"])),
)
ROW_TERMS: Final[st.SearchStrategy[Constraint]] = st.one_of(
    _one(OBSERVED_AT, Operator.LT, MOMENTS),
    _one(OBSERVED_AT, Operator.GTEQ, MOMENTS),
    _one(RECORD_LICENCE, Operator.EQ, LICENCES),
    _one(LAWFUL_BASIS, Operator.IS_A, st.just(CONSENT)),
    _one(SOURCE_PLATFORM, Operator.EQ, st.sampled_from(["bazaar", "forum"])),
)


def _logical(members: st.SearchStrategy[Constraint]) -> st.SearchStrategy[Condition]:
    return members | st.builds(
        LogicalConstraint,
        logic=st.sampled_from([Logic.AND, Logic.OR, Logic.XONE]),
        members=st.lists(members, min_size=2, max_size=3, unique=True).map(tuple),
    )


ACCESS_CONDITIONS: Final = st.lists(_logical(ACCESS_TERMS) | CAP_TERMS, max_size=2, unique=True)
TARGET_CONDITIONS: Final = st.lists(_logical(COLUMN_TERMS) | _logical(ROW_TERMS), max_size=2, unique=True)

PROHIBITIONS: Final = st.builds(
    lambda action, constraints, refinements: Prohibition(
        uid=Iri(f"{LICENCE}#n9"),
        assigner=OWNER,
        assignee=LICENSEE,
        target=Target(source=ASSET, refinements=tuple(refinements)),
        action=Action(term=action),
        constraints=tuple(constraints),
    ),
    st.sampled_from([FINE_TUNE, EVALUATE, USE, DISTRIBUTE]),
    st.lists(_logical(ACCESS_TERMS), max_size=1),
    TARGET_CONDITIONS,
)


def agreed(terms: Terms, constraints: list[Condition], refinements: list[Condition]) -> Policy:
    offer = terms.offer(uid=OFFER, assigner=OWNER, target=ASSET)
    return agreement(refined(constrained(offer, *constraints), *refinements), uid=LICENCE, assignee=LICENSEE)


AGREEMENTS: Final = st.builds(agreed, TERMS, ACCESS_CONDITIONS, TARGET_CONDITIONS)

UNKNOWN: Final[list[Callable[[AccessRequest], AccessRequest]]] = [
    lambda request: declaring(request, purpose=None),
    lambda request: declaring(request, purpose=Iri("urn:unheard")),
    lambda request: declaring(request, place=None),
    lambda request: declaring(request, place=Iri("urn:unheard")),
    lambda request: declaring(request, storage=None),
    lambda request: declaring(request, recipient=None),
    lambda request: declaring(request, model=None),
    lambda request: replace(request, action=Iri("urn:unheard")),
    lambda request: replace(request, dataset=replace(request.dataset, lawful_basis=Iri("urn:unheard"))),
    lambda request: replace(request, dataset=replace(request.dataset, columns={})),
]
"""A request with one thing less known."""

REQUESTS: Final = st.builds(
    an_access,
    action=st.sampled_from([FINE_TUNE, FINE_TUNE, EVALUATE]),
    selected=COLUMN_SETS,
    filtered=st.frozensets(NAMES, max_size=1),
    purpose=st.sampled_from([ACADEMIC, ACADEMIC, RESEARCH, MARKETING]),
    place=PLACES,
    storage=PLACES,
    recipient=st.just(LICENSEE),
    model=st.just(Iri("urn:model:acme")),
    platform=st.sampled_from(["bazaar", "forum"]),
    rows=st.integers(1, 100),
    mode=st.sampled_from([ColumnMode.OMIT, ColumnMode.OMIT, ColumnMode.REFUSE]),
)

STATES: Final = st.builds(
    State,
    status=st.sampled_from([LicenceStatus.ACTIVE] * 5 + [LicenceStatus.SUSPENDED]),
    usage=st.dictionaries(
        st.sampled_from([f"{LICENCE}#p1#count", f"{LICENCE}#p1#recordCount"]),
        st.builds(Usage, used=st.integers(0, 4), reserved=st.integers(0, 1)),
    ),
    first_delivery=st.none() | st.sampled_from([NOW - timedelta(30), NOW - timedelta(2)]),
    evidence=st.just(tuple(approval(f"{LICENCE}#d{number}") for number in range(1, 4))),
    released=st.frozensets(NAMES, max_size=1),
)

ROWS: Final = st.fixed_dictionaries(
    {
        "name": st.none() | st.sampled_from(["a", "b"]),
        "number": st.none() | st.integers(-3, 3),
        "amount": st.none() | st.decimals(-3, 3, places=2),
    }
)
_LEAVES: Final[st.SearchStrategy[Predicate]] = st.one_of(
    st.builds(
        Compare, column=st.just("name"), comparator=st.just(Comparator.EQ), value=st.sampled_from(["a", "b", "c"])
    ),
    st.builds(
        Compare,
        column=st.sampled_from(["number", "amount"]),
        comparator=st.sampled_from(list(Comparator)),
        value=st.integers(-3, 3) | st.sampled_from([Decimal("0.5"), Decimal("-1.25"), Decimal("2.00")]),
    ),
    st.builds(AnyOf, column=st.just("name"), values=st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple)),
    st.builds(AnyOf, column=st.just("number"), values=st.lists(st.integers(-2, 2), max_size=2).map(tuple)),
    st.builds(IsNull, column=st.sampled_from(["name", "number", "amount"])),
    st.just(Unknown(reason="nobody knows")),
)
PREDICATES: Final[st.SearchStrategy[Predicate]] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(And, parts=st.lists(inner, max_size=3).map(tuple)),
        st.builds(Or, parts=st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, part=inner),
    ),
    max_leaves=6,
)
