"""What is offered, asked, countered and refused in the story: flat terms in the spelling of the GraphQL input."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.vocabulary import DPV, PER_RECORD

ACTION: Final = "FINE_TUNE"
PURPOSE: Final = DPV + "ResearchAndDevelopment"
OTHER_PURPOSE: Final = DPV + "Marketing"
"""A purpose that nobody licenses here."""

CONSENT: Final = DPV + "Consent"
CONTRACT: Final = DPV + "Contract"
LEGITIMATE_INTEREST: Final = DPV + "LegitimateInterest"

RECORD_LICENCES: Final = tuple(
    f"https://creativecommons.org/licenses/by-sa/{version}/" for version in ("2.5", "3.0", "4.0")
)
"""The licences that travel with the forum's rows."""

CURRENCY: Final = "EUR"
ASKED_PRICE: Final = 150
"""Micro-units per record that the developer offers."""
ASKED_RECORDS: Final = 200_000
ASKED_DAYS: Final = 90
SMALL_RECORDS: Final = 25
"""Volume of the small licence whose quota is used up in step 6."""


def price(amount_micro: int) -> Mapping[str, str]:
    """A price per record."""
    return {"amountMicro": str(amount_micro), "currency": CURRENCY, "unit": PER_RECORD}


def terms(columns: Sequence[str], *, amount_micro: int, records: int, days: int, **more: Any) -> Mapping[str, Any]:
    """Flat terms for the one action and purpose of the story."""
    return {
        "action": ACTION,
        "purposes": [PURPOSE],
        "columns": list(columns),
        "maxRecords": records,
        "days": days,
        "price": price(amount_micro),
        **more,
    }


def pseudonymise(*columns: str) -> Sequence[Mapping[str, str]]:
    """The transforms that replace names by pseudonyms of the licence."""
    return [{"column": column, "transform": "PSEUDONYMISE"} for column in columns]
