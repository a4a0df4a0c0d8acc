"""Accept the last terms as they stand; only whose turn it is."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.agreement import agreed
from gateway.exchange.appending import Draft, recorded_once
from gateway.exchange.commands import AcceptOffer
from gateway.exchange.facts import present_columns
from gateway.exchange.negotiating import ANSWERABLE, negotiation_result, own_turn, require_ethics_closed
from gateway.exchange.platform_terms import require_uses
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from gateway.exchange.views import NegotiationView
from graph.journal.events import OfferAccepted
from policies.validate import validate


async def accept_offer(ports: Ports, principal: Principal, command: AcceptOffer) -> NegotiationView:
    """Accept the last terms as they stand; the agreement to sign follows from them.

    Raises:
        ScopeMissingError: Without ``licence:negotiate``.
        NotFoundError: No licence request of the caller's has this IRI.
        NotYourTurnError: It does not wait for the caller's answer.
        EthicsDecisionOpenError: The ethics board has not decided yet.
        PolicyError: The terms have run out meanwhile.
        PlatformTermsUndecidedError: The platform's own terms leave the use open.
        PlatformTermsForbidError: The platform's own terms forbid the use.
        VersionConflictError: Somebody acted on the request, or on the dataset's terms, meanwhile.
    """
    principal.require(Scope.LICENCE_NEGOTIATE)
    recorded = await recorded_once(ports, principal, command, lambda reading: _accepted(reading, command))
    return await negotiation_result(ports, principal, command, recorded, (command.negotiation, OfferAccepted))


def _accepted(reading: Reading, command: AcceptOffer) -> Draft:
    turn = own_turn(reading, command.negotiation, ANSWERABLE)
    require_ethics_closed(turn)
    validate(turn.terms, now=reading.now, columns=present_columns(turn.dataset, reading.view))
    require_uses(reading, turn.dataset, turn.terms)
    accepted = OfferAccepted(
        negotiation=turn.row.negotiation,
        by=reading.reader.party,
        policy=turn.row.policy,
        answered_by=turn.role,
    )
    drawn = agreed(turn.row.negotiation, turn.terms, turn.row.assignee)
    return Draft(events=(accepted,), expected=turn.expected, documents=(drawn.document(),))
