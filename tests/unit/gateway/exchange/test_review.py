"""The decision seam: who answers for the owner, and in which order."""

from dataclasses import dataclass, replace

import pytest

from gateway.exchange.review import (
    CHAIN,
    Agree,
    Answer,
    EthicsReviewer,
    EthicsStatus,
    Hold,
    OwnerReviewer,
    PlatformTermsReviewer,
    PlatformUse,
    Propose,
    Reject,
    Review,
    Reviewed,
    Reviewer,
    StandingRulesReviewer,
    answered,
)
from graph.journal.events import AnsweredBy, TermReason
from policies.model import Policy
from policies.terms import Rate, Terms
from policies.vocabulary import DPV, FINE_TUNE, Iri

TERMS = Terms(
    action=FINE_TUNE,
    purposes=frozenset({Iri(DPV + "ResearchAndDevelopment")}),
    columns=frozenset({"value"}),
    max_records=100,
    price=Rate(amount_micro=10, currency="EUR"),
)


def policy(terms: Terms = TERMS) -> Policy:
    return terms.offer(uid="urn:p", assigner="urn:owner", target="urn:dataset")


REVIEW = Review(negotiation="urn:n", terms=policy(), platform_use=PlatformUse.ALLOWED, ethics=EthicsStatus.NOT_NEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """A reviewer that always says the same."""

    answer: Answer | None
    role: AnsweredBy = AnsweredBy.OWNER

    def review(self, review: Review) -> Answer | None:
        assert review is REVIEW
        return self.answer


@pytest.mark.parametrize(
    ("use", "answer"),
    [
        (PlatformUse.ALLOWED, None),
        (PlatformUse.UNDECIDED, Reject(reasons=(TermReason(term="action", code="PLATFORM_TERMS_UNDECIDED"),))),
        (PlatformUse.FORBIDDEN, Reject(reasons=(TermReason(term="action", code="PLATFORM_TERMS_FORBID"),))),
    ],
)
def test_platform_terms_come_first_and_never_agree(use: PlatformUse, answer: Answer | None) -> None:
    assert PlatformTermsReviewer().review(replace(REVIEW, platform_use=use)) == answer


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (EthicsStatus.NOT_NEEDED, None),
        (EthicsStatus.APPROVED, None),
        (EthicsStatus.NEEDED, Hold(code="ETHICS_DECISION_OPEN")),
        (EthicsStatus.OPEN, Hold(code="ETHICS_DECISION_OPEN")),
        (
            EthicsStatus.REFUSED,
            Reject(reasons=(TermReason(term="rep:obtainEthicsDecision", code="ETHICS_REFUSED"),)),
        ),
    ],
)
def test_the_ethics_board_holds_and_refuses_and_never_agrees(status: EthicsStatus, answer: Answer | None) -> None:
    assert EthicsReviewer().review(replace(REVIEW, ethics=status)) == answer


def test_standing_rules_pass_when_nothing_was_delegated() -> None:
    assert StandingRulesReviewer().review(REVIEW) is None


def test_standing_rules_agree_inside_the_bounds() -> None:
    assert StandingRulesReviewer().review(replace(REVIEW, bounds=policy())) == Agree()


@pytest.mark.requirement("R24")
def test_standing_rules_hold_with_the_terms_that_are_outside() -> None:
    bounds = policy(replace(TERMS, max_records=99, columns=frozenset({"rated"})))

    answer = StandingRulesReviewer().review(replace(REVIEW, bounds=bounds))

    assert answer == Hold(code="OUTSIDE_BOUNDS", terms=("rep:field", "rep:recordCount"))


@pytest.mark.requirement("R24")
def test_standing_rules_never_agree_when_in_doubt() -> None:
    bounds = policy(replace(TERMS, price=Rate(amount_micro=1, currency="USD")))

    answer = StandingRulesReviewer().review(replace(REVIEW, bounds=bounds))

    assert answer == Hold(code="BOUNDS_UNKNOWN", terms=("price",))


def test_the_owner_is_always_waited_for() -> None:
    assert OwnerReviewer().review(REVIEW) == Hold(code="OWNER_MUST_ANSWER")


def test_the_chain_asks_platform_terms_ethics_rules_and_the_owner_in_this_order() -> None:
    assert [reviewer.role for reviewer in CHAIN] == ["PLATFORM_TERMS", "ETHICS_BOARD", "STANDING_RULES", "OWNER"]


def test_the_first_answer_decides() -> None:
    proposal = Propose(terms=policy())
    chain: tuple[Reviewer, ...] = (
        Scripted(answer=None, role=AnsweredBy.ETHICS_BOARD),
        Scripted(answer=proposal, role=AnsweredBy.STANDING_RULES),
        Scripted(answer=Agree()),
    )

    assert answered(chain, REVIEW) == Reviewed(by=AnsweredBy.STANDING_RULES, answer=proposal)


@pytest.mark.parametrize("chain", [(), (Scripted(answer=None),)])
def test_when_everybody_passes_the_owner_has_to_answer(chain: tuple[Reviewer, ...]) -> None:
    assert answered(chain, REVIEW) == Reviewed(by=AnsweredBy.OWNER, answer=Hold(code="OWNER_MUST_ANSWER"))


def test_nothing_is_agreed_to_before_platform_and_board_have_passed() -> None:
    inside = replace(REVIEW, bounds=policy())

    for blocked in (
        replace(inside, platform_use=PlatformUse.UNDECIDED),
        replace(inside, platform_use=PlatformUse.FORBIDDEN),
        replace(inside, ethics=EthicsStatus.NEEDED),
        replace(inside, ethics=EthicsStatus.OPEN),
        replace(inside, ethics=EthicsStatus.REFUSED),
    ):
        assert not isinstance(answered(CHAIN, blocked).answer, Agree | Propose)
    assert answered(CHAIN, inside) == Reviewed(by=AnsweredBy.STANDING_RULES, answer=Agree())
