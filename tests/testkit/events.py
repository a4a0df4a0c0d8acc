"""Recorded events for tests that have no journal."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from graph.journal.events import (
    AccessDenied,
    AccessRecorded,
    AccessWithheld,
    AgreementSigned,
    AnsweredBy,
    ConcernAnswered,
    ConcernClosed,
    ConcernFiled,
    ConsentsGiven,
    ConsentWithdrawn,
    DatasetPublished,
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    DutyAcknowledged,
    DutyFiled,
    DutyFulfilled,
    DutyKind,
    EthicsDecided,
    EthicsDecisionRequested,
    Event,
    LicenceFinalised,
    LicenceRenewed,
    LicenceRequested,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    ObjectionRaised,
    OfferAccepted,
    OfferMade,
    OfferPublished,
    PartyInvited,
    PartyKind,
    PartyRegistered,
    PlatformTermsDecided,
    PreparedItem,
    Recorded,
    RequestRejected,
    ReviewHeld,
    RowScope,
    RunReported,
    SigningDelegated,
    TermReason,
    UnitsReserved,
)

START = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
OWNER, DEVELOPER, BOARD, OPERATOR = (
    f"urn:muniment:party:{name}" for name in ("owner", "developer", "board", "operator")
)
DATASET, LICENCE, AGREEMENT = "urn:muniment:dataset:1", "urn:muniment:licence:1", "urn:muniment:agreement:1"
NEGOTIATION, CASE = "urn:muniment:negotiation:1", "urn:muniment:case:1"
NOTICE, POLICY = "sha-256:" + "ab" * 32, "sha-256:" + "cd" * 32
DELIVERY = "urn:muniment:delivery:1"
SUBJECT = "5eed" * 8


def recorded(event: Event, seq: int = 0, *, at: datetime | None = None, tenant: str = "main") -> Recorded:
    """The event at a place in a journal; by default a second after the one before."""
    canonical = f"{tenant} {seq} {event!r}".encode()
    return Recorded(
        seq=seq,
        at=at or START + timedelta(seconds=seq),
        tenant=tenant,
        event=event,
        canonical=canonical,
        leaf=hashlib.sha256(b"\x00" + canonical).digest(),
    )


def a_journal_of(*events: Event, tenant: str = "main") -> Sequence[Recorded]:
    """The events, one after the other."""
    return [recorded(event, seq, tenant=tenant) for seq, event in enumerate(events)]


def an_access(
    *, licence: str = LICENCE, rows: int = 10, notices: tuple[str, ...] = (NOTICE,), delivery: str = ""
) -> AccessRecorded:
    """Rows left, in an answer or with a delivery."""
    return AccessRecorded(
        access="urn:muniment:access:1",
        operation=POLICY,
        licence=licence,
        agreement=AGREEMENT,
        policy=POLICY,
        dataset=DATASET,
        source="forum-eu",
        party=DEVELOPER,
        client="client-1",
        action="fineTune",
        purpose="purpose",
        columns=("value",),
        rows=rows,
        withheld=2,
        lawful_basis="consent",
        notices=notices,
        subjects=POLICY,
        units=rows,
        price_micro=5 * rows,
        currency="EUR",
        decision=POLICY,
        delivery=delivery,
    )


def an_order(delivery: str = DELIVERY) -> Sequence[Event]:
    """A package is ordered, and units are held for it."""
    return (
        DeliveryOrdered(
            delivery=delivery, party=DEVELOPER, client="client-1", action="fineTune", purpose="purpose", plan=POLICY
        ),
        UnitsReserved(
            delivery=delivery,
            licence=LICENCE,
            agreement=AGREEMENT,
            policy=POLICY,
            dataset=DATASET,
            rows=10,
            decision=POLICY,
        ),
    )


def a_sealing(delivery: str = DELIVERY) -> DeliveryPrepared:
    """A package is sealed."""
    return DeliveryPrepared(
        delivery=delivery,
        manifest=POLICY,
        root="ab" * 32,
        report=POLICY,
        files=3,
        size=4096,
        items=(
            PreparedItem(licence=LICENCE, columns=("value",), rows=10, dropped=2, notices=(NOTICE,), subjects=POLICY),
        ),
    )


def a_denial(*, licence: str = LICENCE) -> AccessDenied:
    """A read was refused before the fetch."""
    return AccessDenied(
        access="urn:muniment:access:2",
        operation=POLICY,
        licence=licence,
        dataset=DATASET,
        party=DEVELOPER,
        client="client-1",
        action="fineTune",
        purpose="purpose",
        stage="decide",
        code="COLUMN_NOT_LICENSED",
        clause="p1",
    )


def a_withholding() -> AccessWithheld:
    """Rows were fetched and not released."""
    return AccessWithheld(
        access="urn:muniment:access:3",
        operation=POLICY,
        licence=LICENCE,
        dataset=DATASET,
        party=DEVELOPER,
        client="client-1",
        action="fineTune",
        purpose="purpose",
        stage="commit",
        code="LICENCE_TERMINATED",
        clause="p1",
        rows=7,
    )


def a_publication() -> DatasetPublished:
    """A dataset enters the catalogue."""
    return DatasetPublished(
        dataset=DATASET,
        source="forum-eu",
        collection="posts",
        record_kind="Utterance",
        platform="forum",
        licensor=OWNER,
        rows=RowScope.ALL,
        lawful_basis="consent",
        subject_columns=("author",),
        sensitive=True,
        description=POLICY,
        licensor_subject=SUBJECT,
    )


def a_finalisation(*, version: int = 1, agreement: str = AGREEMENT) -> LicenceFinalised:
    """A licence comes into force."""
    return LicenceFinalised(
        negotiation=NEGOTIATION,
        licence=LICENCE,
        agreement=agreement,
        version=version,
        policy=POLICY,
        dataset=DATASET,
        assigner=OWNER,
        assignee=DEVELOPER,
        valid_until=START + timedelta(days=180),
    )


def a_story() -> Sequence[Event]:
    """One event of every type at least, in the order in which they happen."""
    return (
        PartyInvited(party=OWNER, kind=PartyKind.CONTENT_CREATOR, invited_by=OPERATOR, subject=SUBJECT),
        PartyRegistered(party=OWNER, kind=PartyKind.CONTENT_CREATOR, client="client-0", key="key-0"),
        PartyRegistered(party=DEVELOPER, kind=PartyKind.LLM_DEVELOPER, client="client-1", key="key-1"),
        PartyRegistered(party=BOARD, kind=PartyKind.ETHICS_BOARD, client="client-2", key="key-2"),
        PartyRegistered(party=OPERATOR, kind=PartyKind.OPERATOR, client="client-3", key="key-3"),
        a_publication(),
        PlatformTermsDecided(
            dataset=DATASET, action="fineTune", allowed=True, decided_by=OPERATOR, reason="vault:1", source="terms"
        ),
        OfferPublished(offer="urn:muniment:offer:1", dataset=DATASET, assigner=OWNER, policy=POLICY),
        SigningDelegated(owner=OWNER, dataset=DATASET, bounds=POLICY, key="held-1", signature="jws"),
        ConsentsGiven(notice=NOTICE, platform="forum", recorded_by=OPERATOR, subjects=POLICY, count=120),
        LicenceRequested(
            negotiation=NEGOTIATION,
            request="urn:muniment:request:1",
            dataset=DATASET,
            assigner=OWNER,
            assignee=DEVELOPER,
            policy=POLICY,
            adjusts="urn:muniment:negotiation:0",
        ),
        ReviewHeld(negotiation=NEGOTIATION, reviewer=AnsweredBy.ETHICS_BOARD, code="SENSITIVE", terms=("purpose",)),
        EthicsDecisionRequested(case=CASE, negotiation=NEGOTIATION, dataset=DATASET),
        EthicsDecided(case=CASE, negotiation=NEGOTIATION, board=BOARD, approved=True, reason="vault:2"),
        OfferMade(
            negotiation=NEGOTIATION, by=OWNER, policy=POLICY, answered_by=AnsweredBy.OWNER, changed=("payAmount",)
        ),
        OfferAccepted(negotiation=NEGOTIATION, by=DEVELOPER, policy=POLICY, answered_by=AnsweredBy.OWNER),
        AgreementSigned(
            negotiation=NEGOTIATION,
            agreement=AGREEMENT,
            policy=POLICY,
            by=OWNER,
            key="held-1",
            signature="jws",
            delegated=True,
        ),
        AgreementSigned(
            negotiation=NEGOTIATION, agreement=AGREEMENT, policy=POLICY, by=DEVELOPER, key="key-1", signature="jws"
        ),
        a_finalisation(),
        an_access(),
        a_denial(),
        a_denial(licence=""),
        a_withholding(),
        ConsentWithdrawn(platform="forum", subject=SUBJECT, recorded_by=OPERATOR, notice=NOTICE),
        ConsentWithdrawn(platform="forum", subject=SUBJECT, recorded_by=OPERATOR),
        ObjectionRaised(platform="forum", subject=SUBJECT, recorded_by=OPERATOR),
        *an_order(),
        a_sealing(),
        DeliveryReleased(delivery=DELIVERY, party=DEVELOPER, client="client-1", manifest=POLICY),
        an_access(delivery=DELIVERY),
        DeliveryAcknowledged(delivery=DELIVERY, by=DEVELOPER, manifest=POLICY, key="key-1", signature="jws"),
        RunReported(
            run="urn:muniment:run:1",
            party=DEVELOPER,
            client="client-1",
            delivery=DELIVERY,
            manifest=POLICY,
            licences=(LICENCE,),
            model="urn:model:1",
            action="fineTune",
            purpose="purpose",
            started=START,
            ended=START + timedelta(hours=1),
            facets=POLICY,
            code="PURPOSE_NOT_LICENSED",
        ),
        ConcernFiled(
            concern="urn:muniment:concern:1", about="urn:muniment:run:1", licence=LICENCE, by=OWNER, text="vault:4"
        ),
        ConcernAnswered(concern="urn:muniment:concern:1", by=DEVELOPER, text="vault:5"),
        ConcernClosed(concern="urn:muniment:concern:1", by=OWNER, code="EXPLAINED"),
        *an_order("urn:muniment:delivery:2"),
        DeliveryFailed(delivery="urn:muniment:delivery:2", code="QUALITY_CHECK_FAILED", findings=POLICY),
        LicenceSuspended(licence=LICENCE, by=OWNER),
        LicenceResumed(licence=LICENCE, by=OWNER),
        an_access(rows=3),
        LicenceRequested(
            negotiation="urn:muniment:negotiation:2",
            request="urn:muniment:request:2",
            dataset=DATASET,
            assigner=OWNER,
            assignee=DEVELOPER,
            policy=POLICY,
            renews=LICENCE,
            renews_version=1,
            by=OWNER,
            finding="urn:muniment:concern:1",
        ),
        LicenceRenewed(
            negotiation="urn:muniment:negotiation:2",
            licence=LICENCE,
            agreement="urn:muniment:agreement:2",
            version=2,
            previous=AGREEMENT,
            policy=POLICY,
            dataset=DATASET,
            assigner=OWNER,
            assignee=DEVELOPER,
            valid_until=START + timedelta(days=360),
        ),
        LicenceRevoked(licence=LICENCE, by=OWNER, code="BREACH"),
        DutyFiled(
            duty="urn:muniment:duty:1",
            kind=DutyKind.DELETE,
            licence=LICENCE,
            clause=AGREEMENT + "#o2",
            raised_by=OWNER,
            due=START + timedelta(days=30),
            deliveries=(DELIVERY,),
        ),
        DutyAcknowledged(duty="urn:muniment:duty:1", by=DEVELOPER),
        DutyFulfilled(duty="urn:muniment:duty:1", by=DEVELOPER, statement=POLICY, key="key", signature="jws"),
        RequestRejected(
            negotiation="urn:muniment:negotiation:0",
            by=OWNER,
            reasons=(TermReason(term="purpose", code="PURPOSE_REFUSED"),),
            answered_by=AnsweredBy.OWNER,
            note="vault:3",
        ),
    )
