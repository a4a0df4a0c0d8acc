"""A licence is renewed: by its own sides, while it is active, one version after the other."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import (
    AnsweredBy,
    Event,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
    OfferMade,
)
from graph.journal.journal import Journal
from graph.journal.rows import LicenceRow, NegotiationState
from tests.testkit.clock import NOON
from tests.testkit.record import (
    AGREED,
    AGREEMENT,
    BOARD,
    DEVELOPER,
    LICENCE,
    OWNER,
    TERMS,
    a_finalisation,
    a_journal,
    a_licence,
    a_renewal,
    a_renewed,
    a_request,
    a_signature,
    an_acceptance,
    an_access,
    record,
)

pytestmark = pytest.mark.anyio

AGAIN = "urn:muniment:negotiation:2"
NEWER = "urn:muniment:agreement:2"


def signed(negotiation: str = AGAIN, agreement: str = NEWER) -> tuple[Event, ...]:
    """From the accepted terms to both signatures."""
    return (
        an_acceptance(negotiation),
        a_signature(OWNER, negotiation, agreement=agreement),
        a_signature(DEVELOPER, negotiation, agreement=agreement),
    )


async def licence(journal: Journal) -> LicenceRow:
    row = await journal.view(lambda view: view.licence(LICENCE))
    assert row is not None
    return row


async def test_a_newer_agreement_takes_the_place_of_the_last(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(valid_until=NOON + timedelta(days=9)), an_access())
        before = await licence(journal)
        await record(journal, a_renewal(), *signed(), a_renewed(agreement=NEWER))
        after = await licence(journal)

        assert (before.version, after.version) == (1, 2)
        assert (after.agreement, after.negotiation, after.policy) == (NEWER, AGAIN, AGREED)
        assert (after.valid_until, after.first_delivery) == (None, None), "days run anew"
        assert after.released_columns == before.released_columns, "what was released stays released"
        assert after.stream_version == before.stream_version + 1
        row = await journal.view(lambda view: view.negotiation(AGAIN))
        assert row is not None
        assert (row.state, row.licence, row.renews, row.renews_version) == (
            NegotiationState.FINALIZED,
            LICENCE,
            LICENCE,
            1,
        )


async def test_the_licensor_may_ask_and_offers_at_once(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        asked = replace(a_renewal(by=OWNER), finding="urn:muniment:concern:1")
        offer = OfferMade(
            negotiation=AGAIN, by=OWNER, policy=TERMS, answered_by=AnsweredBy.OWNER, changed=("payAmount",)
        )
        await record(journal, *a_licence(), asked, offer)

        row = await journal.view(lambda view: view.negotiation(AGAIN))
        assert row is not None
        assert (row.turn, row.finding) == (DEVELOPER, "urn:muniment:concern:1")


async def test_a_licence_that_was_paused_goes_on_where_it_was(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), a_renewal(), *signed(), LicenceSuspended(licence=LICENCE, by=OWNER))
        with pytest.raises(MoveRefusedError, match="SUSPENDED"):
            await record(journal, a_renewed(agreement=NEWER))
        await record(journal, LicenceResumed(licence=LICENCE, by=OWNER), a_renewed(agreement=NEWER))

        assert (await licence(journal)).version == 2


REVOKED = LicenceRevoked(licence=LICENCE, by=OWNER, code="DONE")
REFUSED = [
    ("a licence that has ended", (REVOKED,), a_renewal()),
    ("another version", (), a_renewal(version=2)),
    ("somebody else's dataset", (), replace(a_renewal(), assignee=BOARD)),
    ("asked by neither side", (), a_renewal(by=BOARD)),
    ("asked by the licensor without a licence", (), replace(a_request(AGAIN), by=OWNER)),
    ("it ended while it was negotiated", (a_renewal(), *signed(), REVOKED), a_renewed(agreement=NEWER)),
    ("it gives a new licence", (a_renewal(), *signed()), replace(a_finalisation(AGAIN), agreement=NEWER)),
    ("another version than negotiated", (a_renewal(), *signed()), a_renewed(agreement=NEWER, version=3)),
    ("another agreement than signed", (a_renewal(), *signed()), a_renewed()),
    ("another dataset than agreed", (a_renewal(), *signed()), replace(a_renewed(agreement=NEWER), dataset="x")),
    (
        "no renewal was negotiated",
        (a_request(AGAIN), *signed()),
        a_renewed(agreement=NEWER),
    ),
    (
        "renewed twice from one version",
        (
            a_renewal(),
            a_renewal("urn:muniment:negotiation:3"),
            *signed(),
            a_renewed(agreement=NEWER),
            *signed("urn:muniment:negotiation:3", "urn:muniment:agreement:3"),
        ),
        replace(a_renewed("urn:muniment:negotiation:3", agreement="urn:muniment:agreement:3"), previous=AGREEMENT),
    ),
]


@pytest.mark.parametrize(("before", "move"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_renewals_outside_the_order_are_refused(tmp_path: Path, before: tuple[Event, ...], move: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence(), *before)
        version = (await licence(journal)).version

        with pytest.raises(MoveRefusedError):
            await record(journal, move)

        assert (await licence(journal)).version == version


async def test_an_unknown_licence_cannot_be_renewed(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        with pytest.raises(NotOnRecordError):
            await record(journal, replace(a_renewal(), renews="urn:none"))
        await record(journal, a_renewal(), *signed())
        with pytest.raises(NotOnRecordError):
            await record(journal, replace(a_renewed(agreement=NEWER), licence="urn:none"))
