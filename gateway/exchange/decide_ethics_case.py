"""Decide a case before the ethics board."""

from dataclasses import dataclass, replace
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.answering import Answered, Asked, answer_for_owner
from gateway.exchange.appending import Draft, append, first_outcome, keep_text, require_same, the
from gateway.exchange.commands import DecideEthicsCase
from gateway.exchange.errors import EthicsCaseClosedError, InputInvalidError
from gateway.exchange.existing import existing_case, existing_dataset, existing_negotiation
from gateway.exchange.lookup_ethics import ethics_case
from gateway.exchange.negotiating import RENEWABLE, begun_by_owner
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading, read
from gateway.exchange.review import ETHICS, EthicsStatus
from gateway.exchange.roles import require_kind
from gateway.exchange.views import EthicsCaseView
from graph.journal.events import AnsweredBy, EthicsDecided, PartyKind, RequestRejected, TermReason
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow, NegotiationRow, NegotiationState

MOST_REASON: Final = 4_000
"""Characters of the board's reasoning."""

_BOARD: Final = frozenset({PartyKind.ETHICS_BOARD})


async def decide_ethics_case(ports: Ports, principal: Principal, command: DecideEthicsCase) -> EthicsCaseView:
    """Approve or refuse. A refusal ends the negotiation; after an approval the owner's reviewers go on.

    Raises:
        ScopeMissingError: Without ``ethics:review``.
        RoleNotAllowedError: The caller is no ethics board.
        InputInvalidError: The reason is missing or too long.
        NotFoundError: There is no such case.
        EthicsCaseClosedError: It was decided, or its negotiation has ended.
        VersionConflictError: Somebody acted on the negotiation, or on the dataset's terms, meanwhile.
    """
    principal.require(Scope.ETHICS_REVIEW)
    require_kind(principal, _BOARD, "decide ethics cases")
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        if not 1 <= len(command.reason.strip()) <= MOST_REASON:
            raise InputInvalidError("reason", f"expected 1 to {MOST_REASON} characters")
        decision = await read(ports, principal, lambda reading: _decision(ports, reading, command))
        reason = await keep_text(ports, command.reason, command.case)
        draft = Draft(
            events=(replace(decision.decided, reason=reason), *decision.answered.events),
            expected=decision.expected,
            documents=decision.answered.documents,
            text=reason,
        )
        recorded = await append(ports, principal, command, draft)
    require_same(command.case, the(recorded, EthicsDecided, command).case, command)
    return await ethics_case(ports, principal, command.case)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    """What the board decided, and what follows from it."""

    decided: EthicsDecided
    answered: Answered
    expected: tuple[ExpectedVersion, ...]


def _decision(ports: Ports, reading: Reading, command: DecideEthicsCase) -> _Decision:
    case = existing_case(reading, command.case)
    row = existing_negotiation(reading, case.negotiation)
    dataset = existing_dataset(reading, case.dataset)
    if case.approved is not None or row.state is NegotiationState.TERMINATED:
        raise EthicsCaseClosedError(case.case)
    return _Decision(
        decided=EthicsDecided(
            case=case.case,
            negotiation=row.negotiation,
            board=reading.reader.party,
            approved=command.approved,
            reason="",
        ),
        answered=_consequence(ports, reading, row, dataset) if command.approved else _refusal(row),
        expected=(
            ExpectedVersion(stream=row.negotiation, version=row.version),
            ExpectedVersion(stream=dataset.dataset, version=dataset.version),
        ),
    )


def _consequence(ports: Ports, reading: Reading, row: NegotiationRow, dataset: DatasetRow) -> Answered:
    """The owner's reviewers go on, unless the developer has to answer, or what was to be renewed has ended."""
    licence = reading.view.licence(row.renews) if row.renews else None
    if row.turn != row.assigner or (licence is not None and licence.state not in RENEWABLE):
        return Answered(events=())
    asked = Asked(
        negotiation=row.negotiation,
        dataset=dataset,
        assignee=row.assignee,
        terms=reading.policy(row.policy),
        ethics=EthicsStatus.APPROVED,
        in_person=begun_by_owner(reading, row),
    )
    return answer_for_owner(ports, reading, asked)


def _refusal(row: NegotiationRow) -> Answered:
    rejected = RequestRejected(
        negotiation=row.negotiation,
        by=row.assigner,
        reasons=(TermReason(term=ETHICS, code="ETHICS_REFUSED"),),
        answered_by=AnsweredBy.ETHICS_BOARD,
    )
    return Answered(events=(rejected,))
