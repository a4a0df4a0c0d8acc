"""A journal in a folder of the test, and the events of one licence in an order that the registers allow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.journal.documents import Document, subjects_document
from graph.journal.events import (
    AccessRecorded,
    AgreementSigned,
    AnsweredBy,
    ConsentsGiven,
    DatasetPublished,
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    Event,
    LicenceFinalised,
    LicenceRenewed,
    LicenceRequested,
    OfferAccepted,
    PartyKind,
    PartyRegistered,
    PreparedItem,
    Recorded,
    RowScope,
    UnitsReserved,
)
from graph.journal.journal import Appended, Entry, Journal
from graph.signing import SigningKey
from graph.sql.engine import Engine, create_engine
from graph.sql.migrations import migrate
from tests.testkit.clock import FrozenClock

OPERATOR, OWNER, DEVELOPER, BOARD = (
    f"urn:muniment:party:{name}" for name in ("operator", "owner", "developer", "board")
)
DATASET = "urn:muniment:dataset:1"
REQUEST, NEGOTIATION = "urn:muniment:request:1", "urn:muniment:negotiation:1"
AGREEMENT, LICENCE = "urn:muniment:agreement:1", "urn:muniment:licence:1"
DELIVERY = "urn:muniment:delivery:1"
PLATFORM = "forum"
TERMS, AGREED = "sha-256:" + "11" * 32, "sha-256:" + "22" * 32
NOTICE = "sha-256:" + "33" * 32
ALICE, BOB = "a1" * 16, "b0" * 16


@cache
def _empty_database() -> bytes:
    """A database with all tables and no rows, migrated once per test process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        engine = create_engine(f"sqlite:///{path}")
        migrate(engine)
        engine.dispose()
        return path.read_bytes()


def a_database(folder: Path) -> Engine:
    """An engine on the database of ``folder``, which is made when it is not there."""
    path = folder / "journal.db"
    if not path.exists():
        path.write_bytes(_empty_database())
    return create_engine(f"sqlite:///{path}")


@asynccontextmanager
async def a_journal(
    folder: Path, *, clock: FrozenClock | None = None, key: SigningKey | None = None
) -> AsyncIterator[Journal]:
    """A journal in ``folder``; pass the same key to open it again."""
    engine = a_database(folder)
    try:
        async with Journal.open(engine, clock=clock or FrozenClock(), key=key or SigningKey.generate()) as journal:
            yield journal
    finally:
        engine.dispose()


async def record(journal: Journal, *events: Event, documents: tuple[Document, ...] = ()) -> tuple[Recorded, ...]:
    """Append the events as one entry that nothing stands against."""
    (outcome,) = await journal.append(Entry(events=events, documents=documents))
    assert isinstance(outcome, Appended)
    return outcome.recorded


def a_party(party: str = OWNER, kind: PartyKind = PartyKind.CONTENT_CREATOR) -> PartyRegistered:
    """A party with a key."""
    return PartyRegistered(party=party, kind=kind, client=f"client-of-{party[-3:]}", key="key")


def a_dataset(dataset: str = DATASET, *, rows: RowScope = RowScope.ALL, subject: str = "") -> DatasetPublished:
    """The owner's dataset."""
    return DatasetPublished(
        dataset=dataset,
        source="forum-eu",
        collection="posts",
        record_kind="Utterance",
        platform=PLATFORM,
        licensor=OWNER,
        rows=rows,
        lawful_basis="consent",
        subject_columns=("author",),
        sensitive=True,
        description=TERMS,
        licensor_subject=subject,
    )


def consents(*subjects: str, notice: str = NOTICE) -> tuple[ConsentsGiven, Document]:
    """Consents of these subjects, and the document that lists them."""
    listed = subjects_document(subjects)
    given = ConsentsGiven(
        notice=notice, platform=PLATFORM, recorded_by=OPERATOR, subjects=listed.digest, count=len(set(subjects))
    )
    return given, listed


def a_request(negotiation: str = NEGOTIATION, *, adjusts: str = "") -> LicenceRequested:
    """The developer asks the owner."""
    return LicenceRequested(
        negotiation=negotiation,
        request=REQUEST,
        dataset=DATASET,
        assigner=OWNER,
        assignee=DEVELOPER,
        policy=TERMS,
        adjusts=adjusts,
    )


def an_acceptance(negotiation: str = NEGOTIATION, *, by: str = OWNER, policy: str = TERMS) -> OfferAccepted:
    """The last terms are accepted."""
    return OfferAccepted(negotiation=negotiation, by=by, policy=policy, answered_by=AnsweredBy.OWNER)


def a_signature(by: str, negotiation: str = NEGOTIATION, *, agreement: str = AGREEMENT) -> AgreementSigned:
    """One side signs."""
    return AgreementSigned(
        negotiation=negotiation, agreement=agreement, policy=AGREED, by=by, key="key", signature="jws"
    )


