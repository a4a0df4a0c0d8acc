"""Requests that show what a policy permits, and whether one decision permits more than another."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

import polars as pl

from policies.access_plan import AccessPlan, access_plan
from policies.canonical import policy_hash
from policies.compile import to_polars
from policies.model import (
    AccessRequest,
    Actuals,
    ColumnFacts,
    ColumnMode,
    Decision,
    Evidence,
    LicenceStatus,
    Policy,
    Quantity,
    State,
    Transform,
    Usage,
)
from policies.predicate import Predicate
from policies.transforms import stronger
from policies.vocabulary import (
    APPROVED,
    ASSURANCE_ISSUER,
    ASSURANCE_LEVEL,
    DPV,
    ETHICS_DECISION,
    EVALUATE,
    FINE_TUNE,
    GROUND,
    HOSTED_API,
    INTERNAL_USE,
    ISO3166,
    ISO4217,
    KEEP,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    OPEN_WEIGHTS,
    PAY_AMOUNT,
    RHO,
    TOKEN_COUNT,
    Iri,
)
from tests.testkit.policies import an_access, declaring

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
DEVELOPER: Final = Iri("urn:example:developer")
_LICENCES: Final = tuple(f"https://creativecommons.org/licenses/by-sa/{version}/" for version in ("3.0", "4.0", "5.0"))
_ROWS: Final = pl.DataFrame(
    [
        {
            "record_id": f"r{number}",
            "rater": f"p{number % 3}",
            "value": number % 5,
            "text": "any",
            "observed_at": datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC) + timedelta(days=number * 170),
            "licence_hint": _LICENCES[number % 3],
            "subject_region": ISO3166 + ("DE", "US", "FR", "CN", "RU")[number % 5],
            "subject_age": 16 + number % 4,
            "contested": number % 7 == 0,
            "opt_out": number % 6 == 0,
            "state": ("published", "edited", "withdrawn")[number % 3],
        }
        for number in range(60)
    ]
).with_columns(pl.col("observed_at").dt.replace_time_zone("UTC"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One access at one moment in one state of the world."""

    request: AccessRequest
    state: State
    now: datetime = NOW


def decisions(policy: Policy, asked: Sequence[Probe]) -> list[Decision]:
    """What the policy makes of each."""
    digest = policy_hash(policy)
    plans: dict[int, AccessPlan] = {}
    for probe in asked:
        facts = probe.request.dataset
        if id(facts) not in plans:
            plans[id(facts)] = access_plan(policy, facts, digest=digest)
    return [plans[id(probe.request.dataset)].decide(probe.request, probe.state, probe.now) for probe in asked]


def probes(policy: Policy, columns: Mapping[str, ColumnFacts]) -> Sequence[Probe]:
    """A few dozen accesses around what the policy speaks of."""
    return tuple(
        probe for permission in policy.permissions for probe in _around(policy, permission.action.term, columns)
    )


def _around(policy: Policy, action: Iri, columns: Mapping[str, ColumnFacts]) -> Iterator[Probe]:
    base = an_access(
        party=DEVELOPER,
        action=action,
        target=policy.target,
        selected=frozenset(columns),
        columns=columns,
        purpose=Iri(DPV + "ScientificResearch"),
        place=Iri(ISO3166 + "DE"),
        storage=Iri(ISO3166 + "DE"),
        recipient=DEVELOPER,
        model=Iri("urn:example:model:acme-7b"),
        model_release=INTERNAL_USE,
        rows=5_000,
        mode=ColumnMode.OMIT,
    )
    plan: dict[Iri, Actuals] = {
        TOKEN_COUNT: frozenset({1_000}),
        MIN_GROUP_SIZE: frozenset({5}),
        RHO: frozenset({Quantity(number=250_000, unit=MICRO_RHO)}),
    }
    base = replace(base, values={**base.values, **plan})
    base = declaring(base, purpose=Iri(DPV + "AcademicResearch"))
    state = State(
        status=LicenceStatus.ACTIVE,
        evidence=tuple(_evidence(policy.uid)),
        first_delivery=NOW - timedelta(days=30),
    )
    for request in _requests(base):
        yield Probe(request=request, state=state)
    for changed in _states(policy, state):
        yield Probe(request=base, state=changed)
    for now in (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)):
        yield Probe(request=base, state=replace(state, first_delivery=None), now=now)
    for days in (90, 180, 181):
        yield Probe(request=base, state=replace(state, first_delivery=NOW - timedelta(days=days)))


