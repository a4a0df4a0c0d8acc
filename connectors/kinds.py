"""The canonical kinds of record, as Arrow schemas with field metadata.

This is the one definition: GraphQL types, filters, the catalogue's schema page and the checks of a batch are made from
it. Every person in a record stands in a column of their own, named after the role (``rater``, ``rated``, ...), so that
consent, objection and pseudonyms work on whole columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa

PD: Final = "https://w3id.org/dpv/pd#"


class Sensitivity(StrEnum):
    """How a column can harm; a column without a declaration counts as ``direct_identifier``."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    QUASI_IDENTIFIER = "quasi_identifier"
    DIRECT_IDENTIFIER = "direct_identifier"
    FREE_TEXT = "free_text"
    SPECIAL_CATEGORY = "special_category"
    SECRET = "secret"  # noqa: S105  # a class of columns, not a password


class Kind(StrEnum):
    """A canonical kind of record."""

    PROFILE = "Profile"
    REPUTATION_SCORE = "ReputationScore"
    RATING = "Rating"
    CREDENTIAL = "Credential"
    SOCIAL_EDGE = "SocialEdge"
    INTERACTION = "Interaction"
    UTTERANCE = "Utterance"
    ASSET = "Asset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a kind."""

    name: str
    type: pa.DataType
    description: str
    category: str
    """DPV personal-data category."""
    sensitivity: Sensitivity
    unit: str = ""
    subject: bool = False
    """True when the values identify a person of the record."""

    def field(self) -> pa.Field:
        """The Arrow field, with the description, category, sensitivity and unit as metadata."""
        return pa.field(
            self.name,
            self.type,
            metadata={
                "description": self.description,
                "category": self.category,
                "sensitivity": self.sensitivity.value,
                "unit": self.unit,
                "subject": "true" if self.subject else "false",
            },
        )


TIME: Final = pa.timestamp("us", tz="UTC")
AMOUNT: Final = pa.decimal128(38, 9)
TEXT: Final = pa.string()
REFERENCE: Final = pa.dictionary(pa.int32(), pa.string())

_REPUTATION: Final = PD + "GeneralReputation"
_IDENTIFYING: Final = PD + "Identifying"
_BEHAVIOURAL: Final = PD + "Behavioural"
_SOCIAL: Final = PD + "SocialNetwork"
_COMMUNICATION: Final = PD + "SocialMediaCommunication"
_PROFESSIONAL: Final = PD + "ProfessionalCertification"
_OWNERSHIP: Final = PD + "Ownership"
_DEMOGRAPHIC: Final = PD + "Demographic"
NON_PERSONAL: Final = "https://w3id.org/dpv#NonPersonalData"


def _column(
    name: str,
    kind: pa.DataType,
    description: str,
    category: str = NON_PERSONAL,
    sensitivity: Sensitivity = Sensitivity.NONE,
    unit: str = "",
    *,
    subject: bool = False,
) -> Column:
    return Column(
        name=name,
        type=kind,
        description=description,
        category=category,
        sensitivity=sensitivity,
        unit=unit,
        subject=subject,
    )


def _person(name: str, description: str) -> Column:
    return _column(name, REFERENCE, description, _IDENTIFYING, Sensitivity.DIRECT_IDENTIFIER, subject=True)


COMMON: Final[tuple[Column, ...]] = (
    _column(
        "record_id",
        TEXT,
        "Stable id of the record: a hash of platform, collection and key.",
        _IDENTIFYING,
        Sensitivity.PSEUDONYM,
    ),
    _column("platform", REFERENCE, "The platform the record comes from."),
    _column("source_id", TEXT, "The platform's own key of the record.", _IDENTIFYING, Sensitivity.DIRECT_IDENTIFIER),
    _column(
        "observed_at",
        TIME,
        "When the recorded fact held or happened.",
        _BEHAVIOURAL,
        Sensitivity.QUASI_IDENTIFIER,
        "UTC",
    ),
    _column("licence_hint", REFERENCE, "Licence that the platform itself attaches to the record, an IRI, or nothing."),
    _column("derived", pa.bool_(), "True when the record was computed from other records of the platform."),
)

