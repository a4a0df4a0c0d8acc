"""Ask one or many owners for licences: one negotiation per dataset, answered at once as far as rules can."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.answering import Answered, Asked, answer_for_owner
from gateway.exchange.appending import Draft, append, first_outcome, keep_text
from gateway.exchange.commands import RequestedItem, RequestLicence
from gateway.exchange.errors import (
    AdjustsMismatchError,
    IdempotencyKeyReusedError,
    InputInvalidError,
    OfferMissingError,
)
from gateway.exchange.existing import existing_dataset, existing_negotiation
from gateway.exchange.facts import present_columns
from gateway.exchange.offers import current_offer
from gateway.exchange.platform_terms import require_use
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.policy_input import require_days
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import negotiation_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.review import EthicsStatus
from gateway.exchange.roles import require_kind
from gateway.exchange.sensitivity import ethics_needed
from gateway.exchange.views import NegotiationView
from gateway.exchange.wording import require_message
from graph.journal.documents import Document
from graph.journal.events import LicenceRequested, PartyKind, Recorded
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow, NegotiationState
from policies.canonical import policy_hash
from policies.model import Policy, PolicyClass
from policies.terms import narrowed
from policies.validate import validate
from policies.vocabulary import Iri

MOST_ITEMS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """One negotiation that begins, with the owner's answer if rules gave one."""

    dataset: DatasetRow
    requested: LicenceRequested
    document: Document
    answered: Answered


async def request_licence(ports: Ports, principal: Principal, command: RequestLicence) -> tuple[NegotiationView, ...]:
    """Send a request: every owner gets an item of its own, narrowed from the owner's present offer.

    All items are recorded, or none. The owners' reviewers look at them at once: an item may come back terminated,
    agreed, or on hold.

    Returns:
        The negotiations, in the order of the items.

    Raises:
        ScopeMissingError: Without ``licence:request``.
        RoleNotAllowedError: The caller is no developer.
        InputInvalidError: No item, too many, a dataset twice, an item without columns, too many days, a message that
            is too long.
        NotFoundError: There is no such dataset.
        OfferMissingError: A dataset is not offered for this use.
        PlatformTermsUndecidedError: … because the platform's own terms leave the use open.
        PlatformTermsForbidError: … because the platform's own terms forbid the use.
        AdjustsMismatchError: ``adjusts`` is no rejected request of the caller's about one of the datasets.
        PolicyError: The terms that are asked for make no valid policy.
        VersionConflictError: A dataset's terms changed meanwhile.
    """
    principal.require(Scope.LICENCE_REQUEST)
    require_kind(principal, frozenset({PartyKind.LLM_DEVELOPER}), "request licences")
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        _check(command)
        recorded = await _send(ports, principal, command)
    requested = _requests(recorded, command)
    return await read(ports, principal, lambda reading: _views(ports, reading, requested))


def _check(command: RequestLicence) -> None:
    datasets = [item.dataset for item in command.items]
    if not 1 <= len(datasets) <= MOST_ITEMS:
        raise InputInvalidError("items", f"expected 1 to {MOST_ITEMS}")
    if len(set(datasets)) != len(datasets):
        raise InputInvalidError("items", "a dataset is named twice")
    for position, item in enumerate(command.items):
        if not item.columns:
            raise InputInvalidError(f"items.{position}.columns", "name at least one column")
    require_days(command.days, "days")
    require_message(command.message)


async def _send(ports: Ports, principal: Principal, command: RequestLicence) -> tuple[Recorded, ...]:
    opened = await read(ports, principal, lambda reading: _opened(ports, reading, command))
    note = await keep_text(ports, command.message, opened[0].requested.request)
    draft = Draft(
        events=tuple(event for each in opened for event in (replace(each.requested, note=note), *each.answered.events)),
        expected=tuple(ExpectedVersion(stream=each.dataset.dataset, version=each.dataset.version) for each in opened),
        documents=tuple(document for each in opened for document in (each.document, *each.answered.documents)),
        text=note,
    )
    return await append(ports, principal, command, draft)


def _opened(ports: Ports, reading: Reading, command: RequestLicence) -> Sequence[_Opened]:
    request = ports.ids.new("request")
    adjusted = _adjusted(reading, command)
    return [
        _open(ports, reading, command, item, request, command.adjusts or "" if item.dataset == adjusted else "")
        for item in command.items
    ]


def _adjusted(reading: Reading, command: RequestLicence) -> str:
    """The dataset of the rejected negotiation that this request adjusts; empty when it adjusts none."""
    if command.adjusts is None:
        return ""
    row = reading.view.negotiation(command.adjusts)
    if (
        row is None
        or row.assignee != reading.reader.party
        or row.state is not NegotiationState.TERMINATED
        or row.dataset not in {item.dataset for item in command.items}
    ):
        raise AdjustsMismatchError(command.adjusts)
    return row.dataset


def _open(  # what one item has in common with the others, and its own
    ports: Ports, reading: Reading, command: RequestLicence, item: RequestedItem, request: str, adjusts: str
) -> _Opened:
    dataset = existing_dataset(reading, item.dataset)
    terms = _terms(ports, reading, command, item, dataset)
    negotiation = ports.ids.new("negotiation")
    needed = ethics_needed(terms, sensitive=dataset.sensitive)
    asked = Asked(
        negotiation=negotiation,
        dataset=dataset,
        assignee=reading.reader.party,
        terms=terms,
        ethics=EthicsStatus.NEEDED if needed else EthicsStatus.NOT_NEEDED,
    )
    return _Opened(
        dataset=dataset,
        requested=LicenceRequested(
            negotiation=negotiation,
            request=request,
            dataset=dataset.dataset,
            assigner=dataset.licensor,
            assignee=reading.reader.party,
            policy=policy_hash(terms),
            adjusts=adjusts,
        ),
        document=policy_document(terms),
        answered=answer_for_owner(ports, reading, asked),
    )


def _terms(ports: Ports, reading: Reading, command: RequestLicence, item: RequestedItem, dataset: DatasetRow) -> Policy:
    """What is asked of one owner: the present offer, with the terms that the developer names in place of its own."""
    standing = current_offer(reading, dataset.dataset, command.action)
    if standing is None:
        require_use(reading, dataset, command.action)
        raise OfferMissingError(dataset.dataset, command.action)
    _, offered = standing
    terms = narrowed(
        replace(offered, permissions=tuple(each for each in offered.permissions if each.action.term == command.action)),
        uid=ports.ids.new("policy"),
        policy_class=PolicyClass.REQUEST,
        assignee=reading.reader.party,
        purposes=frozenset({Iri(command.purpose)}),
        columns=frozenset(item.columns),
        max_records=command.max_records,
        days=command.days,
        places=frozenset() if command.place is None else frozenset({Iri(command.place)}),
        models=frozenset() if command.model is None else frozenset({Iri(command.model)}),
        price=command.price,
    )
    validate(terms, now=reading.now, columns=present_columns(dataset, reading.view))
    return terms


def _requests(recorded: Sequence[Recorded], command: RequestLicence) -> Sequence[LicenceRequested]:
    requested = [each.event for each in recorded if isinstance(each.event, LicenceRequested) and not each.event.renews]
    if [each.dataset for each in requested] != [item.dataset for item in command.items]:
        raise IdempotencyKeyReusedError(command.idempotency_key or "")
    return requested


def _views(ports: Ports, reading: Reading, requested: Sequence[LicenceRequested]) -> tuple[NegotiationView, ...]:
    rows = (existing_negotiation(reading, each.negotiation) for each in requested)
    return tuple(negotiation_view(ports, reading, row) for row in rows)
