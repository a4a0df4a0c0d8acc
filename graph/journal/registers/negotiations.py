"""Reducers of negotiations up to acceptance: who may move, from which state, to which.

```
REQUESTED -> OFFERED -> ... -> ACCEPTED -> AGREED -> VERIFIED -> FINALIZED
any of them before FINALIZED -> TERMINATED
```
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

import msgspec

from graph.errors import MoveRefusedError, NotOnRecordError
from graph.journal.events import (
    AnsweredBy,
    EthicsDecided,
    EthicsDecisionRequested,
    Event,
    LicenceRequested,
    OfferAccepted,
    OfferMade,
    RequestRejected,
    ReviewHeld,
)
from graph.journal.reads.negotiations import ethics_case_row, negotiation_row
from graph.journal.registers.datasets import licensor_of
from graph.journal.rows import NegotiationRow, NegotiationState
from graph.sql.connection import Connection
from graph.sql.statements import licences
from graph.sql.statements import negotiations as statements
from graph.times import instant_text
from policies.model import LicenceStatus

_ANSWERABLE: Final = frozenset({NegotiationState.REQUESTED, NegotiationState.OFFERED})
_UNSIGNED: Final = _ANSWERABLE | {NegotiationState.ACCEPTED}
_UNFINISHED: Final = _UNSIGNED | {NegotiationState.AGREED, NegotiationState.VERIFIED}


def requested(connection: Connection, event: LicenceRequested, seq: int, at: datetime) -> None:
    """A new negotiation about a dataset with its licensor, who must answer."""
    if negotiation_row(connection, event.negotiation) is not None:
        raise MoveRefusedError("LicenceRequested", event.negotiation, "the negotiation has begun already")
    if licensor_of(connection, event.dataset) != event.assigner:
        raise MoveRefusedError("LicenceRequested", event.negotiation, "the dataset has another licensor")
    if event.adjusts:
        standing(connection, event, event.adjusts, frozenset({NegotiationState.TERMINATED}))
    before = ""
    if event.renews:
        before = _require_renewable(connection, event)
    elif event.by:
        raise MoveRefusedError("LicenceRequested", event.negotiation, "a licensor asks for nothing but a renewal")
    connection.run(
        statements.ADD_NEGOTIATION,
        negotiation=event.negotiation,
        request=event.request,
        dataset=event.dataset,
        assigner=event.assigner,
        assignee=event.assignee,
        state=NegotiationState.REQUESTED.value,
        policy=event.policy,
        previous_policy=before,
        turn=event.assigner,
        hold="",
        ethics_case="",
        ethics_approved=None,
        agreement="",
        agreement_policy="",
        licence="",
        adjusts=event.adjusts,
        answered_by="",
        reasons="[]",
        note="",
        at=instant_text(at),
        seq=seq,
        renews=event.renews,
        renews_version=event.renews_version,
        finding=event.finding,
    )


def held(connection: Connection, event: ReviewHeld, at: datetime) -> None:
    """A reviewer of the side that must move waits for a person."""
    standing(connection, event, event.negotiation, _UNSIGNED)
    connection.run(
        statements.HELD,
        moving=event.negotiation,
        holding=msgspec.json.encode(event).decode(),
        moved_at=instant_text(at),
    )


def ethics_asked(connection: Connection, event: EthicsDecisionRequested, seq: int, at: datetime) -> None:
    """A case is opened; the negotiation waits for its outcome."""
    row = standing(connection, event, event.negotiation, _ANSWERABLE)
    if row.dataset != event.dataset:
        raise MoveRefusedError("EthicsDecisionRequested", event.case, "the negotiation is about another dataset")
    if row.ethics_case and row.ethics_approved is None:
        raise MoveRefusedError("EthicsDecisionRequested", event.case, "the negotiation has an open case")
    connection.run(
        statements.ADD_ETHICS_CASE,
        case=event.case,
        negotiation=event.negotiation,
        dataset=event.dataset,
        approved=None,
        board="",
        reason="",
        at=instant_text(at),
        seq=seq,
    )
    connection.run(statements.ETHICS_ASKED, moving=event.negotiation, asked=event.case, moved_at=instant_text(at))


def ethics_decided(connection: Connection, event: EthicsDecided, at: datetime) -> None:
    """The case is closed, once; the board's hold on the negotiation ends with it."""
    case = ethics_case_row(connection, event.case)
    if case is None:
        raise NotOnRecordError(event.case)
    if case.approved is not None or case.negotiation != event.negotiation:
        raise MoveRefusedError("EthicsDecided", event.case, "it is decided, or of another negotiation")
    connection.run(
        statements.DECIDE_ETHICS_CASE,
        deciding=event.case,
        decided=int(event.approved),
        by_board=event.board,
        why=event.reason,
    )
    row = standing(connection, event, event.negotiation, frozenset(NegotiationState))
    waiting = row.hold is not None and row.hold.reviewer is not AnsweredBy.ETHICS_BOARD
    connection.run(
        statements.ETHICS_ANSWERED,
        moving=event.negotiation,
        decided=int(event.approved),
        holding=msgspec.json.encode(row.hold).decode() if waiting else "",
        moved_at=instant_text(at),
    )


