"""Rules of the exchange of messages before an agreement."""

from graph.journal.events import (
    EthicsDecided,
    EthicsDecisionRequested,
    LicenceRequested,
    OfferAccepted,
    OfferMade,
    RequestRejected,
    ReviewHeld,
)
from graph.provenance.rules.template import Given, Template
from graph.provenance.vocabulary import EdgeType, Label


def licence_requested(event: LicenceRequested, template: Template) -> None:
    """The negotiation begins: what was asked, of whom, about which dataset."""
    negotiation = template.node(event.negotiation, Label.NEGOTIATION, startedAt=template.at)
    request = template.node(event.request, Label.REQUEST)
    developer = template.node(event.assignee, Label.DEVELOPER)
    owner = template.node(event.assigner, Label.OWNER)
    template.edge(request, EdgeType.WAS_ATTRIBUTED_TO, owner if event.by else developer)
    template.edge(negotiation, EdgeType.USED, request)
    template.edge(negotiation, EdgeType.ABOUT, template.node(event.dataset, Label.DATASET))
    template.edge(negotiation, EdgeType.WAS_ASSOCIATED_WITH, owner)
    template.edge(negotiation, EdgeType.WAS_ASSOCIATED_WITH, developer)
    template.edge(negotiation, EdgeType.WAS_INFORMED_BY, template.node(event.adjusts, Label.NEGOTIATION))
    if event.renews:
        template.edge(negotiation, EdgeType.ABOUT, template.node(event.renews, Label.LICENCE))
    if event.finding:
        template.mark(negotiation, finding=event.finding)
    _message(negotiation, event.by or event.assignee, template, kind="REQUEST", odrlDigest=event.policy)


def review_held(event: ReviewHeld, template: Template) -> None:
    """A reviewer waits for a person."""
    review = template.own(Label.REVIEW, reviewer=event.reviewer, code=event.code, terms=event.terms)
    template.edge(review, EdgeType.ABOUT, template.node(event.negotiation, Label.NEGOTIATION))


def ethics_decision_requested(event: EthicsDecisionRequested, template: Template) -> None:
    """The board's case is open."""
    case = template.node(event.case, Label.ETHICS_REVIEW, startedAt=template.at)
    template.edge(case, EdgeType.ABOUT, template.node(event.negotiation, Label.NEGOTIATION))
    template.edge(case, EdgeType.ABOUT, template.node(event.dataset, Label.DATASET))


def ethics_decided(event: EthicsDecided, template: Template) -> None:
    """The board's decision, which the negotiation then rests on; its reasoning stays in the vault."""
    case = template.node(event.case, Label.ETHICS_REVIEW)
    decision = template.own(Label.ETHICS_DECISION, approved=event.approved)
    board = template.node(event.board, Label.ETHICS_BOARD)
    template.edge(decision, EdgeType.WAS_GENERATED_BY, case)
    template.edge(decision, EdgeType.WAS_ATTRIBUTED_TO, board)
    template.edge(case, EdgeType.WAS_ASSOCIATED_WITH, board)
    template.edge(template.node(event.negotiation, Label.NEGOTIATION), EdgeType.USED, decision)
    template.mark(case, endedAt=template.at)


def offer_made(event: OfferMade, template: Template) -> None:
    """A side answered with terms of its own."""
    negotiation = template.node(event.negotiation, Label.NEGOTIATION)
    _message(
        negotiation,
        event.by,
        template,
        kind="OFFER",
        odrlDigest=event.policy,
        answeredBy=event.answered_by,
        changedTerms=event.changed,
    )


def offer_accepted(event: OfferAccepted, template: Template) -> None:
    """The last terms were accepted as they stand."""
    negotiation = template.node(event.negotiation, Label.NEGOTIATION)
    _message(negotiation, event.by, template, kind="ACCEPTANCE", odrlDigest=event.policy, answeredBy=event.answered_by)


def request_rejected(event: RequestRejected, template: Template) -> None:
    """The negotiation ended, with reasons per term; a note to the other side stays in the vault."""
    negotiation = template.node(event.negotiation, Label.NEGOTIATION)
    _message(
        negotiation,
        event.by,
        template,
        kind="REJECTION",
        answeredBy=event.answered_by,
        terms=tuple(each.term for each in event.reasons),
        codes=tuple(each.code for each in event.reasons),
    )
    template.mark(negotiation, endedAt=template.at, outcome="REJECTED")


def _message(negotiation: str, by: str, template: Template, **properties: Given) -> None:
    message = template.own(Label.MESSAGE, **properties)
    template.edge(message, EdgeType.WAS_ATTRIBUTED_TO, template.node(by, Label.OPERATOR))
    template.edge(negotiation, EdgeType.USED, message)