def a_finalisation(
    negotiation: str = NEGOTIATION, *, licence: str = LICENCE, valid_until: datetime | None = None
) -> LicenceFinalised:
    """The licence comes into force."""
    return LicenceFinalised(
        negotiation=negotiation,
        licence=licence,
        agreement=AGREEMENT,
        version=1,
        policy=AGREED,
        dataset=DATASET,
        assigner=OWNER,
        assignee=DEVELOPER,
        valid_until=valid_until,
    )


def a_renewal(negotiation: str = "urn:muniment:negotiation:2", *, version: int = 1, by: str = "") -> LicenceRequested:
    """A side of the licence asks for a newer agreement of it."""
    return replace(a_request(negotiation), renews=LICENCE, renews_version=version, by=by)


def a_renewed(
    negotiation: str = "urn:muniment:negotiation:2", *, agreement: str = AGREEMENT, version: int = 2
) -> LicenceRenewed:
    """The newer agreement is in force."""
    return LicenceRenewed(
        negotiation=negotiation,
        licence=LICENCE,
        agreement=agreement,
        version=version,
        previous=AGREEMENT,
        policy=AGREED,
        dataset=DATASET,
        assigner=OWNER,
        assignee=DEVELOPER,
        valid_until=None,
    )


def a_licence(*, valid_until: datetime | None = None) -> tuple[Event, ...]:
    """From an empty journal to a licence in force."""
    return (
        a_party(OWNER),
        a_party(DEVELOPER, PartyKind.LLM_DEVELOPER),
        a_dataset(),
        a_request(),
        an_acceptance(),
        a_signature(OWNER),
        a_signature(DEVELOPER),
        a_finalisation(valid_until=valid_until),
    )


def an_access(number: int = 1, *, licence: str = LICENCE, rows: int = 10) -> AccessRecorded:
    """Rows leave under the licence."""
    return AccessRecorded(
        access=f"urn:muniment:access:{number}",
        operation=TERMS,
        licence=licence,
        agreement=AGREEMENT,
        policy=AGREED,
        dataset=DATASET,
        source="forum-eu",
        party=DEVELOPER,
        client="client-1",
        action="fineTune",
        purpose="purpose",
        columns=("text", "author"),
        rows=rows,
        withheld=1,
        lawful_basis="consent",
        notices=(NOTICE,),
        subjects=TERMS,
        units=rows,
        price_micro=0,
        currency="EUR",
        decision=TERMS,
    )


def an_order(delivery: str = DELIVERY) -> DeliveryOrdered:
    """A package is ordered."""
    return DeliveryOrdered(
        delivery=delivery, party=DEVELOPER, client="client-1", action="fineTune", purpose="purpose", plan=TERMS
    )


def a_reservation(delivery: str = DELIVERY, *, licence: str = LICENCE, rows: int = 10) -> UnitsReserved:
    """Units of the licence are held for it."""
    return UnitsReserved(
        delivery=delivery,
        licence=licence,
        agreement=AGREEMENT,
        policy=AGREED,
        dataset=DATASET,
        rows=rows,
        decision=TERMS,
    )


def a_sealing(delivery: str = DELIVERY, *, licence: str = LICENCE) -> DeliveryPrepared:
    """The package is sealed."""
    return DeliveryPrepared(
        delivery=delivery,
        manifest=AGREED,
        root="ab" * 32,
        report=TERMS,
        files=3,
        size=4096,
        items=(
            PreparedItem(
                licence=licence,
                columns=("text",),
                rows=8,
                dropped=2,
                notices=(NOTICE,),
                subjects=TERMS,
                grounds=AGREED,
            ),
        ),
    )


def a_release(delivery: str = DELIVERY) -> DeliveryReleased:
    """The package may leave."""
    return DeliveryReleased(delivery=delivery, party=DEVELOPER, client="client-1", manifest=AGREED)


def a_failure(delivery: str = DELIVERY) -> DeliveryFailed:
    """There is no package."""
    return DeliveryFailed(delivery=delivery, code="QUALITY_CHECK_FAILED", findings=TERMS)


def an_acknowledgement(
    delivery: str = DELIVERY, *, by: str = DEVELOPER, manifest: str = AGREED
) -> DeliveryAcknowledged:
    """The licensee signs for it."""
    return DeliveryAcknowledged(delivery=delivery, by=by, manifest=manifest, key="key", signature="jws")


def without_place(events: tuple[Recorded, ...]) -> tuple[Event, ...]:
    """The events alone, as they were before the journal wrote bookings into them."""
    return tuple(
        replace(each.event, booked=()) if isinstance(each.event, AccessRecorded | UnitsReserved) else each.event
        for each in events
    )
