"""Renew a licence, with or without other terms: a negotiation whose agreement takes the place of the last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.answering import Asked, answer_for_owner, case_opened
from gateway.exchange.appending import Draft, append, first_outcome, keep_text, require_same, the
from gateway.exchange.commands import RenewLicence
from gateway.exchange.errors import NotFoundError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.facts import present_columns
from gateway.exchange.lookup import own_licence
from gateway.exchange.negotiating import own_negotiation, require_renewable
from gateway.exchange.platform_terms import require_uses
from gateway.exchange.policy_documents import policy_document
from gateway.exchange.policy_input import require_days
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import negotiation_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.review import EthicsStatus
from gateway.exchange.sensitivity import ethics_needed
from gateway.exchange.views import NegotiationView
from gateway.exchange.wording import require_message
from graph.journal.documents import Document
from graph.journal.events import AnsweredBy, Event, LicenceRequested, OfferMade
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow, LicenceRow
from policies.canonical import policy_hash
from policies.difference import difference
from policies.model import Policy, PolicyClass
from policies.terms import narrowed
from policies.validate import validate
from policies.vocabulary import Iri


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renewal:
    """What is to be renewed, and how."""

    row: LicenceRow
    dataset: DatasetRow
    standing: Policy
    """The agreement in force."""
    terms: Policy
    """What is to follow."""

    @property
    def ethics(self) -> EthicsStatus:
        needed = ethics_needed(self.terms, sensitive=self.dataset.sensitive)
        return EthicsStatus.NEEDED if needed else EthicsStatus.NOT_NEEDED


async def renew_licence(ports: Ports, principal: Principal, command: RenewLicence) -> NegotiationView:
    """Begin a negotiation about a newer agreement of a licence; the present one stays in force until both signed.

    The developer's wish goes through the owner's reviewers at once, as every request does. The owner's is an offer that
    the developer has to answer. Terms that are not named stay as they are. Under the newer agreement everything is
    counted anew: units, and days from the first delivery on; columns that must not be released together stay counted.

    Raises:
        ScopeMissingError: Without ``licence:request`` (developer) or ``licence:decide`` (owner).
        NotFoundError: No licence of the caller's has this IRI, or the finding is none of it.
        LicenceStateError: It was ended, or is paused.
        InputInvalidError: Too many days, or a message that is too long.
        PolicyError: The terms make no valid policy; such as an end that is past and was not replaced.
        PlatformTermsUndecidedError: The platform's own terms leave the use open.
        PlatformTermsForbidError: The platform's own terms forbid the use.
        VersionConflictError: The licence, or the dataset's terms, changed meanwhile.
    """
    recorded = await first_outcome(ports, principal, command)
    if recorded is None:
        require_days(command.days, "days")
        require_message(command.message)
        requested, rest = await read(ports, principal, lambda reading: _drafted(ports, reading, command))
        note = await keep_text(ports, command.message, requested.negotiation)
        draft = replace(rest, events=(replace(requested, note=note), *rest.events), text=note)
        recorded = await append(ports, principal, command, draft)
    found = the(recorded, LicenceRequested, command)
    require_same(found.renews, command.licence, command)

    def shown(reading: Reading) -> NegotiationView:
        return negotiation_view(ports, reading, own_negotiation(reading, found.negotiation))

    return await read(ports, principal, shown)


def _drafted(ports: Ports, reading: Reading, command: RenewLicence) -> tuple[LicenceRequested, Draft]:
    """The request, and what follows from it at once."""
    renewal = _renewal(ports, reading, command)
    negotiation = ports.ids.new("negotiation")
    owner = reading.reader.party == renewal.row.assigner
    events, documents = (_offered if owner else _asked)(ports, reading, renewal, negotiation)
    requested = LicenceRequested(
        negotiation=negotiation,
        request=ports.ids.new("request"),
        dataset=renewal.row.dataset,
        assigner=renewal.row.assigner,
        assignee=renewal.row.assignee,
        policy=renewal.row.policy if owner else policy_hash(renewal.terms),
        renews=renewal.row.licence,
        renews_version=renewal.row.version,
        by=renewal.row.assigner if owner else "",
        finding=command.finding or "",
    )
    return requested, Draft(
        events=tuple(events),
        expected=(
            ExpectedVersion(stream=renewal.row.licence, version=renewal.row.stream_version),
            ExpectedVersion(stream=renewal.dataset.dataset, version=renewal.dataset.version),
        ),
        documents=(policy_document(renewal.terms), *documents),
    )


def _renewal(ports: Ports, reading: Reading, command: RenewLicence) -> _Renewal:
    row = own_licence(reading, command.licence)
    owner = reading.reader.party == row.assigner
    reading.reader.require(Scope.LICENCE_DECIDE if owner else Scope.LICENCE_REQUEST)
    require_renewable(row)
    if command.finding is not None:
        _require_finding(reading, row, command.finding)
    dataset = existing_dataset(reading, row.dataset)
    standing = reading.policy(row.policy)
    terms = narrowed(
        standing,
        uid=ports.ids.new("policy"),
        policy_class=PolicyClass.OFFER if owner else PolicyClass.REQUEST,
        purposes=frozenset() if command.purpose is None else frozenset({Iri(command.purpose)}),
        columns=frozenset(command.columns),
        max_records=command.max_records,
        days=command.days,
        valid_until=command.valid_until,
        places=frozenset() if command.place is None else frozenset({Iri(command.place)}),
        models=frozenset() if command.model is None else frozenset({Iri(command.model)}),
        price=command.price,
    )
    validate(terms, now=reading.now, columns=present_columns(dataset, reading.view))
    require_uses(reading, dataset, terms)
    return _Renewal(row=row, dataset=dataset, standing=standing, terms=terms)


def _require_finding(reading: Reading, row: LicenceRow, finding: str) -> None:
    concern = reading.view.concern(finding)
    runs = {each.run for each in reading.view.runs_under(row.licence)}
    if finding not in runs and (concern is None or concern.licence != row.licence):
        raise NotFoundError("concern or run", finding)


def _asked(
    ports: Ports, reading: Reading, renewal: _Renewal, negotiation: str
) -> tuple[Sequence[Event], Sequence[Document]]:
    """The developer asks; the owner's reviewers answer as far as they can."""
    answered = answer_for_owner(
        ports,
        reading,
        Asked(
            negotiation=negotiation,
            dataset=renewal.dataset,
            assignee=renewal.row.assignee,
            terms=renewal.terms,
            ethics=renewal.ethics,
        ),
    )
    return answered.events, answered.documents


def _offered(
    ports: Ports, _reading: Reading, renewal: _Renewal, negotiation: str
) -> tuple[Sequence[Event], Sequence[Document]]:
    """The owner offers; the developer answers."""
    made = OfferMade(
        negotiation=negotiation,
        by=renewal.row.assigner,
        policy=policy_hash(renewal.terms),
        answered_by=AnsweredBy.OWNER,
        changed=tuple(change.term for change in difference(renewal.standing, renewal.terms)),
    )
    needed = renewal.ethics is EthicsStatus.NEEDED
    opened = (case_opened(ports, negotiation, renewal.dataset.dataset),) if needed else ()
    return (made, *opened), ()
