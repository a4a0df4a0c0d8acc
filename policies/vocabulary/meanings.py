"""What every term of the profile means, one sentence each, and which terms of others come close.

The published ontology and the reference page say exactly this. A close match is a note: it never stands in a policy.
"""

from dataclasses import dataclass
from typing import Final

from policies.vocabulary import iris
from policies.vocabulary.iris import ODRL, REP, Iri

_ACTIONS: Final[dict[Iri, str]] = {
    iris.USE: "Use the data in any way that leaves the rights in it where they are.",
    iris.TRANSFER: "Hand the rights in the data over to others in any way.",
    iris.DISTRIBUTE: "Pass the data on to others.",
    iris.SELL: "Hand the rights in the data over for money.",
    iris.GIVE: "Hand the rights in the data over for nothing.",
    iris.PRETRAIN: "Train a model from scratch on the data.",
    iris.FINE_TUNE: "Refine a model that exists already on the data.",
    iris.EVALUATE: "Measure or test a model with the data, or take statistics of it.",
    iris.GROUND: "Give the data to a model at inference: retrieval, prompts, context.",
    iris.INSPECT: "See terms, schema and quality of the data, without any protected value.",
    iris.REIDENTIFY: "Find out which person a record is about.",
    iris.SUBLICENSE: "Grant others rights in the data.",
    iris.PUBLISH_MODEL: "Publish a model that was made with the data.",
    iris.COMMERCIALISE: "Earn money with a model that was made with the data, or with what it puts out.",
}

_DUTIES: Final[dict[Iri, str]] = {
    iris.PAY_DEPOSIT: "Pay a deposit; met when signed evidence of it is on record for this duty.",
    iris.OBTAIN_ETHICS_DECISION: "Have the use approved; met while an approving ethics decision is in force.",
    iris.PRESENT_ASSURANCE: "Show an assurance; met while one valid assurance meets every refinement.",
    iris.OBTAIN_CONSENT: "Use only records of people who consent; met by the filter that drops everybody else's rows.",
    iris.ANONYMIZE: "Protect people by a technical measure; met when it is applied to every column that leaves.",
    iris.COMPENSATE: "Pay the price of the use; met by its booking, without which no row leaves.",
    iris.SETTLE: "Pay what has fallen due: an invoice, a share of revenue, a penalty; met when it is paid in time.",
    iris.ATTRIBUTE: "Name the source; met when the licensee reports the published attribution.",
    iris.INFORM: "Tell the named party; met when a signed report arrived in time.",
    iris.REPORT_RUN: "Report every training run; met when a signed report arrived in each period.",
    iris.DELETE: "Delete what was delivered; met when a signed certificate names every delivery.",
    iris.CERTIFY_DELETION: "Certify the deletion; met when a signed certificate names every delivery.",
    iris.ALLOW_AUDIT: "Answer audits; met when each request for one was answered in time.",
    iris.WATERMARK: "Mark the delivered data as a whole for this licensee; owed by the owner's side.",
    iris.MARK_RECORDS: "Mark single delivered records for this licensee; owed by the owner's side.",
    iris.REVIEW_POLICY: "Look at the licence anew before it ends; met when the prompt to renew was answered.",
}

