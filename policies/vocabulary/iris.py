"""Namespaces and the terms that code speaks of by name.

Terms are unversioned IRIs. A minor version of the profile adds terms; a major one is a new ``PROFILE_IRI``.
"""

import re
from functools import lru_cache
from typing import Final, NewType

Iri = NewType("Iri", str)
"""An absolute IRI."""

ORIGIN: Final = "https://muniment.example"
"""Placeholder origin of everything the profile names; the only place where it stands."""
PROFILE_IRI: Final = Iri(ORIGIN + "/profile/1")
CONTEXT_IRI: Final = ORIGIN + "/profile/1/context.jsonld"
ODRL_CONTEXT_IRI: Final = "http://www.w3.org/ns/odrl.jsonld"

REP: Final = ORIGIN + "/ns#"
ODRL: Final = "http://www.w3.org/ns/odrl/2/"
DPV: Final = "https://w3id.org/dpv#"
PD: Final = "https://w3id.org/dpv/pd#"
ISO3166: Final = "https://www.iso.org/obp/ui/#iso:code:3166:"
ISO4217: Final = "http://cvx.iptc.org/iso4217a/"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DCT: Final = "http://purl.org/dc/terms/"

PREFIXES: Final[dict[str, str]] = {
    "rep": REP,
    "odrl": ODRL,
    "dpv": DPV,
    "pd": PD,
    "iso3166": ISO3166,
    "iso4217": ISO4217,
    "xsd": XSD,
    "rdf": RDF,
    "dct": DCT,
}
"""The fixed prefixes of the normal form; part of every hash."""


MAX_IRI: Final = 2048
"""Characters; a longer text is no IRI here, so that what is kept of names is bounded."""
_KEPT: Final = 8192
"""Names that are kept: those of the vocabulary, of parties and of assets come again and again."""
_UNSEEN: Final = "\x00-\x20\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff"
"""Controls, spaces and marks of direction: two names that look alike would not be one."""
_ABSOLUTE: Final = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*):[^{_UNSEEN}<>\"{{}}|\\^`]+")


def absolute(text: str) -> bool:
    """Whether the text is an absolute IRI, and not a term under one of the fixed prefixes that was left unexpanded."""
    return len(text) <= MAX_IRI and _absolute(text)


@lru_cache(maxsize=_KEPT)
def _absolute(text: str) -> bool:
    found = _ABSOLUTE.fullmatch(text)
    return found is not None and found[1] not in PREFIXES


def compact(iri: str) -> str:
    """The IRI under its fixed prefix, or as it is when no namespace fits, or when it is too long for one."""
    return _compact(iri) if len(iri) <= MAX_IRI else iri


