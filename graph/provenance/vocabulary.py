"""The closed lists of the graph: what a node can be, what an edge can say, and the PROV term behind each.

An edge points from the later thing to what it rests on, as PROV does: an access to the agreement that permits it, the
agreement to the dataset it covers. So "backward" is always along the edges, and "forward" against them.
"""

from enum import StrEnum
from typing import Final

PROV: Final = "http://www.w3.org/ns/prov#"
OWN: Final = "https://muniment.example/ns/provenance#"
"""Terms that PROV does not have; each is a sub-property of ``prov:wasInfluencedBy``."""


class ProvClass(StrEnum):
    """The three classes of PROV; every node is of exactly one."""

    ENTITY = "Entity"
    ACTIVITY = "Activity"
    AGENT = "Agent"


class Label(StrEnum):
    """What a node stands for."""

    OWNER = "Owner"
    DEVELOPER = "Developer"
    ETHICS_BOARD = "EthicsBoard"
    AUDITOR = "Auditor"
    OPERATOR = "Operator"
    PLATFORM = "Platform"
    CONNECTOR = "Connector"
    """One configured source: the software that reads a platform."""
    SIGNING_KEY = "SigningKey"
    """A key the gateway holds for an owner who delegated signing to it."""

    DATASET = "Dataset"
    DATASET_VERSION = "DatasetVersion"
    """One publication of a dataset: what was declared then."""
    OFFER = "Offer"
    TERMS_DECISION = "TermsDecision"
    """A platform's contested terms, settled for one dataset and action."""
    DELEGATION = "Delegation"
    CONSENT_NOTICE = "ConsentNotice"
    CONSENT_BATCH = "ConsentBatch"
    """Consents to one notice that were recorded together; a count, never people."""
    REQUEST = "Request"
    """What a developer sent, possibly to several owners at once."""
    MESSAGE = "NegotiationMessage"
    AGREEMENT_VERSION = "AgreementVersion"
    SIGNATURE = "Signature"
    LICENCE = "Licence"
    ETHICS_DECISION = "EthicsDecision"
    DELIVERY = "Delivery"
    """A sealed package of records for one licensee."""
    MODEL = "Model"
    """A model, by the name its licensee gives it."""
    CONCERN = "Concern"
    DUTY = "Duty"
    """What is owed after rows have left: a take-down, deletion, its certificate, a payment."""

    NEGOTIATION = "Negotiation"
    REVIEW = "Review"
    """A reviewer waits for a person."""
    ETHICS_REVIEW = "EthicsReview"
    LICENCE_CHANGE = "LicenceChange"
    """A licence was paused, let act again, or ended."""
    CONSENT_CHANGE = "ConsentChange"
    """A subject took consent back or objected; never says who."""
    ACCESS_WINDOW = "AccessWindow"
    """All accesses of one operation class under one licence to one dataset in one hour."""
    PREPARATION = "Preparation"
    """The making of a delivery, from the order to the sealed package."""
    TRANSFER = "Transfer"
    """A delivery's way to its licensee."""
    TRAINING_RUN = "TrainingRun"
    """A training run, as its licensee reported it."""

    @property
    def prov(self) -> ProvClass:
        """The PROV class of every node with this label."""
        return _CLASSES[self]

    @property
    def term(self) -> str:
        """IRI of the most special PROV class that fits."""
        return PROV + _SPECIAL.get(self, self.prov.value)


_AGENTS: Final = (
    Label.OWNER,
    Label.DEVELOPER,
    Label.ETHICS_BOARD,
    Label.AUDITOR,
    Label.OPERATOR,
    Label.PLATFORM,
    Label.CONNECTOR,
    Label.SIGNING_KEY,
)
_ACTIVITIES: Final = (
    Label.NEGOTIATION,
    Label.REVIEW,
    Label.ETHICS_REVIEW,
    Label.LICENCE_CHANGE,
    Label.CONSENT_CHANGE,
    Label.ACCESS_WINDOW,
    Label.PREPARATION,
    Label.TRANSFER,
    Label.TRAINING_RUN,
)
_CLASSES: Final = (
    dict.fromkeys(Label, ProvClass.ENTITY)
    | dict.fromkeys(_AGENTS, ProvClass.AGENT)
    | dict.fromkeys(_ACTIVITIES, ProvClass.ACTIVITY)
)
_SPECIAL: Final = {
    Label.CONNECTOR: "SoftwareAgent",
    Label.SIGNING_KEY: "SoftwareAgent",
    Label.ETHICS_BOARD: "Organization",
    Label.PLATFORM: "Organization",
    Label.AGREEMENT_VERSION: "Plan",
    Label.OFFER: "Plan",
    Label.DELIVERY: "Collection",
}


