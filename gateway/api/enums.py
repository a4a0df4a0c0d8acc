"""The closed vocabularies of the schema, each value described."""

from enum import Enum
from typing import Final

import strawberry

from policies.vocabulary import EVALUATE, FINE_TUNE, GROUND, PRETRAIN, Iri


@strawberry.enum(description="A canonical kind of record.")
class RecordKind(Enum):
    """The kinds of ``connectors.kinds.Kind``, by member name."""

    PROFILE = strawberry.enum_value("PROFILE", description="What a person shows of themself on a platform.")
    REPUTATION_SCORE = strawberry.enum_value("REPUTATION_SCORE", description="A person's standing, as one number.")
    RATING = strawberry.enum_value("RATING", description="One person's judgement of another.")
    CREDENTIAL = strawberry.enum_value("CREDENTIAL", description="A badge, role or certificate that a person holds.")
    SOCIAL_EDGE = strawberry.enum_value("SOCIAL_EDGE", description="A tie between two persons.")
    INTERACTION = strawberry.enum_value("INTERACTION", description="Something a person did, at a place and a time.")
    UTTERANCE = strawberry.enum_value("UTTERANCE", description="Something a person wrote.")
    ASSET = strawberry.enum_value("ASSET", description="A virtual thing that a person owns or made.")
    TRANSACTION = strawberry.enum_value("TRANSACTION", description="Something that changed hands between two persons.")
    PREFERENCE = strawberry.enum_value(
        "PREFERENCE",
        description="What a person likes, wants or tends to: stated by them, or concluded from what they did.",
    )
    TELEMETRY_SAMPLE = strawberry.enum_value(
        "TELEMETRY_SAMPLE", description="A measurement of how a platform or network runs; nobody is in it."
    )


@strawberry.enum(description="What a model developer does with records.")
class UseAction(Enum):
    """The actions of the profile that a read can be for."""

    PRETRAIN = strawberry.enum_value("PRETRAIN", description="Train a model from the start.")
    FINE_TUNE = strawberry.enum_value("FINE_TUNE", description="Adapt a trained model.")
    EVALUATE = strawberry.enum_value("EVALUATE", description="Measure a model.")
    GROUND = strawberry.enum_value("GROUND", description="Give records to a model at the time of use.")


ACTION_IRIS: Final[dict[UseAction, Iri]] = {
    UseAction.PRETRAIN: PRETRAIN,
    UseAction.FINE_TUNE: FINE_TUNE,
    UseAction.EVALUATE: EVALUATE,
    UseAction.GROUND: GROUND,
}
"""The action of the profile that each value stands for."""
ACTIONS_BY_IRI: Final[dict[str, UseAction]] = {iri: action for action, iri in ACTION_IRIS.items()}
"""The same, the other way."""


@strawberry.enum(description="What to do when a selected column is not licensed.")
class OnUnlicensed(Enum):
    """The modes of ``policies.model.ColumnMode``."""

    REFUSE = strawberry.enum_value("refuse", description="Refuse the whole read of that dataset.")
    OMIT = strawberry.enum_value("omit", description="Leave the column out: its values are null.")


@strawberry.enum(description="How one dataset fared in one operation.")
class SourceStatus(Enum):
    """The statuses of ``gateway.exchange.read.model.SourceStatus``."""

    OK = strawberry.enum_value("OK", description="Everything that was asked for came.")
    PARTIAL = strawberry.enum_value("PARTIAL", description="Some rows came before the source failed.")
    TIMEOUT = strawberry.enum_value("TIMEOUT", description="The source did not answer in time.")
    REFUSED = strawberry.enum_value("REFUSED", description="Denied before any call to the source.")
    UNAVAILABLE = strawberry.enum_value("UNAVAILABLE", description="The source could not be read.")
    WITHHELD = strawberry.enum_value("WITHHELD", description="Fetched, but not released: something changed meanwhile.")