def offered(connection: Connection, event: OfferMade, at: datetime) -> None:
    """New terms; the other side must answer."""
    row = standing(connection, event, event.negotiation, _ANSWERABLE)
    _on_turn(row, event, event.by)
    connection.run(
        statements.OFFERED,
        moving=event.negotiation,
        offered=event.policy,
        next_turn=row.assignee if event.by == row.assigner else row.assigner,
        answering=event.answered_by.value,
        moved_at=instant_text(at),
    )


def accepted(connection: Connection, event: OfferAccepted, at: datetime) -> None:
    """The last terms stand as they are; the provider signs next."""
    row = standing(connection, event, event.negotiation, _ANSWERABLE)
    _on_turn(row, event, event.by)
    if event.policy != row.policy:
        raise MoveRefusedError("OfferAccepted", event.negotiation, "other terms than the last are accepted")
    connection.run(
        statements.ACCEPTED,
        moving=event.negotiation,
        answering=event.answered_by.value,
        moved_at=instant_text(at),
    )


def rejected(connection: Connection, event: RequestRejected, at: datetime) -> None:
    """Either side ends the negotiation."""
    row = standing(connection, event, event.negotiation, _UNFINISHED)
    if event.by not in (row.assigner, row.assignee):
        raise MoveRefusedError("RequestRejected", event.negotiation, "it comes from neither side")
    connection.run(
        statements.REJECTED,
        moving=event.negotiation,
        answering=event.answered_by.value,
        why=msgspec.json.encode(event.reasons).decode(),
        noted=event.note,
        moved_at=instant_text(at),
    )


def standing(
    connection: Connection, event: Event, negotiation: str, allowed: AbstractSet[NegotiationState]
) -> NegotiationRow:
    """The negotiation that an event moves.

    Raises:
        NotOnRecordError: there is no such negotiation.
        MoveRefusedError: it is in none of the allowed states.
    """
    row = negotiation_row(connection, negotiation)
    if row is None:
        raise NotOnRecordError(negotiation)
    if row.state not in allowed:
        raise MoveRefusedError(type(event).__name__, negotiation, f"it is `{row.state.value}`")
    return row


def _require_renewable(connection: Connection, event: LicenceRequested) -> str:
    """The terms that stand."""
    row = connection.row(licences.RENEWABLE, of=event.renews)
    if row is None:
        raise NotOnRecordError(event.renews)
    state, dataset, assigner, assignee, version, policy = row
    if (dataset, assigner, assignee) != (event.dataset, event.assigner, event.assignee):
        raise MoveRefusedError("LicenceRequested", event.renews, "dataset or parties are others than the licence's")
    if state != LicenceStatus.ACTIVE:
        raise MoveRefusedError("LicenceRequested", event.renews, f"it is `{state}`")
    if version != event.renews_version:
        raise MoveRefusedError("LicenceRequested", event.renews, f"its version is {version}")
    if event.by not in {"", assigner}:
        raise MoveRefusedError("LicenceRequested", event.renews, "it comes from neither side")
    return str(policy)


def _on_turn(row: NegotiationRow, event: OfferMade | OfferAccepted, by: str) -> None:
    if by != row.turn:
        raise MoveRefusedError(type(event).__name__, row.negotiation, "the other side must answer")
