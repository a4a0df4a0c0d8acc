"""Which datasets the owners publish, and under which terms they offer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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
    offer: Mapping[str, Any] | None = None
    bounds: Mapping[str, Any] | None = None
    """The owner's private floor, when standing rules may accept."""
    contested: bool = False
    """The platform's own terms must be decided before it can be offered."""

    @property
    def asked(self) -> tuple[str, ...]:
        """Columns that the developer asks for: those on offer; empty when it stays unlicensed."""
        return () if self.offer is None else tuple(self.offer["columns"])


def _offer(
    *columns: str, micro: int, hidden: Sequence[str], transforms: Sequence[Mapping[str, str]] = (), **more: Any
) -> Mapping[str, Any]:
    """Terms for a year over these columns, at a price per record, with pseudonyms in the ``hidden`` ones."""
    replaced = [*pseudonymise(*hidden), *transforms]
    return terms(columns, amount_micro=micro, records=5 * ASKED_RECORDS, days=365, transforms=replaced, **more)


_GRID: Final = partial(Publication, role=Role.GRID, source="grid", lawful_basis=CONTRACT)
_FORUM: Final = partial(Publication, role=Role.FORUM, source="forum", lawful_basis=CONSENT)
_BAZAAR: Final = partial(Publication, role=Role.BAZAAR, source="bazaar", lawful_basis=LEGITIMATE_INTEREST)

_VISITS: Final = ("actor", "verb", "started_at", "ended_at")
_BY_MONTH: Final = ({"column": "started_at", "transform": "TRUNCATE_TIME", "parameter": "month"},)

PUBLICATIONS: Final = (
    _GRID(
        name="her own visits",
        role=Role.AVATAR,
        collection="griduser",
        kind="INTERACTION",
        rows="OWN",
        lawful_basis=CONSENT,
        sensitive=True,
        offer=_offer(*_VISITS, micro=100, hidden=["actor"], transforms=_BY_MONTH),
    ),
    _GRID(
        name="visits",
        collection="griduser",
        kind="INTERACTION",
        offer=_offer(*_VISITS, micro=120, hidden=["actor"]),
        bounds=terms(_VISITS, amount_micro=100, records=ASKED_RECORDS, days=180, transforms=pseudonymise("actor")),
    ),
    _GRID(name="profiles", collection="profiles", kind="PROFILE"),
    _GRID(name="friendships", collection="friends", kind="SOCIAL_EDGE"),
    _GRID(name="belongings", collection="assets", kind="ASSET"),
    _FORUM(
        name="posts",
        collection="utterances",
        kind="UTTERANCE",
        offer=_offer(
            *("author", "text", "score", "observed_at", "licence_hint"),
            micro=150,
            hidden=["author"],
            consent=True,
            recordLicences=list(RECORD_LICENCES),
            attribution=True,
        ),
        contested=True,
    ),
    _FORUM(
        name="standing",
        collection="reputation",
        kind="REPUTATION_SCORE",
        offer=_offer("subject", "metric", "value", "scale_min", micro=150, hidden=["subject"], consent=True),
        contested=True,
    ),
    _FORUM(name="badges", collection="badges", kind="CREDENTIAL"),
    _FORUM(name="members", collection="users", kind="PROFILE"),
    _BAZAAR(
        name="ratings",
        collection="ratings",
        kind="RATING",
        offer=_offer(
            *("rater", "rated", "value", "scale_min", "scale_max", "observed_at"), micro=250, hidden=["rater", "rated"]
        ),
    ),
    _BAZAAR(
        name="trust",
        collection="reputation",
        kind="REPUTATION_SCORE",
        offer=_offer(*("subject", "metric", "value", "scale_min", "scale_max", "count"), micro=250, hidden=["subject"]),
    ),
)
"""Every dataset, in the order of publishing: in an answer of several datasets the oldest comes first."""

OFFERED: Final = tuple(each for each in PUBLICATIONS if each.offer is not None)
"""Those that the developer asks for."""


def publication(name: str) -> Publication:
    """The dataset of this name."""
    return next(each for each in PUBLICATIONS if each.name == name)