@strawberry.enum(description="The state of a negotiation, as in the Dataspace Protocol 2025-1.")
class NegotiationState(Enum):
    """The seven states of a negotiation."""

    REQUESTED = strawberry.enum_value("REQUESTED", description="The developer has asked; the owner must answer.")
    OFFERED = strawberry.enum_value("OFFERED", description="The owner has made an offer; the developer must answer.")
    ACCEPTED = strawberry.enum_value("ACCEPTED", description="One side has accepted the other's last terms.")
    AGREED = strawberry.enum_value("AGREED", description="The owner has signed the agreement.")
    VERIFIED = strawberry.enum_value("VERIFIED", description="The developer has signed it too.")
    FINALIZED = strawberry.enum_value("FINALIZED", description="The licence is in force.")
    TERMINATED = strawberry.enum_value("TERMINATED", description="The negotiation ended without a licence.")


@strawberry.enum(description="The state of a licence.")
class LicenceState(Enum):
    """The four states of a licence."""

    ACTIVE = strawberry.enum_value("ACTIVE", description="In force.")
    SUSPENDED = strawberry.enum_value("SUSPENDED", description="Paused by the owner.")
    EXPIRED = strawberry.enum_value("EXPIRED", description="Its time is over.")
    TERMINATED = strawberry.enum_value("TERMINATED", description="Ended by a side before its time.")


@strawberry.enum(description="Who a party is.")
class PartyKind(Enum):
    """The kinds of ``graph.journal.events.PartyKind``."""

    AVATAR_OWNER = strawberry.enum_value("AVATAR_OWNER", description="A person who licenses their own records.")
    CONTENT_CREATOR = strawberry.enum_value("CONTENT_CREATOR", description="A maker of virtual content.")
    BUSINESS = strawberry.enum_value("BUSINESS", description="A business that acts on a platform.")
    ADVERTISER = strawberry.enum_value("ADVERTISER", description="An advertiser on a platform.")
    PLATFORM_DEVELOPER = strawberry.enum_value("PLATFORM_DEVELOPER", description="Whoever makes or runs a platform.")
    INFRASTRUCTURE_PROVIDER = strawberry.enum_value(
        "INFRASTRUCTURE_PROVIDER", description="Whoever runs what platforms stand on."
    )
    LLM_DEVELOPER = strawberry.enum_value("LLM_DEVELOPER", description="A developer of language models: a licensee.")
    DATA_SUBJECT = strawberry.enum_value("DATA_SUBJECT", description="A person whom records are about.")
    AUDITOR = strawberry.enum_value("AUDITOR", description="Whoever checks the record.")
    ETHICS_BOARD = strawberry.enum_value("ETHICS_BOARD", description="The board that decides sensitive requests.")
    OPERATOR = strawberry.enum_value("OPERATOR", description="Whoever runs this gateway.")


@strawberry.enum(description="Which rows of a collection a dataset holds.")
class RowScope(Enum):
    """The scopes of ``graph.journal.events.RowScope``."""

    ALL = strawberry.enum_value("ALL", description="Every row, except those of persons who license their own.")
    OWN = strawberry.enum_value("OWN", description="Only rows that are about the licensor alone.")


@strawberry.enum(description="What a platform's own terms say of use for AI training.")
class AiUse(Enum):
    """The values of ``connectors.spi.AiUse``."""

    ALLOWED = strawberry.enum_value("allowed", description="They allow it.")
    FORBIDDEN = strawberry.enum_value("forbidden", description="They forbid it.")
    CONTESTED = strawberry.enum_value("contested", description="They can be read either way; a decision is needed.")
    UNKNOWN = strawberry.enum_value("unknown", description="Nobody has said; a decision is needed.")


@strawberry.enum(description="Which side of a change permits more.")
class Wider(Enum):
    """The values of ``policies.difference.Wider``, by member name."""

    BEFORE = strawberry.enum_value("BEFORE", description="The earlier terms permitted more.")
    AFTER = strawberry.enum_value("AFTER", description="The later terms permit more.")
    NEITHER = strawberry.enum_value("NEITHER", description="They permit the same, or each something else.")
    UNKNOWN = strawberry.enum_value("UNKNOWN", description="It cannot be told.")