_OWN: Final[dict[Kind, tuple[Column, ...]]] = {
    Kind.PROFILE: (
        _person("subject", "The person whose profile it is."),
        _column("display_name", TEXT, "Name shown on the platform.", _IDENTIFYING, Sensitivity.DIRECT_IDENTIFIER),
        _column("about", TEXT, "What the person says about themself.", _COMMUNICATION, Sensitivity.FREE_TEXT),
        _column(
            "location_text", TEXT, "Place the person names, in their own words.", _DEMOGRAPHIC, Sensitivity.FREE_TEXT
        ),
        _column("created_at", TIME, "When the account was made.", _BEHAVIOURAL, Sensitivity.QUASI_IDENTIFIER, "UTC"),
    ),
    Kind.REPUTATION_SCORE: (
        _person("subject", "The person whose reputation it is."),
        _column("metric", REFERENCE, "What is measured, in the platform's words."),
        _column("value", AMOUNT, "The score, on the scale given beside it.", _REPUTATION, Sensitivity.QUASI_IDENTIFIER),
        _column("scale_min", AMOUNT, "Lowest value of the scale, or nothing when it is open."),
        _column("scale_max", AMOUNT, "Highest value of the scale, or nothing when it is open."),
        _column(
            "count",
            pa.int64(),
            "How many observations the score rests on.",
            _REPUTATION,
            Sensitivity.QUASI_IDENTIFIER,
            "observations",
        ),
        _column("method", TEXT, "How the score was computed."),
    ),
    Kind.RATING: (
        _person("rater", "The person who rates."),
        _person("rated", "The person who is rated."),
        _column(
            "value", AMOUNT, "The rating, on the scale given beside it.", _REPUTATION, Sensitivity.QUASI_IDENTIFIER
        ),
        _column("scale_min", AMOUNT, "Lowest value of the scale."),
        _column("scale_max", AMOUNT, "Highest value of the scale."),
        _column("metric", REFERENCE, "What is rated, in the platform's words."),
    ),
    Kind.CREDENTIAL: (
        _person("holder", "The person who holds it."),
        _column(
            "name", REFERENCE, "Name of the badge, role or certificate.", _PROFESSIONAL, Sensitivity.QUASI_IDENTIFIER
        ),
        _column("class", REFERENCE, "Grade within the platform's own order.", _PROFESSIONAL),
        _column("issued_at", TIME, "When it was given.", _BEHAVIOURAL, Sensitivity.QUASI_IDENTIFIER, "UTC"),
    ),
    Kind.SOCIAL_EDGE: (
        _person("from_subject", "The person the tie starts from."),
        _person("to_subject", "The person the tie leads to."),
        _column("kind", REFERENCE, "friend, follow, mute, block, member or trust.", _SOCIAL),
        _column(
            "weight",
            AMOUNT,
            "Strength of the tie, in the platform's own measure.",
            _SOCIAL,
            Sensitivity.QUASI_IDENTIFIER,
        ),
    ),
    Kind.INTERACTION: (
        _person("actor", "The person who acts."),
        _column("verb", REFERENCE, "What the person did.", _BEHAVIOURAL),
        _column(
            "place_ref",
            REFERENCE,
            "Where it happened, by the platform's own reference.",
            _BEHAVIOURAL,
            Sensitivity.QUASI_IDENTIFIER,
        ),
        _column("started_at", TIME, "When it began.", _BEHAVIOURAL, Sensitivity.QUASI_IDENTIFIER, "UTC"),
        _column("ended_at", TIME, "When it ended, or nothing.", _BEHAVIOURAL, Sensitivity.QUASI_IDENTIFIER, "UTC"),
    ),
    Kind.UTTERANCE: (
        _person("author", "The person who wrote it."),
        _column("text", TEXT, "What was written.", _COMMUNICATION, Sensitivity.FREE_TEXT),
        _column("text_format", REFERENCE, "plain, html or markdown."),
        _column("thread_ref", TEXT, "The thread it belongs to, by the platform's own reference."),
        _column("reply_to", TEXT, "What it answers, by the platform's own reference, or nothing."),
        _column("score", pa.int64(), "How others valued it.", _REPUTATION, Sensitivity.QUASI_IDENTIFIER, "votes"),
    ),
    Kind.ASSET: (
        _person("owner", "The person who owns it."),
        _person("creator", "The person who made it."),
        _column("asset_kind", REFERENCE, "avatar, item, place or file.", _OWNERSHIP),
        _column("name", TEXT, "Name the owner gave it.", _OWNERSHIP, Sensitivity.FREE_TEXT),
        _column("media_type", REFERENCE, "IANA media type, or the platform's own."),
        _column("created_at", TIME, "When it was made.", _OWNERSHIP, Sensitivity.QUASI_IDENTIFIER, "UTC"),
    ),
}

KINDS: Final[dict[Kind, tuple[Column, ...]]] = {kind: COMMON + own for kind, own in _OWN.items()}
"""All columns of each kind, the common ones first."""

_BY_NAME: Final = {kind: {column.name: column for column in columns} for kind, columns in KINDS.items()}


def column(kind: Kind, name: str) -> Column | None:
    """The column of that name, or nothing."""
    return _BY_NAME[kind].get(name)


def schema(kind: Kind, columns: Iterator[str] | tuple[str, ...] | None = None) -> pa.Schema:
    """The Arrow schema of a kind, or of the named columns of it in the given order."""
    chosen = KINDS[kind] if columns is None else tuple(_BY_NAME[kind][name] for name in columns)
    return pa.schema([each.field() for each in chosen], metadata={"kind": kind.value})


def subject_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that identify people."""
    return tuple(each.name for each in KINDS[kind] if each.subject)
