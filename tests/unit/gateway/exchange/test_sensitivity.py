"""When the ethics board has to decide, and what its approval covers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.exchange.review import EthicsStatus
from gateway.exchange.sensitivity import ethics_duties, ethics_needed, ethics_status, widened
from graph.journal.rows import NegotiationRow, NegotiationState
from policies.model import Policy
from policies.terms import Rate, Terms
from policies.vocabulary import DPV, FINE_TUNE, Iri

TERMS = Terms(
    action=FINE_TUNE,
    purposes=frozenset({Iri(DPV + "ResearchAndDevelopment")}),
    columns=frozenset({"rated", "value"}),
    max_records=100,
    price=Rate(amount_micro=10, currency="EUR"),
)
ROW = NegotiationRow(
    negotiation="urn:n",
    request="urn:r",
    dataset="urn:d",
    assigner="urn:owner",
    assignee="urn:developer",
    state=NegotiationState.REQUESTED,
    version=1,
    policy="",
    previous_policy="",
    turn="urn:owner",
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
    at=datetime(2026, 1, 1, tzinfo=UTC),
    seq=0,
)


def policy(terms: Terms = TERMS) -> Policy:
    return terms.offer(uid="urn:p", assigner="urn:owner", target="urn:d")


@pytest.mark.parametrize(
    ("sensitive", "case", "approved", "status"),
    [
        (False, "", None, EthicsStatus.NOT_NEEDED),
        (False, "urn:c", None, EthicsStatus.OPEN),
        (True, "", None, EthicsStatus.NEEDED),
        (True, "urn:c", None, EthicsStatus.OPEN),
        (True, "urn:c", True, EthicsStatus.APPROVED),
        (True, "urn:c", False, EthicsStatus.REFUSED),
    ],
)
def test_how_far_the_board_is(sensitive: bool, case: str, approved: bool | None, status: EthicsStatus) -> None:
    row = replace(ROW, ethics_case=case, ethics_approved=approved)

    assert ethics_status(row, policy(), sensitive=sensitive) is status


def test_terms_can_ask_for_the_board() -> None:
    asking = policy(replace(TERMS, ethics=True))

    assert len(ethics_duties(asking)) == 1
    assert ethics_needed(asking, sensitive=False)
    assert ethics_needed(policy(), sensitive=True)
    assert not ethics_needed(policy(), sensitive=False)


@pytest.mark.parametrize(
    ("changes", "wider"),
    [
        ({}, False),
        ({"max_records": 99}, False),
        ({"columns": frozenset({"value"})}, False),
        ({"price": Rate(amount_micro=1, currency="EUR")}, False),
        ({"price": Rate(amount_micro=1, currency="USD")}, False),
        ({"price": None}, False),
        ({"max_records": 101}, True),
        ({"max_records": None}, True),
        ({"columns": frozenset({"rater"})}, True),
        ({"purposes": frozenset({Iri("https://unknown.example/purpose")})}, True),
    ],
)
def test_an_approval_covers_what_lies_inside_the_terms(changes: dict[str, object], wider: bool) -> None:
    assert widened(policy(), policy(replace(TERMS, **changes))) is wider  # type: ignore[arg-type]
