"""Rules of deliveries: a preparation makes a package, a transfer takes it to the licensee."""

from graph.journal.events import (
    DeliveryAcknowledged,
    DeliveryFailed,
    DeliveryOrdered,
    DeliveryPrepared,
    DeliveryReleased,
    UnitsReserved,
)
from graph.provenance.model import notice_id, preparation_id, transfer_id
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label


def delivery_ordered(event: DeliveryOrdered, template: Template) -> None:
    """A licensee ordered a package."""
    preparation = template.node(
        preparation_id(event.delivery), Label.PREPARATION, action=event.action, purpose=event.purpose, plan=event.plan
    )
    template.edge(preparation, EdgeType.WAS_ASSOCIATED_WITH, template.node(event.party, Label.DEVELOPER))
    template.mark(preparation, status="PREPARING")


def units_reserved(event: UnitsReserved, template: Template) -> None:
    """The preparation reads one licence's dataset."""
    preparation = template.node(preparation_id(event.delivery), Label.PREPARATION)
    template.edge(preparation, EdgeType.USED, template.node(event.dataset, Label.DATASET))
    template.edge(preparation, EdgeType.UNDER, template.node(event.licence, Label.LICENCE))
    template.edge(preparation, EdgeType.PERMITTED_BY, template.node(event.agreement, Label.AGREEMENT_VERSION))


def delivery_prepared(event: DeliveryPrepared, template: Template) -> None:
    """The package is sealed."""
    preparation = template.node(preparation_id(event.delivery), Label.PREPARATION)
    package = template.node(
        event.delivery,
        Label.DELIVERY,
        digest=event.manifest,
        root=event.root,
        rows=sum(each.rows for each in event.items),
        bytes=event.size,
    )
    template.edge(package, EdgeType.WAS_GENERATED_BY, preparation)
    for digest in sorted({notice for item in event.items for notice in item.notices}):
        notice = template.node(notice_id(digest), Label.CONSENT_NOTICE, digest=digest)
        template.edge(package, EdgeType.PERMITTED_BY, notice)
    template.mark(preparation, status="READY")


def delivery_failed(event: DeliveryFailed, template: Template) -> None:
    """The preparation ended without a package that anybody may have."""
    preparation = template.node(preparation_id(event.delivery), Label.PREPARATION)
    template.mark(preparation, status="FAILED", code=event.code)


def delivery_released(event: DeliveryReleased, template: Template) -> None:
    """The package may leave."""
    transfer = template.node(transfer_id(event.delivery), Label.TRANSFER)
    template.edge(transfer, EdgeType.USED, template.node(event.delivery, Label.DELIVERY))
    template.edge(transfer, EdgeType.WAS_ASSOCIATED_WITH, template.node(event.party, Label.DEVELOPER))
    template.mark(transfer, status="RELEASED")


def delivery_acknowledged(event: DeliveryAcknowledged, template: Template) -> None:
    """The licensee signed for the package."""
    transfer = template.node(transfer_id(event.delivery), Label.TRANSFER)
    signature = template.own(Label.SIGNATURE, key=event.key)
    template.edge(signature, EdgeType.ABOUT, template.node(event.delivery, Label.DELIVERY))
    template.edge(signature, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.by, Label.DEVELOPER))
    template.mark(transfer, status="RECEIVED")
