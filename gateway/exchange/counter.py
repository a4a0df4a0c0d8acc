"""Counter the other side's terms with terms of one's own; only whose turn it is."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.answering import Asked, answer_for_owner, case_opened
from gateway.exchange.appending import Draft, recorded_once
from gateway.exchange.commands import CounterOffer
from gateway.exchange.description import description_of
from gateway.exchange.errors import TermsUnchangedError
from gateway.exchange.facts import present_columns
from gateway.exchange.negotiating import ANSWERABLE, Turn, begun_by_owner, negotiation_result, own_turn
from gateway.exchange.platform_terms import require_uses
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.policy_input import Placement, policy_from
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from gateway.exchange.review import EthicsStatus
from gateway.exchange.sensitivity import ethics_needed, widened
from gateway.exchange.views import NegotiationView
from graph.journal.events import Event, OfferMade
from policies.canonical import policy_hash
from policies.difference import difference
from policies.model import Policy, PolicyClass
from policies.terms import same_terms


async def counter_offer(ports: Ports, principal: Principal, command: CounterOffer) -> NegotiationView:
    """Answer with terms of one's own. What differs from the last terms is computed, not claimed.

    A developer's counter goes through the owner's reviewers at once. When the ethics board approved the last terms and
    the new ones are wider, or may be, the board is asked again.

    Raises:
        ScopeMissingError: Without ``licence:negotiate``.
        NotFoundError: No licence request of the caller's has this IRI.
        NotYourTurnError: It does not wait for the caller's answer.
        EthicsDecisionOpenError: The ethics board has not decided yet.
        TermsUnchangedError: The terms equal the last ones.
        PolicyMisplacedError: The policy is about another dataset or other parties.
        PolicyError: The terms make no valid policy.
        PlatformTermsUndecidedError: The platform's own terms leave the use open.
        PlatformTermsForbidError: The platform's own terms forbid the use.
        VersionConflictError: Somebody acted on the request, or on the dataset's terms, meanwhile.
    """
    principal.require(Scope.LICENCE_NEGOTIATE)
    recorded = await recorded_once(ports, principal, command, lambda reading: _countered(ports, reading, command))
    return await negotiation_result(ports, principal, command, recorded, (command.negotiation, OfferMade))


def _countered(ports: Ports, reading: Reading, command: CounterOffer) -> Draft:
    turn = own_turn(reading, command.negotiation, ANSWERABLE)
    terms = policy_from(command.policy, _place(ports, reading, turn), reading)
    if same_terms(turn.terms, terms):
        raise TermsUnchangedError(turn.row.negotiation)
    require_uses(reading, turn.dataset, terms)
    made = OfferMade(
        negotiation=turn.row.negotiation,
        by=reading.reader.party,
        policy=policy_hash(terms),
        answered_by=turn.role,
        changed=tuple(change.term for change in difference(turn.terms, terms)),
    )
    documents = [policy_document(terms)]
    events: list[Event] = [made]
    ethics = _ethics_of(turn, terms)
    if not turn.owner:
        asked = Asked(
            negotiation=turn.row.negotiation,
            dataset=turn.dataset,
            assignee=turn.row.assignee,
            terms=terms,
            ethics=ethics,
            in_person=begun_by_owner(reading, turn.row),
        )
        answered = answer_for_owner(ports, reading, asked)
        events.extend(answered.events)
        documents.extend(answered.documents)
    elif ethics is EthicsStatus.NEEDED:
        events.append(case_opened(ports, turn.row.negotiation, turn.dataset.dataset))
    return Draft(events=tuple(events), expected=turn.expected, documents=tuple(documents))


def _place(ports: Ports, reading: Reading, turn: Turn) -> Placement:
    described = description_of(turn.dataset, reading.view)
    return Placement(
        uid=ports.ids.new("policy"),
        target=turn.dataset.dataset,
        assigner=turn.row.assigner,
        assignee=turn.row.assignee,
        policy_class=PolicyClass.OFFER if turn.owner else PolicyClass.REQUEST,
        title=described.title,
        columns=present_columns(turn.dataset, reading.view),
        ethics=turn.dataset.sensitive,
    )


def _ethics_of(turn: Turn, terms: Policy) -> EthicsStatus:
    """How far the board is with the new terms: an approval of narrower ones says nothing about them."""
    if turn.ethics is EthicsStatus.OPEN:
        return EthicsStatus.OPEN
    if not ethics_needed(terms, sensitive=turn.dataset.sensitive):
        return EthicsStatus.NOT_NEEDED
    if turn.ethics is EthicsStatus.APPROVED and not widened(turn.terms, terms):
        return EthicsStatus.APPROVED
    return EthicsStatus.NEEDED
