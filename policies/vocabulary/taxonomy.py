"""A closed subset of the W3C Data Privacy Vocabulary, as facts: which concept is broader than which.

Purposes, legal bases, technical measures and categories of personal data, of the Data Privacy Vocabulary (DPV) 2.3 and
its extension PD. (c) the contributors to the W3C Data Privacy Vocabularies and Controls Community Group, under the W3C
Software and Document licence. Nothing is looked up on the network; an IRI that is not here is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.vocabulary.iris import DPV, PD, Iri

DPV_SOURCE: Final = "Data Privacy Vocabulary 2.3"
DPV_LICENCE: Final = "https://www.w3.org/copyright/software-license/"

PURPOSE_ROOT: Final = Iri(DPV + "Purpose")
LEGAL_BASIS_ROOT: Final = Iri(DPV + "LegalBasis")
MEASURE_ROOT: Final = Iri(DPV + "TechnicalMeasure")
PERSONAL_DATA_ROOT: Final = Iri(DPV + "PersonalData")
DATA_ROOT: Final = Iri(DPV + "Data")

_PURPOSES: Final = """
ResearchAndDevelopment: Purpose
AcademicResearch: ResearchAndDevelopment
ScientificResearch: ResearchAndDevelopment
CommercialResearch: ResearchAndDevelopment CommercialPurpose
NonCommercialResearch: ResearchAndDevelopment NonCommercialPurpose
CommercialPurpose: Purpose
NonCommercialPurpose: Purpose
Marketing: Purpose
Advertising: Marketing
DirectMarketing: Marketing
SocialMediaMarketing: Marketing
PublicRelations: Marketing
PersonalisedAdvertising: Advertising Personalisation
TargetedAdvertising: PersonalisedAdvertising
Personalisation: Purpose
ServiceProvision: Purpose
ServicePersonalisation: ServiceProvision Personalisation
ProvidePersonalisedRecommendations: ServicePersonalisation
ServiceOptimisation: ServiceProvision
OptimisationForConsumer: ServiceOptimisation
OptimisationForController: ServiceOptimisation
ImproveExistingProductsAndServices: OptimisationForController
ServiceUsageAnalytics: ServiceProvision
SearchFunctionalities: ServiceProvision
SellProducts: ServiceProvision
SellDataToThirdParties: SellProducts
SellInsightsFromData: SellProducts
EnforceSecurity: Purpose
MisusePreventionAndDetection: EnforceSecurity
FraudPreventionAndDetection: MisusePreventionAndDetection
Verification: EnforceSecurity
IdentityVerification: Verification
PublicBenefit: Purpose
DataAltruism: PublicBenefit
ProvideOfficialStatistics: PublicBenefit
"""

_LEGAL_BASES: Final = """
Consent: LegalBasis
LegalAgreement: LegalBasis
Contract: LegalAgreement
ContractPerformance: Contract
DataSubjectContract: Contract
LegalObligation: LegalBasis
LegitimateInterest: LegalBasis
LegitimateInterestOfController: LegitimateInterest
LegitimateInterestOfThirdParty: LegitimateInterest
PublicInterest: LegalBasis
VitalInterest: LegalBasis
"""

_MEASURES: Final = """
CryptographicMethods: TechnicalMeasure
DifferentialPrivacy: CryptographicMethods
DataSanitisationTechnique: TechnicalMeasure
Deidentification: DataSanitisationTechnique
Anonymisation: Deidentification
Pseudonymisation: Deidentification
DataRedaction: DataSanitisationTechnique
"""

_ANY_DATA: Final = """
PersonalData: Data
NonPersonalData: Data
DerivedPersonalData: PersonalData
InferredPersonalData: DerivedPersonalData
"""

_CATEGORIES: Final = """
External: PersonalData
Financial: PersonalData
Internal: PersonalData
Profile: PersonalData
Social: PersonalData
Tracking: PersonalData
Behavioural: External
Demographic: External
Geographic: Demographic
Identifying: External
Language: External
PhysicalCharacteristic: External
Name: Identifying
Picture: Identifying
UID: Identifying
Username: Identifying
Ownership: Financial
PersonalPossession: Ownership
Transactional: Financial
Purchase: Transactional
Sale: Transactional
Transaction: Transactional
Preference: Internal
Opinion: Preference
Interest: Preference
Communication: Social
SocialMedia: Communication
SocialMediaCommunication: Communication
PubliclyAvailableSocialMedia: SocialMedia
Professional: Social
ProfessionalCertification: Professional
ProfessionalEvaluation: Professional
PublicLife: Social
GeneralReputation: PublicLife
Interaction: PublicLife
SocialStatus: PublicLife
SocialNetwork: Social
Association: SocialNetwork
Connection: SocialNetwork
Friend: SocialNetwork
GroupMembership: SocialNetwork
Location: Tracking
Identifier: Tracking
DeviceBased: Tracking
Reliability: Behavioural
ServiceConsumptionBehaviour: Behavioural
"""


def _edges(table: str, namespace: str) -> dict[Iri, frozenset[Iri]]:
    """Read ``Narrower: Broader Broader`` lines; ``PersonalData`` is always DPV's."""
    edges: dict[Iri, frozenset[Iri]] = {}
    for line in table.split("\n"):
        narrower, _, broader = line.partition(":")
        if narrower:
            edges[Iri(namespace + narrower)] = frozenset(
                PERSONAL_DATA_ROOT if name == "PersonalData" else Iri(namespace + name) for name in broader.split()
            )
    return edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """A directed acyclic graph of concepts: each with its direct broader ones; roots have none."""

    broader: Mapping[Iri, frozenset[Iri]]

    def is_a(self, child: Iri, parent: Iri) -> bool | None:
        """Whether ``child`` is ``parent`` or narrower; ``None`` when the taxonomy does not know one of them."""
        if child not in self.broader or parent not in self.broader:
            return None
        return parent in self.ancestors(child)

    def ancestors(self, concept: Iri) -> frozenset[Iri]:
        """The concept and everything broader; only the concept itself when it is unknown."""
        found = {concept}
        waiting = [concept]
        while waiting:
            for each in self.broader.get(waiting.pop(), frozenset()) - found:
                found.add(each)
                waiting.append(each)
        return frozenset(found)


DPV_SUBSET: Final = Taxonomy(
    broader={
        PURPOSE_ROOT: frozenset(),
        LEGAL_BASIS_ROOT: frozenset(),
        MEASURE_ROOT: frozenset(),
        DATA_ROOT: frozenset(),
        **_edges(_PURPOSES, DPV),
        **_edges(_LEGAL_BASES, DPV),
        **_edges(_MEASURES, DPV),
        **_edges(_ANY_DATA, DPV),
        **_edges(_CATEGORIES, PD),
    }
)
"""The vendored facts."""
DPV_SUBSET_SHA256: Final = "9e7b167eb682db5359641ab9fdb3a738cc9a39dbf285a901cb3d210913ce9f70"
"""SHA-256 of the RFC 8785 bytes of the subset as one object: each concept with the sorted list of its broader ones."""
