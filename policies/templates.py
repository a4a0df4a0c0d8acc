"""Templates: terms that are written beforehand, with typed holes. They are filled on the model, never in text.

A template keeps its versions: what changed is a new version, and an offer says which one it was made from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from policies.errors import PolicyMalformedError, PolicyTermUnknownError, PolicyValueInvalidError
from policies.model import Policy, Transform
from policies.prices import Rate
from policies.registering.wellformed import COLUMN_NAME
from policies.terms import Terms
from policies.vocabulary import DPV, EVALUATE, FINE_TUNE, ORIGIN, PROFILE, PURPOSE_ROOT, SPATIAL, Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class HoleType:
    """What may be filled in."""

    told: str
    """For people."""
    fits: Callable[[object], bool]


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _set_of(member: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, frozenset) and bool(value) and all(member(each) for each in value)


def _column(value: object) -> bool:
    return isinstance(value, str) and COLUMN_NAME.fullmatch(value) is not None


def _purpose(value: object) -> bool:
    return isinstance(value, str) and PROFILE.is_a(Iri(value), PURPOSE_ROOT) is True


def _transforms(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        _column(name) and isinstance(each, Transform) for name, each in value.items()
    )


_PLACE: Final = PROFILE.operands[SPATIAL]
TYPES: Final[Mapping[str, HoleType]] = {
    "purposes": HoleType(told="a set of purposes of the vocabulary", fits=_set_of(_purpose)),
    "columns": HoleType(told="a set of column names", fits=_set_of(_column)),
    "places": HoleType(told="a set of countries", fits=_set_of(lambda value: PROFILE.knows(_PLACE, str(value)))),
    "max_records": HoleType(told="a whole number from 1 on", fits=_number),
    "max_queries": HoleType(told="a whole number from 1 on", fits=_number),
    "days": HoleType(told="a whole number of days from 1 on", fits=_number),
    "valid_until": HoleType(
        told="a moment with its offset", fits=lambda value: isinstance(value, datetime) and value.tzinfo is not None
    ),
    "price": HoleType(told="a price for one unit", fits=lambda value: isinstance(value, Rate)),
    "transforms": HoleType(told="a transform for each column", fits=_transforms),
}
"""By the field of ``Terms`` that a hole fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Terms with holes, under a name and a version."""

    name: str
    version: int
    title: str
    about: str
    """For whom it is, in a sentence."""
    terms: Terms
    """What it says by itself."""
    required: frozenset[str]
    """Holes that must be filled."""
    optional: frozenset[str] = frozenset()
    """Holes that may be filled; otherwise the template's own terms stand."""

    @property
    def iri(self) -> Iri:
        """Its name for the record."""
        return Iri(f"{ORIGIN}/template/{self.name}/{self.version}")

    def fill(self, given: Mapping[str, object]) -> Terms:
        """The terms, with every hole filled.

        Raises:
            PolicyTermUnknownError: it has no such hole.
            PolicyMalformedError: a hole that must be filled is not.
            PolicyValueInvalidError: a value is of another type.
        """
        unknown = min(given.keys() - self.required - self.optional, default=None)
        if unknown is not None:
            raise PolicyTermUnknownError(
                "hole of the template", unknown, rule=24, known=self.required | self.optional, pointer=f"/{unknown}"
            )
        missing = min(self.required - given.keys(), default=None)
        if missing is not None:
            raise PolicyMalformedError(
                f"the template `{self.name}` needs `{missing}`", rule=24, hint=f"give {TYPES[missing].told}"
            )
        for name, value in sorted(given.items()):
            if not TYPES[name].fits(value):
                raise PolicyValueInvalidError(str(value), TYPES[name].told, rule=24, pointer=f"/{name}")
        filled: dict[str, object] = dict(given)
        return replace(self.terms, **filled)  # type: ignore[arg-type]  # the types were checked one by one

    def offer(self, given: Mapping[str, object], *, uid: str, assigner: str, target: str) -> Policy:
        """The Offer of the filled terms; it names the template and its version. Raises what ``fill`` raises."""
        offer = self.fill(given).offer(uid=uid, assigner=assigner, target=target, title=self.title)
        return replace(offer, description=f"Made from the template {self.iri}.")


_RESEARCH: Final = frozenset({Iri(DPV + "NonCommercialResearch"), Iri(DPV + "AcademicResearch")})
_COMMERCE: Final = frozenset({Iri(DPV + "CommercialResearch")})
_LIMITS: Final = frozenset({"max_records", "max_queries", "days", "valid_until", "places", "transforms"})

TEMPLATES: Final = (
    Template(
        name="open-research",
        version=1,
        title="Open for research",
        about="For everybody who does research without commerce: free of charge, the source is named.",
        terms=Terms(action=FINE_TUNE, purposes=_RESEARCH, attribution=True),
        required=frozenset({"columns"}),
        optional=_LIMITS | {"purposes"},
    ),
    Template(
        name="commercial-fine-tuning",
        version=1,
        title="Fine-tuning against payment",
        about="For developers who refine a model and pay for each record; people in it have consented.",
        terms=Terms(action=FINE_TUNE, purposes=_COMMERCE, consent=True),
        required=frozenset({"columns", "price", "max_records", "days"}),
        optional=_LIMITS | {"purposes"},
    ),
    Template(
        name="evaluation",
        version=1,
        title="Evaluation only",
        about="For those who test a model and train none: few queries, for a short time.",
        terms=Terms(action=EVALUATE, purposes=_RESEARCH | _COMMERCE, max_queries=100, days=30),
        required=frozenset({"columns"}),
        optional=_LIMITS | {"purposes", "price"},
    ),
    Template(
        name="sensitive-records",
        version=1,
        title="Sensitive records",
        about="For records about people that need care: consent, a decision on ethics, and columns transformed.",
        terms=Terms(action=FINE_TUNE, purposes=_RESEARCH, consent=True, ethics=True),
        required=frozenset({"columns", "transforms", "max_records", "days"}),
        optional=_LIMITS | {"purposes", "price"},
    ),
)
"""Every version of every template; none is ever taken out."""


def template(name: str, version: int | None = None) -> Template:
    """The template of that name: the newest one, or the one of that version.

    Raises:
        PolicyTermUnknownError: there is none.
    """
    found = [each for each in TEMPLATES if each.name == name and version in {None, each.version}]
    if not found:
        raise PolicyTermUnknownError(
            "template",
            name if version is None else f"{name}/{version}",
            rule=24,
            known={each.name for each in TEMPLATES},
        )
    return max(found, key=lambda each: each.version)