_OPERANDS: Final[dict[Iri, str]] = {
    iris.PURPOSE: "What the data is used for; a purpose covers every narrower one.",
    iris.SPATIAL: "The country in which the data is used.",
    iris.STORAGE_JURISDICTION: "The country under whose law the data is stored.",
    iris.DATE_TIME: "The moment of the decision; on a duty it says only from when or until when the duty is active.",
    iris.EVENT: "Whether the named event of the licence has happened (`gt`) or not yet (`lt`).",
    iris.RECIPIENT: "The party that receives the data.",
    iris.PRODUCT: "The model that is made, measured or fed with the data.",
    iris.MODEL_RELEASE: "How the model is made available to others.",
    iris.ELAPSED_TIME: "The time since the first delivery; nothing before it.",
    iris.COUNT: "How many times the action has been carried out, this time and what is reserved included.",
    iris.RECORD_COUNT: "How many records have left, with those of this request and those reserved.",
    iris.TOKEN_COUNT: "How many tokens have left, with those of this request and those reserved.",
    iris.RECORDS_PER_SUBJECT: "How many records of one and the same person have left, with those of this request.",
    iris.RHO: (
        "How much of the privacy budget is spent, this release included, in millionths of rho of zero-concentrated"
        " differential privacy; what is protected is one person."
    ),
    iris.MIN_GROUP_SIZE: "How many people the smallest group of the release holds.",
    iris.MIN_QUALITY: "The measured quality of the data; the unit names the metric.",
    iris.RETENTION: "How long a delivery may be kept, from the moment it was made.",
    iris.AUDITS_PER_YEAR: "How many audits the licensee has to answer in a year.",
    iris.FIELD: "The canonical columns; one that a request filters or sorts by counts as read.",
    iris.DATA_CATEGORY: "The category of personal data that a column holds.",
    iris.TRANSFORM: "What is done to the values of the column named by `rep:onColumn` before they leave.",
    iris.SUBJECT_REGION: "The country of the person a record is about.",
    iris.LAWFUL_BASIS: "The legal basis on which a record is processed.",
    iris.SUBJECT_AGE: "The age in years of the person a record is about; a band counts when it lies on one side.",
    iris.CONTESTED: "Whether somebody contests what a record says.",
    iris.OPT_OUT: "Whether the person opted out of this use, a signal not to sell included.",
    iris.OBSERVED_AT: "When the recorded fact held or happened.",
    iris.RECORD_LICENCE: "The licence that the platform itself attaches to a record.",
    iris.SENSITIVITY: "How sensitive the values of a column are, as its connector declares it.",
    iris.SOURCE_PLATFORM: "The platform a record comes from, by its identifier.",
    iris.COLUMN: "The value of the canonical column named by `rep:onColumn`.",
    iris.TECHNICAL_MEASURE: "The technical measure that is applied to the columns that leave.",
    iris.ASSURANCE_LEVEL: "The level of the assurance.",
    iris.ASSURANCE_ISSUER: "Who issued the assurance.",
    iris.ETHICS_DECISION: "What the ethics review decided.",
    iris.PAY_AMOUNT: "How much is to be paid; the unit is the currency.",
    iris.UNIT_OF_COUNT: "What an amount is paid for.",
    iris.REVENUE_SHARE: "The part of the declared revenue that is to be paid.",
    iris.DUE_BY: "Until when the duty is to be met: a moment, or a time from when it became active.",
    iris.EVERY: "How often the duty is to be met: at the end of each such period while it is active.",
}

_OPERATORS: Final[dict[Iri, str]] = {
    Iri(ODRL + "eq"): "Every actual value equals the right operand.",
    Iri(ODRL + "neq"): "No actual value equals the right operand.",
    Iri(ODRL + "lt"): "The actual value is smaller or earlier; of an event: it has not happened.",
    Iri(ODRL + "lteq"): "The actual value is not greater or later.",
    Iri(ODRL + "gt"): "The actual value is greater or later; of an event: it has happened.",
    Iri(ODRL + "gteq"): "The actual value is not smaller or earlier.",
    Iri(ODRL + "isAnyOf"): "Every actual value is in the list.",
    Iri(ODRL + "isNoneOf"): "No actual value is in the list.",
    Iri(ODRL + "isA"): "Every actual value is the right operand or narrower in the taxonomy.",
    Iri(REP + "notTogether"): (
        "The columns of the list would not all be visible; those released before under the agreement count."
    ),
}

