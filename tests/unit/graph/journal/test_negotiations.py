"""The moves of a negotiation: each from its states, by its side, and no other."""

from dataclasses import replace
from pathlib import Path

import pytest

from graph.errors import EntryInvalidError, MoveRefusedError, NotOnRecordError
from graph.journal.events import (
    AnsweredBy,
    EthicsDecided,
    EthicsDecisionRequested,
    Event,
    OfferMade,
    RequestRejected,
    ReviewHeld,
    TermReason,
)
from graph.journal.journal import Journal
from graph.journal.rows import NegotiationRow, NegotiationState
from tests.testkit.clock import NOON
from tests.testkit.record import (
    AGREED,
    AGREEMENT,
    BOARD,
    DATASET,
    DEVELOPER,
    LICENCE,
    NEGOTIATION,
    OWNER,
    REQUEST,
    TERMS,
    a_dataset,
    a_finalisation,
    a_journal,
    a_request,
    a_signature,
    an_acceptance,
    record,
)

COUNTER = "sha-256:" + "44" * 32
CASE = "urn:muniment:case:1"
REASONS = (TermReason(term="purpose", code="PURPOSE_REFUSED"),)

OFFER = OfferMade(negotiation=NEGOTIATION, by=OWNER, policy=COUNTER, answered_by=AnsweredBy.OWNER, changed=("price",))
REJECTION = RequestRejected(
    negotiation=NEGOTIATION, by=OWNER, reasons=REASONS, answered_by=AnsweredBy.OWNER, note="vault:1"
)
HOLD = ReviewHeld(negotiation=NEGOTIATION, reviewer=AnsweredBy.ETHICS_BOARD, code="SENSITIVE", terms=("purpose",))
ASKED = EthicsDecisionRequested(case=CASE, negotiation=NEGOTIATION, dataset=DATASET)
DECIDED = EthicsDecided(case=CASE, negotiation=NEGOTIATION, board=BOARD, approved=True, reason="vault:2")
BEGUN = (a_dataset(), a_request())
SIGNED = (an_acceptance(), a_signature(OWNER), a_signature(DEVELOPER))


async def after(journal: Journal, *events: Event) -> NegotiationRow:
    await record(journal, *BEGUN, *events)
    row = await journal.view(lambda view: view.negotiation(NEGOTIATION))
    assert row is not None
    return row


