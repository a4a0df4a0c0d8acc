"""Rules of accesses: they are counted in windows of one hour and are not nodes themselves.

A window leads to the agreement and the notices that permitted it, to its licence and to its dataset, and from there to
the owner, the connector and the platform; never straight to them, or they would have millions of edges.
"""

from collections.abc import Mapping

from graph.journal.events import AccessDenied, AccessRecorded, AccessWithheld, Event, Recorded
from graph.provenance.model import hour_of, notice_id, transfer_id, window_id
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import Counter, EdgeType, Label, OperationClass


def access_recorded(event: AccessRecorded, template: Template) -> None:
    """Rows left under a licence."""
    window = _window(event.licence, event.dataset, OperationClass.READ, template)
    template.edge(window, EdgeType.USED, template.node(event.dataset, Label.DATASET))
    template.edge(window, EdgeType.UNDER, template.node(event.licence, Label.LICENCE))
    template.edge(window, EdgeType.PERMITTED_BY, template.node(event.agreement, Label.AGREEMENT_VERSION))
    transfer = template.node(transfer_id(event.delivery), Label.TRANSFER) if event.delivery else ""
    for digest in event.notices:
        notice = template.node(notice_id(digest), Label.CONSENT_NOTICE, digest=digest)
        template.edge(window, EdgeType.PERMITTED_BY, notice)
        template.edge(transfer, EdgeType.PERMITTED_BY, notice)
    template.tally(
        window,
        {
            Counter.ACCESSES: 1,
            Counter.ROWS: event.rows,
            Counter.DROPPED: event.withheld,
            Counter.UNITS: event.units,
            Counter.PRICE_MICRO: event.price_micro,
        },
    )


def access_denied(event: AccessDenied, template: Template) -> None:
    """A read was refused before any call to the source."""
    _refusal(event, template, {Counter.DENIED: 1})


def access_withheld(event: AccessWithheld, template: Template) -> None:
    """Rows were fetched and not released."""
    _refusal(event, template, {Counter.WITHHELD: 1, Counter.DROPPED: event.rows})


def window_of(recorded: Recorded) -> str | None:
    """The window an access counts in, or nothing when the event is no access: from a receipt into the graph."""
    event: Event = recorded.event
    match event:
        case AccessRecorded():
            return window_id(event.licence, event.dataset, OperationClass.READ, recorded.at)
        case AccessDenied() | AccessWithheld():
            return window_id(event.licence or event.party, event.dataset, OperationClass.REFUSAL, recorded.at)
        case _:
            return None


def _refusal(event: AccessDenied | AccessWithheld, template: Template, counts: Mapping[Counter, int]) -> None:
    window = _window(event.licence or event.party, event.dataset, OperationClass.REFUSAL, template)
    template.edge(window, EdgeType.ABOUT, template.node(event.dataset, Label.DATASET))
    if event.licence:
        template.edge(window, EdgeType.UNDER, template.node(event.licence, Label.LICENCE))
    else:
        template.edge(window, EdgeType.WAS_ASSOCIATED_WITH, template.node(event.party, Label.DEVELOPER))
    template.tally(window, counts)


def _window(holder: str, dataset: str, operation: OperationClass, template: Template) -> str:
    return template.node(
        window_id(holder, dataset, operation, template.at),
        Label.ACCESS_WINDOW,
        holder=holder,
        dataset=dataset,
        opClass=operation,
        hour=hour_of(template.at),
    )
