"""What the owner's side answers to terms of a developer: the chain of reviewers is asked, its answer becomes events."""

from dataclasses import dataclass
from typing import assert_never

from gateway.exchange.agreement import agreed, valid_until
from gateway.exchange.platform_terms import use_of_terms
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.ports import Ports
from gateway.exchange.reading import Reading
from gateway.exchange.review import (
    Agree,
    EthicsStatus,
    Hold,
    Propose,
    Reject,
    Review,
    answered,
)
from graph.journal.documents import Document
from graph.journal.events import (
    AgreementSigned,
    AnsweredBy,
    EthicsDecisionRequested,
    Event,
    OfferAccepted,
    OfferMade,
    RequestRejected,
    ReviewHeld,
)
from graph.journal.rows import DatasetRow
from graph.signing import AGREEMENT_TYP, SigningKey, sign
from policies.canonical import policy_hash
from policies.difference import difference
from policies.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Terms of a developer that wait for the owner's side."""

    negotiation: str
    dataset: DatasetRow
    assignee: str
    terms: Policy
    ethics: EthicsStatus
    in_person: bool = False
    """The owner began, so no rule of its own answers for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer, as it is to be recorded."""

    events: tuple[Event, ...]
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A live delegation: the bounds, and the key that may sign within them."""

    bounds: Policy
    key: SigningKey


def answer_for_owner(ports: Ports, reading: Reading, asked: Asked) -> Answered:
    """Ask the chain of reviewers, and write down what it says.

    A case is opened when the ethics board has to decide first. When standing rules agree, the gateway signs at once
    with the key that the owner delegated to.
    """
    standing = _standing(ports, reading, asked)
    reviewed = answered(
        ports.reviewers,
        Review(
            negotiation=asked.negotiation,
            terms=asked.terms,
            platform_use=use_of_terms(reading, asked.dataset, asked.terms),
            ethics=asked.ethics,
            bounds=None if standing is None else standing.bounds,
        ),
    )
    match reviewed.answer:
        case Agree():
            return _agreed(asked, reviewed.by, None if standing is None else standing.key)
        case Propose(terms=terms):
            return _proposed(asked, reviewed.by, terms)
        case Reject(reasons=reasons):
            rejected = RequestRejected(
                negotiation=asked.negotiation, by=asked.dataset.licensor, reasons=reasons, answered_by=reviewed.by
            )
            return Answered(events=(rejected,))
        case Hold() as hold:
            return _held(ports, asked, reviewed.by, hold)
        case _:
            assert_never(reviewed.answer)


def case_opened(ports: Ports, negotiation: str, dataset: str) -> EthicsDecisionRequested:
    """The event that puts a negotiation before the board."""
    return EthicsDecisionRequested(case=ports.ids.new("ethics-case"), negotiation=negotiation, dataset=dataset)


def _standing(ports: Ports, reading: Reading, asked: Asked) -> _Standing | None:
    if asked.in_person:
        return None
    delegation = reading.view.delegation(asked.dataset.licensor, asked.dataset.dataset)
    key = ports.keys.find(asked.dataset.licensor, asked.dataset.dataset)
    if delegation is None or key is None or key.thumbprint != delegation.key:
        return None
    end = valid_until(asked.terms)
    if end is not None and end <= reading.now:
        # WHY: terms can run out while the ethics board thinks; nobody agrees to them then.
        return None
    return _Standing(bounds=reading.policy(delegation.bounds), key=key)


def _agreed(asked: Asked, by: AnsweredBy, key: SigningKey | None) -> Answered:
    accepted = OfferAccepted(
        negotiation=asked.negotiation,
        by=asked.dataset.licensor,
        policy=policy_hash(asked.terms),
        answered_by=by,
    )
    if by is not AnsweredBy.STANDING_RULES or key is None:
        # INVARIANT: the delegated key signs what standing rules found inside the bounds, and nothing else.
        return Answered(events=(accepted,))
    drawn = agreed(asked.negotiation, asked.terms, asked.assignee)
    signed = AgreementSigned(
        negotiation=asked.negotiation,
        agreement=drawn.agreement,
        policy=drawn.hash,
        by=asked.dataset.licensor,
        key=key.thumbprint,
        signature=sign(key, drawn.payload, typ=AGREEMENT_TYP),
        delegated=True,
    )
    return Answered(events=(accepted, signed), documents=(drawn.document(),))


def _proposed(asked: Asked, by: AnsweredBy, terms: Policy) -> Answered:
    made = OfferMade(
        negotiation=asked.negotiation,
        by=asked.dataset.licensor,
        policy=policy_hash(terms),
        answered_by=by,
        changed=tuple(change.term for change in difference(asked.terms, terms)),
    )
    return Answered(events=(made,), documents=(policy_document(terms),))


def _held(ports: Ports, asked: Asked, by: AnsweredBy, hold: Hold) -> Answered:
    held = ReviewHeld(negotiation=asked.negotiation, reviewer=by, code=hold.code, terms=hold.terms)
    if by is AnsweredBy.ETHICS_BOARD and asked.ethics is EthicsStatus.NEEDED:
        return Answered(events=(case_opened(ports, asked.negotiation, asked.dataset.dataset), held))
    return Answered(events=(held,))