@lru_cache(maxsize=_KEPT)
def _compact(iri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(text: str) -> Iri:
    """The IRI that ``compact`` wrote so."""
    prefix, _, rest = text.partition(":")
    namespace = PREFIXES.get(prefix)
    return Iri(text if namespace is None else namespace + rest)


def local(iri: str) -> str:
    """The last part of the IRI, for people: ``fineTune``, ``DE``."""
    return compact(iri).rpartition(":")[2] if compact(iri) != iri else iri


# Actions of permissions and prohibitions
USE: Final = Iri(ODRL + "use")
TRANSFER: Final = Iri(ODRL + "transfer")
DISTRIBUTE: Final = Iri(ODRL + "distribute")
SELL: Final = Iri(ODRL + "sell")
GIVE: Final = Iri(ODRL + "give")
PRETRAIN: Final = Iri(REP + "pretrain")
FINE_TUNE: Final = Iri(REP + "fineTune")
EVALUATE: Final = Iri(REP + "evaluate")
GROUND: Final = Iri(REP + "ground")
INSPECT: Final = Iri(REP + "inspect")
REIDENTIFY: Final = Iri(REP + "reidentify")
SUBLICENSE: Final = Iri(REP + "sublicense")
PUBLISH_MODEL: Final = Iri(REP + "publishModel")
COMMERCIALISE: Final = Iri(REP + "commercialise")

# Actions of duties
PAY_DEPOSIT: Final = Iri(REP + "payDeposit")
OBTAIN_ETHICS_DECISION: Final = Iri(REP + "obtainEthicsDecision")
PRESENT_ASSURANCE: Final = Iri(REP + "presentAssurance")
OBTAIN_CONSENT: Final = Iri(ODRL + "obtainConsent")
ANONYMIZE: Final = Iri(ODRL + "anonymize")
COMPENSATE: Final = Iri(ODRL + "compensate")
SETTLE: Final = Iri(REP + "settle")
ATTRIBUTE: Final = Iri(ODRL + "attribute")
INFORM: Final = Iri(ODRL + "inform")
REPORT_RUN: Final = Iri(REP + "reportRun")
DELETE: Final = Iri(ODRL + "delete")
CERTIFY_DELETION: Final = Iri(REP + "certifyDeletion")
ALLOW_AUDIT: Final = Iri(REP + "allowAudit")
WATERMARK: Final = Iri(ODRL + "watermark")
MARK_RECORDS: Final = Iri(REP + "markRecords")
REVIEW_POLICY: Final = Iri(ODRL + "reviewPolicy")

# Parties of duties
CONSENTING_PARTY: Final = Iri(ODRL + "consentingParty")
COMPENSATED_PARTY: Final = Iri(ODRL + "compensatedParty")
ATTRIBUTED_PARTY: Final = Iri(ODRL + "attributedParty")
INFORMED_PARTY: Final = Iri(ODRL + "informedParty")
DATA_SUBJECT: Final = Iri(REP + "dataSubject")

# Left operands
PURPOSE: Final = Iri(ODRL + "purpose")
SPATIAL: Final = Iri(ODRL + "spatial")
STORAGE_JURISDICTION: Final = Iri(REP + "storageJurisdiction")
DATE_TIME: Final = Iri(ODRL + "dateTime")
EVENT: Final = Iri(ODRL + "event")
RECIPIENT: Final = Iri(ODRL + "recipient")
PRODUCT: Final = Iri(ODRL + "product")
MODEL_RELEASE: Final = Iri(REP + "modelRelease")
ELAPSED_TIME: Final = Iri(ODRL + "elapsedTime")
COUNT: Final = Iri(ODRL + "count")
RECORD_COUNT: Final = Iri(REP + "recordCount")
TOKEN_COUNT: Final = Iri(REP + "tokenCount")
RECORDS_PER_SUBJECT: Final = Iri(REP + "recordsPerSubject")
RHO: Final = Iri(REP + "rho")
MIN_GROUP_SIZE: Final = Iri(REP + "minGroupSize")
RETENTION: Final = Iri(REP + "retention")
AUDITS_PER_YEAR: Final = Iri(REP + "auditsPerYear")
FIELD: Final = Iri(REP + "field")
DATA_CATEGORY: Final = Iri(REP + "dataCategory")
TRANSFORM: Final = Iri(REP + "transform")
SUBJECT_REGION: Final = Iri(REP + "subjectRegion")
LAWFUL_BASIS: Final = Iri(REP + "lawfulBasis")
SUBJECT_AGE: Final = Iri(REP + "subjectAge")
CONTESTED: Final = Iri(REP + "contested")
OPT_OUT: Final = Iri(REP + "optOut")
OBSERVED_AT: Final = Iri(REP + "observedAt")
RECORD_LICENCE: Final = Iri(REP + "recordLicence")
SENSITIVITY: Final = Iri(REP + "sensitivity")
SOURCE_PLATFORM: Final = Iri(REP + "sourcePlatform")
COLUMN: Final = Iri(REP + "column")
TECHNICAL_MEASURE: Final = Iri(DPV + "hasTechnicalMeasure")
MIN_QUALITY: Final = Iri(REP + "minQuality")
ASSURANCE_LEVEL: Final = Iri(REP + "assuranceLevel")
ASSURANCE_ISSUER: Final = Iri(REP + "assuranceIssuer")
ETHICS_DECISION: Final = Iri(REP + "ethicsDecision")
PAY_AMOUNT: Final = Iri(ODRL + "payAmount")
UNIT_OF_COUNT: Final = Iri(ODRL + "unitOfCount")
REVENUE_SHARE: Final = Iri(REP + "revenueShare")
DUE_BY: Final = Iri(REP + "dueBy")
EVERY: Final = Iri(REP + "every")

# Closed values
FIRST_DELIVERY: Final = Iri(REP + "firstDelivery")
LICENCE_END: Final = Iri(REP + "licenceEnd")
APPROVED: Final = Iri(REP + "approved")
PER_RECORD: Final = Iri(REP + "perRecord")
PER_TOKEN: Final = Iri(REP + "perToken")
PER_QUERY: Final = Iri(REP + "perQuery")
PER_RUN: Final = Iri(REP + "perRun")
PER_PERIOD: Final = Iri(REP + "perPeriod")
MICRO_RHO: Final = Iri(REP + "microRho")
INTERNAL_USE: Final = Iri(REP + "internalUse")
HOSTED_API: Final = Iri(REP + "hostedApi")
OPEN_WEIGHTS: Final = Iri(REP + "openWeights")

# Transforms of columns, and the time units of one of them
KEEP: Final = Iri(REP + "keep")
DROP: Final = Iri(REP + "drop")
PSEUDONYMISE: Final = Iri(REP + "pseudonymise")
GENERALISE: Final = Iri(REP + "generalise")
TRUNCATE_TIME: Final = Iri(REP + "truncateTime")
BUCKET: Final = Iri(REP + "bucket")
REDACT_TEXT: Final = Iri(REP + "redactText")
AGGREGATE_ONLY: Final = Iri(REP + "aggregateOnly")
TIME_UNITS: Final = tuple(Iri(REP + unit) for unit in ("second", "minute", "hour", "day", "month", "year"))
"""Finest first."""

# Classes of closed values, and the properties that the profile adds to a constraint
TRANSFORM_CLASS: Final = Iri(REP + "Transform")
TIME_UNIT_CLASS: Final = Iri(REP + "TimeUnit")
EVENT_CLASS: Final = Iri(REP + "Event")
MODEL_RELEASE_CLASS: Final = Iri(REP + "ModelRelease")
VERDICT_CLASS: Final = Iri(REP + "Verdict")
UNIT_CLASS: Final = Iri(REP + "Unit")
ON_COLUMN_PROPERTY: Final = Iri(REP + "onColumn")
PARAMETER_PROPERTY: Final = Iri(REP + "parameter")
