"""What is true in a generated case: the datasets and their rows, what a request declares, what has happened so far."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from policies.model import Actuals, ColumnFacts, DatasetFacts, Evidence, Quantity, Usage
from policies.vocabulary import (
    DPV,
    HOSTED_API,
    INTERNAL_USE,
    ISO3166,
    MICRO_RHO,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    MODEL_RELEASE,
    OPEN_WEIGHTS,
    PD,
    PRODUCT,
    PURPOSE,
    RECIPIENT,
    RECORDS_PER_SUBJECT,
    RHO,
    SPATIAL,
    STORAGE_JURISDICTION,
    TOKEN_COUNT,
    Iri,
    ValueKind,
)
from tests.testkit.policies import (
    ACADEMIC,
    CONSENT,
    FRANCE,
    GERMANY,
    IDENTIFYING,
    LICENSEE,
    MARKETING,
    NOW,
    OWNER,
    REPUTATION,
    RESEARCH,
)
from tests.testkit.tape import Tape

UNHEARD: Final = Iri("urn:unheard")
METRIC: Final = Iri("urn:metric:completeness")
PURPOSES: Final = (ACADEMIC, RESEARCH, MARKETING, Iri(DPV + "CommercialResearch"), Iri(DPV + "TargetedAdvertising"))
PLACES: Final = (GERMANY, FRANCE, Iri(ISO3166 + "US"))
PARTIES: Final = (LICENSEE, OWNER, Iri("urn:party:processor"))
MODELS: Final = (Iri("urn:model:acme"), Iri("urn:model:other"))
RELEASES: Final = (INTERNAL_USE, HOSTED_API, OPEN_WEIGHTS)
LICENCES: Final = (Iri("urn:licence:a"), Iri("urn:licence:b"))
BASES: Final = (CONSENT, Iri(DPV + "ContractPerformance"), Iri(DPV + "LegitimateInterest"))
PLATFORMS: Final = ("bazaar", "forum")
DAY: Final = timedelta(days=1)

_TYPES: Final[dict[str, Any]] = {
    "record_id": pl.String(),
    "rater": pl.String(),
    "text": pl.String(),
    "value": pl.Int64(),
    "observed_at": pl.Datetime("us", "UTC"),
    "licence_hint": pl.String(),
    "subject_region": pl.String(),
    "contested": pl.Boolean(),
    "opt_out": pl.Boolean(),
    "subject_age": pl.Int64(),
    "subject_age_from": pl.Int64(),
    "subject_age_to": pl.Int64(),
}
_KINDS: Final[dict[Any, ValueKind]] = {
    pl.String(): ValueKind.TEXT,
    pl.Int64(): ValueKind.INTEGER,
    pl.Datetime("us", "UTC"): ValueKind.DATE_TIME,
    pl.Boolean(): ValueKind.BOOLEAN,
}
_FACTS: Final = {
    name: ColumnFacts(name=name, type=_KINDS[_TYPES[name]], category=category, sensitivity=sensitivity)
    for name, category, sensitivity in (
        ("record_id", IDENTIFYING, "pseudonym"),
        ("rater", IDENTIFYING, "direct_identifier"),
        ("text", Iri(PD + "Opinion"), "free_text"),
        ("value", REPUTATION, "quasi_identifier"),
        ("observed_at", Iri(PD + "Behavioural"), "quasi_identifier"),
        ("licence_hint", Iri(DPV + "NonPersonalData"), "none"),
        ("subject_region", Iri(PD + "Geographic"), "quasi_identifier"),
        ("contested", Iri(DPV + "NonPersonalData"), "none"),
        ("opt_out", Iri(PD + "Preference"), "none"),
        ("subject_age", Iri(PD + "Demographic"), "quasi_identifier"),
        ("subject_age_from", Iri(PD + "Demographic"), "quasi_identifier"),
        ("subject_age_to", Iri(PD + "Demographic"), "quasi_identifier"),
    )
}


def _row(dice: random.Random) -> dict[str, Any]:
    """A record that may leave open whatever it likes."""
    low = dice.randint(10, 30)
    told: dict[str, Any] = {
        "record_id": f"r{dice.randint(1, 9)}",
        "rater": dice.choice("abc"),
        "text": dice.choice(["good", "bad"]),
        "value": dice.randint(-3, 3),
        "observed_at": NOW + dice.randint(-3, 3) * DAY,
        "licence_hint": dice.choice(LICENCES),
        "subject_region": dice.choice([*PLACES, *PLACES, "Atlantis"]),
        "contested": dice.random() < 0.4,
        "opt_out": dice.random() < 0.4,
        "subject_age": low,
        "subject_age_from": low,
        "subject_age_to": low + dice.choice([0, 3, 10]),
    }
    return {name: None if dice.random() < 0.12 else value for name, value in told.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Facts, and some rows: as dictionaries and as a frame."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    frame: pl.DataFrame


def _dataset(*columns: str) -> Dataset:
    # WHY: the rows are the same in every run; what varies is the policy that reads them.
    dice = random.Random(len(columns))  # noqa: S311
    rows = tuple({name: row[name] for name in columns} for row in (_row(dice) for _ in range(24)))
    frame = pl.DataFrame(rows, schema={name: _TYPES[name] for name in columns})
    return Dataset(columns=columns, rows=rows, frame=frame)


_CORE: Final = ("value", "rater", "text", "record_id")
_SAID: Final = ("observed_at", "licence_hint", "subject_region", "contested", "opt_out")
EXACT: Final = _dataset(*_CORE, *_SAID, "subject_age")
BANDED: Final = _dataset(*_CORE, *_SAID, "subject_age_from", "subject_age_to")
SPARSE: Final = _dataset(*_CORE)
"""Its records say next to nothing, so that most terms on rows are unknown."""
_DATASETS: Final = (*([EXACT] * 9), *([BANDED] * 6), SPARSE)
FACTS: Final = {
    (columns, platform, basis): DatasetFacts(
        columns={name: _FACTS[name] for name in columns}, platform=platform, lawful_basis=basis
    )
    for columns in (EXACT.columns, BANDED.columns, SPARSE.columns)
    for platform in PLATFORMS
    for basis in (*BASES, UNHEARD)
}


@dataclass(slots=True, kw_only=True)
class World:
    """What is true; terms are made to fit it, and evidence and counters are added for what is agreed."""

    tape: Tape
    dataset: Dataset
    facts: DatasetFacts
    selected: tuple[str, ...]
    consulted: tuple[str, ...]
    values: dict[Iri, Actuals]
    now: datetime
    first_delivery: datetime | None
    ended: datetime | None
    missing: Iri
    """An operand that the request does not declare."""
    released: list[str] = field(default_factory=list)
    usage: dict[str, Usage] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    deviating: int = -1
    """The number of the one term that does not fit."""
    _terms: int = 0

    def fits(self) -> bool:
        """Whether the next term fits; all do but one."""
        self._terms += 1
        return self._terms != self.deviating


def a_world(tape: Tape) -> World:
    """What is declared by one request, and what its licence has seen."""
    dataset = tape.one_of(_DATASETS)
    basis = UNHEARD if tape.chance(1) else tape.one_of(BASES)
    selected = tuple(tape.some(dataset.columns, 3))
    consulted = tuple(tape.some(dataset.columns[:6], 2)) if tape.chance(15) else ()
    values = _declared(tape)
    missing = tape.one_of(list(values))
    if tape.chance(30):
        values.pop(missing)
    return World(
        tape=tape,
        dataset=dataset,
        facts=FACTS[dataset.columns, tape.one_of(PLATFORMS), basis],
        selected=selected,
        consulted=consulted,
        values=values,
        missing=missing,
        now=NOW,
        first_delivery=NOW - tape.number(0, 60) * DAY if tape.chance(60) else None,
        ended=NOW - DAY if tape.chance(5) else None,
        deviating=tape.number(1, 14) if tape.chance(70) else -1,
    )


def _declared(tape: Tape) -> dict[Iri, Actuals]:
    listed = (
        (PURPOSE, PURPOSES),
        (SPATIAL, PLACES),
        (STORAGE_JURISDICTION, PLACES),
        (RECIPIENT, PARTIES),
        (PRODUCT, MODELS),
        (MODEL_RELEASE, RELEASES),
    )
    values: dict[Iri, Actuals] = {
        left: frozenset(tape.some(pool, 2) if tape.chance(15) else [tape.one_of(pool)]) for left, pool in listed
    }
    values[TOKEN_COUNT] = frozenset({tape.number(1, 50)})
    values[RECORDS_PER_SUBJECT] = frozenset({tape.number(1, 5), tape.number(1, 5)})
    values[MIN_GROUP_SIZE] = frozenset({tape.number(1, 20)})
    values[RHO] = frozenset({Quantity(number=tape.number(1, 100), unit=MICRO_RHO)})
    values[MIN_QUALITY] = frozenset({Quantity(number=Decimal(tape.number(50, 99)).scaleb(-2), unit=METRIC)})
    if tape.chance(2):
        left = tape.one_of(list(values))
        values[left] |= {UNHEARD}
    return values


def moment(days: int) -> datetime:
    """So many days after the moment of every case."""
    return datetime(2026, 6, 1, tzinfo=UTC) + days * DAY
