"""Reject the other side's terms, with a reason per term; only whose turn it is."""

import re
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.appending import Draft, append, first_outcome, keep_text
from gateway.exchange.commands import RejectRequest
from gateway.exchange.errors import InputInvalidError
from gateway.exchange.negotiating import ANSWERABLE, SIGNABLE, negotiation_result, own_turn
from gateway.exchange.ports import Ports
from gateway.exchange.reading import read
from gateway.exchange.views import NegotiationView
from gateway.exchange.wording import require_code
from graph.journal.events import RequestRejected, TermReason

MOST_REASONS: Final = 100
MOST_NOTE: Final = 4_000
"""Characters of a note to the other side."""
_TERM: Final = re.compile(r"\S{1,200}")


async def reject_request(ports: Ports, principal: Principal, command: RejectRequest) -> NegotiationView:
    """End the negotiation, with a machine-readable reason per term and a note to the other side.

    Raises:
        ScopeMissingError: Without ``licence:negotiate``.
        InputInvalidError: No reason, too many, one that is not well-formed, or a note that is too long.
        NotFoundError: No licence request of the caller's has this IRI.
        NotYourTurnError: It does not wait for the caller.
        EthicsDecisionOpenError: The caller is the owner, and the ethics board has not decided yet.
        VersionConflictError: Somebody acted on the request, or on the dataset's terms, meanwhile.
    """
    principal.require(Scope.LICENCE_NEGOTIATE)
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        turn = await read(
            ports, principal, lambda reading: own_turn(reading, command.negotiation, ANSWERABLE | SIGNABLE, ending=True)
        )
        note = await keep_text(ports, command.note, command.negotiation)
        rejected = RequestRejected(
            negotiation=turn.row.negotiation,
            by=principal.party,
            reasons=command.reasons,
            answered_by=turn.role,
            note=note,
        )
        draft = Draft(events=(rejected,), expected=turn.expected, text=note)
        recorded = await append(ports, principal, command, draft)
    return await negotiation_result(ports, principal, command, recorded, (command.negotiation, RequestRejected))


def _check(command: RejectRequest) -> None:
    if not 1 <= len(command.reasons) <= MOST_REASONS:
        raise InputInvalidError("reasons", f"expected 1 to {MOST_REASONS}")
    for position, reason in enumerate(command.reasons):
        _check_reason(position, reason)
    if len(command.note) > MOST_NOTE:
        raise InputInvalidError("note", f"at most {MOST_NOTE} characters")


def _check_reason(position: int, reason: TermReason) -> None:
    if not _TERM.fullmatch(reason.term):
        raise InputInvalidError(f"reasons.{position}.term", "expected the name of a term")
    require_code(reason.code, f"reasons.{position}.code")
