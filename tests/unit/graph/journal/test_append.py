"""Appending: guards, what is appended otherwise, idempotency, and what one bad entry does to the others."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import EntryInvalidError, MoveRefusedError, NotOnRecordError
from graph.journal.documents import Document
from graph.journal.events import (
    AccessRecorded,
    AccessWithheld,
    Booking,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    ObjectionRaised,
    Recorded,
)
from graph.journal.guards import (
    ColumnsApart,
    ConsentEpochIs,
    DecisionStands,
    ExpectedVersion,
    Guard,
    LicenceLive,
    QuotaAtMost,
)
from graph.journal.journal import Appended, Entry, Journal, Outcome, Refused
from policies.model import Usage
from tests.testkit.clock import NOON, FrozenClock
from tests.testkit.events import a_withholding
from tests.testkit.record import (
    ALICE,
    DATASET,
    DEVELOPER,
    LICENCE,
    NEGOTIATION,
    OPERATOR,
    OWNER,
    PLATFORM,
    a_dataset,
    a_journal,
    a_licence,
    a_party,
    a_request,
    an_access,
    record,
)

LIVE = LicenceLive(licence=LICENCE, version=1)


def quota(units: int, bound: int = 10, counter: str = "p1#count") -> QuotaAtMost:
    return QuotaAtMost(licence=LICENCE, counter=counter, units=units, bound=bound)


async def append(journal: Journal, *guards: Guard, number: int = 1) -> Outcome:
    entry = Entry(events=(an_access(number),), guards=guards, otherwise=(a_withholding(),))
    (outcome,) = await journal.append(entry)
    return outcome


def refusal(outcome: Outcome) -> Refused:
    assert isinstance(outcome, Refused)
    return outcome


async def test_events_get_dense_places_one_moment_and_their_leaf(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        recorded = await record(journal, *a_licence())

        assert [each.seq for each in recorded] == list(range(8))
        assert {each.at for each in recorded} == {NOON}
        assert list(await journal.events()) == list(recorded)
        assert list(await journal.events(after=5, limit=1)) == [recorded[6]]


async def test_appending_nothing_gives_nothing(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        assert await journal.append() == ()
        assert await journal.append(Entry(events=())) == (Appended(recorded=()),)
        assert journal.last_seq == -1


async def test_of_two_writers_with_one_expected_version_one_wins(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset())
        entry = Entry(events=(a_request(),), guards=(ExpectedVersion(stream=NEGOTIATION, version=0),), idempotency=None)

        first, second = await journal.append(entry, entry)

        assert isinstance(first, Appended)
        assert refusal(second).code == "VERSION_CONFLICT"
        assert refusal(second).guard == entry.guards[0]
        assert refusal(second).recorded == ()
        assert await journal.view(lambda view: view.stream_version(NEGOTIATION)) == 1


async def test_a_live_licence_lets_an_access_through(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        outcome = await append(journal, LIVE)

        assert isinstance(outcome, Appended)
        assert [each.event for each in outcome.recorded] == [an_access()]


async def test_a_licence_that_does_not_live_withholds_and_says_why(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_journal(tmp_path, clock=clock) as journal:
        await record(journal, *a_licence(valid_until=NOON + timedelta(hours=1)))
        codes = []

        await record(journal, LicenceSuspended(licence=LICENCE, by=OWNER))
        codes.append(refusal(await append(journal, LIVE)).code)
        await record(journal, LicenceResumed(licence=LICENCE, by=OWNER))
        codes.append(refusal(await append(journal, replace(LIVE, version=2))).code)
        codes.append(refusal(await append(journal, replace(LIVE, licence="urn:unknown"))).code)
        clock.advance(3600 - 0.000001)
        assert isinstance(await append(journal, LIVE), Appended)
        clock.advance(0.000001)
        codes.append(refusal(await append(journal, LIVE)).code)
        await record(journal, LicenceRevoked(licence=LICENCE, by=DEVELOPER, code="DONE"))
        codes.append(refusal(await append(journal, LIVE)).code)

        assert codes == [
            "LICENCE_SUSPENDED",
            "LICENCE_STALE",
            "LICENCE_STALE",
            "LICENCE_EXPIRED",
            "LICENCE_TERMINATED",
        ]


STANDS = DecisionStands(licence=LICENCE, until=None, period=None)


async def test_a_decision_stands_until_its_moment(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_journal(tmp_path, clock=clock) as journal:
        await record(journal, *a_licence())
        stands = replace(STANDS, until=NOON + timedelta(seconds=1))

        clock.advance(1 - 0.000001)
        assert isinstance(await append(journal, stands), Appended)
        clock.advance(0.000001)
        outcome = refusal(await append(journal, stands))

        assert (outcome.code, outcome.guard) == ("DECISION_OUTDATED", stands)
        assert [each.event for each in outcome.recorded] == [a_withholding()]


async def test_a_decision_of_before_the_first_delivery_stands_a_period_from_it(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_journal(tmp_path, clock=clock) as journal:
        await record(journal, *a_licence())
        stands = replace(STANDS, period=timedelta(seconds=1))

        clock.advance(9)
        assert isinstance(await append(journal, stands), Appended), "it is the first itself"
        clock.advance(1 - 0.000001)
        assert isinstance(await append(journal, stands), Appended)
        clock.advance(0.000001)
        late = refusal(await append(journal, stands))
        clock.advance(-2)
        turned_back = refusal(await append(journal, stands))

        assert (late.code, turned_back.code) == ("DECISION_OUTDATED", "DECISION_OUTDATED")


async def test_what_is_withheld_is_on_record(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), LicenceRevoked(licence=LICENCE, by=OWNER, code="BREACH"))

        outcome = refusal(await append(journal, LIVE))

        assert [each.event for each in outcome.recorded] == [a_withholding()]
        events = [each.event for each in await journal.events()]
        assert not any(isinstance(event, AccessRecorded) for event in events)
        assert isinstance(events[-1], AccessWithheld)


async def test_a_consent_that_changed_since_masking_withholds(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        epoch = await journal.view(lambda view: view.consent_epoch(PLATFORM))
        unchanged = ConsentEpochIs(platform=PLATFORM, epoch=epoch)
        assert isinstance(await append(journal, unchanged), Appended)

        await record(journal, ObjectionRaised(platform=PLATFORM, subject=ALICE, recorded_by=OPERATOR))

        assert refusal(await append(journal, unchanged)).code == "CONSENT_CHANGED"


async def test_a_quota_is_booked_when_it_holds_and_stands_in_the_event(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        outcome = await append(journal, LIVE, quota(6), quota(1, 3, "p1#queries"))

        assert isinstance(outcome, Appended)
        event = outcome.recorded[0].event
        assert isinstance(event, AccessRecorded)
        assert event.booked == (Booking(counter="p1#count", units=6), Booking(counter="p1#queries", units=1))
        assert await journal.view(lambda view: view.usage(LICENCE)) == {
            "p1#count": Usage(used=6),
            "p1#queries": Usage(used=1),
        }


async def test_a_quota_that_would_be_exceeded_books_nothing(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        await append(journal, quota(6))

        refused = refusal(await append(journal, quota(1, 3, "p1#queries"), quota(5)))

        assert (refused.code, refused.guard) == ("LICENCE_QUOTA_EXCEEDED", quota(5))
        assert await journal.view(lambda view: view.usage(LICENCE)) == {"p1#count": Usage(used=6)}
        assert isinstance(await append(journal, quota(4)), Appended)
        assert refusal(await append(journal, quota(1))).code == "LICENCE_QUOTA_EXCEEDED"


async def test_two_guards_on_one_counter_count_together(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        refused = refusal(await append(journal, quota(6), quota(6)))

        assert refused.code == "LICENCE_QUOTA_EXCEEDED"
        assert isinstance(await append(journal, quota(5), quota(5)), Appended)
        assert await journal.view(lambda view: view.usage(LICENCE)) == {"p1#count": Usage(used=10)}


async def test_quotas_within_one_call_see_each_other(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        entries = [Entry(events=(an_access(number),), guards=(quota(4),)) for number in range(4)]

        outcomes = await journal.append(*entries)

        assert [type(outcome) for outcome in outcomes] == [Appended, Appended, Refused, Refused]


@pytest.mark.parametrize("guard", [quota(-1), replace(quota(1), licence="urn:another")])
async def test_a_quota_that_makes_no_sense_is_refused(tmp_path: Path, guard: QuotaAtMost) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(EntryInvalidError):
            await append(journal, guard)

        assert journal.last_seq == 7


async def test_releases_that_complete_a_joint_set_together_are_kept_apart(tmp_path: Path) -> None:
    def entry(number: int, column: str) -> Entry:
        guard = ColumnsApart(
            licence=LICENCE, columns=frozenset({column}), sets=(frozenset({"text", "score"}), frozenset({"author"}))
        )
        return Entry(events=(replace(an_access(number), columns=(column,)),), guards=(guard,))

    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        first, second, third, fourth = await journal.append(
            entry(1, "text"), entry(2, "score"), entry(3, "place"), entry(4, "author")
        )

        assert isinstance(first, Appended)
        assert isinstance(third, Appended)
        assert refusal(second).code == refusal(fourth).code == "COLUMNS_NOT_TOGETHER"


async def test_columns_of_a_licence_that_is_not_there_are_unknown(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        guard = ColumnsApart(licence="urn:another", columns=frozenset({"text"}), sets=(frozenset({"text", "score"}),))

        with pytest.raises(NotOnRecordError):
            await append(journal, guard)


async def test_an_entry_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    document = Document(media_type="text/plain", content=b"terms")
    async with a_journal(tmp_path) as journal:
        entry = Entry(events=(a_party(), a_request()), documents=(document,), idempotency=(OWNER, "once"))

        with pytest.raises(NotOnRecordError, match=DATASET):
            await journal.append(entry)

        assert journal.last_seq == -1
        assert await journal.view(lambda view: view.party(OWNER)) is None
        assert await journal.view(lambda view: view.document(document.digest)) is None
        assert await journal.view(lambda view: view.first_outcome(OWNER, "once")) is None


async def test_one_impossible_entry_does_not_harm_the_others_of_the_call(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        good, bad = Entry(events=(a_party(),)), Entry(events=(an_access(),))
        worse = Entry(events=(LicenceRevoked(licence="urn:none", by=OWNER, code="X"),))

        with pytest.raises(NotOnRecordError, match=LICENCE):
            await journal.append(bad, good, worse)

        assert [each.event for each in await journal.events()] == [a_party()]


async def test_what_is_appended_otherwise_must_be_possible_too(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        entry = Entry(events=(a_party(),), guards=(LIVE,), otherwise=(a_request(),))

        with pytest.raises(NotOnRecordError):
            await journal.append(entry)

        assert journal.last_seq == -1


async def test_a_repeated_key_gives_the_first_outcome_and_appends_nothing(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        entry = Entry(events=(a_party(),), idempotency=(OWNER, "key"))
        (first,) = await journal.append(entry)

        (again,) = await journal.append(replace(entry, events=(a_dataset(),)))
        (others,) = await journal.append(replace(entry, idempotency=(DEVELOPER, "key")))

        assert isinstance(first, Appended)
        assert again == Appended(recorded=first.recorded, repeated=True)
        assert others != again
        assert await journal.view(lambda view: view.first_outcome(OWNER, "key")) == first.recorded
        assert await journal.view(lambda view: view.first_outcome(OWNER, "another")) is None
        assert journal.last_seq == 1


async def test_a_key_repeated_within_one_call_is_recorded_once(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_party(DEVELOPER))
        entry = Entry(events=(a_party(), a_dataset()), idempotency=(OWNER, "key"))

        first, again = await journal.append(entry, entry)

        assert isinstance(first, Appended)
        assert again == Appended(recorded=first.recorded, repeated=True)
        assert [each.seq for each in first.recorded] == [1, 2]


async def test_a_refusal_is_not_remembered(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        guarded = Entry(
            events=(a_party(),), guards=(ConsentEpochIs(platform=PLATFORM, epoch=1),), idempotency=(OWNER, "key")
        )
        (refused,) = await journal.append(guarded)
        await record(journal, ObjectionRaised(platform=PLATFORM, subject=ALICE, recorded_by=OPERATOR))

        (outcome,) = await journal.append(guarded)

        assert isinstance(refused, Refused)
        assert isinstance(outcome, Appended)
        assert not outcome.repeated


async def test_a_refused_move_names_the_event_and_the_thing(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(MoveRefusedError) as refused:
            await record(journal, LicenceResumed(licence=LICENCE, by=OWNER))

        assert (refused.value.event, refused.value.thing) == ("LicenceResumed", LICENCE)
        assert refused.value.code == "MOVE_REFUSED"


def test_recorded_events_say_what_they_are() -> None:
    assert Recorded.MEDIA_TYPE == "application/vnd.muniment.event+json"
