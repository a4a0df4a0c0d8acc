"""Deliveries: units are held from the order on, booked at the release, and free again when there is no package."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import EntryInvalidError, MoveRefusedError, NotOnRecordError
from graph.journal.entries import Appended, Entry, Outcome, Refused
from graph.journal.events import AccessRecorded, Booking, Event, UnitsReserved
from graph.journal.guards import QuotaAtMost, ReservationHeld, UnfetchedAtMost
from graph.journal.journal import Journal
from graph.journal.rows import DeliveryItemRow, DeliveryRow, DeliveryState
from policies.model import Usage
from tests.testkit.clock import NOON
from tests.testkit.record import (
    AGREED,
    AGREEMENT,
    DATASET,
    DELIVERY,
    DEVELOPER,
    LICENCE,
    NOTICE,
    OWNER,
    TERMS,
    a_failure,
    a_journal,
    a_licence,
    a_release,
    a_reservation,
    a_sealing,
    an_access,
    an_acknowledgement,
    an_order,
    record,
)

pytestmark = pytest.mark.anyio
COUNTER = "p1#recordCount"


async def ordered(journal: Journal, delivery: str = DELIVERY, units: int = 10, bound: int = 25) -> Outcome:
    """Order a delivery and hold units for it."""
    entry = Entry(
        events=(an_order(delivery), a_reservation(delivery, rows=units)),
        guards=(QuotaAtMost(licence=LICENCE, counter=COUNTER, units=units, bound=bound),),
    )
    return (await journal.append(entry))[0]


async def released(journal: Journal, delivery: str = DELIVERY, units: int = 8) -> Outcome:
    """Release it and book what is in it."""
    booked = ReservationHeld(delivery=delivery, licence=LICENCE, counter=COUNTER, units=units)
    access = replace(an_access(rows=units), delivery=delivery)
    return (await journal.append(Entry(events=(a_release(delivery), access), guards=(booked,))))[0]


async def usage(journal: Journal) -> Usage:
    return (await journal.view(lambda view: view.usage(LICENCE))).get(COUNTER, Usage())


async def delivery_of(journal: Journal, delivery: str = DELIVERY) -> DeliveryRow:
    row = await journal.view(lambda view: view.delivery(delivery))
    assert row is not None
    return row


async def test_an_order_holds_units_and_a_release_books_what_left(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        outcome = await ordered(journal)
        assert isinstance(outcome, Appended)
        reservation = outcome.recorded[1].event
        assert isinstance(reservation, UnitsReserved)
        assert reservation.booked == (Booking(counter=COUNTER, units=10),)
        assert await usage(journal) == Usage(reserved=10)

        await record(journal, a_sealing())
        outcome = await released(journal)
        assert isinstance(outcome, Appended)
        access = outcome.recorded[1].event
        assert isinstance(access, AccessRecorded)
        assert (access.delivery, access.booked) == (DELIVERY, (Booking(counter=COUNTER, units=8),))
        assert await usage(journal) == Usage(used=8)


async def test_units_that_are_held_are_nobody_elses(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal, units=20)

        outcome = await ordered(journal, "urn:muniment:delivery:2", units=6)

        assert isinstance(outcome, Refused)
        assert outcome.code == "LICENCE_QUOTA_EXCEEDED"
        assert await journal.view(lambda view: view.delivery("urn:muniment:delivery:2")) is None


@pytest.mark.parametrize("sealed", [True, False])
async def test_a_failure_frees_what_was_held(tmp_path: Path, *, sealed: bool) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal)
        await record(journal, *((a_sealing(),) if sealed else ()), a_failure())

        row = await delivery_of(journal)

        assert (row.state, row.code, row.findings) == (DeliveryState.FAILED, "QUALITY_CHECK_FAILED", TERMS)
        assert await usage(journal) == Usage()


@pytest.mark.parametrize(("units", "held"), [(11, 10), (10, 10)])
async def test_no_more_is_booked_than_is_held(tmp_path: Path, units: int, held: int) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal, units=held)
        await record(journal, a_sealing())

        outcome = await released(journal, units=units)

        if units > held:
            assert isinstance(outcome, Refused)
            assert outcome.code == "RESERVATION_MISSING"
            assert (await delivery_of(journal)).state is DeliveryState.READY
        else:
            assert isinstance(outcome, Appended)


async def test_two_guards_on_one_reservation_count_together(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal)
        await record(journal, a_sealing())
        half = ReservationHeld(delivery=DELIVERY, licence=LICENCE, counter=COUNTER, units=6)
        access = replace(an_access(), delivery=DELIVERY)

        (outcome,) = await journal.append(Entry(events=(a_release(), access), guards=(half, half)))

        assert isinstance(outcome, Refused)
        assert outcome.code == "RESERVATION_MISSING"


async def test_what_was_never_held_cannot_be_booked(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), an_order(), a_reservation(), a_sealing())

        outcome = await released(journal, units=0)

        assert isinstance(outcome, Refused)
        assert outcome.code == "RESERVATION_MISSING"


async def test_less_than_nothing_cannot_be_booked(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal)
        await record(journal, a_sealing())

        with pytest.raises(EntryInvalidError, match="less than nothing"):
            await released(journal, units=-1)


async def test_a_delivery_is_read_as_it_stands(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal)
        await record(journal, a_sealing())
        await released(journal)
        await record(journal, an_acknowledgement())

        row = await delivery_of(journal)

        assert row == DeliveryRow(
            delivery=DELIVERY,
            party=DEVELOPER,
            client="client-1",
            action="fineTune",
            purpose="purpose",
            plan=TERMS,
            state=DeliveryState.RECEIVED,
            code="",
            findings="",
            manifest=AGREED,
            root="ab" * 32,
            report=TERMS,
            files=3,
            size=4096,
            items=(
                DeliveryItemRow(
                    licence=LICENCE,
                    agreement=AGREEMENT,
                    policy=AGREED,
                    dataset=DATASET,
                    decision=TERMS,
                    rows=8,
                    dropped=2,
                    columns=("text",),
                    notices=(NOTICE,),
                    subjects=TERMS,
                    access="urn:muniment:access:1",
                    grounds=AGREED,
                ),
            ),
            at=NOON,
            version=4,
            seq=row.seq,
        )


async def test_a_delivery_is_listed_for_both_sides_by_state_and_by_licence(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await ordered(journal)
        await ordered(journal, "urn:muniment:delivery:2")
        await record(journal, a_sealing())

        def listed(rows: object) -> list[str]:
            return [each.delivery for each in rows]  # type: ignore[attr-defined]  # rows of one type

        both = [DELIVERY, "urn:muniment:delivery:2"]
        assert await journal.view(lambda view: listed(view.deliveries(DEVELOPER))) == both
        assert await journal.view(lambda view: listed(view.deliveries(OWNER))) == both
        assert await journal.view(lambda view: listed(view.deliveries("urn:muniment:party:other"))) == []
        first = await delivery_of(journal)
        assert await journal.view(lambda view: listed(view.deliveries(OWNER, after=first.seq))) == both[1:]
        assert await journal.view(lambda view: listed(view.deliveries_in(DeliveryState.READY))) == both[:1]
        assert await journal.view(lambda view: listed(view.deliveries_of(LICENCE))) == both
        assert await journal.view(lambda view: view.unfetched(DEVELOPER)) == 2
        assert await journal.view(lambda view: view.unfetched(OWNER)) == 0


async def test_no_more_packages_of_a_party_wait_than_the_guard_allows(tmp_path: Path) -> None:
    """Also of orders that share a transaction; another party's count for themselves."""
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        guard = UnfetchedAtMost(party=DEVELOPER, bound=2)
        entries = [Entry(events=(an_order(f"urn:muniment:delivery:{each}"),), guards=(guard,)) for each in range(1, 4)]

        outcomes = await journal.append(*entries)

        assert [type(each) for each in outcomes] == [Appended, Appended, Refused]
        assert isinstance(outcomes[2], Refused)
        assert outcomes[2].code == "TOO_MANY_DELIVERIES"
        others = Entry(
            events=(replace(an_order("urn:muniment:delivery:4"), party=OWNER),),
            guards=(UnfetchedAtMost(party=OWNER, bound=2),),
        )
        assert isinstance((await journal.append(others))[0], Appended)
        await record(journal, a_failure())
        assert isinstance((await journal.append(entries[2]))[0], Appended)


