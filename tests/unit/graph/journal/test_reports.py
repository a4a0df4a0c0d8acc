"""Reported runs and concerns: whose they are, in which order they move."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import EntryInvalidError, MoveRefusedError, NotOnRecordError
from graph.journal.events import ConcernAnswered, ConcernClosed, ConcernFiled, Event, RunReported
from graph.journal.journal import Journal
from graph.journal.rows import ConcernRow, ConcernState, RunRow
from tests.testkit.clock import NOON
from tests.testkit.record import (
    AGREED,
    DELIVERY,
    DEVELOPER,
    LICENCE,
    OWNER,
    TERMS,
    a_journal,
    a_licence,
    a_release,
    a_reservation,
    a_sealing,
    an_order,
    record,
)

pytestmark = pytest.mark.anyio

RUN = RunReported(
    run="urn:muniment:run:1",
    party=DEVELOPER,
    client="client-1",
    delivery=DELIVERY,
    manifest=AGREED,
    licences=(LICENCE,),
    model="urn:model:1",
    action="fineTune",
    purpose="purpose",
    started=NOON,
    ended=NOON + timedelta(hours=2),
    facets=TERMS,
)
FILED = ConcernFiled(concern="urn:muniment:concern:1", about=RUN.run, licence=LICENCE, by=OWNER, text="vault:1")
ANSWERED = ConcernAnswered(concern=FILED.concern, by=DEVELOPER, text="vault:2")
CLOSED = ConcernClosed(concern=FILED.concern, by=OWNER, code="EXPLAINED")
DELIVERED = (*a_licence(), an_order(), a_reservation(), a_sealing(), a_release())


async def concern(journal: Journal) -> ConcernRow | None:
    return await journal.view(lambda view: view.concern(FILED.concern))


async def test_a_run_is_found_by_itself_by_its_licence_and_by_what_it_names(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *DELIVERED, RUN)

        row = await journal.view(lambda view: view.run(RUN.run))

        assert row is not None
        assert row == RunRow(
            run=RUN.run,
            party=DEVELOPER,
            delivery=DELIVERY,
            model="urn:model:1",
            action="fineTune",
            purpose="purpose",
            started=NOON,
            ended=NOON + timedelta(hours=2),
            facets=TERMS,
            code="",
            at=NOON,
            seq=row.seq,
        )
        assert await journal.view(lambda view: view.runs_under(LICENCE)) == [row]
        assert await journal.view(lambda view: view.run("urn:muniment:run:2")) is None
        about = await journal.view(lambda view: view.events_about(LICENCE, types=(RunReported,)))
        assert [each.event for each in about] == [RUN]


@pytest.mark.parametrize(
    ("before", "event", "problem"),
    [
        (DELIVERED[:-1], RUN, "it is `READY`"),
        (DELIVERED, replace(RUN, party=OWNER), "it is not theirs"),
        (DELIVERED, replace(RUN, manifest=TERMS), "its manifest is another one"),
        (DELIVERED, replace(FILED, by=DEVELOPER), "it is not theirs"),
        ((*DELIVERED, FILED), replace(ANSWERED, by=OWNER), "not theirs to answer"),
        ((*DELIVERED, FILED), replace(CLOSED, by=DEVELOPER), "not theirs to close"),
        ((*DELIVERED, FILED, ANSWERED), ANSWERED, "it is `ANSWERED`"),
        ((*DELIVERED, FILED, CLOSED), CLOSED, "it is `CLOSED`"),
        ((*DELIVERED, FILED, CLOSED), ANSWERED, "it is `CLOSED`"),
    ],
)
async def test_moves_that_are_not_theirs_or_not_in_order_are_refused(
    tmp_path: Path, before: tuple[Event, ...], event: Event, problem: str
) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *before)

        with pytest.raises(MoveRefusedError, match=problem):
            await record(journal, event)


@pytest.mark.parametrize("event", [RUN, replace(FILED, licence="urn:muniment:licence:9"), ANSWERED, CLOSED])
async def test_what_is_reported_on_must_be_on_record(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(NotOnRecordError):
            await record(journal, event)


async def test_a_run_is_reported_once(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *DELIVERED, RUN)

        with pytest.raises(EntryInvalidError):
            await record(journal, RUN)


async def test_a_concern_goes_from_filed_to_closed(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *DELIVERED, RUN, FILED)
        filed = await concern(journal)
        await record(journal, ANSWERED)
        answered = await concern(journal)
        await record(journal, CLOSED)

        closed = await concern(journal)

        assert filed is not None
        assert answered is not None
        assert closed is not None
        assert [each.state for each in (filed, answered, closed)] == list(ConcernState)
        assert (filed.assigner, filed.assignee, filed.about, filed.text) == (OWNER, DEVELOPER, RUN.run, "vault:1")
        assert (closed.answer, closed.code, closed.version) == ("vault:2", "EXPLAINED", 3)
        for party, found in ((OWNER, [closed]), (DEVELOPER, [closed]), ("urn:muniment:party:other", [])):
            assert await journal.view(lambda view, of=party: view.concerns(of)) == found  # type: ignore[misc]  # bound now
        assert await journal.view(lambda view: view.concerns(OWNER, after=closed.seq)) == []
