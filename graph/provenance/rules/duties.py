"""Rules of duties: what is owed under a licence, about which packages, and by whose word it is done."""

from graph.journal.events import DutyAcknowledged, DutyFiled, DutyFulfilled
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label


def duty_filed(event: DutyFiled, template: Template) -> None:
    """Something is owed."""
    # WHY: no edge leads to whoever raised it: of a take-down that is a person.
    duty = template.node(event.duty, Label.DUTY, kind=event.kind, clause=event.clause, due=event.due)
    template.edge(duty, EdgeType.UNDER, template.node(event.licence, Label.LICENCE))
    for delivery in event.deliveries:
        template.edge(duty, EdgeType.ABOUT, template.node(delivery, Label.DELIVERY))
    template.mark(duty, status="OPEN")


def duty_acknowledged(event: DutyAcknowledged, template: Template) -> None:
    """Its debtor took note of it."""
    template.mark(template.node(event.duty, Label.DUTY), status="ACKNOWLEDGED")


def duty_fulfilled(event: DutyFulfilled, template: Template) -> None:
    """It is done; the signed statement says what was done."""
    duty = template.node(event.duty, Label.DUTY)
    signature = template.own(Label.SIGNATURE, key=event.key, digest=event.statement)
    template.edge(signature, EdgeType.ABOUT, duty)
    template.edge(signature, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.by, Label.OPERATOR))
    template.mark(duty, status="FULFILLED", endedAt=template.at)
