"""The registers follow from the events alone: made again from the log, they are the same."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import RecordError
from graph.journal.commit import Batch
from graph.journal.entries import Entry
from graph.journal.events import (
    AnsweredBy,
    ConsentWithdrawn,
    EthicsDecided,
    EthicsDecisionRequested,
    Event,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    ObjectionRaised,
    OfferMade,
    OfferPublished,
    PartyInvited,
    PartyKind,
    Recorded,
    RequestRejected,
    ReviewHeld,
    RowScope,
)
from graph.journal.guards import Guard, LicenceLive, QuotaAtMost, ReservationHeld
from graph.journal.reads.events import EventReads
from graph.journal.registers.apply import apply
from graph.sql.connection import Connection
from graph.sql.statements import journal as statements
from graph.sql.tables import REGISTERS
from tests.testkit.clock import NOON
from tests.testkit.record import (
    ALICE,
    BOARD,
    BOB,
    DATASET,
    DEVELOPER,
    LICENCE,
    NOTICE,
    OPERATOR,
    OWNER,
    PLATFORM,
    TERMS,
    a_database,
    a_dataset,
    a_failure,
    a_finalisation,
    a_party,
    a_release,
    a_request,
    a_reservation,
    a_sealing,
    a_signature,
    an_acceptance,
    an_access,
    an_acknowledgement,
    an_order,
    consents,
)

GIVEN = [consents(ALICE), consents(ALICE, BOB), consents(BOB, notice="sha-256:other")]
NEGOTIATIONS = st.sampled_from([f"urn:muniment:negotiation:{number}" for number in range(3)])
SIDES = st.sampled_from([OWNER, DEVELOPER])
LICENCES = st.sampled_from([LICENCE, "urn:muniment:licence:2"])
SUBJECTS = st.sampled_from([ALICE, BOB])
REVIEWERS = st.sampled_from(list(AnsweredBy))


def moves(negotiation: str, by: str, reviewer: AnsweredBy) -> Sequence[Event]:
    case = f"urn:muniment:case:{negotiation[-1]}"
    return (
        a_request(negotiation),
        ReviewHeld(negotiation=negotiation, reviewer=reviewer, code="HELD"),
        EthicsDecisionRequested(case=case, negotiation=negotiation, dataset=DATASET),
        EthicsDecided(case=case, negotiation=negotiation, board=BOARD, approved=True, reason="vault:1"),
        OfferMade(negotiation=negotiation, by=by, policy=TERMS, answered_by=reviewer, changed=()),
        an_acceptance(negotiation, by=by),
        RequestRejected(negotiation=negotiation, by=by, reasons=(), answered_by=reviewer),
        a_signature(by, negotiation),
    )


MOVES = st.builds(moves, NEGOTIATIONS, SIDES, REVIEWERS).flatmap(st.sampled_from)
OTHERS: st.SearchStrategy[Event] = st.one_of(
    st.builds(a_party, SIDES, st.sampled_from([PartyKind.AVATAR_OWNER, PartyKind.LLM_DEVELOPER])),
    st.builds(PartyInvited, party=SIDES, kind=st.just(PartyKind.LLM_DEVELOPER), invited_by=st.just(OPERATOR)),
    st.builds(a_dataset, st.just(DATASET), rows=st.sampled_from(list(RowScope)), subject=SUBJECTS),
    st.builds(OfferPublished, offer=LICENCES, dataset=st.just(DATASET), assigner=SIDES, policy=st.just(TERMS)),
    st.sampled_from([given for given, _ in GIVEN]),
    st.builds(
        ConsentWithdrawn,
        platform=st.just(PLATFORM),
        subject=SUBJECTS,
        recorded_by=st.just(OPERATOR),
        notice=st.sampled_from(["", NOTICE]),
    ),
    st.builds(ObjectionRaised, platform=st.just(PLATFORM), subject=SUBJECTS, recorded_by=st.just(OPERATOR)),
    st.builds(a_finalisation, NEGOTIATIONS, licence=LICENCES, valid_until=st.sampled_from([None, NOON])),
    st.builds(LicenceSuspended, licence=LICENCES, by=SIDES),
    st.builds(LicenceResumed, licence=LICENCES, by=SIDES),
    st.builds(LicenceRevoked, licence=LICENCES, by=SIDES, code=st.just("DONE")),
)


def accessing(licence: str, columns: list[str], units: int, counter: str) -> Entry:
    guards: tuple[Guard, ...] = (
        LicenceLive(licence=licence, version=1),
        QuotaAtMost(licence=licence, counter=counter, units=units, bound=12),
    )
    access = replace(an_access(licence=licence), columns=tuple(columns))
    return Entry(events=(access,), guards=guards, otherwise=(a_party(),))


def holding(delivery: str, licence: str, units: int) -> Entry:
    return Entry(
        events=(an_order(delivery), a_reservation(delivery, licence=licence)),
        guards=(QuotaAtMost(licence=licence, counter="rows", units=units, bound=12),),
    )


def releasing(delivery: str, licence: str, units: int) -> Entry:
    booked = ReservationHeld(delivery=delivery, licence=licence, counter="rows", units=units)
    access = replace(an_access(licence=licence), delivery=delivery)
    return Entry(events=(a_release(delivery), access), guards=(booked,))


DELIVERIES = st.sampled_from([f"urn:muniment:delivery:{number}" for number in range(2)])
UNITS = st.integers(0, 5)
DELIVERING = st.one_of(
    st.builds(holding, DELIVERIES, LICENCES, UNITS),
    st.builds(releasing, DELIVERIES, LICENCES, UNITS),
    st.builds(
        lambda event: Entry(events=(event,)),
        st.one_of(
            st.builds(a_sealing, DELIVERIES),
            st.builds(a_failure, DELIVERIES),
            st.builds(an_acknowledgement, DELIVERIES),
        ),
    ),
)
ACCESSES = st.builds(
    accessing,
    LICENCES,
    st.lists(st.sampled_from(["text", "score", "author"]), max_size=3),
    st.integers(0, 7),
    st.sampled_from(["p1#count", "p1#queries"]),
)
ENTRIES = st.one_of(
    st.builds(lambda event: Entry(events=(event,)), st.one_of(MOVES, MOVES, OTHERS)),
    st.builds(lambda first, second: Entry(events=(first, second)), MOVES, OTHERS),
    ACCESSES,
    DELIVERING,
)
STORY = [
    Entry(events=(each,))
    for each in (
        a_dataset(),
        a_request("urn:muniment:negotiation:0"),
        an_acceptance("urn:muniment:negotiation:0"),
        a_signature(OWNER, "urn:muniment:negotiation:0"),
        a_signature(DEVELOPER, "urn:muniment:negotiation:0"),
        a_finalisation("urn:muniment:negotiation:0"),
    )
]


@contextlib.contextmanager
def a_connection() -> Iterator[Connection]:
    """On a fresh database that has the documents of all consents."""
    with TemporaryDirectory() as folder:
        engine = a_database(Path(folder))
        connection = Connection(engine)
        with connection.transaction():
            listed = ((each.digest, each.media_type, each.content) for _, each in GIVEN)
            connection.many(statements.INSERT_DOCUMENT, listed)
        yield connection
        connection.close()
        engine.dispose()


def registers(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    cursor = connection._cursor
    return {
        table.name: sorted(cursor.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr)  # noqa: S608  # ours
        for table in REGISTERS
    }


def append_all(connection: Connection, entries: Sequence[Entry]) -> int:
    """How many entries were possible."""
    possible = 0
    with connection.transaction():
        batch = Batch(connection, tenant="main", now=NOON)
        for entry in entries:
            with contextlib.suppress(RecordError):
                batch.append(entry)
                possible += 1
        batch.flush()
    return possible


def events_of(connection: Connection) -> Sequence[Recorded]:
    return EventReads(connection, NOON).events(limit=10_000)


@given(begun=st.integers(0, len(STORY)), entries=st.lists(ENTRIES, min_size=5, max_size=40))
@settings(max_examples=40, deadline=None)
def test_registers_made_again_from_the_events_are_the_registers(begun: int, entries: list[Entry]) -> None:
    with a_connection() as lived, a_connection() as rebuilt:
        append_all(lived, STORY[:begun])
        append_all(lived, entries)
        recorded = events_of(lived)

        with rebuilt.transaction():
            for each in recorded:
                apply(rebuilt, each)

        assert [each.seq for each in recorded] == list(range(len(recorded)))
        assert registers(rebuilt) == registers(lived)


@given(entries=st.lists(ENTRIES, min_size=1, max_size=25), cut=st.integers(0, 25))
@settings(max_examples=25, deadline=None)
def test_it_does_not_matter_how_entries_are_spread_over_transactions(entries: list[Entry], cut: int) -> None:
    with a_connection() as one, a_connection() as two:
        append_all(one, [*STORY, *entries])
        for part in (STORY, entries[:cut], entries[cut:]):
            append_all(two, part)

        assert [each.canonical for each in events_of(two)] == [each.canonical for each in events_of(one)]
        assert registers(two) == registers(one)