class EdgeType(StrEnum):
    """What an edge says; a pair of nodes has at most one edge of a type."""

    WAS_DERIVED_FROM = "WAS_DERIVED_FROM"
    WAS_GENERATED_BY = "WAS_GENERATED_BY"
    USED = "USED"
    WAS_INFORMED_BY = "WAS_INFORMED_BY"
    WAS_ASSOCIATED_WITH = "WAS_ASSOCIATED_WITH"
    WAS_ATTRIBUTED_TO = "WAS_ATTRIBUTED_TO"
    ACTED_FOR = "ACTED_FOR"
    HAD_MEMBER = "HAD_MEMBER"
    SPECIALIZATION_OF = "SPECIALIZATION_OF"
    INVALIDATED_BY = "INVALIDATED_BY"
    COVERS = "COVERS"
    """An agreement or an offer names the dataset it is about."""
    GRANTED_TO = "GRANTED_TO"
    """The assignee of an agreement."""
    UNDER = "UNDER"
    """The licence in whose name something was done or tried."""
    PERMITTED_BY = "PERMITTED_BY"
    """The agreement or consent notice without which it had not been allowed."""
    ABOUT = "ABOUT"

    @property
    def code(self) -> int:
        """Stable number; edges between the same nodes are listed in its order. Numbers are never used again."""
        return _CODES[self]

    @property
    def term(self) -> str:
        """IRI of the property."""
        return _TERMS.get(self) or OWN + _camel(self.value)

    @property
    def own(self) -> bool:
        """True when the term is ours, not one of PROV."""
        return self not in _TERMS


_CODES: Final = {
    EdgeType.WAS_DERIVED_FROM: 1,
    EdgeType.WAS_GENERATED_BY: 2,
    EdgeType.USED: 3,
    EdgeType.WAS_INFORMED_BY: 4,
    EdgeType.WAS_ASSOCIATED_WITH: 5,
    EdgeType.WAS_ATTRIBUTED_TO: 6,
    EdgeType.ACTED_FOR: 7,
    EdgeType.HAD_MEMBER: 8,
    EdgeType.SPECIALIZATION_OF: 9,
    EdgeType.INVALIDATED_BY: 10,
    EdgeType.COVERS: 11,
    EdgeType.GRANTED_TO: 12,
    EdgeType.UNDER: 13,
    EdgeType.PERMITTED_BY: 14,
    EdgeType.ABOUT: 15,
}
EDGE_TYPES: Final = {code: each for each, code in _CODES.items()}
"""Every edge type by its number."""

_TERMS: Final = {
    EdgeType.WAS_DERIVED_FROM: PROV + "wasDerivedFrom",
    EdgeType.WAS_GENERATED_BY: PROV + "wasGeneratedBy",
    EdgeType.USED: PROV + "used",
    EdgeType.WAS_INFORMED_BY: PROV + "wasInformedBy",
    EdgeType.WAS_ASSOCIATED_WITH: PROV + "wasAssociatedWith",
    EdgeType.WAS_ATTRIBUTED_TO: PROV + "wasAttributedTo",
    EdgeType.ACTED_FOR: PROV + "actedOnBehalfOf",
    EdgeType.HAD_MEMBER: PROV + "hadMember",
    EdgeType.SPECIALIZATION_OF: PROV + "specializationOf",
    EdgeType.INVALIDATED_BY: PROV + "wasInvalidatedBy",
}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(each.capitalize() for each in rest)


class Counter(StrEnum):
    """What an access window counts."""

    ACCESSES = "accesses"
    ROWS = "rows"
    DROPPED = "droppedRows"
    """Rows that were fetched and left out: residual filter, consent, objection."""
    UNITS = "units"
    PRICE_MICRO = "priceMicro"
    DENIED = "denied"
    """Reads refused before any call to the source."""
    WITHHELD = "withheld"
    """Reads refused at the commit; their rows were fetched and not released."""


class OperationClass(StrEnum):
    """What the accesses of one window have in common."""

    READ = "read"
    """Rows were released."""
    REFUSAL = "refusal"
    """Nothing was released."""