def _requests(base: AccessRequest) -> Iterator[AccessRequest]:
    yield base
    yield replace(base, selected=frozenset({"value"}), filtered=frozenset({"rater"}))
    yield replace(base, selected=frozenset({"value"}), ordered=frozenset({"observed_at"}))
    for pair in ({"rater", "text"}, {"observed_at", "rater", "subject_region"}, {"text", "value"}):
        yield replace(base, selected=frozenset(pair), mode=ColumnMode.REFUSE)
    for purpose in (
        "Marketing",
        "CommercialPurpose",
        "CommercialResearch",
        "NonCommercialResearch",
        "ServiceProvision",
    ):
        yield declaring(base, purpose=Iri(DPV + purpose))
    for purpose in ("Personalisation", "ResearchAndDevelopment"):
        yield declaring(base, purpose=Iri(DPV + purpose))
    for code in ("FR", "US", "RU"):
        yield declaring(base, place=Iri(ISO3166 + code))
        yield declaring(base, storage=Iri(ISO3166 + code))
    yield declaring(base, place=None)
    yield declaring(base, recipient=Iri("urn:example:laboratory"))
    yield declaring(base, recipient=Iri("urn:example:stranger"))
    yield declaring(base, model=Iri("urn:example:model:rival"))
    for release in (HOSTED_API, OPEN_WEIGHTS):
        yield declaring(base, model_release=release)
    for other in (EVALUATE, FINE_TUNE, GROUND):
        yield replace(base, action=other)
    for platform, basis in (
        ("elsewhere", "Consent"),
        ("forum", "Contract"),
        ("forum", "LegitimateInterestOfController"),
    ):
        facts = replace(base.dataset, platform=platform, lawful_basis=Iri(DPV + basis))
        yield replace(base, dataset=facts)
    yield replace(base, values={**base.values, MIN_GROUP_SIZE: frozenset({4})})
    yield replace(base, values={**base.values, RHO: frozenset({Quantity(number=250_001, unit=MICRO_RHO)})})
    yield replace(base, values={**base.values, TOKEN_COUNT: frozenset({600_000})})


def _states(policy: Policy, state: State) -> Iterator[State]:
    yield replace(state, evidence=())
    for each in state.evidence:
        yield replace(state, evidence=tuple(other for other in state.evidence if other != each))
    for used in (19, 20, 48, 199, 999):
        counters = ("count", "recordCount", "tokenCount", "rho")
        usage = {f"{rule.uid}#{counter}": Usage(used=used) for rule in policy.permissions for counter in counters}
        yield replace(state, usage=usage)
    yield replace(state, released=frozenset({"rater", "text"}))


def _evidence(uid: Iri) -> Iterator[Evidence]:
    shown: tuple[Mapping[Iri, Actuals], ...] = (
        {PAY_AMOUNT: frozenset({Quantity(number=Decimal(100), unit=Iri(ISO4217 + "EUR"))})},
        {ETHICS_DECISION: frozenset({APPROVED})},
        {ASSURANCE_LEVEL: frozenset({3}), ASSURANCE_ISSUER: frozenset({Iri("urn:example:auditor:1")})},
    )
    for number, values in enumerate(shown, 1):
        yield Evidence(duty=Iri(f"{uid}#d{number}"), values=values, since=NOW - timedelta(days=7))


@cache
def _kept(rows: Predicate) -> frozenset[str]:
    try:
        return frozenset(_ROWS.filter(to_polars(rows))["record_id"])
    except pl.exceptions.PolarsError:
        # WHY: a column is compared with a value of another type; no row can be told to meet that.
        return frozenset()


def permits_more(first: Decision, second: Decision) -> str:
    """In what the first permits more than the second; empty when in nothing."""
    if not first.permitted:
        return ""
    if not second.permitted:
        return "effect"
    wider = {
        "columns": not first.columns <= second.columns,
        "rows": not _kept(first.rows) <= _kept(second.rows),
        "limit": first.limit > second.limit,
        "transforms": any(_weaker(first, second, name) for name in first.columns & second.columns),
        "price": _cheaper(first, second),
        "consent": second.consent_required and not first.consent_required,
        "obligations": bool(
            Counter(each.action for each in second.obligations) - Counter(each.action for each in first.obligations)
        ),
        "caps": any(
            not any(cap.operand == other.operand and other.bound <= cap.bound for other in first.caps)
            for cap in second.caps
        ),
    }
    return ", ".join(part for part, more in wider.items() if more)


def _weaker(first: Decision, second: Decision, name: str) -> bool:
    keep = Transform(term=KEEP)
    own, other = first.transforms.get(name, keep), second.transforms.get(name, keep)
    return stronger(own, other) != own


def _cheaper(first: Decision, second: Decision) -> bool:
    own, other = first.price, second.price
    if other is None:
        return False
    same = own is not None and (own.currency, own.unit) == (other.currency, other.unit)
    return own is None or not same or own.amount_micro < other.amount_micro
