"""Let a package out: booked before its first byte, and judged again before every answer.

What is judged each time: every licence by its agreement, as for a query; what is inside by what that gives now; and
everybody in the package by what is known of them now, unless no consent has changed since they were judged last.
"""

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from gateway.exchange.deliver.errors import (
    DeliveryNotReadyError,
    DeliveryOutdatedError,
    DeliveryRefusedError,
    PeopleChangedError,
)
from gateway.exchange.deliver.grounds import require_grounds
from gateway.exchange.deliver.plan import plan_of
from gateway.exchange.deliver.prepare import decide_again
from gateway.exchange.deliver.refusals import Refusals
from gateway.exchange.errors import NotFoundError
from gateway.exchange.ports import Ports
from gateway.exchange.read.charge import charge
from gateway.exchange.read.commit import cover_of, stands
from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.mask import rule_of
from graph.journal.documents import subjects_of
from graph.journal.entries import Entry, Refused
from graph.journal.events import AccessRecorded, DeliveryReleased, DutyKind
from graph.journal.guards import (
    ColumnsApart,
    ConsentEpochIs,
    ExpectedVersion,
    Guard,
    LicenceLive,
    ReservationHeld,
)
from graph.journal.rows import DeliveryItemRow, DeliveryRow, DeliveryState
from graph.journal.view import View

_KEPT: Final = 256
_TRIES: Final = 5
_CHANGED: Final = frozenset({"CONSENT_CHANGED", "VERSION_CONFLICT", "DECISION_OUTDATED"})

Epochs: TypeAlias = tuple[tuple[str, int], ...]
"""Per platform: where its consents stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What was found at one moment."""

    row: DeliveryRow
    permitted: tuple[Permitted, ...]
    epochs: Epochs