async def test_a_request_waits_for_the_licensor(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        assert await after(journal) == NegotiationRow(
            negotiation=NEGOTIATION,
            request=REQUEST,
            dataset=DATASET,
            assigner=OWNER,
            assignee=DEVELOPER,
            state=NegotiationState.REQUESTED,
            version=1,
            policy=TERMS,
            previous_policy="",
            turn=OWNER,
            hold=None,
            ethics_case="",
            ethics_approved=None,
            agreement="",
            agreement_policy="",
            licence="",
            adjusts="",
            renews="",
            renews_version=0,
            finding="",
            answered_by=None,
            reasons=(),
            note="",
            signatures=(),
            at=NOON,
            seq=1,
        )


async def test_an_offer_and_a_counter_offer_pass_the_turn(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        row = await after(journal, OFFER)
        assert (row.state, row.turn, row.policy, row.previous_policy) == ("OFFERED", DEVELOPER, COUNTER, TERMS)
        assert row.answered_by is AnsweredBy.OWNER

        await record(journal, replace(OFFER, by=DEVELOPER, policy=AGREED, answered_by=AnsweredBy.DEVELOPER))
        again = await journal.view(lambda view: view.negotiation(NEGOTIATION))

        assert again is not None
        assert (again.state, again.turn, again.policy, again.previous_policy) == ("OFFERED", OWNER, AGREED, COUNTER)
        assert again.version == 3


async def test_a_counter_offer_is_accepted_by_the_other_side_and_the_provider_signs_first(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        row = await after(journal, OFFER, an_acceptance(by=DEVELOPER, policy=COUNTER))

        assert (row.state, row.turn, row.policy) == ("ACCEPTED", OWNER, COUNTER)


async def test_two_signatures_then_a_licence(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        row = await after(journal, an_acceptance(), a_signature(OWNER))
        assert (row.state, row.turn, row.agreement, row.agreement_policy) == ("AGREED", DEVELOPER, AGREEMENT, AGREED)

        await record(journal, a_signature(DEVELOPER))
        verified = await journal.view(lambda view: view.negotiation(NEGOTIATION))
        assert verified is not None
        assert (verified.state, verified.turn) == ("VERIFIED", "")
        assert [each.by for each in verified.signatures] == [OWNER, DEVELOPER]

        await record(journal, a_finalisation())
        final = await journal.view(lambda view: view.negotiation(NEGOTIATION))
        assert final is not None
        assert (final.state, final.licence, final.version) == ("FINALIZED", LICENCE, 5)


async def test_a_rejection_ends_it_with_its_reasons(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        row = await after(journal, HOLD, REJECTION)

        assert (row.state, row.turn, row.hold) == ("TERMINATED", "", None)
        assert (row.reasons, row.note) == (REASONS, "vault:1")


async def test_a_rejected_request_can_be_adjusted(tmp_path: Path) -> None:
    adjusted = a_request("urn:muniment:negotiation:2", adjusts=NEGOTIATION)
    async with a_journal(tmp_path) as journal:
        await after(journal, REJECTION)
        await record(journal, adjusted)

        row = await journal.view(lambda view: view.negotiation(adjusted.negotiation))

        assert row is not None
        assert row.adjusts == NEGOTIATION


async def test_a_hold_shows_until_somebody_moves(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        assert (await after(journal, HOLD)).hold == HOLD

        await record(journal, OFFER)

        row = await journal.view(lambda view: view.negotiation(NEGOTIATION))
        assert row is not None
        assert row.hold is None


@pytest.mark.parametrize(
    ("hold", "left"),
    [(HOLD, None), (replace(HOLD, reviewer=AnsweredBy.OWNER), replace(HOLD, reviewer=AnsweredBy.OWNER))],
)
async def test_the_boards_decision_ends_the_boards_hold_only(
    tmp_path: Path, hold: ReviewHeld, left: ReviewHeld | None
) -> None:
    async with a_journal(tmp_path) as journal:
        asked = await after(journal, ASKED, hold)
        assert (asked.ethics_case, asked.ethics_approved, asked.hold) == (CASE, None, hold)

        await record(journal, DECIDED)

        row = await journal.view(lambda view: view.negotiation(NEGOTIATION))
        assert row is not None
        assert (row.ethics_case, row.ethics_approved, row.hold) == (CASE, True, left)


async def test_cases_are_listed_open_and_decided(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await after(journal, ASKED)
        case = await journal.view(lambda view: view.ethics_case(CASE))
        assert case is not None
        assert (case.negotiation, case.dataset, case.approved, case.board, case.reason) == (
            NEGOTIATION,
            DATASET,
            None,
            "",
            "",
        )
        assert await journal.view(lambda view: view.ethics_cases(open=True)) == [case]
        assert await journal.view(lambda view: view.ethics_cases(open=False)) == []

        await record(journal, replace(DECIDED, approved=False))

        decided = await journal.view(lambda view: view.ethics_case(CASE))
        assert decided is not None
        assert (decided.approved, decided.board, decided.reason) == (False, BOARD, "vault:2")
        assert await journal.view(lambda view: view.ethics_cases()) == [decided]
        assert await journal.view(lambda view: view.ethics_cases(open=True)) == []
        assert await journal.view(lambda view: view.ethics_cases(open=False)) == [decided]
        assert await journal.view(lambda view: view.ethics_cases(after=decided.seq)) == []
        assert await journal.view(lambda view: view.ethics_case("urn:none")) is None


ANOTHER = "urn:muniment:agreement:2"
REFUSED: list[tuple[str, tuple[Event, ...], Event]] = [
    ("begun twice", (), a_request()),
    ("another licensor", (), replace(a_request("urn:n:2"), assigner=DEVELOPER)),
    ("adjusts a live one", (), a_request("urn:n:2", adjusts=NEGOTIATION)),
    ("offer out of turn", (), replace(OFFER, by=DEVELOPER)),
    ("offer twice", (OFFER,), OFFER),
    ("offer by a stranger", (), replace(OFFER, by=BOARD)),
    ("offer after acceptance", (an_acceptance(),), OFFER),
    ("acceptance out of turn", (OFFER,), an_acceptance(policy=COUNTER)),
    ("acceptance of older terms", (OFFER,), an_acceptance(by=DEVELOPER, policy=TERMS)),
    ("acceptance twice", (an_acceptance(),), an_acceptance()),
    ("rejection by a stranger", (), replace(REJECTION, by=BOARD)),
    ("rejection twice", (REJECTION,), REJECTION),
    ("rejection of a licence", (*SIGNED, a_finalisation()), REJECTION),
    ("hold after the end", (REJECTION,), HOLD),
    ("hold after signing", (an_acceptance(), a_signature(OWNER)), HOLD),
    ("case about another dataset", (), replace(ASKED, dataset="urn:d:2")),
    ("two open cases", (ASKED,), replace(ASKED, case="urn:c:2")),
    ("case after acceptance", (an_acceptance(),), ASKED),
    ("decision twice", (ASKED, DECIDED), DECIDED),
    ("decision for another negotiation", (ASKED,), replace(DECIDED, negotiation="urn:n:2")),
    ("signature before acceptance", (), a_signature(OWNER)),
    ("consumer signs first", (an_acceptance(),), a_signature(DEVELOPER)),
    ("provider signs twice", (an_acceptance(), a_signature(OWNER)), a_signature(OWNER)),
    (
        "signature of another agreement",
        (an_acceptance(), a_signature(OWNER)),
        a_signature(DEVELOPER, agreement=ANOTHER),
    ),
    ("licence with one signature", (an_acceptance(), a_signature(OWNER)), a_finalisation()),
    ("licence of another agreement", SIGNED, replace(a_finalisation(), agreement=ANOTHER)),
    ("licence of other terms", SIGNED, replace(a_finalisation(), policy=TERMS)),
    ("licence of another dataset", SIGNED, replace(a_finalisation(), dataset="urn:d:2")),
    ("licence for another party", SIGNED, replace(a_finalisation(), assignee=BOARD)),
    ("licence twice", (*SIGNED, a_finalisation()), a_finalisation()),
]


@pytest.mark.parametrize(("before", "move"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_moves_outside_the_order_are_refused_whole(
    tmp_path: Path, before: tuple[Event, ...], move: Event
) -> None:
    async with a_journal(tmp_path) as journal:
        row = await after(journal, *before)
        last = journal.last_seq

        with pytest.raises(MoveRefusedError):
            await record(journal, move)

        assert await journal.view(lambda view: view.negotiation(NEGOTIATION)) == row
        assert journal.last_seq == last


@pytest.mark.parametrize("event", [replace(OFFER, negotiation="urn:none"), DECIDED, a_request(adjusts="urn:none")])
async def test_what_is_unknown_cannot_be_moved(tmp_path: Path, event: Event) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset())

        with pytest.raises(NotOnRecordError):
            await record(journal, event)


async def test_a_case_has_one_iri(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await after(journal, ASKED, DECIDED)

        with pytest.raises(EntryInvalidError):
            await record(journal, ASKED)


async def test_a_licence_has_one_iri(tmp_path: Path) -> None:
    second = "urn:muniment:negotiation:2"
    async with a_journal(tmp_path) as journal:
        await after(journal, *SIGNED, a_finalisation())
        moves = (
            a_request(second),
            an_acceptance(second),
            a_signature(OWNER, second),
            a_signature(DEVELOPER, second),
        )
        await record(journal, *moves)

        with pytest.raises(MoveRefusedError, match="there already"):
            await record(journal, a_finalisation(second))


async def test_negotiations_are_listed_for_both_sides(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, a_dataset(), *(a_request(f"urn:n:{number}") for number in range(4)))
        await record(journal, replace(REJECTION, negotiation="urn:n:1"))

        listed = await journal.view(lambda view: view.negotiations(OWNER))
        page = await journal.view(lambda view: view.negotiations(DEVELOPER, after=listed[0].seq, limit=2))
        ended = await journal.view(lambda view: view.negotiations(DEVELOPER, NegotiationState.TERMINATED))

        assert [each.negotiation for each in listed] == [f"urn:n:{number}" for number in range(4)]
        assert [each.negotiation for each in page] == ["urn:n:1", "urn:n:2"]
        assert [each.negotiation for each in ended] == ["urn:n:1"]
        assert await journal.view(lambda view: view.negotiations(BOARD)) == []
        assert await journal.view(lambda view: view.negotiation("urn:none")) is None
