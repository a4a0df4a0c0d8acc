"""Duties: whose they are, in which order they move, and that no package leaves unseen while one is filed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.documents import subjects_document
from graph.journal.entries import Entry, Refused
from graph.journal.events import DutyAcknowledged, DutyFiled, DutyFulfilled, DutyKind, Event
from graph.journal.guards import ReleasesCounted
from graph.journal.journal import Journal
from graph.journal.rows import DeliveryItemRow, DutyRow, DutyState
from graph.journal.view import View
from tests.testkit.clock import NOON
from tests.testkit.record import (
    ALICE,
    BOB,
    DELIVERY,
    DEVELOPER,
    LICENCE,
    OWNER,
    PLATFORM,
    TERMS,
    a_journal,
    a_licence,
    a_release,
    a_reservation,
    a_sealing,
    an_access,
    an_order,
    record,
)

pytestmark = pytest.mark.anyio

SUBJECT = "urn:muniment:party:subject"
DELETION = DutyFiled(
    duty="urn:muniment:duty:1",
    kind=DutyKind.DELETE,
    licence=LICENCE,
    clause="urn:muniment:agreement:1#o2",
    raised_by=OWNER,
    due=NOON + timedelta(days=30),
    deliveries=(DELIVERY,),
)
CERTIFICATE = replace(DELETION, duty="urn:muniment:duty:2", kind=DutyKind.CERTIFY_DELETION)
PAYMENT = replace(DELETION, duty="urn:muniment:duty:3", kind=DutyKind.SETTLE, clause="")
TAKE_DOWN = replace(DELETION, duty="urn:muniment:duty:4", kind=DutyKind.TAKE_DOWN, clause="", raised_by=SUBJECT)
NOTED = DutyAcknowledged(duty=DELETION.duty, by=DEVELOPER)


def done(filed: DutyFiled, by: str = DEVELOPER) -> DutyFulfilled:
    return DutyFulfilled(duty=filed.duty, by=by, statement=TERMS, key="key", signature="jws")


def _duties(party: str, view: View) -> Sequence[DutyRow]:
    return view.duties(party)


def _released(person: str, view: View) -> Sequence[tuple[str, DeliveryItemRow]]:
    return view.released_with(PLATFORM, person)


async def duty(journal: Journal, filed: DutyFiled = DELETION) -> DutyRow | None:
    return await journal.view(lambda view: view.duty(filed.duty))


async def test_a_duty_is_filed_noted_and_fulfilled(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        filed = await record(journal, *a_licence(), DELETION)
        noted = (await record(journal, NOTED), await duty(journal))[1]
        await record(journal, done(DELETION))

        assert await duty(journal) == DutyRow(
            duty=DELETION.duty,
            kind=DutyKind.DELETE,
            licence=LICENCE,
            assigner=OWNER,
            assignee=DEVELOPER,
            clause=DELETION.clause,
            raised_by=OWNER,
            due=DELETION.due,
            deliveries=(DELIVERY,),
            state=DutyState.FULFILLED,
            statement=TERMS,
            signature="jws",
            at=filed[-1].at,
            version=3,
            seq=filed[-1].seq,
        )
        assert noted is not None
        assert noted.state is DutyState.ACKNOWLEDGED
        about = await journal.view(lambda view: view.events_about(DELIVERY))
        assert [type(each.event) for each in about] == [DutyFiled]


async def test_duties_are_listed_for_their_sides_and_for_whoever_raised_them(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), DELETION, TAKE_DOWN)

        for party, count in ((OWNER, 2), (DEVELOPER, 2), (SUBJECT, 1), ("urn:muniment:party:other", 0)):
            found = await journal.view(partial(_duties, party))
            assert len(found) == count
        first = await journal.view(lambda view: view.duties(OWNER, limit=1))
        rest = await journal.view(lambda view: view.duties(OWNER, after=first[0].seq))
        assert [*first, *rest] == list(await journal.view(lambda view: view.duties_of(LICENCE)))


async def test_a_payment_is_confirmed_by_whoever_gets_it(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), PAYMENT, done(PAYMENT, OWNER))

        row = await duty(journal, PAYMENT)
        assert row is not None
        assert (row.state, row.fulfilled_by) == (DutyState.FULFILLED, OWNER)


async def test_deletion_is_certified_after_it_was_done(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), CERTIFICATE, DELETION)
        with pytest.raises(MoveRefusedError, match="another duty"):
            await record(journal, done(CERTIFICATE))
        await record(journal, done(DELETION), done(CERTIFICATE))

        row = await duty(journal, CERTIFICATE)
        assert row is not None
        assert row.state is DutyState.FULFILLED


REFUSED = [
    ("noted by another", (), replace(NOTED, by=OWNER)),
    ("noted twice", (NOTED,), NOTED),
    ("noted after it was done", (done(DELETION),), NOTED),
    ("done by another", (), done(DELETION, OWNER)),
    ("done twice", (done(DELETION),), done(DELETION)),
    ("a payment, by its debtor", (PAYMENT,), done(PAYMENT)),
]


@pytest.mark.parametrize(("before", "move"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_moves_outside_the_order_are_refused(tmp_path: Path, before: tuple[Event, ...], move: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), DELETION, *before)
        size = len(await journal.events())

        with pytest.raises(MoveRefusedError):
            await record(journal, move)

        assert len(await journal.events()) == size


@pytest.mark.parametrize("event", [DELETION, NOTED, done(DELETION)])
async def test_what_is_unknown_cannot_be_moved(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        with pytest.raises(NotOnRecordError):
            await record(journal, event)
        assert await duty(journal) is None


async def delivered(journal: Journal, delivery: str, *people: str) -> None:
    """A package with rows of these people leaves."""
    listed = subjects_document(people)
    (item,) = a_sealing().items
    sealing = replace(a_sealing(delivery), items=(replace(item, subjects=listed.digest),))
    access = replace(an_access(), access=f"access-of-{delivery}", delivery=delivery, subjects=listed.digest)
    await record(journal, an_order(delivery), a_reservation(delivery))
    await record(journal, sealing, a_release(delivery), access, documents=(listed,))


async def test_who_is_in_what_left_is_found(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await delivered(journal, DELIVERY, ALICE, BOB)
        await delivered(journal, "urn:muniment:delivery:2", BOB)
        await record(journal, an_order("urn:muniment:delivery:3"), a_reservation("urn:muniment:delivery:3"))

        for person, expected in ((ALICE, [DELIVERY]), (BOB, [DELIVERY, "urn:muniment:delivery:2"]), ("c0" * 16, [])):
            found = await journal.view(partial(_released, person))
            assert [delivery for delivery, _ in found] == expected
            assert all(item.licence == LICENCE for _, item in found)
        assert await journal.view(lambda view: view.released_with("bazaar", ALICE)) == []


async def test_nothing_leaves_between_the_look_and_the_record(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        before = await journal.view(lambda view: view.releases(PLATFORM))
        await delivered(journal, DELIVERY, ALICE)

        late, right = await journal.append(
            Entry(events=(DELETION,), guards=(ReleasesCounted(platform=PLATFORM, count=before),)),
            Entry(events=(PAYMENT,), guards=(ReleasesCounted(platform=PLATFORM, count=before + 1),)),
        )

        assert isinstance(late, Refused)
        assert late.code == "RELEASED_MEANWHILE"
        assert not isinstance(right, Refused)
        assert (await duty(journal), await duty(journal, PAYMENT) is not None) == (None, True)
