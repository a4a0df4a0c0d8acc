"""What is signed when a duty is fulfilled: which packages, how many answers, how much money it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from gateway.exchange.reading import Reading
from gateway.exchange.usage import accesses_under
from graph.journal.documents import Document
from graph.journal.events import AccessRecorded, DutyKind
from graph.journal.rows import DutyRow

MEDIA_TYPE: Final = "application/vnd.muniment.duty-statement+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDelivery:
    """A package, and the very version of it."""

    delivery: str
    manifest: str
    agreement: str
    """Under which it left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAmount:
    """Money, in millionths of the currency unit."""

    amount_micro: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyStatement:
    """The signer says that the duty is fulfilled, for all that is named here."""

    duty: str
    kind: DutyKind
    licence: str
    clause: str
    deliveries: tuple[StatedDelivery, ...]
    answers: int
    """Answers to queries under the licence; nothing of them is used any more either. Of a take-down 0."""
    rows: int
    """Rows that left with all of these."""
    due: tuple[StatedAmount, ...]
    """Of a payment: the exact sum of all prices, one per currency."""

    def document(self) -> Document:
        """The bytes whose digest is signed."""
        return Document(media_type=MEDIA_TYPE, content=msgspec.json.encode(self, order="deterministic"))


def statement_of(reading: Reading, duty: DutyRow) -> Document:
    """What a fulfilled duty says, or would say now; after the end of a licence that does not change any more."""
    if duty.statement:
        return Document(media_type=MEDIA_TYPE, content=reading.view.document(duty.statement) or b"")
    return _drawn(reading, duty).document()


def _drawn(reading: Reading, duty: DutyRow) -> DutyStatement:
    taken_down = duty.kind is DutyKind.TAKE_DOWN
    parts = [
        (row, item)
        for row in reading.view.deliveries_of(duty.licence)
        if row.state.has_left and (not taken_down or row.delivery in duty.deliveries)
        for item in row.items
        if item.licence == duty.licence
    ]
    # WHY: a take-down is about packages alone; to read every access for it would cost as much as there are.
    accesses = [] if taken_down else [event for _, event in accesses_under(reading, duty.licence)]
    return DutyStatement(
        duty=duty.duty,
        kind=duty.kind,
        licence=duty.licence,
        clause=duty.clause,
        deliveries=tuple(
            StatedDelivery(delivery=row.delivery, manifest=row.manifest, agreement=item.agreement)
            for row, item in parts
        ),
        answers=sum(1 for each in accesses if not each.delivery),
        rows=sum(item.rows for _, item in parts) + sum(each.rows for each in accesses if not each.delivery),
        due=tuple(_due(accesses)) if duty.kind is DutyKind.SETTLE else (),
    )


def _due(accesses: list[AccessRecorded]) -> Iterator[StatedAmount]:
    sums: dict[str, int] = {}
    for each in accesses:
        if each.currency:
            sums[each.currency] = sums.get(each.currency, 0) + each.price_micro
    for currency in sorted(sums):
        yield StatedAmount(amount_micro=sums[currency], currency=currency)