class Release:
    """Judges deliveries; remembers at which state of the consents each was last let out."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._refusals = Refusals(ports)
        self._passed: OrderedDict[str, Epochs] = OrderedDict()

    async def let_out(self, delivery: str, party: str, client: str) -> DeliveryRow:
        """Return when bytes of the package may leave now; book it when none has left before.

        Args:
            delivery: IRI.
            party: whoever fetches.
            client: the client it acts through.

        Raises:
            NotFoundError: there is no such delivery of this party.
            DeliveryNotReadyError: there is no package.
            DeliveryRefusedError: a licence does not let it out; on record.
            DeliveryOutdatedError: what is in it may not leave any more, or somebody in it withdrew; on record.
        """
        for _ in range(_TRIES):
            row = await self._ports.journal.view(lambda view: _ready(delivery, party, view))
            judged = await self._judge(row, client)
            if row.state.has_left or await self._booked(judged, client):
                self._remember(delivery, judged.epochs)
                return row
        raise DeliveryRefusedError(delivery, "", "CONSENT_CHANGED", "consents keep changing; try again")

    async def require_permitted(self, delivery: str, party: str, client: str) -> None:
        """Return when the package may leave now; nothing is booked.

        Raises:
            As ``let_out``.
        """
        await self._judge(await self._ports.journal.view(lambda view: _ready(delivery, party, view)), client)

    async def _judge(self, row: DeliveryRow, client: str) -> _Judged:
        known = self._passed.get(row.delivery, ())
        try:
            return await self._ports.journal.view(partial(_judge, self._ports, row, known))
        except (DeliveryRefusedError, DeliveryOutdatedError) as problem:
            await self._refusals.record(row, client, problem)
            raise

    async def _booked(self, judged: _Judged, client: str) -> bool:
        """Book everything in one entry; false when the record moved in between."""
        (outcome,) = await self._ports.journal.append(_entry(self._ports, judged, client))
        if not isinstance(outcome, Refused):
            return True
        if outcome.code in _CHANGED:
            return False
        licence = getattr(outcome.guard, "licence", "")
        refused = DeliveryRefusedError(judged.row.delivery, licence, outcome.code, "it ended before the release")
        await self._refusals.record(judged.row, client, refused)
        raise refused

    def _remember(self, delivery: str, epochs: Epochs) -> None:
        self._passed[delivery] = epochs
        self._passed.move_to_end(delivery)
        if len(self._passed) > _KEPT:
            self._passed.popitem(last=False)


def _ready(delivery: str, party: str, view: View) -> DeliveryRow:
    row = view.delivery(delivery)
    if row is None or row.party != party:
        raise NotFoundError("delivery", delivery)
    if not (row.state is DeliveryState.READY or row.state.has_left):
        raise DeliveryNotReadyError(delivery, row.state.value)
    return row


def _judge(ports: Ports, row: DeliveryRow, known: Epochs, view: View) -> _Judged:
    permitted = decide_again(ports, row, plan_of(row.plan, view), view)
    # INVARIANT: what was taken down stays so, also when the person consents anew.
    if any(
        each.kind is DutyKind.TAKE_DOWN and row.delivery in each.deliveries
        for item in row.items
        for each in view.duties_of(item.licence)
    ):
        raise PeopleChangedError(row.delivery)
    items = {item.licence: item for item in row.items}
    for each in permitted:
        require_grounds(row, items[each.licence.licence], each, view)
    platforms = sorted({each.plan.dataset.platform for each in permitted})
    epochs = tuple((name, view.consent_epoch(name)) for name in platforms)
    if epochs != known:
        for each in permitted:
            _require_people(row, items[each.licence.licence], each, view)
    return _Judged(row=row, permitted=permitted, epochs=epochs)


def _require_people(row: DeliveryRow, item: DeliveryItemRow, permitted: Permitted, view: View) -> None:
    """Everybody in the package may still be in it.

    Raises:
        PeopleChangedError: somebody may not.
    """
    people = subjects_of(view.document(item.subjects) or b"")
    known, rule = cover_of(permitted, row.party, view).known, rule_of(permitted)
    if not all(rule.allows(person, known) for person in people):
        raise PeopleChangedError(row.delivery)


def _entry(ports: Ports, judged: _Judged, client: str) -> Entry:
    row = judged.row
    items = {item.licence: item for item in row.items}
    pairs = [(each, items[each.licence.licence]) for each in judged.permitted]
    return Entry(
        events=(
            DeliveryReleased(delivery=row.delivery, party=row.party, client=client, manifest=row.manifest),
            *(_access(ports, row, each, item, client) for each, item in pairs),
        ),
        guards=(
            ExpectedVersion(stream=row.delivery, version=row.version),
            *(ConsentEpochIs(platform=name, epoch=epoch) for name, epoch in judged.epochs),
            *(guard for each, item in pairs for guard in _guards(row, each, item)),
        ),
    )


def _access(ports: Ports, row: DeliveryRow, permitted: Permitted, item: DeliveryItemRow, client: str) -> AccessRecorded:
    dataset, price = permitted.plan.dataset, charge(permitted.decision, item.rows)
    return AccessRecorded(
        access=ports.ids.new("access"),
        operation=row.plan,
        licence=item.licence,
        agreement=item.agreement,
        policy=item.policy,
        dataset=item.dataset,
        source=dataset.source,
        party=row.party,
        client=client,
        action=row.action,
        purpose=row.purpose,
        columns=item.columns,
        rows=item.rows,
        withheld=item.dropped,
        lawful_basis=dataset.lawful_basis,
        notices=item.notices,
        subjects=item.subjects,
        units=item.rows,
        price_micro=price.price_micro,
        currency=price.currency,
        decision=item.decision,
        delivery=row.delivery,
    )


def _guards(row: DeliveryRow, permitted: Permitted, item: DeliveryItemRow) -> tuple[Guard, ...]:
    licence, dataset, decision = permitted.licence, permitted.plan.dataset, permitted.decision
    apart = ColumnsApart(licence=licence.licence, columns=frozenset(item.columns), sets=decision.not_together)
    return (
        LicenceLive(licence=licence.licence, version=licence.version),
        *stands(permitted),
        ExpectedVersion(stream=dataset.dataset, version=dataset.version),
        *((apart,) if apart.sets else ()),
        *(
            ReservationHeld(
                delivery=row.delivery,
                licence=licence.licence,
                counter=cap.counter,
                units=item.rows if cap.per_row else cap.amount,
            )
            for cap in decision.caps
        ),
    )