@strawberry.enum(description="Which way a trace is followed.")
class Direction(Enum):
    """Which way a trace is followed."""

    BACKWARD = strawberry.enum_value("BACKWARD", description="Towards what it was made from.")
    FORWARD = strawberry.enum_value("FORWARD", description="Towards what was made from it.")


@strawberry.enum(description="Which way a list is sorted; missing values come last either way.")
class SortDirection(Enum):
    """Which way a list is sorted."""

    ASC = strawberry.enum_value("ASC", description="Smallest or earliest first.")
    DESC = strawberry.enum_value("DESC", description="Largest or latest first.")


@strawberry.enum(description="What is recorded of an access.")
class AccessKind(Enum):
    """The three events an access can end in."""

    RECORDED = strawberry.enum_value("RECORDED", description="Rows were released.")
    DENIED = strawberry.enum_value("DENIED", description="Refused before any call to the source.")
    WITHHELD = strawberry.enum_value("WITHHELD", description="Rows were fetched and not released.")


@strawberry.enum(description="How far a delivery has come.")
class DeliveryState(Enum):
    """The states of ``graph.journal.rows.DeliveryState``."""

    PREPARING = strawberry.enum_value("PREPARING", description="Ordered; its units are held.")
    READY = strawberry.enum_value("READY", description="Sealed; nothing has left.")
    RELEASED = strawberry.enum_value("RELEASED", description="Booked; it may be fetched while its licences live.")
    RECEIVED = strawberry.enum_value("RECEIVED", description="The licensee signed for it.")
    FAILED = strawberry.enum_value("FAILED", description="There is no package; its units are free again.")


@strawberry.enum(description="What the preparation of a delivery is doing.")
class PreparationStage(Enum):
    """The stages of ``gateway.exchange.deliver.progress.PreparationStage``."""

    WAITING = strawberry.enum_value("WAITING", description="Others are prepared first.")
    READING = strawberry.enum_value("READING", description="A dataset is read.")
    SEALING = strawberry.enum_value("SEALING", description="The package is described, hashed and signed.")


@strawberry.enum(description="Who vouches for a figure.")
class FigureSource(Enum):
    """The sources of ``gateway.exchange.contributions.FigureSource``."""

    MEASURED = strawberry.enum_value("MEASURED", description="The gateway measured it, and signed for it.")
    REPORTED = strawberry.enum_value("REPORTED", description="The developer reported it, and nobody has checked it.")


@strawberry.enum(description="How far a concern has come.")
class ConcernState(Enum):
    """The states of ``graph.journal.rows.ConcernState``."""

    OPEN = strawberry.enum_value("OPEN", description="The developer has not answered.")
    ANSWERED = strawberry.enum_value("ANSWERED", description="The owner has not closed it.")
    CLOSED = strawberry.enum_value("CLOSED", description="It has its outcome.")


@strawberry.enum(description="What has to be done.")
class DutyKind(Enum):
    """The kinds of ``graph.journal.events.DutyKind``."""

    TAKE_DOWN = strawberry.enum_value(
        "TAKE_DOWN", description="Somebody in a package withdrew: it is not used any more."
    )
    DELETE = strawberry.enum_value("DELETE", description="The licence ended: what was taken under it is deleted.")
    CERTIFY_DELETION = strawberry.enum_value(
        "CERTIFY_DELETION", description="The developer signs for every package that it is deleted."
    )
    SETTLE = strawberry.enum_value("SETTLE", description="What is due is paid; the owner confirms it.")


@strawberry.enum(description="How far a duty has come.")
class DutyState(Enum):
    """The states of ``graph.journal.rows.DutyState``."""

    OPEN = strawberry.enum_value("OPEN", description="It is owed.")
    ACKNOWLEDGED = strawberry.enum_value("ACKNOWLEDGED", description="The developer took note of it.")
    FULFILLED = strawberry.enum_value("FULFILLED", description="It is done, and signed for.")
