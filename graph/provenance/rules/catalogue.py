"""Rules of parties and of what they put into the catalogue."""

from typing import assert_never

from graph.journal.events import (
    DatasetPublished,
    OfferPublished,
    PartyInvited,
    PartyKind,
    PartyRegistered,
    PlatformTermsDecided,
    SigningDelegated,
)
from graph.provenance.model import connector_id, platform_id, urn
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label


def party(event: PartyInvited | PartyRegistered, template: Template) -> None:
    """A party becomes an agent. A data subject does not: people are not nodes."""
    label = label_of(event.kind)
    if label is not None:
        template.node(event.party, label, kind=event.kind)


def label_of(kind: PartyKind) -> Label | None:
    """How a party of this kind is shown; nothing for a data subject."""
    match kind:
        case (
            PartyKind.AVATAR_OWNER
            | PartyKind.CONTENT_CREATOR
            | PartyKind.BUSINESS
            | PartyKind.ADVERTISER
            | PartyKind.PLATFORM_DEVELOPER
            | PartyKind.INFRASTRUCTURE_PROVIDER
        ):
            return Label.OWNER
        case PartyKind.LLM_DEVELOPER:
            return Label.DEVELOPER
        case PartyKind.AUDITOR:
            return Label.AUDITOR
        case PartyKind.ETHICS_BOARD:
            return Label.ETHICS_BOARD
        case PartyKind.OPERATOR:
            return Label.OPERATOR
        case PartyKind.DATA_SUBJECT:
            return None
        case _:
            assert_never(kind)


def dataset_published(event: DatasetPublished, template: Template) -> None:
    """The dataset, this publication of it, its owner, and the connector that reads it for the platform."""
    dataset = template.node(event.dataset, Label.DATASET)
    version = template.own(
        Label.DATASET_VERSION,
        collection=event.collection,
        recordKind=event.record_kind,
        rowScope=event.rows,
        lawfulBasis=event.lawful_basis,
        subjectColumns=event.subject_columns,
        sensitive=event.sensitive,
        description=event.description,
    )
    owner = template.node(event.licensor, Label.OWNER)
    connector = template.node(connector_id(event.source), Label.CONNECTOR, source=event.source)
    platform = template.node(platform_id(event.platform), Label.PLATFORM, platform=event.platform)
    template.edge(version, EdgeType.SPECIALIZATION_OF, dataset)
    template.edge(dataset, EdgeType.WAS_ATTRIBUTED_TO, owner)
    template.edge(dataset, EdgeType.WAS_ATTRIBUTED_TO, connector)
    template.edge(connector, EdgeType.ACTED_FOR, platform)


def platform_terms_decided(event: PlatformTermsDecided, template: Template) -> None:
    """The decision on contested terms; its reasoning stays in the vault."""
    decision = template.own(Label.TERMS_DECISION, action=event.action, allowed=event.allowed, termsSource=event.source)
    template.edge(decision, EdgeType.ABOUT, template.node(event.dataset, Label.DATASET))
    template.edge(decision, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.decided_by, Label.OPERATOR))


def offer_published(event: OfferPublished, template: Template) -> None:
    """The offer, by the hash of its terms."""
    offer = template.node(event.offer, Label.OFFER, odrlDigest=event.policy)
    template.edge(offer, EdgeType.COVERS, template.node(event.dataset, Label.DATASET))
    template.edge(offer, EdgeType.WAS_ATTRIBUTED_TO, template.node(event.assigner, Label.OWNER))


def signing_delegated(event: SigningDelegated, template: Template) -> None:
    """A held key acts for the owner. The bounds are private: not even their hash is shown."""
    owner = template.node(event.owner, Label.OWNER)
    key = template.node(key_id(event.key), Label.SIGNING_KEY, thumbprint=event.key)
    delegation = template.own(Label.DELEGATION)
    template.edge(delegation, EdgeType.ABOUT, template.node(event.dataset, Label.DATASET))
    template.edge(delegation, EdgeType.ABOUT, key)
    template.edge(delegation, EdgeType.WAS_ATTRIBUTED_TO, owner)
    template.edge(key, EdgeType.ACTED_FOR, owner)


def key_id(thumbprint: str) -> str:
    """Id of the node of a held key."""
    return urn("key", thumbprint)
