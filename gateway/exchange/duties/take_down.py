"""Whoever takes consent back after a package left: the packages are found, and their licensees owe a take-down.

The package is not used any more, and neither is what rests on it without the person; a new one can be ordered, which
leaves the person out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from gateway.exchange.appending import Draft
from gateway.exchange.existing import existing_dataset
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from gateway.exchange.sensitivity import rests_on_consent
from graph.journal.events import ConsentWithdrawn, DutyFiled, DutyKind, ObjectionRaised
from graph.journal.guards import ReleasesCounted
from graph.journal.rows import DeliveryItemRow, DutyState

TAKE_DOWN_WITHIN: Final = timedelta(days=30)
"""Source: GDPR article 12(3), one month."""

Change: TypeAlias = ConsentWithdrawn | ObjectionRaised


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What a person allowed before the change."""

    notices: frozenset[str]
    """Digests of the notices with a live consent."""
    objected: bool


def with_take_downs(ports: Ports, reading: Reading, change: Change) -> Draft:
    """The change, and a take-down for every licence under which rows of the person left with a package."""
    count = reading.view.releases(change.platform)
    return Draft(
        events=(change, *_take_downs(ports, reading, change)),
        # INVARIANT: a package that leaves before the change is recorded is found; one after it is refused.
        expected=(ReleasesCounted(platform=change.platform, count=count),),
    )


def _take_downs(ports: Ports, reading: Reading, change: Change) -> Iterator[DutyFiled]:
    before = _Standing(
        notices=reading.view.consents_of(change.platform, change.subject),
        objected=reading.view.has_objected(change.platform, change.subject),
    )
    found: dict[str, list[str]] = {}
    for delivery, item in reading.view.released_with(change.platform, change.subject):
        if _ends(reading, item, before, change) and not _settled(reading, delivery, item.licence, change.subject):
            found.setdefault(item.licence, []).append(delivery)
    for licence, deliveries in found.items():
        yield DutyFiled(
            duty=ports.ids.new("duty"),
            kind=DutyKind.TAKE_DOWN,
            licence=licence,
            clause="",
            # WHY: not the party: sides of the licence can have the event proven, and must not learn who it is.
            raised_by=change.subject,
            due=reading.now + TAKE_DOWN_WITHIN,
            deliveries=tuple(deliveries),
        )


def _ends(reading: Reading, item: DeliveryItemRow, before: _Standing, change: Change) -> bool:
    """Whether the person allowed the use of these rows until now, and does not any more."""
    by_consent = rests_on_consent(existing_dataset(reading, item.dataset), reading.policy(item.policy))
    consented = before.notices.intersection(item.notices)
    if before.objected or (by_consent and not consented):
        return False
    match change:
        case ObjectionRaised():
            return True
        case ConsentWithdrawn(notice=notice):
            return by_consent and not (consented - {notice} if notice else ())


def _settled(reading: Reading, delivery: str, licence: str, subject: str) -> bool:
    """Whether what was taken under the licence is deleted, or is taken down for this person already."""
    return any(
        (each.kind is DutyKind.DELETE and each.state is DutyState.FULFILLED)
        or (each.kind is DutyKind.TAKE_DOWN and each.raised_by == subject and delivery in each.deliveries)
        for each in reading.view.duties_of(licence)
    )
