"""Which things an event names, and which streams it belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Final

from graph.journal.events import (
    EVENT_TYPES,
    AccessRecorded,
    AgreementSigned,
    ConcernAnswered,
    ConcernClosed,
    ConcernFiled,
    DatasetPublished,
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    DutyAcknowledged,
    DutyFiled,
    DutyFulfilled,
    EthicsDecided,
    EthicsDecisionRequested,
    Event,
    LicenceFinalised,
    LicenceRenewed,
    LicenceRequested,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    OfferAccepted,
    OfferMade,
    OfferPublished,
    PlatformTermsDecided,
    RequestRejected,
    ReviewHeld,
    RunReported,
    SigningDelegated,
)

_NAMING: Final = frozenset(
    {
        "access",
        "adjusts",
        "agreement",
        "assignee",
        "assigner",
        "board",
        "by",
        "case",
        "concern",
        "dataset",
        "decided_by",
        "delivery",
        "duty",
        "finding",
        "invited_by",
        "licence",
        "licensor",
        "negotiation",
        "notice",
        "offer",
        "owner",
        "party",
        "previous",
        "raised_by",
        "recorded_by",
        "renews",
        "request",
        "run",
    }
)
"""Fields that hold the IRI of a party or a thing, or the digest of a consent notice. Terms of vocabularies are none."""

_NOTHING: Final = frozenset({""})


def _reader(type_: type[Event]) -> Callable[[Event], tuple[str, ...]]:
    """What reads the naming fields of one type of event."""
    names = tuple(field.name for field in fields(type_) if field.name in _NAMING)
    if len(names) == 1:
        # WHY: of one name attrgetter gives the bare value.
        only = attrgetter(*names)
        return lambda event: (only(event),)
    return attrgetter(*names)


_NAMED: Final = {type_: _reader(type_) for type_ in EVENT_TYPES.values()}

_STREAMS: Final[Mapping[type[Event], tuple[str, ...]]] = {
    DatasetPublished: ("dataset",),
    PlatformTermsDecided: ("dataset",),
    OfferPublished: ("dataset",),
    SigningDelegated: ("dataset",),
    LicenceRequested: ("negotiation",),
    ReviewHeld: ("negotiation",),
    EthicsDecisionRequested: ("negotiation",),
    EthicsDecided: ("negotiation",),
    OfferMade: ("negotiation",),
    OfferAccepted: ("negotiation",),
    RequestRejected: ("negotiation",),
    AgreementSigned: ("negotiation",),
    LicenceFinalised: ("negotiation", "licence"),
    LicenceRenewed: ("negotiation", "licence"),
    LicenceSuspended: ("licence",),
    LicenceResumed: ("licence",),
    LicenceRevoked: ("licence",),
    DeliveryOrdered: ("delivery",),
    DeliveryPrepared: ("delivery",),
    DeliveryFailed: ("delivery",),
    DeliveryReleased: ("delivery",),
    DeliveryAcknowledged: ("delivery",),
    ConcernFiled: ("concern",),
    ConcernAnswered: ("concern",),
    ConcernClosed: ("concern",),
    DutyFiled: ("duty",),
    DutyAcknowledged: ("duty",),
    DutyFulfilled: ("duty",),
}
"""Accesses are in no stream: they do not compete with decisions about the licence."""


def things_named(event: Event) -> frozenset[str]:
    """Everything that the event can be found by."""
    match event:
        case AccessRecorded(notices=several) | RunReported(licences=several) | DutyFiled(deliveries=several):
            pass
        case _:
            several = ()
    return frozenset((*_NAMED[type(event)](event), *several)) - _NOTHING


def streams_of(event: Event) -> tuple[str, ...]:
    """The streams whose version the event moves."""
    return tuple(getattr(event, name) for name in _STREAMS.get(type(event), ()))
