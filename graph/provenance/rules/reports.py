"""Rules of reports: a run uses a delivery, and a model comes out of it; a concern is about a licence."""

from graph.journal.events import ConcernAnswered, ConcernClosed, ConcernFiled, RunReported
from graph.provenance.model import transfer_id, urn
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label


def run_reported(event: RunReported, template: Template) -> None:
    """A model was trained on a delivery, by what its licensee says."""
    run = template.node(
        event.run,
        Label.TRAINING_RUN,
        action=event.action,
        purpose=event.purpose,
        startedAt=event.started,
        endedAt=event.ended,
        digest=event.facets,
        outside=event.code,
    )
    template.edge(run, EdgeType.USED, template.node(event.delivery, Label.DELIVERY))
    template.edge(run, EdgeType.WAS_INFORMED_BY, template.node(transfer_id(event.delivery), Label.TRANSFER))
    template.edge(run, EdgeType.WAS_ASSOCIATED_WITH, template.node(event.party, Label.DEVELOPER))
    for licence in event.licences:
        template.edge(run, EdgeType.UNDER, template.node(licence, Label.LICENCE))
    # WHY: the name is the licensee's own: two licensees may give one name to two models.
    model = template.node(urn("model", event.party.rsplit(":", 1)[-1], event.model), Label.MODEL, name=event.model)
    template.edge(model, EdgeType.WAS_GENERATED_BY, run)


def concern_filed(event: ConcernFiled, template: Template) -> None:
    """An owner questions something."""
    concern = template.node(event.concern, Label.CONCERN, about=event.about)
    template.edge(concern, EdgeType.ABOUT, template.node(event.licence, Label.LICENCE))
    template.edge(concern, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.by, Label.OWNER))
    template.mark(concern, status="OPEN")


def concern_answered(event: ConcernAnswered, template: Template) -> None:
    """The licensee answered."""
    template.mark(template.node(event.concern, Label.CONCERN), status="ANSWERED")


def concern_closed(event: ConcernClosed, template: Template) -> None:
    """The owner closed it."""
    template.mark(template.node(event.concern, Label.CONCERN), status="CLOSED", code=event.code)
