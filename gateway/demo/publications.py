"""Which datasets the owners publish, and under which terms they offer them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.demo.cast import Role
from gateway.demo.terms import (
    ASKED_RECORDS,
    CONSENT,
    CONTRACT,
    LEGITIMATE_INTEREST,
    RECORD_LICENCES,
    pseudonymise,
    terms,
)

_OFFERED_RECORDS: Final = 5 * ASKED_RECORDS
_OFFERED_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One dataset of the story."""

    name: str
    """What the demo calls it."""
    role: Role
    source: str
    collection: str
    """The source's own table or endpoint."""
    kind: str
    """RecordKind."""
    rows: str = "ALL"
    lawful_basis: str
    sensitive: bool = False
    asked: tuple[str, ...] = ()
    """Columns that the developer asks for; empty: it stays unlicensed."""
    offer: Mapping[str, Any] | None = None
    bounds: Mapping[str, Any] | None = None
    """The owner's private floor, when standing rules may accept."""
    contested: bool = False
    """The platform's own terms must be decided before it can be offered."""


_VISITS: Final = ("actor", "verb", "started_at", "ended_at")
_POSTS: Final = ("author", "text", "score", "observed_at", "licence_hint")
_POINTS: Final = ("subject", "metric", "value", "scale_min")
_SCORES: Final = ("subject", "metric", "value", "scale_min", "scale_max", "count")
_RATINGS: Final = ("rater", "rated", "value", "scale_min", "scale_max", "observed_at")
_BY_MONTH: Final = ({"column": "started_at", "transform": "TRUNCATE_TIME", "parameter": "month"},)

PUBLICATIONS: Final = (
    Publication(
        name="her own visits",
        role=Role.AVATAR,
        source="grid",
        collection="griduser",
        kind="INTERACTION",
        rows="OWN",
        lawful_basis=CONSENT,
        sensitive=True,
        asked=_VISITS,
        offer=terms(
            _VISITS,
            amount_micro=100,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=[*pseudonymise("actor"), *_BY_MONTH],
        ),
    ),
    Publication(
        name="visits",
        role=Role.GRID,
        source="grid",
        collection="griduser",
        kind="INTERACTION",
        lawful_basis=CONTRACT,
        asked=_VISITS,
        offer=terms(
            _VISITS,
            amount_micro=120,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=pseudonymise("actor"),
        ),
        bounds=terms(_VISITS, amount_micro=100, records=ASKED_RECORDS, days=180, transforms=pseudonymise("actor")),
    ),
    Publication(
        name="profiles", role=Role.GRID, source="grid", collection="profiles", kind="PROFILE", lawful_basis=CONTRACT
    ),
    Publication(
        name="friendships",
        role=Role.GRID,
        source="grid",
        collection="friends",
        kind="SOCIAL_EDGE",
        lawful_basis=CONTRACT,
    ),
    Publication(
        name="belongings", role=Role.GRID, source="grid", collection="assets", kind="ASSET", lawful_basis=CONTRACT
    ),
    Publication(
        name="posts",
        role=Role.FORUM,
        source="forum",
        collection="utterances",
        kind="UTTERANCE",
        lawful_basis=CONSENT,
        asked=_POSTS,
        offer=terms(
            _POSTS,
            amount_micro=150,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=pseudonymise("author"),
            consent=True,
            recordLicences=list(RECORD_LICENCES),
            attribution=True,
        ),
        contested=True,
    ),
    Publication(
        name="standing",
        role=Role.FORUM,
        source="forum",
        collection="reputation",
        kind="REPUTATION_SCORE",
        lawful_basis=CONSENT,
        asked=_POINTS,
        offer=terms(
            _POINTS,
            amount_micro=150,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=pseudonymise("subject"),
            consent=True,
        ),
        contested=True,
    ),
    Publication(
        name="badges", role=Role.FORUM, source="forum", collection="badges", kind="CREDENTIAL", lawful_basis=CONSENT
    ),
    Publication(
        name="members", role=Role.FORUM, source="forum", collection="users", kind="PROFILE", lawful_basis=CONSENT
    ),
    Publication(
        name="ratings",
        role=Role.BAZAAR,
        source="bazaar",
        collection="ratings",
        kind="RATING",
        lawful_basis=LEGITIMATE_INTEREST,
        asked=_RATINGS,
        offer=terms(
            _RATINGS,
            amount_micro=250,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=pseudonymise("rater", "rated"),
        ),
    ),
    Publication(
        name="trust",
        role=Role.BAZAAR,
        source="bazaar",
        collection="reputation",
        kind="REPUTATION_SCORE",
        lawful_basis=LEGITIMATE_INTEREST,
        asked=_SCORES,
        offer=terms(
            _SCORES,
            amount_micro=250,
            records=_OFFERED_RECORDS,
            days=_OFFERED_DAYS,
            transforms=pseudonymise("subject"),
        ),
    ),
)
"""Every dataset, in the order of publishing: in an answer of several datasets the oldest comes first."""

OFFERED: Final = tuple(each for each in PUBLICATIONS if each.offer is not None)
"""Those that the developer asks for."""


def publication(name: str) -> Publication:
    """The dataset of this name."""
    return next(each for each in PUBLICATIONS if each.name == name)
