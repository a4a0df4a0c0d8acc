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

DPV: Final = "https://w3id.org/dpv#"
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
    TRANSACTION = "Transaction"
    PREFERENCE = "Preference"
    TELEMETRY_SAMPLE = "TelemetrySample"


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
_APPEARANCE: Final = PD + "PhysicalCharacteristic"
_TRANSACTION: Final = PD + "Transaction"
_PREFERENCE: Final = PD + "Preference"
PROFILING: Final = DPV + "InferredPersonalData"
"""What was concluded about a person: the mark of columns that profile people."""
NON_PERSONAL: Final = DPV + "NonPersonalData"


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
        _column(
            "appearance",
            TEXT,
            "How the person's avatar looks, in the platform's own notation.",
            _APPEARANCE,
            Sensitivity.QUASI_IDENTIFIER,
        ),
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
        _column("asset_kind", REFERENCE, "avatar, item, place, experience or file.", _OWNERSHIP),
        _column("name", TEXT, "Name the owner gave it.", _OWNERSHIP, Sensitivity.FREE_TEXT),
        _column("media_type", REFERENCE, "IANA media type, or the platform's own."),
        _column("created_at", TIME, "When it was made.", _OWNERSHIP, Sensitivity.QUASI_IDENTIFIER, "UTC"),
    ),
    Kind.TRANSACTION: (
        _person("from_subject", "The person who gives, sells or offers."),
        _person("to_subject", "The person who gets or buys."),
        _column("kind", REFERENCE, "offer, sale, transfer, gift, bounty or ownership.", _TRANSACTION),
        _column(
            "amount", AMOUNT, "What was paid, in the currency beside it.", _TRANSACTION, Sensitivity.QUASI_IDENTIFIER
        ),
        _column("currency", REFERENCE, "ISO 4217 code, or the platform's own name of its currency.", _TRANSACTION),
        _column(
            "item_ref",
            REFERENCE,
            "What changed hands, by the platform's own reference.",
            _TRANSACTION,
            Sensitivity.QUASI_IDENTIFIER,
        ),
    ),
    Kind.PREFERENCE: (
        _person("subject", "The person whose preference it is."),
        _column("topic", REFERENCE, "What it is about: a theme, a thing, a habit, or a purpose of use.", _PREFERENCE),
        _column("stance", REFERENCE, "yes, no or unset.", _PREFERENCE),
        _column("stated_at", TIME, "When the person stated it, or nothing.", _PREFERENCE, unit="UTC"),
        _column("source", REFERENCE, "How it is known: stated, observed or inferred.", _PREFERENCE),
        _column(
            "score",
            AMOUNT,
            "How strong it is, as concluded from what the person did.",
            PROFILING,
            Sensitivity.QUASI_IDENTIFIER,
        ),
    ),
    # INVARIANT: nobody is in a sample; a measurement of a person is a record of another kind, which names them.
    Kind.TELEMETRY_SAMPLE: (
        _column("metric", REFERENCE, "What is measured, in the platform's words."),
        _column("value", AMOUNT, "The figure, in the unit given beside it."),
        _column("unit", REFERENCE, "Unit of the figure."),
        _column("place_ref", REFERENCE, "Where it was measured, by the platform's own reference."),
        _column("window_start", TIME, "When the measurement began.", unit="UTC"),
        _column("window_end", TIME, "When the measurement ended.", unit="UTC"),
        _column("count", pa.int64(), "How many observations the figure rests on.", unit="observations"),
        _column("aggregate", pa.bool_(), "True when the figure sums up many observations."),
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
    """The columns that identify people; none when nobody is in records of the kind."""
    return tuple(each.name for each in KINDS[kind] if each.subject)
