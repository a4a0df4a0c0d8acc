"""Parties, catalogue, consents, licences and counters: what holds after which events."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import EntryInvalidError, JournalCorruptError, MoveRefusedError, NotOnRecordError
from graph.journal.documents import Document, subjects_document, subjects_of
from graph.journal.events import (
    AccessDenied,
    ConsentWithdrawn,
    Event,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    ObjectionRaised,
    OfferPublished,
    PartyInvited,
    PartyKind,
    PlatformTermsDecided,
    RowScope,
    SigningDelegated,
)
from graph.journal.journal import Journal
from graph.journal.rows import ConsentSnapshot, DatasetRow, PartyRow
from policies.model import LicenceStatus, Usage
from tests.testkit.clock import NOON, FrozenClock
from tests.testkit.events import a_denial, a_withholding
from tests.testkit.record import (
    AGREED,
    ALICE,
    BOB,
    DATASET,
    DEVELOPER,
    LICENCE,
    NEGOTIATION,
    NOTICE,
    OPERATOR,
    OWNER,
    PLATFORM,
    TERMS,
    a_database,
    a_dataset,
    a_journal,
    a_licence,
    a_party,
    an_access,
    consents,
    record,
)

INVITATION = PartyInvited(
    party=OWNER, kind=PartyKind.AVATAR_OWNER, invited_by=OPERATOR, subject=ALICE, platform=PLATFORM
)
REGISTRATION = a_party(OWNER, PartyKind.AVATAR_OWNER)
OFFER = OfferPublished(offer="urn:muniment:offer:1", dataset=DATASET, assigner=OWNER, policy=TERMS)
DELEGATION = SigningDelegated(owner=OWNER, dataset=DATASET, bounds=TERMS, key="held", signature="jws")
DECISION = PlatformTermsDecided(
    dataset=DATASET, action="fineTune", allowed=True, decided_by=OWNER, reason="vault:1", source="https://terms"
)


async def test_an_invited_party_becomes_a_registered_one(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, INVITATION)
        invited = await journal.view(lambda view: view.party(OWNER))
        await record(journal, REGISTRATION)
        registered = await journal.view(lambda view: view.party(OWNER))

        assert invited == PartyRow(
            party=OWNER,
            kind=PartyKind.AVATAR_OWNER,
            client="",
            key="",
            subject=ALICE,
            platform=PLATFORM,
            invited_by=OPERATOR,
        )
        assert registered == replace(invited, client=REGISTRATION.client, key=REGISTRATION.key)


async def test_inviting_a_known_party_again_takes_nothing_from_it(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, INVITATION, REGISTRATION, replace(INVITATION, subject="", platform=""))

        row = await journal.view(lambda view: view.party(OWNER))

        assert row is not None
        assert (row.client, row.key, row.subject, row.platform) == (
            REGISTRATION.client,
            REGISTRATION.key,
            ALICE,
            PLATFORM,
        )


@pytest.mark.parametrize(
    "event", [replace(INVITATION, kind=PartyKind.OPERATOR), replace(REGISTRATION, kind=PartyKind.OPERATOR)]
)
async def test_a_party_stays_what_it_is(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, INVITATION, REGISTRATION)

        with pytest.raises(MoveRefusedError, match="is known as `AVATAR_OWNER`"):
            await record(journal, event)


async def test_a_dataset_is_published_and_described_anew(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset(), a_dataset("urn:d:2"))
        await record(journal, replace(a_dataset(), description=AGREED, subject_columns=("author", "editor")))

        row = await journal.view(lambda view: view.dataset(DATASET))

        assert row == DatasetRow(
            dataset=DATASET,
            source="forum-eu",
            collection="posts",
            record_kind="Utterance",
            platform=PLATFORM,
            licensor=OWNER,
            rows=RowScope.ALL,
            lawful_basis="consent",
            subject_columns=("author", "editor"),
            sensitive=True,
            description=AGREED,
            licensor_subject="",
            version=2,
            seq=0,
        )
        listed = await journal.view(lambda view: view.datasets())
        assert [each.dataset for each in listed] == [DATASET, "urn:d:2"]


async def test_datasets_are_listed_by_kind_and_in_pages(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *(a_dataset(f"urn:d:{number}") for number in range(4)))
        await record(journal, replace(a_dataset("urn:d:rating"), record_kind="Rating"))

        utterances = await journal.view(lambda view: view.datasets("Utterance", after=0, limit=2))
        ratings = await journal.view(lambda view: view.datasets(record_kind="Rating"))

        assert [each.dataset for each in utterances] == ["urn:d:1", "urn:d:2"]
        assert [each.dataset for each in ratings] == ["urn:d:rating"]
        assert await journal.view(lambda view: view.dataset("urn:none")) is None


@pytest.mark.parametrize("change", [{"licensor": DEVELOPER}, {"platform": "bazaar"}])
async def test_a_dataset_does_not_change_hands(tmp_path: Path, change: dict[str, str]) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset())

        with pytest.raises(MoveRefusedError, match="another licensor or platform"):
            await record(journal, replace(a_dataset(), **change))  # type: ignore[arg-type]  # only text fields


async def test_terms_offers_and_delegations_of_a_dataset(tmp_path: Path) -> None:
    second = replace(OFFER, offer="urn:muniment:offer:2")
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset(), DECISION, OFFER, second, DELEGATION)
        await record(journal, replace(DECISION, allowed=False), replace(DELEGATION, key="newer"))

        decisions = await journal.view(lambda view: view.terms_decisions(DATASET))
        offers = await journal.view(lambda view: view.offers(DATASET))
        delegation = await journal.view(lambda view: view.delegation(OWNER, DATASET))

        assert {action: each.allowed for action, each in decisions.items()} == {"fineTune": False}
        assert (decisions["fineTune"].reason, decisions["fineTune"].at) == ("vault:1", NOON)
        assert [each.offer for each in offers] == [OFFER.offer, second.offer]
        assert await journal.view(lambda view: view.offer(OFFER.offer)) == offers[0]
        assert delegation is not None
        assert (delegation.key, delegation.bounds, delegation.seq) == ("newer", TERMS, 6)
        assert await journal.view(lambda view: view.stream_version(DATASET)) == 7
        assert await journal.view(lambda view: view.offer("urn:none")) is None
        assert await journal.view(lambda view: view.delegation(DEVELOPER, DATASET)) is None


@pytest.mark.parametrize("event", [replace(OFFER, assigner=DEVELOPER), replace(DELEGATION, owner=DEVELOPER)])
async def test_only_the_licensor_speaks_for_a_dataset(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset())

        with pytest.raises(MoveRefusedError, match="another than the licensor"):
            await record(journal, event)


@pytest.mark.parametrize("event", [OFFER, DELEGATION, DECISION])
async def test_nothing_is_said_of_an_unknown_dataset(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        with pytest.raises(NotOnRecordError, match=DATASET):
            await record(journal, event)


async def test_an_offer_is_published_once(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset(), OFFER)

        with pytest.raises(EntryInvalidError):
            await record(journal, OFFER)


async def snapshot(journal: Journal, *notices: str) -> ConsentSnapshot:
    return await journal.view(lambda view: view.consents(PLATFORM, notices or (NOTICE,)))


async def test_consents_are_given_withdrawn_and_given_again(tmp_path: Path) -> None:
    given, listed = consents(ALICE, BOB)
    withdrawal = ConsentWithdrawn(platform=PLATFORM, subject=ALICE, recorded_by=OPERATOR, notice=NOTICE)
    async with a_journal(tmp_path) as journal:
        assert await snapshot(journal) == ConsentSnapshot(epoch=0)

        await record(journal, given, documents=(listed,))
        assert await snapshot(journal) == ConsentSnapshot(epoch=1, consented=frozenset({ALICE, BOB}))

        await record(journal, withdrawal)
        assert await snapshot(journal) == ConsentSnapshot(epoch=2, consented=frozenset({BOB}))

        await record(journal, given)
        assert await snapshot(journal) == ConsentSnapshot(epoch=3, consented=frozenset({ALICE, BOB}))
        assert await journal.view(lambda view: view.notices(PLATFORM)) == [NOTICE]


async def test_a_consent_is_to_one_notice_and_a_withdrawal_may_be_of_all(tmp_path: Path) -> None:
    other = "sha-256:" + "55" * 32
    (first, one), (second, two) = consents(ALICE), consents(ALICE, BOB, notice=other)
    async with a_journal(tmp_path) as journal:
        await record(journal, first, second, documents=(one, two))
        assert (await snapshot(journal)).consented == {ALICE}
        assert (await snapshot(journal, other)).consented == {ALICE, BOB}
        assert (await snapshot(journal, NOTICE, other)).consented == {ALICE, BOB}
        assert (await snapshot(journal, "sha-256:none")).consented == frozenset()
        assert await journal.view(lambda view: view.notices(PLATFORM)) == [NOTICE, other]

        await record(journal, ConsentWithdrawn(platform=PLATFORM, subject=ALICE, recorded_by=OPERATOR))

        assert (await snapshot(journal, NOTICE, other)).consented == {BOB}


async def test_an_objection_stands_and_another_platform_is_not_touched(tmp_path: Path) -> None:
    objection = ObjectionRaised(platform=PLATFORM, subject=ALICE, recorded_by=OPERATOR)
    async with a_journal(tmp_path) as journal:
        await record(journal, objection, objection)

        assert await snapshot(journal) == ConsentSnapshot(epoch=2, objected=frozenset({ALICE}))
        elsewhere = await journal.view(lambda view: view.consents("bazaar", (NOTICE,)))
        assert elsewhere == ConsentSnapshot(epoch=0)


async def test_a_subject_who_licenses_her_own_rows_leaves_the_operators_datasets(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset(rows=RowScope.OWN, subject=ALICE))

        assert await snapshot(journal) == ConsentSnapshot(epoch=1, self_licensed=frozenset({ALICE}))


async def test_a_dataset_of_own_rows_says_whose(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        with pytest.raises(EntryInvalidError, match="does not say whose"):
            await record(journal, a_dataset(rows=RowScope.OWN))


async def test_consents_come_with_the_list_of_their_subjects(tmp_path: Path) -> None:
    given, listed = consents(ALICE, BOB)
    async with a_journal(tmp_path) as journal:
        with pytest.raises(NotOnRecordError, match=listed.digest):
            await record(journal, given)
        with pytest.raises(EntryInvalidError, match="`3` consents are given, `2` subjects are listed"):
            await record(journal, replace(given, count=3), documents=(listed,))
        no_list = Document(media_type="text/plain", content=b"alice")
        with pytest.raises(EntryInvalidError, match="not a list"):
            await record(journal, replace(given, subjects=no_list.digest), documents=(no_list,))

        assert await snapshot(journal) == ConsentSnapshot(epoch=0)


def test_a_list_of_subjects_has_one_form() -> None:
    assert subjects_document([BOB, ALICE, BOB]) == subjects_document([ALICE, BOB])
    assert subjects_of(subjects_document([BOB, ALICE]).content) == (ALICE, BOB)


async def test_a_licence_comes_into_force_pauses_ends(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(valid_until=NOON + timedelta(days=1)))
        row = await journal.view(lambda view: view.licence(LICENCE))
        assert row is not None
        assert (row.negotiation, row.dataset, row.policy, row.version) == (NEGOTIATION, DATASET, AGREED, 1)
        assert (row.state, row.valid_until, row.stream_version) == (LicenceStatus.ACTIVE, NOON + timedelta(days=1), 1)
        assert (row.first_delivery, row.released_columns) == (None, frozenset())

        states = []
        for event in (
            LicenceSuspended(licence=LICENCE, by=OWNER),
            LicenceResumed(licence=LICENCE, by=OWNER),
            LicenceRevoked(licence=LICENCE, by=DEVELOPER, code="DONE"),
        ):
            await record(journal, event)
            moved = await journal.view(lambda view: view.licence(LICENCE))
            assert moved is not None
            states.append((moved.state.value, moved.stream_version))

        assert states == [("SUSPENDED", 2), ("ACTIVE", 3), ("TERMINATED", 4)]


@pytest.mark.parametrize(
    ("before", "move"),
    [
        ((), LicenceResumed(licence=LICENCE, by=OWNER)),
        ((), LicenceSuspended(licence=LICENCE, by=DEVELOPER)),
        ((), LicenceRevoked(licence=LICENCE, by=OPERATOR, code="X")),
        ((LicenceSuspended(licence=LICENCE, by=OWNER),), LicenceSuspended(licence=LICENCE, by=OWNER)),
        ((LicenceSuspended(licence=LICENCE, by=OWNER),), LicenceResumed(licence=LICENCE, by=DEVELOPER)),
        (
            (LicenceRevoked(licence=LICENCE, by=OWNER, code="X"),),
            LicenceRevoked(licence=LICENCE, by=OWNER, code="X"),
        ),
    ],
)
async def test_a_licence_moves_only_from_its_states_by_its_parties(
    tmp_path: Path, before: tuple[Event, ...], move: Event
) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), *before)

        with pytest.raises(MoveRefusedError):
            await record(journal, move)


async def test_an_unknown_licence_cannot_be_moved(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        with pytest.raises(NotOnRecordError):
            await record(journal, LicenceSuspended(licence=LICENCE, by=OWNER))


async def test_the_end_of_a_licence_needs_no_event(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_journal(tmp_path, clock=clock) as journal:
        await record(journal, *a_licence(valid_until=NOON + timedelta(seconds=1)))
        clock.advance(2)
        expired = await journal.view(lambda view: (view.now, view.licences(OWNER)[0].state))
        await record(journal, LicenceRevoked(licence=LICENCE, by=OWNER, code="X"))
        ended = await journal.view(lambda view: view.licences(DEVELOPER)[0].state)

        assert expired == (NOON + timedelta(seconds=2), LicenceStatus.EXPIRED)
        assert ended is LicenceStatus.TERMINATED
        assert await journal.view(lambda view: view.licences(OPERATOR)) == []
        assert await journal.view(lambda view: view.licence("urn:none")) is None


async def test_accesses_set_the_first_delivery_and_unite_the_columns(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with a_journal(tmp_path, clock=clock) as journal:
        await record(journal, *a_licence())
        await record(journal, an_access(1))
        clock.advance(60)
        await record(journal, replace(an_access(2), columns=("score",)))
        await record(journal, an_access(3))

        row = await journal.view(lambda view: view.licence(LICENCE))

        assert row is not None
        assert (row.first_delivery, row.released_columns) == (NOON, frozenset({"text", "author", "score"}))
        assert await journal.view(lambda view: view.usage(LICENCE)) == {}
        assert row.stream_version == 1


async def test_a_denied_or_withheld_access_changes_no_register(tmp_path: Path) -> None:
    denied: AccessDenied = a_denial()
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        before = await journal.view(lambda view: view.licence(LICENCE))

        await record(journal, denied, a_withholding())

        assert await journal.view(lambda view: view.licence(LICENCE)) == before
        assert await journal.view(lambda view: view.usage(LICENCE)) == dict[str, Usage]()


async def test_events_are_found_by_what_they_name(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        first, second = await record(journal, an_access(1), an_access(2))

        about = await journal.view(lambda view: view.events_about(LICENCE))
        later = await journal.view(lambda view: view.events_about(LICENCE, after=first.seq))
        accesses = await journal.view(lambda view: view.events_about(OWNER, types=(type(first.event),)))
        typed = await journal.view(lambda view: view.events_about(LICENCE, limit=1, types=(type(first.event),)))
        notice = await journal.view(lambda view: view.events_about(NOTICE))

        assert [each.seq for each in about] == [7, first.seq, second.seq]
        assert later == [second]
        assert accesses == []
        assert typed == [first]
        assert notice == [first, second]
        assert await journal.view(lambda view: view.recorded(first.seq)) == first
        assert await journal.view(lambda view: view.recorded(99)) is None
        assert await journal.view(lambda view: view.size) == 10


async def test_a_document_is_what_its_digest_says(tmp_path: Path) -> None:
    document = Document(media_type="text/plain", content=b"terms")
    async with a_journal(tmp_path) as journal:
        await record(journal, a_party(), documents=(document, document))
        assert await journal.view(lambda view: view.document(document.digest)) == b"terms"

        engine = a_database(tmp_path)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE document SET content = x'00'")
        engine.dispose()

        with pytest.raises(JournalCorruptError, match="has other content"):
            await journal.view(lambda view: view.document(document.digest))