@pytest.mark.parametrize(
    ("before", "event", "problem"),
    [
        ((an_order(),), an_order(), "ordered already"),
        ((an_order(),), a_release(), "it is `PREPARING`"),
        ((an_order(), a_reservation(), a_sealing()), a_sealing(), "it is `READY`"),
        ((an_order(), a_reservation(), a_sealing()), a_reservation(), "it is `READY`"),
        ((an_order(), a_reservation(), a_sealing()), an_acknowledgement(), "it is `READY`"),
        ((an_order(), a_reservation()), a_sealing(licence="urn:muniment:licence:2"), "nothing was reserved"),
        ((an_order(), a_reservation(), a_sealing(), a_release()), a_failure(), "it is `RELEASED`"),
        ((an_order(), a_reservation(), a_sealing(), a_release()), an_acknowledgement(by=OWNER), "it is not theirs"),
        ((an_order(), a_reservation(), a_sealing(), a_release()), an_acknowledgement(manifest=TERMS), "another one"),
        ((an_order(), a_reservation(), a_sealing()), replace(an_access(), delivery=DELIVERY), "it is `READY`"),
    ],
)
async def test_moves_that_a_state_does_not_allow_are_refused(
    tmp_path: Path, before: tuple[Event, ...], event: Event, problem: str
) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), *before)

        with pytest.raises(MoveRefusedError, match=problem):
            await record(journal, event)


@pytest.mark.parametrize("event", [a_reservation(), a_sealing(), a_failure(), a_release(), an_acknowledgement()])
async def test_a_delivery_that_was_never_ordered_is_not_on_record(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(NotOnRecordError):
            await record(journal, event)