_VALUES: Final[dict[Iri, str]] = {
    iris.KEEP: "The values leave as they are.",
    iris.DROP: "The column does not leave.",
    iris.PSEUDONYMISE: "Names give way to pseudonyms of this licence.",
    iris.GENERALISE: "Values give way to broader ones; the parameter is the level of the hierarchy.",
    iris.TRUNCATE_TIME: "Times are cut off; the parameter is the finest unit that stays.",
    iris.BUCKET: "Numbers are rounded down to the lower end of an interval; the parameter is its width.",
    iris.REDACT_TEXT: "Names and other marks of people are taken out of texts.",
    iris.AGGREGATE_ONLY: "The values leave only as part of statistics.",
    **{unit: f"Times are known to the {iris.local(unit)}." for unit in iris.TIME_UNITS},
    iris.FIRST_DELIVERY: "The first time that data left under the licence.",
    iris.LICENCE_END: "The end of the licence, by its term or earlier.",
    iris.INTERNAL_USE: "The model stays within the licensee's organisation.",
    iris.HOSTED_API: "Others may ask the model, and do not get it.",
    iris.OPEN_WEIGHTS: "Others may have the model itself.",
    iris.APPROVED: "The use was approved.",
    iris.MICRO_RHO: "One millionth of rho, the measure of zero-concentrated differential privacy.",
    iris.PER_RECORD: "One record that leaves.",
    iris.PER_TOKEN: "One token that leaves.",
    iris.PER_QUERY: "One query.",
    iris.PER_RUN: "One training run.",
    iris.PER_PERIOD: "One period of the licence.",
    iris.DATA_SUBJECT: "Every person a record is about.",
}

_CLASSES: Final[dict[Iri, str]] = {
    iris.TRANSFORM_CLASS: "What can be done to the values of a column before they leave.",
    iris.TIME_UNIT_CLASS: "A unit of time that times can be cut off at.",
    iris.EVENT_CLASS: "Something that happens once in the life of a licence.",
    iris.MODEL_RELEASE_CLASS: "A way of making a model available.",
    iris.VERDICT_CLASS: "An outcome of an ethics review.",
    iris.UNIT_CLASS: "What a number counts, or what an amount is paid for.",
}

_PROPERTIES: Final[dict[Iri, str]] = {
    iris.ON_COLUMN_PROPERTY: "The one canonical column that the constraint speaks of.",
    iris.PARAMETER_PROPERTY: "The parameter of a transform: level, unit of time or width.",
}

MEANINGS: Final[dict[Iri, str]] = {
    **_ACTIONS,
    **_DUTIES,
    **_OPERANDS,
    **_OPERATORS,
    **_VALUES,
    **_CLASSES,
    **_PROPERTIES,
}
"""The meaning of every term that the profile defines, and of the core terms that it gives work to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMatch:
    """A term of somebody else that means nearly the same."""

    vocabulary: str
    """Whose term it is, and its state."""
    term: str
    iri: str = ""
    """Empty when the vocabulary gives its terms no IRI that can be relied on."""


_DRAFT: Final = "ODRL AI profile (draft)"
_DPV_AI: Final = "https://w3id.org/dpv/ai#"
_RSL: Final = "Really Simple Licensing"
_MDL: Final = "Montreal Data License"

CLOSE_MATCHES: Final[dict[Iri, tuple[CloseMatch, ...]]] = {
    iris.PRETRAIN: (
        CloseMatch(vocabulary=_DRAFT, term="AI-training"),
        CloseMatch(vocabulary="Data Privacy Vocabulary, AI", term="ModelTraining", iri=_DPV_AI + "ModelTraining"),
        CloseMatch(vocabulary=_RSL, term="ai-train"),
    ),
    iris.FINE_TUNE: (
        CloseMatch(vocabulary=_DRAFT, term="AI-training"),
        CloseMatch(vocabulary="Data Privacy Vocabulary, AI", term="ModelFineTuning", iri=_DPV_AI + "ModelFineTuning"),
        CloseMatch(vocabulary=_RSL, term="ai-train"),
    ),
    iris.EVALUATE: (CloseMatch(vocabulary=_MDL, term="benchmark"),),
    iris.GROUND: (
        CloseMatch(vocabulary=_DRAFT, term="AI-augment"),
        CloseMatch(vocabulary=_RSL, term="ai-input"),
    ),
    iris.PUBLISH_MODEL: (CloseMatch(vocabulary=_MDL, term="publish"),),
    iris.COMMERCIALISE: (CloseMatch(vocabulary=_MDL, term="output and model commercialisation"),),
    iris.REVENUE_SHARE: (CloseMatch(vocabulary="ODRL community vocabulary", term="payPercentage"),),
}
"""Notes only: terms of drafts and of communities change, so that a policy never spells them."""
