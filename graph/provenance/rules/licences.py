"""Rules of signed agreements and of the licences that they are in force as."""

from graph.journal.events import (
    AgreementSigned,
    LicenceFinalised,
    LicenceRenewed,
    LicenceResumed,
    LicenceRevoked,
    LicenceSuspended,
)
from graph.provenance.rules.catalogue import key_id
from graph.provenance.rules.template import Given, Template
from graph.provenance.vocabulary import EdgeType, Label


def agreement_signed(event: AgreementSigned, template: Template) -> None:
    """One side's signature over the hash of the agreement; made by a held key, that key is shown."""
    agreement = _agreement(event.agreement, event.policy, event.negotiation, template)
    signature = template.own(Label.SIGNATURE, key=event.key, delegated=event.delegated)
    template.edge(signature, EdgeType.ABOUT, agreement)
    template.edge(signature, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.by, Label.OPERATOR))
    if event.delegated:
        key = template.node(key_id(event.key), Label.SIGNING_KEY, thumbprint=event.key)
        template.edge(signature, EdgeType.WAS_ATTRIBUTED_TO, key)


def licence_finalised(event: LicenceFinalised, template: Template) -> None:
    """The agreement is in force as the first version of a licence."""
    licence, _ = _in_force(event, template)
    template.mark(licence, status="ACTIVE", version=event.version)


def licence_renewed(event: LicenceRenewed, template: Template) -> None:
    """A newer agreement takes the place of the last."""
    licence, agreement = _in_force(event, template)
    previous = template.node(event.previous, Label.AGREEMENT_VERSION)
    template.edge(agreement, EdgeType.WAS_DERIVED_FROM, previous)
    template.mark(previous, endedAt=template.at)
    template.mark(licence, version=event.version)


def licence_suspended(event: LicenceSuspended, template: Template) -> None:
    """The licence is paused."""
    licence, _ = _change(event.licence, event.by, template, kind="SUSPENDED")
    template.mark(licence, status="SUSPENDED")


def licence_resumed(event: LicenceResumed, template: Template) -> None:
    """The licence acts again."""
    licence, _ = _change(event.licence, event.by, template, kind="RESUMED")
    template.mark(licence, status="ACTIVE")


def licence_revoked(event: LicenceRevoked, template: Template) -> None:
    """The licence ended before its time."""
    licence, change = _change(event.licence, event.by, template, kind="REVOKED", code=event.code)
    template.edge(licence, EdgeType.INVALIDATED_BY, change)
    template.mark(licence, status="TERMINATED", endedAt=template.at)


def _in_force(event: LicenceFinalised | LicenceRenewed, template: Template) -> tuple[str, str]:
    """The licence, and the agreement that it rests on from here on."""
    agreement = _agreement(event.agreement, event.policy, event.negotiation, template)
    template.mark(agreement, version=event.version, validFrom=template.at, validTo=event.valid_until)
    licence = template.node(event.licence, Label.LICENCE)
    template.edge(agreement, EdgeType.SPECIALIZATION_OF, licence)
    template.edge(agreement, EdgeType.COVERS, template.node(event.dataset, Label.DATASET))
    template.edge(agreement, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.assigner, Label.OWNER))
    template.edge(agreement, EdgeType.GRANTED_TO, template.node(event.assignee, Label.DEVELOPER))
    template.mark(event.negotiation, endedAt=template.at, outcome="FINALIZED")
    return licence, agreement


def _agreement(agreement: str, policy: str, negotiation: str, template: Template) -> str:
    node = template.node(agreement, Label.AGREEMENT_VERSION, odrlDigest=policy)
    template.edge(node, EdgeType.WAS_GENERATED_BY, template.node(negotiation, Label.NEGOTIATION))
    return node


def _change(licence: str, by: str, template: Template, **properties: Given) -> tuple[str, str]:
    node = template.node(licence, Label.LICENCE)
    change = template.own(Label.LICENCE_CHANGE, **properties)
    template.edge(change, EdgeType.ABOUT, node)
    template.edge(change, EdgeType.WAS_ASSOCIATED_WITH, template.node(by, Label.OPERATOR))
    return node, change
