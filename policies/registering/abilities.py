"""What can be enforced here: a term that needs anything else would deny every request, so it is not registered."""

from dataclasses import dataclass
from typing import Final

from policies.vocabulary import (
    CONTESTED,
    DUTY_TERMS,
    GENERALISE,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    MODEL_RELEASE,
    OPERANDS,
    OPT_OUT,
    PAY_DEPOSIT,
    PER_QUERY,
    PER_RECORD,
    PRESENT_ASSURANCE,
    RECORDS_PER_SUBJECT,
    REDACT_TEXT,
    RHO,
    STORAGE_JURISDICTION,
    SUBJECT_AGE,
    SUBJECT_REGION,
    TOKEN_COUNT,
    TRANSFORMS,
    Iri,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What somebody does, by the terms that rest on it."""

    operands: frozenset[Iri]
    """Left operands whose actual value somebody supplies."""
    transforms: frozenset[Iri]
    """Transforms that somebody applies, and those under which the column is withheld."""
    duties: frozenset[Iri]
    """Duties that can be discharged: of those before the use, the ones whose fulfilment somebody records."""
    units: frozenset[Iri]
    """Units that a price can be booked by."""


HERE: Final = Abilities(
    operands=frozenset(OPERANDS)
    - {
        CONTESTED,
        MIN_GROUP_SIZE,
        MIN_QUALITY,
        MODEL_RELEASE,
        OPT_OUT,
        RECORDS_PER_SUBJECT,
        RHO,
        STORAGE_JURISDICTION,
        SUBJECT_AGE,
        SUBJECT_REGION,
        TOKEN_COUNT,
    },
    transforms=frozenset(TRANSFORMS) - {GENERALISE, REDACT_TEXT},
    duties=frozenset(DUTY_TERMS) - {PAY_DEPOSIT, PRESENT_ASSURANCE},
    units=frozenset({PER_RECORD, PER_QUERY}),
)
"""What this gateway does."""
